/* Expressions behind gates: who is looked at, and what happens when memory is out. */
#include "fuse.h"
#include "scan/kit.h"
#include "scan/regex.h"
#include "text/alphabet.h"

#include <criterion/criterion.h>

enum { PATTERNS = 3 };

static const struct cs_gated gated[] = {{.expression = "\\x{52A0}.*[0-9]{2}"},
    {.expression = "\\x{1F600}+\\x{52A0}"}, {.expression = "(?:a|.*)"}};
/* Pattern 1 has no gate. */
static const struct cs_gate gate[] = {{0, 0}, {0, 1}, {2, 0}, {2, 2}};

static struct cs_regexes_options options(void)
{
    return (struct cs_regexes_options){
        .gated = gated, .n_gated = 3, .gate = gate, .n_gate = 4, .n_pattern = PATTERNS};
}

/* Messages by their units; 0xFFFF ends one. */
static uint32_t fold(const uint16_t *unit, uint32_t n, uint16_t *code, uint32_t *begin)
{
    uint32_t messages = 0;
    begin[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        code[i] = cs_code_of(unit[i]);
        if (unit[i] == 0xFFFF) begin[++messages] = i + 1;
    }
    return messages;
}

static const uint16_t units[] = {0x52A0, '1', '2', 0xFFFF, 0xD83D, 0xDE00, 0x52A0, '1', 0xFFFF, 'b', 0xFFFF,
    0x52A0, '1', '2', 0xFFFF, 0xFFFF};

enum { UNITS = sizeof units / sizeof units[0] };

/* Pattern 0 in messages 0 and 1, twice in 0; pattern 1 in 3; pattern 2 in 1 and 4. */
static const struct cs_hit hits[] = {{0, 0, 1}, {0, 0, 2}, {1, 0, 1}, {1, 2, 2}, {3, 1, 1}, {4, 2, 0}};

static cs_rc whole_life(enum cs_matcher_kind kind, struct cs_buf *out)
{
    uint16_t code[UNITS + 64] = {0};
    uint32_t begin[8], n = 77;
    struct cs_diag diag = {0};
    struct cs_regexes *set = NULL;
    struct cs_regex_scanner *s = NULL;
    const struct cs_regex_hit *found = NULL;
    struct cs_folded in = {
        .code = code, .n_code = UNITS, .begin = begin, .n = fold(units, UNITS, code, begin)};
    struct cs_regexes_options o = options();
    struct cs_hits_of of = {hits, sizeof hits / sizeof hits[0]};
    cs_rc rc = cs_regexes_new(kind, &o, &diag, &set);
    if (!cs_bad(rc)) rc = cs_regex_scanner_new(set, &s);
    if (!cs_bad(rc)) rc = cs_regex_scan(s, &in, of, &found, &n);
    if (cs_bad(rc)) cr_assert(found == NULL && n == 77);
    for (uint32_t i = 0; !cs_bad(rc) && i < n; i++)
        cs_buf_fmt(out, "%u:%u ", found[i].msg, found[i].regex);
    cs_regex_scanner_free(&s);
    cs_regexes_free(&set);
    cs_diag_clear(&diag);
    return rc;
}

/* The last message is empty: only what can match nothing is found there. */
Test(regex, only_gated_messages_are_looked_at)
{
    struct cs_buf out = {0};
    cr_assert(!cs_bad(whole_life(CS_MATCHER_HYPERSCAN, &out)));
    cr_expect_str_eq(cs_buf_cstr(&out), "0:0 1:1 1:2 4:2 ");
    cs_buf_reset(&out);
    cr_assert(!cs_bad(whole_life(CS_MATCHER_REFERENCE, &out)));
    cr_expect_str_eq(cs_buf_cstr(&out), "0:0 0:1 1:0 1:1 1:2 4:0 4:2 ");
    cs_buf_clear(&out);
}

Test(regex, each_failure_is_reported)
{
    for (int kind = CS_MATCHER_HYPERSCAN; kind <= CS_MATCHER_REFERENCE; kind++) {
        long call = 0;
        for (;; call++) {
            struct cs_buf out = {0};
            fuse = call;
            cs_rc rc = whole_life((enum cs_matcher_kind)kind, &out);
            bool spent = fuse < 0;
            fuse = -1;
            cs_buf_clear(&out);
            if (!spent) break;
            cr_assert(!cs_bad(rc) || cs_is(rc, CS_ENOMEM), "call %ld: %s", call, cs_rc_name(rc));
        }
        cr_expect(call >= 6, "%ld", call);
    }
}

Test(regex, all_refusals_are_told_with_their_place)
{
    const struct cs_gated bad[] = {{"a(", {.file = "p.yaml", .line = 3, .column = 5}}, {.expression = "ab"},
        {"[", {.file = "p.yaml", .line = 4, .column = 6}}};
    struct cs_regexes_options o = {.gated = bad, .n_gated = 3, .gate = gate, .n_gate = 2, .n_pattern = 1};
    struct cs_regexes *set = NULL;
    struct cs_diag diag = {0};
    struct cs_buf told = {0};
    cr_expect_eq(cs_regexes_new(CS_MATCHER_HYPERSCAN, &o, &diag, &set).code, CS_EINVAL);
    cr_expect(set == NULL && diag.n == 2);
    cs_diag_render(&diag, 1, &told);
    cr_expect(strstr(cs_buf_cstr(&told), "p.yaml:4:6: error: regex: the library cannot compile this") != NULL,
        "%s", cs_buf_cstr(&told));
    cs_buf_clear(&told);
    cs_diag_clear(&diag);
}
