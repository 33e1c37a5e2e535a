#include "record/names.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>

struct vocabulary {
    const char *what;
    uint32_t count;
    const char *(*name)(uint32_t);
    uint32_t (*parse)(struct cs_span);
};

static const struct vocabulary all[] = {
    {"role", CS_ROLE_COUNT, cs_role_name, cs_role_parse},
    {"origin", CS_ORIGIN_COUNT, cs_origin_name, cs_origin_parse},
    {"account", CS_ACCOUNT_COUNT, cs_account_name, cs_account_parse},
    {"evidence", CS_EVIDENCE_COUNT, cs_evidence_name, cs_evidence_parse},
    {"turn", CS_TURN_COUNT, cs_turn_name, NULL},
    {"dead", CS_DEAD_COUNT, cs_dead_name, NULL},
    {"flag", CS_FLAG_COUNT, cs_flag_name, NULL},
};

enum { VOCABULARIES = sizeof all / sizeof all[0] };

Test(names, every_value_has_one_and_only_one)
{
    for (uint32_t i = 0; i < VOCABULARIES; i++) {
        const struct vocabulary *v = &all[i];
        for (uint32_t k = 0; k < v->count; k++) {
            cr_assert(v->name(k) != NULL, "%s %u", v->what, k);
            for (uint32_t j = 0; j < k; j++)
                cr_expect_str_neq(v->name(k), v->name(j), "%s %u and %u", v->what, j, k);
        }
        cr_expect(v->name(v->count) == NULL, "%s", v->what);
        cr_expect(v->name(UINT32_MAX) == NULL, "%s", v->what);
    }
}

Test(names, parse_is_the_inverse)
{
    for (uint32_t i = 0; i < VOCABULARIES; i++) {
        const struct vocabulary *v = &all[i];
        for (uint32_t k = 0; v->parse && k < v->count; k++)
            if (v->name(k)[0])
                cr_expect_eq(v->parse(cs_span_str(v->name(k))), k, "%s %s", v->what, v->name(k));
    }
}

/* An empty or unknown name is no value, in particular not the unspecified one. */
Test(names, others_are_refused)
{
    static const struct cs_span others[] = {CS_SPAN_LIT(""), CS_SPAN_LIT("BUYER"), CS_SPAN_LIT("buyer "),
        CS_SPAN_LIT("buye"), CS_SPAN_LIT("buyer\0"), CS_SPAN_LIT("unspecified"), CS_SPAN_LIT("\xFF"), {0}};
    for (uint32_t i = 0; i < VOCABULARIES; i++)
        for (size_t k = 0; all[i].parse && k < sizeof others / sizeof others[0]; k++)
            cr_expect_eq(all[i].parse(others[k]), all[i].count, "%s, row %zu", all[i].what, k);
}

/* `PREFIX_NAME = N;` of the schema is value N with the name in lower case. */
static uint32_t check_line(const struct vocabulary *v, const char *prefix, const char *line)
{
    char upper[64];
    unsigned number;
    if (sscanf(line, " %63[A-Z_] = %u ;", upper, &number) != 2) return 0;
    if (strncmp(upper, prefix, strlen(prefix)) != 0) return 0;
    char *name = upper + strlen(prefix);
    for (char *p = name; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    cr_assert(number < v->count, "%s", line);
    cr_expect_str_eq(v->name(number), strcmp(name, "unspecified") == 0 ? "" : name, "%s", line);
    return 1;
}

Test(names, equal_those_of_the_schema)
{
    static const struct {
        uint32_t vocabulary;
        const char *prefix;
    } rows[] = {{0, "ROLE_"}, {1, "ORIGIN_"}, {2, "ACCOUNT_KIND_"}, {4, "TURN_"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct vocabulary *v = &all[rows[i].vocabulary];
        char line[256];
        uint32_t n = 0;
        FILE *f = fopen("../../proto/chatsieve/v1/annotated_message.proto", "r");
        cr_assert(f != NULL);
        while (fgets(line, sizeof line, f))
            n += check_line(v, rows[i].prefix, line);
        fclose(f);
        cr_expect_eq(n, v->count, "%s: %u", v->what, n);
    }
}
