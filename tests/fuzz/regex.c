/* Expressions of rules: what they match by the whole way from parser and gates to the walk, with the library
 * and without, against a slow twin that knows the tree they were written from; and any text as an expression,
 * which must be refused with its place, or find the same with both matchers. */
#include "engine.h"
#include "expression.h"

enum { EXPRESSIONS = 3, MESSAGES = 24, ANY = 224, ANY_CHARS = 60, KNOWN_PACKS = 64, NEW_PACK = 200 };

struct pack {
    struct engine engine;
    struct expression expression[EXPRESSIONS];
    uint32_t n;
    bool made, good;
};

static void put_rule(struct cs_buf *yaml, uint32_t i, struct cs_span expression)
{
    cs_buf_fmt(yaml,
        "  - id: R%u\n    category: c\n    severity: 1\n    platforms: all\n    actors: any\n"
        "    message: {zh: 一, en: one}\n    regex: ['",
        i);
    for (size_t k = 0; k < expression.len; k++) {
        if (expression.ptr[k] == '\'') cs_buf_byte(yaml, '\'');
        cs_buf_byte(yaml, expression.ptr[k]);
    }
    cs_buf_str(yaml, "']\n");
}

static void load(struct pack *p, struct cs_buf *yaml)
{
    p->good = engine_load(&p->engine, cs_buf_span(yaml));
    if (p->good) engine_compile(&p->engine);
    cs_buf_clear(yaml);
}

static void make_pack(struct fuzz_in *in, struct pack *p)
{
    struct cs_buf yaml = {0};
    cs_buf_str(&yaml, "pack: {id: p, version: 1}\nrules:\n");
    bool fits = true;
    p->made = true;
    for (p->n = 0; p->n < EXPRESSIONS;) {
        fits &= expression_make(in, &p->expression[p->n]);
        put_rule(&yaml, p->n, cs_buf_span(&p->expression[p->n].text));
        cs_buf_clear(&p->expression[p->n++].text);
    }
    load(p, &yaml);
    p->good &= fits;
}

/* Anything that looks a little like an expression. */
static void make_any(struct fuzz_in *in, struct pack *p)
{
    static const char *const part[] = {"甲乙", "微信", "(", ")", "(?:", "[", "[^", "]", "{", "}", "{2,",
        "{0,3}", "|", "*", "+", "?", "*?", ".", "^", "$", "\\b", "\\B", "\\d", "\\w", "\\s", "\\h",
        "\\x{4E00}", "\\", "-", ",", "a", "B", "1", "㎏", "％", "\u200b", " ", "(?i)", "(?=", "\\1",
        "[[:alpha:]]", "\\p{Han}", "[a-z]", "\\/", ":", "64", "🐧"};
    struct cs_buf yaml = {0}, text = {0};
    for (uint32_t n = fuzz_below(in, ANY_CHARS); n; n--)
        cs_buf_str(&text, part[fuzz_below(in, sizeof part / sizeof *part)]);
    cs_buf_str(&yaml, "pack: {id: p, version: 1}\nrules:\n");
    put_rule(&yaml, 0, cs_buf_span(&text));
    load(p, &yaml);
    cs_buf_clear(&text);
}

static void check_told(const struct cs_diag *d)
{
    struct cs_buf b = {0};
    for (uint32_t i = 0; i < d->n; i++)
        cs_diag_render(d, i, &b);
    fuzz_ok(cs_buf_rc(&b), "render");
    cs_buf_clear(&b);
}

/* The violations of one rule in one message are what the twin finds. */
static void check_rule(const struct pack *p, uint32_t msg, uint32_t rule, struct letters *l)
{
    struct stretch want[EXPRESSION_TEXT];
    const struct cs_batch *b = p->engine.side[CS_MATCHER_HYPERSCAN].batch;
    uint32_t n = expression_find(&p->expression[rule], l, want), k = 0;
    const char *id = p->engine.rules->rule[rule].id;
    for (uint32_t i = b->violation_begin[msg]; i < b->violation_begin[msg + 1]; i++) {
        const struct cs_violation *v = &b->violation[i];
        if (v->rule_id != id) continue;
        FUZZ_CHECK(k < n && v->char_begin == want[k].begin && v->char_end == want[k].end,
            "%s in '%s': [%u, %u) is not plain", p->engine.rules->regex[rule].text, cs_buf_cstr(&l->text),
            v->char_begin, v->char_end);
        k++;
    }
    FUZZ_CHECK(k == n, "%s in '%s': %u matches, plainly %u", p->engine.rules->regex[rule].text,
        cs_buf_cstr(&l->text), k, n);
}

static void play(struct fuzz_in *in, struct pack *p)
{
    static struct letters said[MESSAGES];
    uint32_t n = 0;
    do {
        letters_make(in, &said[n]);
        engine_say(&p->engine, "jd", CS_ROLE_AGENT, cs_buf_span(&said[n].text));
    } while (++n < MESSAGES && fuzz_left(in));
    engine_run(&p->engine);
    for (uint32_t i = 0; i < n; i++) {
        bool cut = p->engine.side[0].batch->flags[i] >> CS_FLAG_HITS_TRUNCATED & 1;
        for (uint32_t r = 0; r < p->n && !cut; r++)
            check_rule(p, i, r, &said[i]);
        cs_buf_clear(&said[i].text);
    }
    engine_reset(&p->engine);
}

/* Packs that stay compiled: pack k comes from a plan of its own. */
static struct pack *known_pack(uint32_t k)
{
    static struct pack known[KNOWN_PACKS];
    uint8_t bytes[256];
    uint64_t x = 0x9E3779B97F4A7C15u * (k + 5);
    for (uint32_t tries = 0; tries < 100 && !known[k].good; tries++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (uint8_t)(x >> 56);
        }
        struct fuzz_in in = fuzz_open(bytes, sizeof bytes);
        if (known[k].made) engine_close(&known[k].engine);
        make_pack(&in, &known[k]);
    }
    FUZZ_CHECK(known[k].good, "no good pack in 100 tries");
    return &known[k];
}

/* First byte: a known pack, a new one, or any text as an expression. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = fuzz_open(data, size);
    uint8_t what = fuzz_byte(&in);
    if (what < NEW_PACK) {
        play(&in, known_pack(what % KNOWN_PACKS));
        return 0;
    }
    static struct pack fresh;
    fresh = (struct pack){.n = 0};
    if (what < ANY) make_pack(&in, &fresh);
    if (what >= ANY) make_any(&in, &fresh);
    check_told(&fresh.engine.diag);
    if (fresh.good) play(&in, &fresh);
    fuzz_cases += !fresh.good;
    engine_close(&fresh.engine);
    return 0;
}
