#include "text/readings.h"

#include "text/disguise_tables.h"

#include <string.h>

enum { RUN_MAX = 64 };

struct cs_readings cs_readings_of(uint16_t unit)
{
    uint32_t page = cs_text_reading_page[unit >> 8];
    const uint16_t *list = cs_text_reading + cs_text_reading_at[page * 256u + (unit & 0xFFu)];
    return (struct cs_readings){list + 1, list[0]};
}

uint32_t cs_syllable_count(void)
{
    return cs_text_syllable_count;
}

const char *cs_syllable_name(uint32_t syllable)
{
    return cs_text_syllable[syllable];
}

enum cs_sound cs_sound_shared(uint16_t a, uint16_t b)
{
    struct cs_readings x = cs_readings_of(a), y = cs_readings_of(b);
    uint32_t best = CS_SOUND_COUNT;
    for (uint32_t i = 0; i < x.n; i++)
        for (uint32_t k = 0; k < y.n; k++) {
            if (cs_reading_syllable(x.ptr[i]) != cs_reading_syllable(y.ptr[k])) continue;
            uint32_t p = cs_reading_sound(x.ptr[i]), q = cs_reading_sound(y.ptr[k]);
            if (p < q) p = q;
            if (p < best) best = p;
        }
    return (enum cs_sound)best;
}

static bool is_syllable(const char *letter, uint32_t n)
{
    uint32_t lo = 1, hi = cs_text_syllable_count + 1;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        int c = strncmp(letter, cs_text_syllable[mid], n);
        if (c == 0 && cs_text_syllable[mid][n] == 0) return true;
        if (c > 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

/* filled[i]: the first i letters are whole syllables. Longer runs are no pinyin. */
bool cs_syllables_fill(const char *letter, uint32_t n)
{
    if (n > RUN_MAX) return false;
    bool filled[RUN_MAX + 1] = {[0] = true};
    for (uint32_t end = 1; end <= n; end++)
        for (uint32_t len = 1; len <= CS_SYLLABLE_LETTERS && len <= end && !filled[end]; len++)
            filled[end] = filled[end - len] && is_syllable(letter + end - len, len);
    return filled[n];
}
