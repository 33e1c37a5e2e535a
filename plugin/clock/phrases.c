#include "clock/phrases.h"

#include "base/hash.h"
#include "base/utf8.h"

#include <stdlib.h>

enum { AROUND_MAX = 24, WHOLE_MAX = 256, INDEX_MIN = 16, BLOCK = 3, WINDOW_MAX = 64 };

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

/* A character such as most of a text is made of, by its start: well-formed, and never trimmed. */
static inline bool is_plain(uint32_t start, uint32_t len)
{
    return len == 3 && start >= 0x3040 && start < 0xD800;
}

/* Without white space and punctuation, in lower case; 0 when nothing is left or more than `max` bytes. */
static size_t fold(struct cs_span s, uint8_t *out, size_t max)
{
    size_t len = 0;
    for (size_t at = 0; at < s.len;) {
        uint32_t bytes, start = start_of(s.ptr + at, s.len - at, &bytes);
        if (is_plain(start, bytes)) {
            if (len + bytes > max) return 0;
            memcpy(out + len, s.ptr + at, 3);
            len += bytes;
            at += bytes;
            continue;
        }
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

/* Where the meanings of whole phrases with this first character are kept, with some others. */
static inline uint32_t head_of(uint32_t start)
{
    return (start ^ start >> 6) % CS_PHRASE_HEADS;
}

/* Three bytes as a number for the skip table; upper and lower case are the same, as are some other bytes. */
static inline uint32_t block_at(const uint8_t *p)
{
    uint32_t three = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
    return (three | 0x202020) * 0x9E3779B1u >> 20;
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

/* The search for phrases inside a text (Wu and Manber) looks at the last three bytes of a window as long as
 * the shortest phrase: the table says how far the window may move until they stand at their place in some
 * phrase. */
static void enter_skips(struct cs_phrases *p, struct cs_span text)
{
    for (uint32_t end = BLOCK; end <= p->shortest; end++) {
        uint8_t *skip = &p->skip[block_at(text.ptr + end - BLOCK)];
        if (p->shortest - end < *skip) *skip = (uint8_t)(p->shortest - end);
    }
}

static void enter_inside(struct cs_phrases *p, const struct cs_phrase *f)
{
    uint32_t window = f->text.len < WINDOW_MAX ? (uint32_t)f->text.len : WINDOW_MAX;
    p->inside = p->n;
    p->inside_meanings |= f->meaning;
    if (f->next != UINT32_MAX && window >= p->shortest) {
        enter_skips(p, f->text);
        return;
    }
    p->shortest = window;
    memset(p->skip, (int)(window - BLOCK + 1), sizeof p->skip);
    for (uint32_t k = p->inside; k != UINT32_MAX; k = p->item[k].next)
        enter_skips(p, p->item[k].text);
}

static void enter_whole(struct cs_phrases *p, const struct cs_phrase *f)
{
    p->index[place(p, f->text)] = p->n;
    if (f->text.len > p->longest) p->longest = (uint32_t)f->text.len;
}

static void enter(struct cs_phrases *p, const struct cs_phrase *f)
{
    p->item[p->n] = *f;
    p->item[p->n].next = p->inside;
    if (f->whole)
        enter_whole(p, f);
    else
        enter_inside(p, &p->item[p->n]);
    p->n++;
}

static void enter_head(struct cs_phrases *p, struct cs_span text, uint32_t meaning)
{
    uint32_t len;
    p->head[head_of(start_of(text.ptr, text.len, &len))] |= meaning;
}

cs_rc cs_phrases_add(struct cs_phrases *p, struct cs_span text, uint32_t meaning, bool whole)
{
    uint8_t folded[WHOLE_MAX];
    text = trim(text);
    size_t len = whole ? fold(text, folded, WHOLE_MAX) : text.len;
    if (len < (whole ? 1u : BLOCK)) return cs_fail(CS_EINVAL);
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
    if (whole) enter_head(p, f.text, meaning);
    if (known != UINT32_MAX) {
        p->item[known].meaning |= meaning;
        free(copy);
    } else {
        enter(p, &f);
    }
    return CS_OK;
}

/* Meanings of whole phrases whose first character is perhaps the first of this text that counts. */
static uint32_t meanings_of_head(const struct cs_phrases *p, struct cs_span text)
{
    uint32_t len;
    for (size_t at = 0; at < text.len;) {
        uint32_t start = start_of(text.ptr + at, text.len - at, &len);
        if (is_plain(start, len)) return p->head[head_of(start)];
        struct cs_utf8_step step = cs_utf8_next(text, at);
        if (!is_trimmed(step.cp)) return p->head[head_of(start)];
        at += step.len;
    }
    return 0;
}

static uint32_t find_whole(const struct cs_phrases *p, struct cs_span text, uint32_t wanted)
{
    uint8_t folded[WHOLE_MAX];
    /* Between the words there may be some punctuation, but a long text is no canned phrase. */
    bool may_be = p->longest && text.len <= p->longest + AROUND_MAX && meanings_of_head(p, text) & wanted;
    size_t len = may_be ? fold(text, folded, p->longest) : 0;
    if (!len) return 0;
    uint32_t found = p->index[place(p, cs_span_of(folded, len))];
    return found == UINT32_MAX ? 0 : p->item[found].meaning & wanted;
}

static bool stands_at(const struct cs_phrase *f, struct cs_span text, size_t at)
{
    if (f->text.len > text.len - at) return false;
    for (size_t i = 0; i < f->text.len; i++)
        if (lower(text.ptr[at + i]) != f->text.ptr[i]) return false;
    return true;
}

static uint32_t find_inside(const struct cs_phrases *p, struct cs_span text)
{
    uint32_t meaning = 0;
    for (size_t end = p->shortest; end <= text.len;) {
        uint32_t skip = p->skip[block_at(text.ptr + end - BLOCK)];
        if (!skip) {
            for (uint32_t k = p->inside; k != UINT32_MAX; k = p->item[k].next)
                if (stands_at(&p->item[k], text, end - p->shortest)) meaning |= p->item[k].meaning;
            skip = 1;
        }
        end += skip;
    }
    return meaning;
}

uint32_t cs_phrases_find(const struct cs_phrases *p, struct cs_span text, uint32_t wanted)
{
    uint32_t meaning = find_whole(p, text, wanted);
    return p->inside_meanings & wanted ? meaning | (find_inside(p, text) & wanted) : meaning;
}

void cs_phrases_clear(struct cs_phrases *p)
{
    for (uint32_t i = 0; i < p->n; i++)
        free((void *)(uintptr_t)p->item[i].text.ptr);
    free(p->item);
    free(p->index);
    *p = (struct cs_phrases){0};
}
