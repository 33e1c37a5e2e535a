#include "rules/mark.h"

#include <stddef.h>

/* Each sign, then its other forms. */
static const uint32_t signs[][4] = {
    {'%', 0xFF05, 0xFE6A, 0x066A}, /* percent */
    {0x2030, 0, 0, 0},             /* per mille */
    {'@', 0xFF20, 0xFE6B, 0},
    {'+', 0xFF0B, 0xFE62, 0x2795},
    {'#', 0xFF03, 0xFE5F, 0},
    {'$', 0xFF04, 0xFE69, 0},
    {0x00A5, 0xFFE5, 0, 0}, /* yen and yuan */
    {'&', 0xFF06, 0xFE60, 0},
    {'=', 0xFF1D, 0xFE66, 0},
};

uint32_t cs_mark_of(uint32_t cp)
{
    if (!cp) return 0;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        for (size_t k = 0; k < 4; k++)
            if (signs[i][k] == cp) return signs[i][0];
    return 0;
}
