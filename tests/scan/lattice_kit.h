/* Building blocks of the lattice tests: terms and texts in UTF-8, folded as the engine folds them. */
#ifndef CS_TESTS_SCAN_LATTICE_KIT_H
#define CS_TESTS_SCAN_LATTICE_KIT_H

#include "scan/lattice.h"
#include "text/fold.h"
#include "text/map.h"
#include "text/readings.h"

#include <criterion/criterion.h>

enum { LATTICE_TERMS = 512 };

struct lattice_kit {
    struct cs_arena arena;
    struct cs_disguisable term[LATTICE_TERMS];
    uint32_t n;
    struct cs_lattice *set[2]; /* by enum cs_matcher_kind */
    struct cs_lattice_scanner *scanner[2];
    struct cs_folder *folder;
};

static inline void lattice_ok(cs_rc rc, const char *what)
{
    cr_assert_eq(rc.code, 0, "%s: %s", what, cs_rc_name(rc));
}

static inline struct cs_codes lattice_codes(struct lattice_kit *k, const char *text)
{
    struct cs_map_text map;
    lattice_ok(cs_map_text(cs_span_str(text), &k->arena, &map), text);
    uint16_t *code = cs_arena_alloc(&k->arena, (map.n + 1) * sizeof *code);
    cr_assert(code != NULL);
    for (uint32_t i = 0; i < map.n; i++)
        code[i] = map.at[i].code;
    return (struct cs_codes){code, map.n};
}

static inline void lattice_init(struct lattice_kit *k)
{
    *k = (struct lattice_kit){.n = 0};
    cs_arena_init(&k->arena, 1 << 14, 0);
    lattice_ok(cs_folder_new(&k->folder), "folder");
}

static inline void lattice_add(struct lattice_kit *k, const char *text, uint8_t channels, uint8_t sound)
{
    cr_assert(k->n < LATTICE_TERMS);
    k->term[k->n++] = (struct cs_disguisable){lattice_codes(k, text), channels, sound, 0};
}

static inline void lattice_compile(struct lattice_kit *k)
{
    struct cs_diag diag = {0};
    for (int kind = 0; kind < 2; kind++) {
        lattice_ok(
            cs_lattice_new((enum cs_matcher_kind)kind, k->term, k->n, &diag, &k->set[kind]), "compile");
        lattice_ok(cs_lattice_scanner_new(k->set[kind], &k->scanner[kind]), "scanner");
    }
    cs_diag_clear(&diag);
}

static inline void lattice_drop(struct lattice_kit *k)
{
    for (int kind = 0; kind < 2; kind++) {
        cs_lattice_scanner_free(&k->scanner[kind]);
        cs_lattice_free(&k->set[kind]);
    }
}

static inline void lattice_clear(struct lattice_kit *k)
{
    lattice_drop(k);
    cs_folder_free(&k->folder);
    cs_arena_clear(&k->arena);
}

/* Scan with both kinds, which must agree; *hit is lent. */
static inline uint32_t lattice_scan(
    struct lattice_kit *k, const struct cs_folded *in, const char *what, const struct cs_disguised **hit)
{
    const struct cs_disguised *plain = NULL;
    uint32_t n = 0, n_plain = 0;
    lattice_ok(cs_lattice_scan(k->scanner[CS_MATCHER_HYPERSCAN], in, NULL, hit, &n), what);
    lattice_ok(cs_lattice_scan(k->scanner[CS_MATCHER_REFERENCE], in, NULL, &plain, &n_plain), what);
    for (uint32_t i = 0; i < n && i < n_plain; i++) {
        const struct cs_disguised *x = &(*hit)[i], *y = &plain[i];
        cr_assert(x->msg == y->msg && x->term == y->term && x->begin == y->begin && x->end == y->end &&
                      x->evidence == y->evidence && x->channels == y->channels,
            "%s, hit %u: message %u term %u [%u, %u) channels %x; plainly message %u term %u [%u, %u) "
            "channels %x",
            what, i, x->msg, x->term, x->begin, x->end, x->channels, y->msg, y->term, y->begin, y->end,
            y->channels);
    }
    cr_assert_eq(n, n_plain, "%s: %u hits, plainly %u", what, n, n_plain);
    return n;
}

static inline uint32_t lattice_scan_text(
    struct lattice_kit *k, const char *text, const struct cs_disguised **hit)
{
    struct cs_span s = cs_span_str(text);
    struct cs_folded in;
    lattice_ok(cs_fold_texts(k->folder, &s, 1, NULL, &in), text);
    return lattice_scan(k, &in, text, hit);
}

#endif
