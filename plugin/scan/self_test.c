/* Known answers for any engine. Every text is made of planted patterns and of filler that no pattern uses,
 * so that each expected hit is known from how the text was made and no second matcher is needed.
 *
 * The sets are sized to reach every literal engine of the library (one pattern, few, many), the plants
 * to reach every position relative to its vector width, and the batches to end right behind a hit. */
#include "scan/engine.h"
#include "text/alphabet.h"

#include <stdio.h>

enum {
    FIRST_UNITS = 0x4E00, /* the first code of pattern i is that of FIRST_UNITS + i, used nowhere else */
    REST_UNITS = 0x8000,
    FILLER_UNITS = 0x7000,
    POOL = 512,
    TAIL_BATCHES = 40,
    SLACK_CODES = 32,
    LADDER = 12,
    LADDER_TEXT = 40,
};

/* A batch under construction together with the hits it must give. */
struct script {
    struct cs_arena arena;
    struct cs_codes *pattern;
    uint32_t n_pattern;
    uint16_t *code;
    uint32_t *begin;
    struct cs_hit *hit;
    uint32_t n_code, n_msg, n_hit;
    uint64_t random;
};

static uint32_t draw(struct script *s, uint32_t below)
{
    s->random = s->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(s->random >> 33) % below;
}

static uint32_t pattern_len(uint32_t i, uint32_t shift)
{
    uint32_t k = i + shift;
    return k % 16 == 15 ? 17 + k % 100 : 1 + k % 16;
}

static bool make_pattern(struct script *s, uint32_t i, uint32_t len)
{
    uint16_t *code = cs_arena_alloc(&s->arena, len * sizeof *code);
    if (!code) return false;
    code[0] = cs_code_of((uint16_t)(FIRST_UNITS + i));
    for (uint32_t k = 1; k < len; k++)
        code[k] = cs_code_of((uint16_t)(REST_UNITS + draw(s, POOL)));
    s->pattern[i] = (struct cs_codes){code, len};
    return true;
}

static bool make_patterns(struct script *s, uint32_t n, uint32_t shift)
{
    s->pattern = cs_arena_alloc(&s->arena, n * sizeof *s->pattern);
    s->n_pattern = n;
    bool ok = s->pattern != NULL;
    for (uint32_t i = 0; i < n && ok; i++)
        ok = make_pattern(s, i, pattern_len(i, shift));
    return ok;
}

static void filler(struct script *s, uint32_t n)
{
    for (; n > 0; n--)
        s->code[s->n_code++] = cs_code_of((uint16_t)(FILLER_UNITS + draw(s, POOL)));
}

static void put(struct script *s, const uint16_t *code, uint32_t n)
{
    memcpy(s->code + s->n_code, code, n * sizeof *code);
    s->n_code += n;
}

static void end_message(struct script *s)
{
    s->code[s->n_code++] = CS_CODE_DELIMITER;
    s->begin[++s->n_msg] = s->n_code;
}

/* Filler, the pattern, some or no filler. */
static void plant(struct script *s, uint32_t pattern, uint32_t before, uint32_t after)
{
    const struct cs_codes *p = &s->pattern[pattern];
    filler(s, before);
    put(s, p->ptr, p->len);
    s->hit[s->n_hit++] = (struct cs_hit){s->n_msg, pattern, before + p->len};
    filler(s, after);
    end_message(s);
}

/* What must not hit: all but the last code; and the pattern cut in two by the end of a message. */
static void plant_misses(struct script *s, uint32_t pattern)
{
    const struct cs_codes *p = &s->pattern[pattern];
    if (p->len < 2) return;
    put(s, p->ptr, p->len - 1);
    filler(s, 1);
    put(s, p->ptr, p->len / 2);
    end_message(s);
    put(s, p->ptr + p->len / 2, p->len - p->len / 2);
    end_message(s);
}

static bool make_room(struct script *s, uint32_t n_msg, uint32_t n_code, uint32_t n_hit)
{
    s->code = cs_arena_zalloc(&s->arena, n_code + SLACK_CODES, sizeof *s->code);
    s->begin = cs_arena_zalloc(&s->arena, n_msg + 1, sizeof *s->begin);
    s->hit = cs_arena_alloc(&s->arena, n_hit * sizeof *s->hit);
    s->n_code = s->n_msg = s->n_hit = 0;
    return s->code && s->begin && s->hit;
}

static cs_rc differs(const struct script *s, const char *what, struct cs_diag *diag)
{
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, "install Debian's libhyperscan5, or report the processor model",
        "the matching library fails its self-test: %s (%u patterns, %u messages)", what, s->n_pattern,
        s->n_msg);
    return cs_fail(CS_EUNSUPPORTED);
}

static bool same_hit(const struct cs_hit *a, const struct cs_hit *b)
{
    return a->msg == b->msg && a->pattern == b->pattern && a->end == b->end;
}

static cs_rc compare(const struct script *s, struct cs_scanner *scanner, struct cs_diag *diag)
{
    struct cs_folded in = {s->code, s->n_code, s->begin, s->n_msg};
    const struct cs_hit *hit;
    uint32_t n;
    cs_rc rc = cs_scanner_scan(scanner, &in, &hit, &n);
    if (rc.code == CS_EUNSUPPORTED) return differs(s, "an error from the scan", diag);
    if (cs_bad(rc)) return rc;
    for (uint32_t i = 0; i < n && i < s->n_hit; i++)
        if (!same_hit(&hit[i], &s->hit[i])) return differs(s, "a wrong hit", diag);
    if (n < s->n_hit) return differs(s, "a missed hit", diag);
    if (n > s->n_hit) return differs(s, "a hit that is none", diag);
    return CS_OK;
}

/* Every pattern once, with its misses, at drifting positions. */
static cs_rc check_all(struct script *s, struct cs_scanner *scanner, struct cs_diag *diag)
{
    size_t codes = 0;
    for (uint32_t i = 0; i < s->n_pattern; i++)
        codes += 3 * s->pattern[i].len + 64;
    if (!make_room(s, 3 * s->n_pattern, (uint32_t)codes, s->n_pattern)) return cs_fail(CS_ENOMEM);
    for (uint32_t i = 0; i < s->n_pattern; i++) {
        plant(s, i, i % 35, i * 7 % 5);
        plant_misses(s, i);
    }
    return compare(s, scanner, diag);
}

/* Batches of 1, 2, 3 ... messages, the last of which ends with a hit. */
static cs_rc check_tails(struct script *s, struct cs_scanner *scanner, struct cs_diag *diag)
{
    enum { MESSAGE = 64 + 128 };
    for (uint32_t batch = 1; batch <= TAIL_BATCHES; batch++) {
        if (!make_room(s, batch, batch * MESSAGE, batch)) return cs_fail(CS_ENOMEM);
        for (uint32_t i = 0; i < batch; i++)
            plant(s, draw(s, s->n_pattern), draw(s, 64), 0);
        cs_rc rc = compare(s, scanner, diag);
        if (cs_bad(rc)) return rc;
    }
    return CS_OK;
}

/* Patterns aa.., each inside the next, over a long run of a: hits overlap everywhere. Both bytes of the code
 * are equal, which is where the library treats runs apart. */
static cs_rc check_ladder(struct script *s, struct cs_scanner *scanner, struct cs_diag *diag)
{
    if (!make_room(s, 1, LADDER_TEXT + 1, LADDER * LADDER_TEXT)) return cs_fail(CS_ENOMEM);
    for (uint32_t end = 1; end <= LADDER_TEXT; end++) {
        put(s, s->pattern[0].ptr, 1);
        for (uint32_t i = 0; i < LADDER && i < end; i++)
            s->hit[s->n_hit++] = (struct cs_hit){0, i, end};
    }
    end_message(s);
    return compare(s, scanner, diag);
}

static bool make_ladder(struct script *s)
{
    uint16_t *run = cs_arena_alloc(&s->arena, LADDER * sizeof *run);
    s->pattern = cs_arena_alloc(&s->arena, LADDER * sizeof *s->pattern);
    s->n_pattern = LADDER;
    for (uint32_t i = 0; i < LADDER && run && s->pattern; i++) {
        run[i] = 0x4141;
        s->pattern[i] = (struct cs_codes){run, i + 1};
    }
    return run && s->pattern;
}

/* The bytes of a pattern one byte off: they are there, the codes are not. */
static cs_rc check_odd(struct script *s, struct cs_scanner *scanner, struct cs_diag *diag)
{
    const uint8_t *p = (const uint8_t *)s->pattern[0].ptr;
    uint32_t bytes = s->pattern[0].len * 2;
    if (!make_room(s, 1, bytes / 2 + 2, 1)) return cs_fail(CS_ENOMEM);
    uint8_t *at = (uint8_t *)s->code;
    at[0] = 1;
    memcpy(at + 1, p, bytes);
    at[bytes + 1] = 2;
    s->n_code = bytes / 2 + 1;
    end_message(s);
    return compare(s, scanner, diag);
}

typedef cs_rc check_fn(struct script *, struct cs_scanner *, struct cs_diag *);

static cs_rc with_scanner(
    const struct cs_engine *engine, struct script *s, check_fn *const *check, struct cs_diag *diag)
{
    struct cs_matcher *m = NULL;
    struct cs_scanner *scanner = NULL;
    cs_rc rc = cs_matcher_new_with(engine, s->pattern, s->n_pattern, diag, &m);
    if (!cs_bad(rc)) rc = cs_scanner_new(m, &scanner);
    for (; *check && !cs_bad(rc); check++)
        rc = (*check)(s, scanner, diag);
    cs_scanner_free(&scanner);
    cs_matcher_free(&m);
    return rc;
}

static cs_rc run_set(const struct cs_engine *engine, uint32_t n, uint32_t shift, struct cs_diag *diag)
{
    static check_fn *const checks[] = {check_all, check_tails, NULL};
    static check_fn *const checks_of_one[] = {check_all, check_tails, check_odd, NULL};
    struct script s = {.random = n + shift};
    cs_arena_init(&s.arena, 1u << 20, 0);
    cs_rc rc = cs_fail(CS_ENOMEM);
    if (make_patterns(&s, n, shift)) rc = with_scanner(engine, &s, n == 1 ? checks_of_one : checks, diag);
    cs_arena_clear(&s.arena);
    return rc;
}

static cs_rc run_ladder(const struct cs_engine *engine, struct cs_diag *diag)
{
    static check_fn *const checks[] = {check_ladder, NULL};
    struct script s = {0};
    cs_arena_init(&s.arena, 1u << 16, 0);
    cs_rc rc = cs_fail(CS_ENOMEM);
    if (make_ladder(&s)) rc = with_scanner(engine, &s, checks, diag);
    cs_arena_clear(&s.arena);
    return rc;
}

cs_rc cs_self_test_run(const struct cs_engine *engine, struct cs_diag *diag)
{
    static const struct {
        uint32_t patterns, shift;
    } set[] = {{1, 0}, {1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 7}, {1, 15}, {2, 1}, {7, 1}, {30, 1}, {60, 1},
        {90, 0}, {300, 0}, {1200, 0}};
    cs_rc rc = CS_OK;
    for (size_t i = 0; i < sizeof set / sizeof set[0] && !cs_bad(rc); i++)
        rc = run_set(engine, set[i].patterns, set[i].shift, diag);
    return cs_bad(rc) ? rc : run_ladder(engine, diag);
}
