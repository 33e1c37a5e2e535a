#include "engine.h"

#include "annotate/annotate.h"
#include "base/utf8.h"
#include "rules/needs.h"

bool engine_load(struct engine *e, struct cs_span pack)
{
    struct fuzz_file f;
    *e = (struct engine){.rules = NULL};
    fuzz_file_open(&f, pack);
    const char *path = f.path;
    cs_rc rc = cs_ruleset_load(&path, 1, &e->diag, &e->rules);
    fuzz_file_close(&f);
    FUZZ_CHECK(
        cs_bad(rc) == cs_diag_has_errors(&e->diag), "%s, and %u errors", cs_rc_name(rc), e->diag.n_errors);
    FUZZ_CHECK(cs_bad(rc) == (e->rules == NULL), "%s", cs_rc_name(rc));
    return !cs_bad(rc);
}

static void compile_side(struct engine *e, int kind)
{
    struct cs_settings s;
    fuzz_ok(cs_settings_default(&s), "settings");
    const struct cs_ruleset *rs = e->rules;
    fuzz_ok(cs_matcher_new(
                (enum cs_matcher_kind)kind, rs->pattern, rs->n_pattern, &e->diag, &e->side[kind].matcher),
        "matcher");
    fuzz_ok(cs_lattice_new((enum cs_matcher_kind)kind, rs->disguisable, rs->n_disguisable, &e->diag,
                &e->side[kind].lattice),
        "lattice");
    fuzz_ok(
        cs_filter_regexes((enum cs_matcher_kind)kind, rs, &e->diag, &e->side[kind].regexes), "expressions");
    struct cs_filter_options o = cs_filter_options_of(&s, rs, e->side[kind].matcher);
    o.lattice = e->side[kind].lattice;
    o.regexes = e->side[kind].regexes;
    fuzz_ok(cs_filter_new(&o, &e->side[kind].filter), "filter");
    e->side[kind].batch = malloc(sizeof *e->side[kind].batch);
    FUZZ_CHECK(e->side[kind].batch != NULL, "memory");
    cs_batch_init(e->side[kind].batch, 0);
    cs_arena_init(&e->side[kind].bytes, 1 << 14, 0);
    cs_settings_clear(&s);
}

void engine_compile(struct engine *e)
{
    for (int kind = 0; kind < 2; kind++)
        compile_side(e, kind);
    engine_reset(e);
}

void engine_reset(struct engine *e)
{
    for (int kind = 0; kind < 2; kind++) {
        cs_batch_reset(e->side[kind].batch);
        cs_arena_reset(&e->side[kind].bytes);
        e->side[kind].batch->topic = "in";
    }
}

void engine_say(struct engine *e, const char *platform, uint8_t role, struct cs_span text)
{
    struct cs_buf packed = {0};
    uint32_t n = e->side[0].batch->n;
    struct cs_chat chat = {.platform = cs_span_str(platform),
        .shop = CS_SPAN_LIT("s"),
        .buyer = CS_SPAN_LIT("b"),
        .agent = CS_SPAN_LIT("a"),
        .text = text,
        .role = role,
        .origin = CS_ORIGIN_TYPED,
        .sent_ms = 1700000000000 + n * 1000};
    FUZZ_CHECK(n < CS_BATCH_MAX, "too much is said");
    fuzz_ok(cs_chat_pack(&chat, &packed), "pack");
    for (int kind = 0; kind < 2; kind++) {
        struct cs_batch *b = e->side[kind].batch;
        char *copy = cs_arena_strdup(&e->side[kind].bytes, cs_buf_span(&packed));
        FUZZ_CHECK(copy != NULL, "memory");
        b->raw[n] = cs_span_of(copy, packed.len);
        b->key[n] = cs_span_of(NULL, 0);
        b->offset[n] = n;
        b->record_ms[n] = chat.sent_ms;
        b->partition[n] = 0;
        b->replay[n] = false;
        b->n = n + 1;
    }
    cs_buf_clear(&packed);
}

static bool on_border(struct cs_span text, uint32_t at)
{
    size_t byte = 0;
    while (byte < at)
        byte += cs_utf8_next(text, byte).len;
    return byte == at;
}

/* A span is whole characters, the same ones in bytes and in characters. */
static void check_span(const struct cs_batch *b, const struct cs_violation *v)
{
    struct cs_span text = b->text[v->msg];
    FUZZ_CHECK(v->byte_begin < v->byte_end && v->byte_end <= text.len, "%s [%u, %u) of %zu", v->rule_id,
        v->byte_begin, v->byte_end, text.len);
    FUZZ_CHECK(on_border(text, v->byte_begin) && on_border(text, v->byte_end), "%s [%u, %u)", v->rule_id,
        v->byte_begin, v->byte_end);
    FUZZ_CHECK(cs_utf8_count(cs_span_cut(text, 0, v->byte_begin)) == v->char_begin, "%s %u", v->rule_id,
        v->char_begin);
    FUZZ_CHECK(
        cs_utf8_count(cs_span_cut(text, 0, v->byte_end)) == v->char_end, "%s %u", v->rule_id, v->char_end);
    FUZZ_CHECK(v->severity >= 1 && v->severity <= 5 && v->evidence < CS_EVIDENCE_COUNT, "%s", v->rule_id);
}

static void compare(const struct cs_batch *fast, const struct cs_batch *plain, uint32_t msg)
{
    uint32_t i = fast->violation_begin[msg], k = plain->violation_begin[msg];
    uint32_t n = fast->violation_begin[msg + 1] - i, m = plain->violation_begin[msg + 1] - k;
    if ((fast->flags[msg] | plain->flags[msg]) >> CS_FLAG_HITS_TRUNCATED & 1) return;
    FUZZ_CHECK(
        fast->flags[msg] == plain->flags[msg], "flags %x, plainly %x", fast->flags[msg], plain->flags[msg]);
    for (uint32_t c = 0; c < n && c < m; c++) {
        const struct cs_violation *x = &fast->violation[i + c], *y = &plain->violation[k + c];
        FUZZ_CHECK(strcmp(x->rule_id, y->rule_id) == 0 && strcmp(x->term, y->term) == 0 &&
                       x->byte_begin == y->byte_begin && x->byte_end == y->byte_end &&
                       x->evidence == y->evidence,
            "%s %s [%u, %u) %u, plainly %s %s [%u, %u) %u", x->rule_id, x->term, x->byte_begin, x->byte_end,
            x->evidence, y->rule_id, y->term, y->byte_begin, y->byte_end, y->evidence);
        check_span(fast, x);
    }
    FUZZ_CHECK(n == m, "message %u: %u violations, plainly %u", msg, n, m);
    fuzz_telling += n > 0;
}

/* The long way of `explain` comes to the same violations. */
static void check_explained(const struct engine *e, uint32_t msg)
{
    struct cs_batch *b = e->side[CS_MATCHER_HYPERSCAN].batch;
    struct cs_judgement *j;
    uint32_t n = 0, same = 0, listed = b->violation_begin[msg + 1] - b->violation_begin[msg];
    const struct cs_needs needs = cs_needs_of(e->rules);
    if (cs_needs_back_ms(&needs)) return; /* it explains a message by itself */
    if (b->flags[msg] >> CS_FLAG_HITS_TRUNCATED & 1) return;
    fuzz_ok(cs_annotate_explain(e->rules, b, msg, &j, &n), "explain");
    for (uint32_t i = 0; i < n; i++)
        same += j[i].verdict == CS_VERDICT_VIOLATION;
    FUZZ_CHECK(same == listed, "message %u: %u violations, explained %u", msg, listed, same);
}

void engine_run(struct engine *e)
{
    const struct cs_batch *fast = e->side[CS_MATCHER_HYPERSCAN].batch;
    for (int kind = 0; kind < 2; kind++)
        fuzz_ok(cs_filter_inspect(e->side[kind].filter, e->side[kind].batch), "inspect");
    for (uint32_t i = 0; i < fast->n; i++) {
        compare(fast, e->side[CS_MATCHER_REFERENCE].batch, i);
        check_explained(e, i);
        fuzz_cases++;
    }
}

void engine_close(struct engine *e)
{
    for (int kind = 0; kind < 2; kind++) {
        cs_filter_free(&e->side[kind].filter);
        cs_lattice_free(&e->side[kind].lattice);
        cs_matcher_free(&e->side[kind].matcher);
        cs_regexes_free(&e->side[kind].regexes);
        if (e->side[kind].batch) cs_batch_clear(e->side[kind].batch);
        free(e->side[kind].batch);
        cs_arena_clear(&e->side[kind].bytes);
    }
    cs_ruleset_free(&e->rules);
    cs_diag_clear(&e->diag);
}
