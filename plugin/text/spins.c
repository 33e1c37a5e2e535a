#include "text/spins.h"

#include "text/disguise_tables.h"

uint32_t cs_spins_count(void)
{
    return cs_text_spin_count;
}

uint32_t cs_spins_word(uint32_t i, struct cs_units *out)
{
    const struct cs_spin_row *row = &cs_text_spin[i];
    *out = (struct cs_units){cs_text_spin_unit + row->at, row->n};
    return row->group;
}
