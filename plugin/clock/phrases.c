#include "clock/phrases.h"

#include "base/hash.h"
#include "base/utf8.h"

#include <stdlib.h>

enum { AROUND_MAX = 24, WHOLE_MAX = 256, INDEX_MIN = 16 };

/* White space, punctuation and symbols: what may stand around a phrase without changing it. */
static bool is_trimmed(uint32_t cp)
{
    static const struct {
        uint32_t first, last;
    } around[] = {{0xA0, 0xA0}, {0xB7, 0xB7}, {0x2000, 0x2BFF}, {0x3000, 0x303F}, {0xFE00, 0xFE6F},
        {0xFF00, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {CS_UTF8_BAD, CS_UTF8_BAD},
        {0x1F000, 0x10FFFF}};
    if (cp < 0x80) return !((cp | 0x20) >= 'a' && (cp | 0x20) <= 'z') && !(cp >= '0' && cp <= '9');
    if (cp >= 0x3040 && cp < 0xFE00) return false; /* what most of a text is made of */
    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++)
        if (cp >= around[i].first && cp <= around[i].last) return true;
    return false;
}

static struct cs_span trim(struct cs_span s)
{
    size_t begin = 0, end = 0;
    bool any = false;
    for (size_t at = 0; at < s.len;) {
        struct cs_utf8_step step = cs_utf8_next(s, at);
        bool keep = !is_trimmed(step.cp);
        if (keep && !any) begin = at;
        at += step.len;
        if (keep) any = true, end = at;
    }
    return any ? cs_span_cut(s, begin, end) : cs_span_of(s.ptr, 0);
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static void lower_to(struct cs_span s, uint8_t *out)
{
    for (size_t i = 0; i < s.len; i++)
        out[i] = lower(s.ptr[i]);
}

/* Without white space and punctuation, in lower case; 0 when nothing is left or more than `max` bytes. */
static size_t fold(struct cs_span s, uint8_t *out, size_t max)
{
    size_t len = 0;
    for (size_t at = 0; at < s.len;) {
        struct cs_utf8_step step = cs_utf8_next(s, at);
        if (!is_trimmed(step.cp)) {
            if (len + step.len > max) return 0;
            lower_to(cs_span_cut(s, at, at + step.len), out + len);
            len += step.len;
        }
        at += step.len;
    }
    return len;
}

/* The character at `p`, of which at least one byte is there, as 16 bits; *len is its length. Bytes that are
 * no ASCII and no character of three bytes stand for themselves. */
static inline uint32_t start_of(const uint8_t *p, size_t left, uint32_t *len)
{
    *len = 1;
    if ((p[0] & 0xF0) != 0xE0 || left < 3) return lower(p[0]);
    if ((p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80) return p[0];
    *len = 3;
    return (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
}

static inline bool has(const uint64_t *set, uint32_t start)
{
    return set[start >> 6] >> (start & 63) & 1;
}

static void put(uint64_t *set, struct cs_span text)
{
    uint32_t len, start = start_of(text.ptr, text.len, &len);
    set[start >> 6] |= 1ull << (start & 63);
}

static uint32_t place(const struct cs_phrases *p, struct cs_span text)
{
    uint32_t mask = p->cap_index - 1, i = (uint32_t)cs_hash(text, 0) & mask;
    while (p->index[i] != UINT32_MAX && !cs_span_eq(p->item[p->index[i]].text, text))
        i = (i + 1) & mask;
    return i;
}

static cs_rc reserve(struct cs_phrases *p)
{
    if (p->n == p->cap) {
        uint32_t cap = p->cap ? p->cap * 2 : INDEX_MIN;
        struct cs_phrase *item = realloc(p->item, cap * sizeof *item);
        if (!item) return cs_fail(CS_ENOMEM);
        p->item = item;
        p->cap = cap;
    }
    if ((p->n + 1) * 2 <= p->cap_index) return CS_OK;
    uint32_t cap = p->cap_index ? p->cap_index * 2 : INDEX_MIN * 2, *index = malloc(cap * sizeof *index);
    if (!index) return cs_fail(CS_ENOMEM);
    memset(index, 0xFF, cap * sizeof *index);
    free(p->index);
    p->index = index;
    p->cap_index = cap;
    for (uint32_t i = 0; i < p->n; i++)
        if (p->item[i].whole) p->index[place(p, p->item[i].text)] = i;
    return CS_OK;
}

static void enter(struct cs_phrases *p, const struct cs_phrase *f)
{
    if (f->whole) {
        p->index[place(p, f->text)] = p->n;
        if (f->text.len > p->longest) p->longest = (uint32_t)f->text.len;
        put(p->head, f->text);
    } else {
        put(p->start, f->text);
    }
    p->item[p->n] = *f;
    p->item[p->n].next = p->inside;
    if (!f->whole) p->inside = p->n;
    p->n++;
}

cs_rc cs_phrases_add(struct cs_phrases *p, struct cs_span text, uint32_t meaning, bool whole)
{
    uint8_t folded[WHOLE_MAX];
    text = trim(text);
    size_t len = whole ? fold(text, folded, WHOLE_MAX) : text.len;
    if (len < (whole ? 1u : 3u)) return cs_fail(CS_EINVAL);
    if (p->n == 0) p->inside = UINT32_MAX;
    cs_rc rc = reserve(p);
    if (cs_bad(rc)) return rc;
    uint8_t *copy = malloc(len);
    if (!copy) return cs_fail(CS_ENOMEM);
    if (whole)
        memcpy(copy, folded, len);
    else
        lower_to(text, copy);
    struct cs_phrase f = {.text = cs_span_of(copy, len), .meaning = meaning, .whole = whole};
    uint32_t known = whole ? p->index[place(p, f.text)] : UINT32_MAX;
    if (known != UINT32_MAX) {
        p->item[known].meaning |= meaning;
        free(copy);
    } else {
        enter(p, &f);
    }
    return CS_OK;
}

/* True when the first character that counts is that of some whole phrase. */
static bool may_be_whole(const struct cs_phrases *p, struct cs_span text)
{
    uint32_t len;
    for (size_t at = 0; at < text.len;) {
        struct cs_utf8_step step = cs_utf8_next(text, at);
        if (!is_trimmed(step.cp)) return has(p->head, start_of(text.ptr + at, text.len - at, &len));
        at += step.len;
    }
    return false;
}

static uint32_t find_whole(const struct cs_phrases *p, struct cs_span text)
{
    uint8_t folded[WHOLE_MAX];
    /* Between the words there may be some punctuation, but a long text is no canned phrase. */
    if (!p->longest || text.len > p->longest + AROUND_MAX || !may_be_whole(p, text)) return 0;
    size_t len = fold(text, folded, p->longest);
    if (!len) return 0;
    uint32_t found = p->index[place(p, cs_span_of(folded, len))];
    return found == UINT32_MAX ? 0 : p->item[found].meaning;
}

static bool stands_at(const struct cs_phrase *f, struct cs_span text, size_t at)
{
    if (f->text.len > text.len - at) return false;
    for (size_t i = 0; i < f->text.len; i++)
        if (lower(text.ptr[at + i]) != f->text.ptr[i]) return false;
    return true;
}

uint32_t cs_phrases_find(const struct cs_phrases *p, struct cs_span text)
{
    uint32_t meaning = find_whole(p, text), len;
    if (!p->n || p->inside == UINT32_MAX) return meaning;
    for (size_t at = 0; at + 2 < text.len; at += len) {
        if (!has(p->start, start_of(text.ptr + at, text.len - at, &len))) continue;
        for (uint32_t k = p->inside; k != UINT32_MAX; k = p->item[k].next)
            if (stands_at(&p->item[k], text, at)) meaning |= p->item[k].meaning;
    }
    return meaning;
}

void cs_phrases_clear(struct cs_phrases *p)
{
    for (uint32_t i = 0; i < p->n; i++)
        free((void *)(uintptr_t)p->item[i].text.ptr);
    free(p->item);
    free(p->index);
    *p = (struct cs_phrases){0};
}
