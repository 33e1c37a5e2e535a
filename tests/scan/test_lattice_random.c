/* Both kinds of lattice on random terms and texts: disguises put together unit by unit among random codes,
 * and long runs of codes that could be anything. */
#include "scan/lattice_kit.h"
#include "scan/lattice_set.h"

enum { ROUNDS = 400, MESSAGES = 24, CODES_MAX = 96, POOL = 44 };

/* Units that sound alike, look alike, are parts of each other, and letters that spell them. */
static const char *const pool_text =
    "微威薇徽信心新言亻人淘陶桃宝保玉宀行航型银支付府知十又寸天田一大拼品多夺加家抖音";

struct world {
    uint64_t seed;
    struct lattice_kit kit;
    uint16_t pool[POOL];
    uint32_t n_pool;
    uint16_t text[MESSAGES * (CODES_MAX + 1) + 64];
    uint32_t begin[MESSAGES + 1];
    uint32_t n;
};

static uint32_t draw(struct world *w, uint32_t below)
{
    w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(w->seed >> 33) % below;
}

static uint16_t any_code(struct world *w)
{
    if (draw(w, 4)) return w->pool[draw(w, w->n_pool)];
    return cs_code_of((uint16_t)('a' + draw(w, 26)));
}

static void make_terms(struct world *w, uint32_t n)
{
    w->kit.n = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t len = 2 + draw(w, 3);
        uint16_t *code = cs_arena_alloc(&w->kit.arena, len * sizeof *code);
        cr_assert(code != NULL);
        for (uint32_t k = 0; k < len; k++)
            code[k] = draw(w, 12) ? w->pool[draw(w, w->n_pool)] : any_code(w);
        uint8_t channels = draw(w, 2) ? CS_CHANNELS_ALL : (uint8_t)(1 + draw(w, CS_CHANNELS_ALL));
        w->kit.term[w->kit.n++] =
            (struct cs_disguisable){{code, len}, channels, (uint8_t)draw(w, CS_SOUND_COUNT), 0};
    }
}

static void put(struct world *w, uint16_t code)
{
    uint32_t room = w->begin[w->n] + CODES_MAX;
    uint32_t at = w->begin[w->n + 1];
    if (at == room) return;
    w->text[at] = code;
    w->begin[w->n + 1] = at + 1;
}

static void put_units(struct world *w, const uint16_t *unit, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        put(w, cs_code_of(unit[i]));
}

static void put_spelling(struct world *w, uint16_t unit)
{
    struct cs_readings r = cs_readings_of(unit);
    const char *name = r.n ? cs_syllable_name(cs_reading_syllable(r.ptr[draw(w, r.n)])) : "";
    for (; *name; name++)
        put(w, cs_code_of((uint16_t)*name));
}

static void put_split(struct world *w, uint16_t unit)
{
    struct cs_units rest = cs_splits_of(unit), parts = {NULL, 0};
    for (uint32_t skip = draw(w, 4); cs_split_next(&rest, &parts) && skip; skip--)
        ;
    put_units(w, parts.ptr, parts.n);
}

static void put_homophone(struct world *w, uint16_t unit)
{
    for (uint32_t tries = 0; tries < 200; tries++) {
        uint16_t other = (uint16_t)(0x4E00 + draw(w, 0x5200));
        if (cs_sound_shared(unit, other) == CS_SOUND_COUNT) continue;
        put(w, cs_code_of(other));
        return;
    }
}

/* One unit in some disguise or none. */
static void put_unit(struct world *w, uint16_t unit)
{
    struct cs_units like = cs_lookalikes_of(unit);
    struct cs_readings r = cs_readings_of(unit);
    switch (draw(w, 8)) {
    case 0: put_spelling(w, unit); break;
    case 1: put_split(w, unit); break;
    case 2:
        if (like.n) put_units(w, like.ptr + draw(w, like.n), 1);
        break;
    case 3: put_homophone(w, unit); break;
    case 4:
        if (r.n) put(w, cs_code_of((uint16_t)cs_syllable_name(cs_reading_syllable(r.ptr[0]))[0]));
        break;
    case 5:
        put(w, cs_code_of(unit));
        put_spelling(w, unit);
        break;
    default: put(w, cs_code_of(unit));
    }
}

static void make_message(struct world *w)
{
    w->begin[w->n + 1] = w->begin[w->n];
    for (uint32_t part = draw(w, 6); part; part--) {
        const struct cs_codes *t = &w->kit.term[draw(w, w->kit.n)].code;
        for (uint32_t i = draw(w, 4); i; i--)
            put(w, any_code(w));
        for (uint32_t i = 0; i < t->len; i++)
            put_unit(w, cs_code_unit(t->ptr[i]));
    }
    w->text[w->begin[w->n + 1]++] = CS_CODE_DELIMITER;
    w->n++;
}

static void open_world(struct world *w)
{
    lattice_init(&w->kit);
    struct cs_codes pool = lattice_codes(&w->kit, pool_text);
    cr_assert(pool.len <= POOL);
    memcpy(w->pool, pool.ptr, pool.len * sizeof *w->pool);
    w->n_pool = pool.len;
}

/* What both kinds found in `messages` random ones; adds the channels that it took. The gate is passed as on
 * any processor in half of the calls. */
static uint32_t compare(struct world *w, uint32_t messages, uint64_t *channels)
{
    const struct cs_disguised *hit;
    w->kit.set[CS_MATCHER_HYPERSCAN]->pass = draw(w, 2) ? cs_lattice_pass_plainly : cs_lattice_pass_best();
    for (w->n = 0; w->n < messages;)
        make_message(w);
    struct cs_folded in = {w->text, w->begin[w->n], w->begin, w->n};
    memset(w->text + in.n_code, 0, 64 * sizeof *w->text);
    uint32_t n = lattice_scan(&w->kit, &in, "random", &hit);
    for (uint32_t i = 0; i < n; i++)
        *channels |= hit[i].channels;
    return n;
}

Test(lattice_random, both_kinds_agree)
{
    static struct world w = {.seed = 20261123};
    uint64_t hits = 0, channels = 0;
    open_world(&w);
    for (int round = 0; round < ROUNDS; round++) {
        make_terms(&w, 1 + draw(&w, 20));
        lattice_compile(&w.kit);
        hits += compare(&w, MESSAGES, &channels);
        lattice_drop(&w.kit);
    }
    cr_expect(hits > 5000, "the texts hardly hit: %lu", (unsigned long)hits);
    cr_expect_eq(channels, (uint64_t)(CS_CHANNELS_ALL | CS_CHANNEL_ANNOTATED));
    lattice_clear(&w.kit);
}

/* More terms than the gate has buckets, and texts around the edges of what it judges at once: shorter than a
 * block, and ending anywhere in one. */
Test(lattice_random, crowds_share_buckets)
{
    static struct world w = {.seed = 24};
    uint64_t hits = 0, channels = 0;
    open_world(&w);
    for (int round = 0; round < 6; round++) {
        make_terms(&w, LATTICE_TERMS);
        lattice_compile(&w.kit);
        for (uint32_t i = 0; i < 16; i++)
            hits += compare(&w, 1 + draw(&w, 3), &channels);
        lattice_drop(&w.kit);
    }
    cr_expect(hits > 500, "the texts hardly hit: %lu", (unsigned long)hits);
    cr_expect_eq(channels, (uint64_t)(CS_CHANNELS_ALL | CS_CHANNEL_ANNOTATED));
    lattice_clear(&w.kit);
}

/* Terms of one syllable and a text of nothing else, spelled and noted: every code begins thousands of paths.
 * The work stays bounded, that is told, and a term at the end is found all the same. */
Test(lattice_random, hostile_runs_are_bounded)
{
    enum { LONG = 1500, TERMS = 48, LEN = 12 };
    static uint16_t text[LONG + 128];
    static const uint16_t sound[] = {0x4E00, 0x4F0A, 0x533B, 0x8863, 0x4F9D}; /* all yi */
    struct lattice_kit k;
    lattice_init(&k);
    for (uint32_t t = 0; t < TERMS; t++) {
        uint16_t *code = cs_arena_alloc(&k.arena, LEN * sizeof *code);
        cr_assert(code != NULL);
        for (uint32_t i = 0; i < LEN; i++)
            code[i] = cs_code_of(sound[(t >> (i % 5)) % 5]);
        k.term[k.n++] = (struct cs_disguisable){{code, LEN}, CS_CHANNELS_ALL, CS_SOUND_ALL, 0};
    }
    lattice_add(&k, "微信", CS_CHANNELS_ALL, CS_SOUND_MODERN);
    lattice_compile(&k);
    for (uint32_t i = 0; i < LONG; i++)
        text[i] = cs_code_of(i % 3 == 0 ? 0x4EBF : i % 3 == 1 ? 'y' : 'i'); /* 亿yi亿yi */
    text[LONG - 2] = cs_code_of(0x5A01);
    text[LONG - 1] = cs_code_of(0x5FC3);
    text[LONG] = CS_CODE_DELIMITER;
    uint32_t begin[] = {0, LONG + 1}, flags = 0, n = 0;
    struct cs_folded in = {text, LONG + 1, begin, 1};
    const struct cs_disguised *hit;
    lattice_ok(cs_lattice_scan(k.scanner[CS_MATCHER_HYPERSCAN], &in, &flags, &hit, &n), "scan");
    cr_assert(n > 0);
    cr_expect_eq(flags, 1u << CS_FLAG_HITS_TRUNCATED);
    cr_expect(hit[n - 1].term == TERMS && hit[n - 1].begin == LONG - 2 && hit[n - 1].end == LONG);
    lattice_clear(&k);
}
