#include "text/shapes.h"

#include "text/disguise_tables.h"

static struct cs_units list_at(const uint16_t *list)
{
    return (struct cs_units){list + 1, list[0]};
}

struct cs_units cs_lookalikes_of(uint16_t unit)
{
    uint32_t page = cs_text_similar_page[unit >> 8];
    return list_at(cs_text_similar + cs_text_similar_at[page * 256u + (unit & 0xFFu)]);
}

struct cs_units cs_resembling_of(uint16_t unit)
{
    uint32_t page = cs_text_resembling_page[unit >> 8];
    return list_at(cs_text_resembling + cs_text_resembling_at[page * 256u + (unit & 0xFFu)]);
}

struct cs_units cs_splits_of(uint16_t unit)
{
    uint32_t page = cs_text_split_page[unit >> 8];
    return list_at(cs_text_split + cs_text_split_at[page * 256u + (unit & 0xFFu)]);
}

bool cs_split_next(struct cs_units *rest, struct cs_units *out)
{
    if (!rest->n) return false;
    *out = list_at(rest->ptr);
    rest->ptr += out->n + 1;
    rest->n -= out->n + 1;
    return true;
}

const struct cs_letter *cs_letters_all(uint32_t *n)
{
    *n = cs_text_letter_count;
    return cs_text_letter;
}
