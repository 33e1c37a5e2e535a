#include "cuts.h"

enum { CUTS_MAX = 48, CUT_BYTES = 512 };

struct cut {
    const char *rule, *platform;
    uint8_t byte[CUT_BYTES];
    size_t len;
    uint8_t role, evidence;
};

static const char *platform_of(struct cs_span name)
{
    static const char *const known[] = {"jd", "pdd", "taobao"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (cs_span_eq(name, cs_span_str(known[i]))) return known[i];
    return "elsewhere";
}

static uint32_t collect(const struct cs_batch *b, struct cut *cut)
{
    uint32_t n = 0;
    for (uint32_t m = 0; m < b->n; m++)
        for (uint32_t i = b->violation_begin[m]; i < b->violation_begin[m + 1] && n < CUTS_MAX; i++) {
            const struct cs_violation *v = &b->violation[i];
            struct cs_span s = cs_span_cut(b->text[m], v->byte_begin, v->byte_end);
            if (s.len > CUT_BYTES) continue;
            struct cut *c = &cut[n++];
            *c = (struct cut){.rule = v->rule_id,
                .platform = platform_of(b->platform[m]),
                .len = s.len,
                .role = b->role[m],
                .evidence = v->evidence};
            memcpy(c->byte, s.ptr, s.len);
        }
    return n;
}

/* A plus is read as a word for what stands behind it: at the end of a span that is missing. */
static bool ends_in_plus(const struct cut *c)
{
    static const char *const plus[] = {"+", "＋", "➕", "﹢"};
    for (size_t i = 0; i < sizeof plus / sizeof *plus; i++) {
        size_t n = strlen(plus[i]);
        if (c->len >= n && memcmp(c->byte + c->len - n, plus[i], n) == 0) return true;
    }
    return false;
}

/* A phrase that reaches out of the span may have protected a part of it, and a part that was within a word
 * may now stand alone: then the same rule hits that part instead of the whole. */
static void check(const struct cs_batch *b, uint32_t msg, const struct cut *c)
{
    bool whole = false, any = false;
    for (uint32_t i = b->violation_begin[msg]; i < b->violation_begin[msg + 1]; i++) {
        const struct cs_violation *v = &b->violation[i];
        if (strcmp(v->rule_id, c->rule) != 0) continue;
        any |= v->evidence < c->evidence;
        whole |= v->byte_begin == 0 && v->byte_end == c->len && v->evidence <= c->evidence;
    }
    FUZZ_CHECK(whole || any || ends_in_plus(c), "'%.*s' alone is no violation of %s with evidence %u",
        (int)c->len, (const char *)c->byte, c->rule, c->evidence);
}

void cuts_check(struct engine *e)
{
    static struct cut cut[CUTS_MAX];
    const struct cs_batch *b = e->side[CS_MATCHER_HYPERSCAN].batch;
    uint32_t n = collect(b, cut);
    engine_reset(e);
    for (uint32_t i = 0; i < n; i++)
        engine_say(e, cut[i].platform, cut[i].role, cs_span_of(cut[i].byte, cut[i].len));
    if (n) engine_run(e);
    for (uint32_t i = 0; i < n; i++)
        check(b, i, &cut[i]);
}
