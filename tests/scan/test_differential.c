/* Hyperscan against the reference on random patterns and texts, at every length from 0 to 260, each buffer
 * ending at a page that cannot be read. */
#include "base/map.h"
#include "scan/kit.h"

#include <criterion/criterion.h>

enum { LEN_MAX = 260, PATTERNS_MAX = 5000, CODES_EACH = 12, ROUNDS = 64 };

/* Codes that share bytes, so that matches also occur across two codes, where they must not count. */
static const uint16_t tricky[] = {0x4141, 0x4142, 0x4241, 0x4242, 0x4101, 0x0141, 0xFFFE, 0xFEFF};

struct world {
    uint64_t seed;
    uint16_t alphabet[64];
    uint32_t n_alphabet;
    uint16_t store[PATTERNS_MAX][CODES_EACH];
    struct cs_codes pattern[PATTERNS_MAX];
    uint32_t n;
    struct cs_matcher *matcher[2];
    struct cs_scanner *scanner[2];
};

static uint16_t any_code(struct world *w)
{
    for (;;) {
        uint16_t c = (uint16_t)kit_draw(&w->seed, 0x10000);
        if (c != 0 && c != CS_CODE_DELIMITER) return c;
    }
}

static void make_alphabet(struct world *w, uint32_t n, bool awkward)
{
    w->n_alphabet = n;
    for (uint32_t i = 0; i < n; i++)
        w->alphabet[i] = awkward && i < 8 ? tricky[i] : any_code(w);
}

static uint16_t letter(struct world *w)
{
    return w->alphabet[kit_draw(&w->seed, w->n_alphabet)];
}

/* Up to `want` different patterns; small alphabets may give fewer. */
static void make_patterns(struct world *w, uint32_t want)
{
    struct cs_map seen;
    cs_map_init(&seen, 1);
    w->n = 0;
    for (uint32_t tries = 0; w->n < want && tries < want * 4; tries++) {
        uint32_t len = 1 + kit_draw(&w->seed, kit_draw(&w->seed, 4) ? 5 : CODES_EACH);
        uint16_t *code = w->store[w->n];
        for (uint32_t k = 0; k < len; k++)
            code[k] = letter(w);
        struct cs_span key = cs_span_of(code, len * sizeof *code);
        if (cs_map_get(&seen, key)) continue;
        kit_ok(cs_map_put(&seen, key, 1), "map");
        w->pattern[w->n++] = (struct cs_codes){code, len};
    }
    cs_map_clear(&seen);
}

static void open_matchers(struct world *w)
{
    struct cs_diag diag = {0};
    kit_ok(cs_matcher_new(CS_MATCHER_HYPERSCAN, w->pattern, w->n, &diag, &w->matcher[0]), "hyperscan");
    kit_ok(cs_matcher_new(CS_MATCHER_REFERENCE, w->pattern, w->n, &diag, &w->matcher[1]), "reference");
    for (int k = 0; k < 2; k++)
        kit_ok(cs_scanner_new(w->matcher[k], &w->scanner[k]), "scanner");
    cs_diag_clear(&diag);
}

static void close_matchers(struct world *w)
{
    for (int k = 0; k < 2; k++) {
        cs_scanner_free(&w->scanner[k]);
        cs_matcher_free(&w->matcher[k]);
    }
}

static void add_random(struct world *w, struct kit_batch *batch, uint32_t len)
{
    uint16_t code[LEN_MAX];
    for (uint32_t i = 0; i < len; i++)
        code[i] = letter(w);
    kit_add(batch, code, len);
}

static uint32_t compare(struct world *w, struct kit_batch *batch, int round)
{
    const struct cs_hit *hit[2];
    uint32_t n[2];
    struct cs_folded in = kit_seal(batch);
    for (int k = 0; k < 2; k++)
        kit_ok(cs_scanner_scan(w->scanner[k], &in, &hit[k], &n[k]), "scan");
    cr_assert_eq(n[0], n[1], "round %d, %u patterns, %u codes: %u hits, reference %u", round, w->n,
        batch->n_code, n[0], n[1]);
    cr_assert(n[0] == 0 || memcmp(hit[0], hit[1], n[0] * sizeof *hit[0]) == 0, "round %d, %u codes", round,
        batch->n_code);
    return n[0];
}

/* One message of every length by itself, then all of them side by side. */
static uint32_t play_round(struct world *w, struct kit_batch *batch, int round)
{
    uint32_t hits = 0;
    for (uint32_t len = 0; len <= LEN_MAX; len++) {
        kit_reset(batch);
        add_random(w, batch, len);
        hits += compare(w, batch, round);
    }
    kit_reset(batch);
    for (uint32_t len = 0; len <= LEN_MAX; len++)
        add_random(w, batch, len);
    return hits + compare(w, batch, round);
}

Test(differential, hyperscan_equals_the_reference, .timeout = 300)
{
    static struct world w = {.seed = 20240106};
    static const uint32_t counts[] = {1, 2, 7, 30, 90, 400, 2000, PATTERNS_MAX};
    struct kit_batch batch;
    kit_open(&batch);
    uint64_t hits = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t want = counts[round % 8];
        make_alphabet(
            &w, want > 400 ? 16 + kit_draw(&w.seed, 48) : 2 + kit_draw(&w.seed, 12), round % 3 == 0);
        make_patterns(&w, want);
        open_matchers(&w);
        hits += play_round(&w, &batch, round);
        close_matchers(&w);
    }
    cr_expect(hits > 100000, "the texts hardly hit: %lu", (unsigned long)hits);
    kit_close(&batch);
}
