/* Made-up rule packs and texts that disguise their terms, through the whole filter: fast matchers, plain
 * twins, `explain`, and a second annotator that is slow and obvious all find the same violations at the same
 * places. */
#include "cuts.h"

#include "annotate/plain.h"
#include "text/views.h"

enum { RULES = 4, TERMS = 5, MESSAGES = 24, KNOWN_PACKS = 64, NEW_PACK = 254 };

/* A piece of a term, then what may stand for it: other forms, sounds, spellings, parts, looks. */
static const char *const piece[][9] = {
    {"微", "薇", "威", "wei", "Wei", "徽", "嶶", "微(wēi)", "ｗｅｉ"},
    {"信", "心", "xin", "亻言", "信（xìn）", "x", "㐰", "芯", "XIN"},
    {"支", "枝", "zhi", "十又", "z", "支", "知", "吱", "支"},
    {"付", "fu", "亻寸", "f", "附", "符", "拊", "付", "副"},
    {"宝", "寶", "bao", "保", "宀玉", "b", "堡", "寳", "宝"},
    {"淘", "掏", "tao", "氵匋", "桃", "陶", "t", "淘", "tAo"},
    {"v", "V", "ｖ", "ⓥ", "𝕍", "v", "v", "Ｖ", "v"},
    {"x", "X", "ｘ", "x", "𝕏", "x", "x", "х", "x"},
    {"100", "１００", "1 00", "①00", "100", "100", "10", "0", "100"},
    {"%", "％", "", "%", "﹪", "% ", "%", "‰", "%"},
    {"㎏", "kg", "KG", "k g", "k", "㎏", "㎏", "kg", "㎏"},
    {"qq", "🐧", "QQ", "ｑｑ", "扣扣", "q", "🐧", "qq", "Q Q"},
    {"加", "➕", "+", "jia", "家", "➕", "力口", "+", "加(jiā)"},
    {"株式会社", "㍿", "株式会社", "株 式会社", "㍿", "株式會社", "株式会社", "㍿", "株"},
    {"ffi", "ﬃ", "FFI", "ﬀi", "ﬃ", "f f i", "ｆﬁ", "ffi", "ff"},
    {"🐉龙", "🐉龍", "🐲龙", "long", "🐉", "龙", "𪚥", "🐉龙", "🐉  龙"},
    {"最", "最", "zui", "罪", "最", "z", "嘴", "最", "最"},
    {"好", "女子", "hao", "h", "号", "好", "郝", "好", "好"},
    {"开始", "开端", "起头", "开始", "开 端", "kaishi", "开端", "开始", "着手"},
    {"随便", "随意", "任意", "随便", "隨意", "随", "任凭", "随 意", "随便"},
    {"清楚", "分明", "明白", "清", "清晰", "清楚", "分-明", "qingchu", "不分明"},
    {" ", "", "  ", "-", "\u3000", " ", " ", " ", " "},
};
enum { PIECES = sizeof piece / sizeof *piece, WAYS = 9, TERM_PIECES = 4 };

static const char *const between[] = {"", "", "", "", "", "", "", "", " ", ".", "。", "\u200b", "-", "  ",
    "，", "\u0301", "\n", "...", "a", "信", "5", "\xFF", "\xE5\xBE", "\xED\xA0\x80", "\u202e", "👨\u200d👩"};
enum { BETWEENS = sizeof between / sizeof *between };

struct term {
    uint8_t piece[TERM_PIECES], n;
};

struct pack {
    struct engine engine;
    struct term term[RULES * TERMS * 3];
    uint32_t n_term;
    bool good;
};

static void put_term(struct fuzz_in *in, struct pack *p, struct cs_buf *yaml)
{
    struct term *t = &p->term[p->n_term++];
    t->n = (uint8_t)(1 + fuzz_below(in, TERM_PIECES));
    cs_buf_str(yaml, "\"");
    for (uint32_t i = 0; i < t->n; i++) {
        t->piece[i] = (uint8_t)fuzz_below(in, PIECES);
        cs_buf_str(yaml, piece[t->piece[i]][0]);
    }
    cs_buf_str(yaml, "\"");
}

static void put_terms(struct fuzz_in *in, struct pack *p, const char *key, uint32_t n, struct cs_buf *yaml)
{
    if (n) cs_buf_fmt(yaml, "    %s: [", key);
    for (uint32_t i = 0; i < n; i++) {
        if (i) cs_buf_str(yaml, ", ");
        put_term(in, p, yaml);
    }
    if (n) cs_buf_str(yaml, "]\n");
}

static void put_rule(struct fuzz_in *in, struct pack *p, uint32_t i, struct cs_buf *yaml)
{
    static const char *const channels[] = {"", "all", "[pinyin]", "[homophone, pinyin]", "[abbreviation]",
        "[split, shape]", "all", "[pinyin, abbreviation, split]"};
    static const char *const sounds[] = {"main", "modern", "all"};
    static const char *const floors[] = {
        "", "", "", "gap", "exact", "folded", "pinyin", "homophone", "abbreviation", "split", "shape"};
    static const char *const who[] = {"any", "agent", "[buyer, human]"};
    static const char *const where[] = {"all", "[jd]", "[pdd, jd]"};
    cs_buf_fmt(yaml, "  - id: R%u\n    category: c\n    severity: %u\n    actors: %s\n    platforms: %s\n", i,
        1 + i, who[fuzz_below(in, 3)], where[fuzz_below(in, 3)]);
    cs_buf_fmt(yaml, "    message: {zh: 一, en: one}\n    gap: %u\n", fuzz_below(in, 5));
    const char *c = channels[fuzz_below(in, 8)], *f = floors[fuzz_below(in, 11)];
    if (*c) cs_buf_fmt(yaml, "    disguises: %s\n    sound: %s\n", c, sounds[fuzz_below(in, 3)]);
    if (*f) cs_buf_fmt(yaml, "    evidence: %s\n", f);
    uint32_t switches = fuzz_byte(in);
    if (switches % 4 == 0) cs_buf_str(yaml, "    cross_sentence: true\n");
    if (switches / 4 % 8 == 0) cs_buf_str(yaml, "    whole_clause: true\n");
    if (switches / 32 < 3) cs_buf_str(yaml, "    spin: true\n");
    put_terms(in, p, "terms", 1 + fuzz_below(in, TERMS), yaml);
    put_terms(in, p, "plain", fuzz_below(in, 3), yaml);
    put_terms(in, p, "exempt", fuzz_below(in, 4), yaml);
}

static void make_pack(struct fuzz_in *in, struct pack *p)
{
    struct cs_buf yaml = {0};
    p->n_term = 0;
    cs_buf_str(&yaml, "pack: {id: p, version: 1}\nrules:\n");
    for (uint32_t i = 0, n = 1 + fuzz_below(in, RULES); i < n; i++)
        put_rule(in, p, i, &yaml);
    p->good = engine_load(&p->engine, cs_buf_span(&yaml));
    if (p->good) engine_compile(&p->engine);
    cs_buf_clear(&yaml);
}

/* Packs that stay compiled: pack k comes from a plan of its own. */
static struct pack *known_pack(uint32_t k)
{
    static struct pack known[KNOWN_PACKS];
    uint8_t bytes[512];
    uint64_t x = 0x9E3779B97F4A7C15u * (k + 77);
    for (uint32_t tries = 0; tries < 100 && !known[k].good; tries++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (uint8_t)(x >> 56);
        }
        struct fuzz_in in = fuzz_open(bytes, sizeof bytes);
        if (known[k].n_term) engine_close(&known[k].engine);
        make_pack(&in, &known[k]);
    }
    FUZZ_CHECK(known[k].good, "no good pack in 100 tries");
    return &known[k];
}

static void make_text(struct fuzz_in *in, const struct pack *p, struct cs_buf *out)
{
    for (uint32_t part = fuzz_below(in, 5); part; part--) {
        const struct term *t = &p->term[fuzz_below(in, p->n_term)];
        uint32_t how = fuzz_byte(in);
        if (how % 3 == 0) fuzz_text(in, how % 7, out);
        for (uint32_t i = 0; i < t->n; i++) {
            uint32_t way = fuzz_byte(in);
            cs_buf_str(out, piece[t->piece[i]][way < 128 ? 0 : way % WAYS]);
            cs_buf_str(out, between[fuzz_below(in, BETWEENS)]);
        }
    }
}

/* The disguises of one text, as the plain twin found them. */
static void add_disguises(const struct cs_batch *b, uint32_t text, struct plain_case *c)
{
    uint32_t i = 0;
    while (i < b->n_disguise && b->disguise[i].msg < text)
        i++;
    c->disguise = b->n_disguise ? b->disguise + i : NULL;
    while (i + c->n_disguise < b->n_disguise && b->disguise[i + c->n_disguise].msg == text)
        c->n_disguise++;
}

enum { TEXTS_MAX = 1 + CS_VIEW_READINGS };

/* What the message says, and what each of its views adds. */
struct expected {
    struct plain_findings of[TEXTS_MAX];
    uint32_t n;
};

static bool judge_text(
    const struct pack *p, uint32_t msg, uint32_t text, struct cs_arena *arena, struct expected *e)
{
    const struct cs_batch *b = p->engine.side[CS_MATCHER_REFERENCE].batch;
    struct cs_view_text view;
    struct plain_case c = {.rs = p->engine.rules,
        .text = b->text[msg],
        .platform = cs_ruleset_platform(p->engine.rules, b->platform[msg]),
        .role = b->role[msg]};
    if (text != msg) {
        fuzz_ok(cs_view_make(c.text, b->view[text - b->n].reading, arena, &view), "view");
        c.text = view.text;
        c.view = &view;
    }
    add_disguises(b, text, &c);
    return plain_judge(&c, arena, &e->of[e->n++]);
}

/* Whether the message, judged by the filter, has a violation of the same rule that shares characters. */
static bool told_again(const struct pack *p, uint32_t msg, const struct plain_finding *f)
{
    const struct cs_batch *b = p->engine.side[CS_MATCHER_HYPERSCAN].batch;
    for (uint32_t i = b->violation_begin[msg]; i < b->violation_begin[msg + 1]; i++)
        if (b->violation[i].rule_id == p->engine.rules->rule[f->rule].id &&
            b->violation[i].char_begin < f->end && f->begin < b->violation[i].char_end)
            return true;
    return false;
}

static void check_expected(const struct pack *p, uint32_t msg, const struct expected *e)
{
    const struct cs_batch *b = p->engine.side[CS_MATCHER_HYPERSCAN].batch;
    uint32_t begin = b->violation_begin[msg], n = b->violation_begin[msg + 1] - begin, known = 0;
    struct cs_span text = b->text[msg];
    for (uint32_t i = begin; i < begin + n; i++) {
        const struct cs_violation *v = &b->violation[i];
        bool plain = plain_same(&e->of[0], v, p->engine.rules) != NULL;
        known += plain;
        for (uint32_t k = 1; k < e->n; k++)
            plain |= plain_same(&e->of[k], v, p->engine.rules) != NULL;
        FUZZ_CHECK(plain, "'%.*s': %s %s [%u, %u) evidence %u is not plain", (int)text.len,
            (const char *)text.ptr, v->rule_id, v->term, v->char_begin, v->char_end, v->evidence);
    }
    FUZZ_CHECK(known == e->of[0].n, "'%.*s': %u violations, plainly %u", (int)text.len,
        (const char *)text.ptr, known, e->of[0].n);
    for (uint32_t k = 1; k < e->n; k++)
        for (uint32_t i = 0; i < e->of[k].n; i++)
            FUZZ_CHECK(told_again(p, msg, &e->of[k].at[i]), "'%.*s': a view says [%u, %u)", (int)text.len,
                (const char *)text.ptr, e->of[k].at[i].begin, e->of[k].at[i].end);
}

static void judge(const struct pack *p, uint32_t msg, struct cs_arena *arena)
{
    static struct expected e;
    const struct cs_batch *b = p->engine.side[CS_MATCHER_HYPERSCAN].batch;
    e.n = 0;
    bool judged = judge_text(p, msg, msg, arena, &e);
    for (uint32_t v = 0; v < b->n_view && judged; v++)
        if (b->view[v].msg == msg) judged = judge_text(p, msg, b->n + v, arena, &e);
    if (judged && !(b->flags[msg] >> CS_FLAG_HITS_TRUNCATED & 1)) check_expected(p, msg, &e);
}

static void play(struct fuzz_in *in, struct pack *p)
{
    static struct cs_arena arena;
    if (!arena.chunk_bytes) cs_arena_init(&arena, 1 << 16, 0);
    uint32_t n = 1 + fuzz_below(in, MESSAGES);
    for (uint32_t i = 0; i < n && fuzz_left(in); i++) {
        struct cs_buf text = {0};
        uint32_t who = fuzz_byte(in);
        make_text(in, p, &text);
        engine_say(&p->engine,
            who & 1   ? "jd"
            : who & 2 ? "pdd"
                      : "elsewhere",
            who & 12 ? CS_ROLE_AGENT : CS_ROLE_BUYER, cs_buf_span(&text));
        cs_buf_clear(&text);
    }
    engine_run(&p->engine);
    for (uint32_t i = 0; i < p->engine.side[0].batch->n; i++) {
        cs_arena_reset(&arena);
        judge(p, i, &arena);
    }
    cuts_check(&p->engine);
    engine_reset(&p->engine);
}

/* First byte: a known pack, or a new one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = fuzz_open(data, size);
    uint8_t what = fuzz_byte(&in);
    if (what < NEW_PACK) {
        play(&in, known_pack(what % KNOWN_PACKS));
        return 0;
    }
    static struct pack fresh;
    make_pack(&in, &fresh);
    if (fresh.good) play(&in, &fresh);
    engine_close(&fresh.engine);
    return 0;
}
