/* A note is a word with its offset and lengths, a word with the stamp, its facts, and its tail. */
#include "annotate/notes.h"

#include <stdlib.h>

enum {
    HEAD_WORDS = 2,
    FIRST_CAP = 256,
    TAIL_BITS = 8,
    FACT_BITS = 24,
    OFFSET_BITS = 32,
    FACTS_MAX = 1 << 20
};

static uint64_t *word_at(const struct cs_notes *t, uint64_t number)
{
    return &t->word[number & (t->cap - 1)];
}

static uint32_t facts_of(uint64_t head)
{
    return (uint32_t)(head >> TAIL_BITS) & ((1u << FACT_BITS) - 1);
}

static uint32_t tail_of(uint64_t head)
{
    return (uint32_t)head & ((1u << TAIL_BITS) - 1);
}

static uint32_t words_of(uint32_t n_fact, uint32_t tail)
{
    return HEAD_WORDS + n_fact + (tail + 7) / 8;
}

/* The number that `note` is the low half of, 0 when its message is not this one or it is no longer held. */
static uint64_t find(const struct cs_notes *t, uint32_t note, uint32_t offset)
{
    uint64_t number = t->next - (uint32_t)((uint32_t)t->next - note);
    if (!note || number < t->first || number >= t->next) return 0;
    return (uint32_t)(*word_at(t, number) >> OFFSET_BITS) == offset ? number : 0;
}

/* Forget notes that are out of use, and as many more as is needed to hold `words` at most. */
static void forget(struct cs_notes *t, const struct cs_notes_when *when, uint64_t words)
{
    while (t->first < t->next) {
        uint64_t head = *word_at(t, t->first);
        bool far = when->offset - (uint32_t)(head >> OFFSET_BITS) >= when->records_max;
        bool old = when->clock_ms - (int64_t)*word_at(t, t->first + 1) > when->keep_ms;
        if (!far && !old && t->next - t->first <= words) return;
        t->first += words_of(facts_of(head), tail_of(head));
    }
}

static cs_rc reserve(struct cs_notes *t, uint32_t words)
{
    uint64_t held = t->next - t->first;
    struct cs_notes wider = {.first = t->first, .next = t->next, .cap = t->cap ? t->cap : FIRST_CAP};
    if (t->cap >= held + words) return CS_OK;
    while (wider.cap < held + words)
        wider.cap *= 2;
    wider.word = malloc(wider.cap * sizeof *wider.word);
    if (!wider.word) return cs_fail(CS_ENOMEM);
    for (uint64_t i = t->first; i < t->next; i++)
        *word_at(&wider, i) = *word_at(t, i);
    free(t->word);
    *t = wider;
    return CS_OK;
}

cs_rc cs_notes_add(
    struct cs_notes *t, const struct cs_kept *kept, const struct cs_notes_when *when, uint32_t *note)
{
    uint32_t tail = (uint32_t)kept->tail.len, n = kept->n_fact < FACTS_MAX ? kept->n_fact : FACTS_MAX;
    if (tail > CS_LOOKBACK_TAIL_MAX) tail = CS_LOOKBACK_TAIL_MAX;
    uint32_t words = words_of(n, tail);
    forget(t, when, CS_NOTES_WORDS_MAX - words);
    cs_rc rc = reserve(t, words);
    if (cs_bad(rc)) return rc;
    if ((uint32_t)t->next == 0) t->first = ++t->next; /* 0 is no name; once in four billion words */
    uint64_t at = t->next;
    uint8_t bytes[CS_LOOKBACK_TAIL_MAX] = {0};
    if (tail) memcpy(bytes, kept->tail.ptr, tail);
    *word_at(t, at++) = (uint64_t)when->offset << OFFSET_BITS | (uint64_t)n << TAIL_BITS | tail;
    *word_at(t, at++) = (uint64_t)when->stamp_ms;
    for (uint32_t k = 0; k < n; k++)
        *word_at(t, at++) = kept->fact[k];
    for (uint32_t k = 0; k < tail; k += 8)
        memcpy(word_at(t, at++), bytes + k, 8);
    *note = (uint32_t)t->next;
    t->next = at;
    return CS_OK;
}

uint32_t cs_notes_facts(const struct cs_notes *t, uint32_t note, uint32_t offset)
{
    uint64_t at = find(t, note, offset);
    return at ? facts_of(*word_at(t, at)) : 0;
}

uint64_t cs_notes_fact(const struct cs_notes *t, uint32_t note, uint32_t k)
{
    return *word_at(t, (uint64_t)note + HEAD_WORDS + k); /* the low half leads to the same word */
}

uint32_t cs_notes_tail(
    const struct cs_notes *t, uint32_t note, uint32_t offset, uint8_t out[CS_LOOKBACK_TAIL_MAX])
{
    uint64_t at = find(t, note, offset);
    uint32_t len = at ? tail_of(*word_at(t, at)) : 0;
    uint8_t bytes[CS_LOOKBACK_TAIL_MAX];
    if (!len) return 0;
    at += HEAD_WORDS + facts_of(*word_at(t, at));
    for (uint32_t k = 0; k < len; k += 8)
        memcpy(bytes + k, word_at(t, at++), 8);
    memcpy(out, bytes, len);
    return len;
}

void cs_notes_clear(struct cs_notes *t)
{
    free(t->word);
    *t = (struct cs_notes){0};
}

uint64_t cs_notes_bytes(const struct cs_notes *t)
{
    return t->cap * sizeof *t->word;
}
