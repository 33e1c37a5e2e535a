#include "rules/variants.h"

static uint32_t count_choices(struct cs_span group)
{
    uint32_t n = 1;
    for (size_t i = 0; i < group.len; i++)
        n += group.ptr[i] == '|';
    return n;
}

static const char *add_group(struct cs_variants *v, struct cs_span group)
{
    uint32_t g = v->n_part / 2, choices = count_choices(group);
    if (g == CS_VARIANT_GROUPS_MAX) return "more than 8 groups of alternatives";
    if (choices > CS_VARIANTS_MAX / v->n) return "more than 4096 combinations of alternatives";
    v->choices[g] = choices;
    v->n *= choices;
    v->part[v->n_part++] = group;
    return NULL;
}

/* What is wrong with sign `c` inside or outside of a group, or NULL. */
static const char *misplaced(uint8_t c, bool inside)
{
    if (c == '(' && inside) return "alternatives inside alternatives";
    if (c == ')' && !inside) return "\")\" without \"(\"";
    if (c == '|' && !inside) return "\"|\" outside of brackets";
    return NULL;
}

const char *cs_variants_parse(struct cs_span text, struct cs_variants *out)
{
    size_t begin = 0;
    bool inside = false;
    *out = (struct cs_variants){.n = 1};
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        const char *wrong = misplaced(c, inside);
        if (wrong) return wrong;
        if (c != '(' && c != ')') continue;
        struct cs_span part = cs_span_cut(text, begin, i);
        if (inside && (wrong = add_group(out, part))) return wrong;
        if (!inside) out->part[out->n_part++] = part;
        inside = !inside;
        begin = i + 1;
    }
    if (inside) return "\"(\" is never closed";
    out->part[out->n_part++] = cs_span_cut(text, begin, text.len);
    return NULL;
}

static struct cs_span choice_of(struct cs_span group, uint32_t k)
{
    size_t begin = 0;
    for (size_t i = 0; i < group.len; i++) {
        if (group.ptr[i] != '|') continue;
        if (k-- == 0) return cs_span_cut(group, begin, i);
        begin = i + 1;
    }
    return cs_span_cut(group, begin, group.len);
}

void cs_variants_write(const struct cs_variants *v, uint32_t i, struct cs_buf *out)
{
    for (uint32_t p = 0; p < v->n_part; p++) {
        if (p % 2 == 0) {
            cs_buf_add(out, v->part[p]);
            continue;
        }
        uint32_t choices = v->choices[p / 2];
        cs_buf_add(out, choice_of(v->part[p], i % choices));
        i /= choices;
    }
}
