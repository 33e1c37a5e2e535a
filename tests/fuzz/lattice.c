/* The search for disguises against its plain twin, on terms and texts made of characters that sound alike,
 * look alike and are parts of each other; and the questions about syllables against the plainest answers. */
#include "fuzz.h"

#include "scan/lattice.h"
#include "text/fold.h"
#include "text/map.h"
#include "text/readings.h"
#include "text/shapes.h"

enum { TERMS = 12, MESSAGES = 64, CODES_MAX = 64, LETTERS = 24, KNOWN_SETS = 32, NEW_SET = 240 };

static const char *const pool_text =
    "微威薇徽信心新言亻人淘陶桃宝保玉宀行航型银支付府知十又寸天田一大拼品多夺加家抖音重长乐了得地";

static struct cs_arena arena;
static uint16_t pool[64];
static uint32_t n_pool;

struct plan {
    struct fuzz_in in;
    struct cs_disguisable term[TERMS];
    uint32_t n_term;
    uint16_t code[MESSAGES * (CODES_MAX + 1) + 64];
    uint32_t begin[MESSAGES + 1];
    uint32_t n;
};

static void open_once(void)
{
    struct cs_map_text map;
    if (n_pool) return;
    cs_arena_init(&arena, 1 << 16, 0);
    fuzz_ok(cs_map_text(cs_span_str(pool_text), &arena, &map), "pool");
    for (uint32_t i = 0; i < map.n && n_pool < 64; i++)
        pool[n_pool++] = cs_code_unit(map.at[i].code);
}

static uint16_t any_unit(struct plan *p)
{
    uint32_t what = fuzz_byte(&p->in);
    if (what < 200) return pool[what % n_pool];
    if (what < 248) return (uint16_t)('a' + what % 26);
    uint16_t unit = (uint16_t)fuzz_below(&p->in, 65536);
    return unit && unit != 0xFFFF ? unit : pool[0];
}

static void make_terms(struct plan *p)
{
    p->n_term = 1 + fuzz_below(&p->in, TERMS);
    for (uint32_t i = 0; i < p->n_term; i++) {
        uint32_t len = 2 + fuzz_below(&p->in, 4);
        uint16_t *code = cs_arena_alloc(&arena, len * sizeof *code);
        FUZZ_CHECK(code != NULL, "memory");
        for (uint32_t k = 0; k < len; k++)
            code[k] = cs_code_of(any_unit(p));
        uint32_t how = fuzz_byte(&p->in);
        uint8_t channels = how & 64 ? CS_CHANNELS_ALL : (uint8_t)(1 + how % CS_CHANNELS_ALL);
        p->term[i] =
            (struct cs_disguisable){{code, len}, channels, (uint8_t)fuzz_below(&p->in, CS_SOUND_COUNT), i};
    }
}

static void put(struct plan *p, uint16_t unit)
{
    uint32_t at = p->begin[p->n + 1];
    if (at - p->begin[p->n] == CODES_MAX) return;
    p->code[at] = cs_code_of(unit);
    p->begin[p->n + 1] = at + 1;
}

static void put_units(struct plan *p, const uint16_t *unit, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        put(p, unit[i]);
}

static void put_spelling(struct plan *p, uint16_t unit)
{
    struct cs_readings r = cs_readings_of(unit);
    if (!r.n) return;
    const char *name = cs_syllable_name(cs_reading_syllable(r.ptr[fuzz_below(&p->in, r.n)]));
    for (; *name; name++)
        put(p, (uint16_t)*name);
}

static void put_split(struct plan *p, uint16_t unit)
{
    struct cs_units rest = cs_splits_of(unit), parts = {NULL, 0};
    for (uint32_t skip = fuzz_below(&p->in, 4); cs_split_next(&rest, &parts) && skip; skip--)
        ;
    put_units(p, parts.ptr, parts.n);
}

static void put_letter(struct plan *p, uint16_t unit)
{
    uint32_t n;
    const struct cs_letter *l = cs_letters_all(&n);
    struct cs_readings r = cs_readings_of(unit);
    for (uint32_t i = 0; i < n; i++)
        if (l[i].unit == unit && fuzz_byte(&p->in) & 1) {
            put(p, l[i].letter);
            return;
        }
    if (r.n) put(p, (uint16_t)cs_syllable_name(cs_reading_syllable(r.ptr[0]))[0]);
}

/* Any character from `from` on that sounds like it. */
static void put_homophone(struct plan *p, uint16_t unit)
{
    uint32_t from = 0x4E00 + fuzz_below(&p->in, 0x5200);
    for (uint32_t i = 0; i < 3000; i++) {
        uint16_t other = (uint16_t)(0x4E00 + (from - 0x4E00 + i) % 0x5200);
        if (cs_sound_shared(unit, other) == CS_SOUND_COUNT) continue;
        put(p, other);
        return;
    }
}

static void put_disguised(struct plan *p, uint16_t unit)
{
    struct cs_units like = cs_lookalikes_of(unit);
    switch (fuzz_below(&p->in, 9)) {
    case 1: put_spelling(p, unit); break;
    case 2: put_split(p, unit); break;
    case 3:
        if (like.n) put(p, like.ptr[fuzz_below(&p->in, like.n)]);
        break;
    case 4: put_homophone(p, unit); break;
    case 5: put_letter(p, unit); break;
    case 6:
        put(p, unit);
        put_spelling(p, unit);
        break;
    case 7: put(p, any_unit(p)); break;
    default: put(p, unit);
    }
}

static void make_message(struct plan *p)
{
    p->begin[p->n + 1] = p->begin[p->n];
    for (uint32_t part = fuzz_below(&p->in, 5); part; part--) {
        const struct cs_codes *t = &p->term[fuzz_below(&p->in, p->n_term)].code;
        for (uint32_t i = fuzz_below(&p->in, 3); i; i--)
            put(p, any_unit(p));
        for (uint32_t i = 0; i < t->len; i++)
            put_disguised(p, cs_code_unit(t->ptr[i]));
    }
    p->code[p->begin[p->n + 1]++] = CS_CODE_DELIMITER;
    p->n++;
}

/* One kind of search over a set of terms. */
struct side {
    struct cs_lattice *set;
    struct cs_lattice_scanner *scanner;
    const struct cs_disguised *hit;
    uint32_t n, flags[MESSAGES];
};

static void compile(struct side *s, enum cs_matcher_kind kind, const struct plan *p)
{
    struct cs_diag diag = {0};
    fuzz_ok(cs_lattice_new(kind, p->term, p->n_term, &diag, &s->set), "compile");
    fuzz_ok(cs_lattice_scanner_new(s->set, &s->scanner), "scanner");
    cs_diag_clear(&diag);
}

static void search(const struct plan *p, struct side *s)
{
    struct cs_folded in = {p->code, p->begin[p->n], p->begin, p->n};
    memset(s->flags, 0, sizeof s->flags);
    fuzz_ok(cs_lattice_scan(s->scanner, &in, s->flags, &s->hit, &s->n), "scan");
}

static void done(struct side *s)
{
    cs_lattice_scanner_free(&s->scanner);
    cs_lattice_free(&s->set);
}

/* The next hit from *i on in a message that was searched to the end by both, or NULL. */
static const struct cs_disguised *next(const struct side *s, const struct side *other, uint32_t *i)
{
    while (*i < s->n && (s->flags[s->hit[*i].msg] | other->flags[s->hit[*i].msg]))
        ++*i;
    return *i < s->n ? &s->hit[(*i)++] : NULL;
}

static void compare(const struct side *fast, const struct side *plain)
{
    uint32_t i = 0, k = 0;
    for (;;) {
        const struct cs_disguised *x = next(fast, plain, &i), *y = next(plain, fast, &k);
        if (!x && !y) return;
        const struct cs_disguised *z = x ? x : y;
        FUZZ_CHECK(x && y, "only one: message %u term %u [%u, %u) channels %x", z->msg, z->term, z->begin,
            z->end, z->channels);
        FUZZ_CHECK(x->msg == y->msg && x->term == y->term && x->begin == y->begin && x->end == y->end,
            "message %u term %u [%u, %u), plainly message %u term %u [%u, %u)", x->msg, x->term, x->begin,
            x->end, y->msg, y->term, y->begin, y->end);
        FUZZ_CHECK(x->evidence == y->evidence && x->channels == y->channels, "channels %x, plainly %x",
            x->channels, y->channels);
        fuzz_telling++;
    }
}

/* Try every syllable at the front. */
static bool fills(const char *letter, uint32_t n)
{
    if (n == 0) return true;
    for (uint32_t s = 1; s <= cs_syllable_count(); s++) {
        uint32_t len = (uint32_t)strlen(cs_syllable_name(s));
        if (len <= n && memcmp(letter, cs_syllable_name(s), len) == 0 && fills(letter + len, n - len))
            return true;
    }
    return false;
}

static void check_syllables(struct fuzz_in *in)
{
    char letter[LETTERS];
    uint32_t n = 0;
    for (uint32_t k = fuzz_below(in, 6); k; k--) {
        const char *name = cs_syllable_name(1 + fuzz_below(in, cs_syllable_count()));
        for (uint32_t i = 0; name[i] && n < LETTERS; i++)
            letter[n++] = fuzz_byte(in) < 240 ? name[i] : (char)('a' + fuzz_below(in, 26));
    }
    FUZZ_CHECK(cs_syllables_fill(letter, n) == fills(letter, n), "%.*s", (int)n, letter);
}

/* Sharing a sound is mutual, at the rarer of both levels, and every character shares its own. */
static void check_sounds(struct fuzz_in *in)
{
    uint16_t a = (uint16_t)fuzz_below(in, 65536), b = pool[fuzz_below(in, n_pool)];
    struct cs_readings r = cs_readings_of(a);
    FUZZ_CHECK(cs_sound_shared(a, b) == cs_sound_shared(b, a), "%04x %04x", a, b);
    FUZZ_CHECK((cs_sound_shared(a, a) == CS_SOUND_COUNT) == (r.n == 0), "%04x", a);
    for (uint32_t i = 0; i < r.n; i++) {
        uint32_t syllable = cs_reading_syllable(r.ptr[i]);
        FUZZ_CHECK(syllable >= 1 && syllable <= cs_syllable_count(), "%04x: syllable %u", a, syllable);
        FUZZ_CHECK(cs_reading_sound(r.ptr[i]) < CS_SOUND_COUNT, "%04x", a);
    }
    struct cs_units rest = cs_splits_of(a), parts, like = cs_lookalikes_of(a);
    while (cs_split_next(&rest, &parts))
        FUZZ_CHECK(parts.n >= 2 && parts.n <= CS_SPLIT_PARTS_MAX, "%04x: %u parts", a, parts.n);
    for (uint32_t i = 0; i < like.n; i++)
        FUZZ_CHECK(like.ptr[i] != a && (!i || like.ptr[i - 1] < like.ptr[i]), "%04x", a);
}

/* Sets of terms that stay compiled, which takes longer than many searches: set k comes from a plan of its
 * own. */
static struct side *known_set(uint32_t k, struct plan *p)
{
    static struct side known[KNOWN_SETS][2];
    uint8_t bytes[256];
    uint64_t x = 0x9E3779B97F4A7C15u * (k + 1);
    for (size_t i = 0; i < sizeof bytes; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(x >> 56);
    }
    struct fuzz_in mine = p->in;
    p->in = fuzz_open(bytes, sizeof bytes);
    make_terms(p);
    p->in = mine;
    for (int kind = 0; kind < 2 && !known[k][kind].set; kind++)
        compile(&known[k][kind], (enum cs_matcher_kind)kind, p);
    return known[k];
}

/* First byte: a known set of terms, or a new one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct plan p;
    struct side own[2] = {{.set = NULL}}, *side = own;
    open_once();
    p = (struct plan){.in = fuzz_open(data, size)};
    cs_arena_reset(&arena);
    uint8_t what = fuzz_byte(&p.in);
    if (what >= NEW_SET) make_terms(&p);
    for (int kind = 0; kind < 2 && what >= NEW_SET; kind++)
        compile(&own[kind], (enum cs_matcher_kind)kind, &p);
    if (what < NEW_SET) side = known_set(what % KNOWN_SETS, &p);
    for (uint32_t n = 1 + fuzz_below(&p.in, MESSAGES); p.n < n && fuzz_left(&p.in);)
        make_message(&p);
    for (int kind = 0; kind < 2 && p.n; kind++)
        search(&p, &side[kind]);
    if (p.n) compare(&side[CS_MATCHER_HYPERSCAN], &side[CS_MATCHER_REFERENCE]);
    done(&own[0]);
    done(&own[1]);
    check_syllables(&p.in);
    check_sounds(&p.in);
    fuzz_cases += p.n;
    return 0;
}
