#include "detect/detect.h"

#include "detect/split.h"
#include "text/alphabet.h"

#include <stdlib.h>

/* Classes of a folded code: what may begin something. */
enum {
    DIGIT = 1,
    LETTER = 2,
    NUMERAL = 4,
    PLACE = 8,
    CROSS = 16,
    WORD = 32, /* may stand beside a part of a number */
    LEAD = 64, /* leads to one */
    CLASSES = 65536,
    SHORTEST = 3
};

struct cs_detector_set {
    uint16_t wanted;
    uint8_t asks; /* classes that matter to what is wanted */
    uint8_t class_of[CLASSES];
};

static void mark(struct cs_detector_set *d, uint32_t unit, uint8_t class)
{
    d->class_of[cs_code_of((uint16_t)unit)] |= class;
}

/* 省市区县路街道号巷弄栋幢 */
static const uint16_t places[] = {
    0x7701, 0x5E02, 0x533A, 0x53BF, 0x8DEF, 0x8857, 0x9053, 0x53F7, 0x5DF7, 0x5F04, 0x680B, 0x5E62};

static void mark_word(void *set, uint32_t unit, bool leads)
{
    mark(set, unit, leads ? WORD | LEAD : WORD);
}

static void fill(struct cs_detector_set *d)
{
    for (uint32_t u = '0'; u <= '9'; u++)
        mark(d, u, DIGIT);
    for (uint32_t u = 'a'; u <= 'z'; u++)
        mark(d, u, LETTER);
    mark(d, 'x', CROSS);
    for (uint32_t u = 0x3007; u < 0xA000; u++)
        if (cs_digit_value(u) < 10 || cs_spoken_value(u) < 10) mark(d, u, NUMERAL);
    mark(d, 0x4E48, NUMERAL); /* 么: what the fold makes of 幺 */
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        mark(d, places[i], PLACE);
    cs_split_word_signs(d, mark_word);
}

cs_rc cs_detector_new(uint16_t wanted, struct cs_detector_set **out)
{
    enum { LETTERS = 1 << CS_DETECT_EMAIL | 1 << CS_DETECT_URL | 1 << CS_DETECT_WECHAT };
    struct cs_detector_set *d = calloc(1, sizeof *d);
    if (!d) return cs_fail(CS_ENOMEM);
    d->wanted = wanted;
    d->asks = DIGIT | NUMERAL;
    if (wanted & (LETTERS | 1 << CS_DETECT_PLACEHOLDER)) d->asks |= LETTER;
    if (wanted & 1 << CS_DETECT_ADDRESS) d->asks |= PLACE;
    fill(d);
    *out = d;
    return CS_OK;
}

void cs_detector_free(struct cs_detector_set **d)
{
    free(*d);
    *d = NULL;
}

/* Sixteen bytes at once; the compiler knows what the machine has for it. */
typedef uint8_t bytes __attribute__((vector_size(16)));
enum { WIDTH = sizeof(bytes), SIGN_MAX = 4 };

static inline bytes load(const uint8_t *p)
{
    bytes v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Signs of which an unfilled slot is made among the first 16 of 19 bytes; the wide star and ××, too. */
static inline bool slot_in(const uint8_t *p)
{
    bytes a = load(p), b = load(p + 1), c = load(p + 2), d = load(p + 3);
    bytes found = (bytes)(a == '*') | (bytes)(a == '{') | (bytes)(a == '_');
    found |= (bytes)(a == 0xEF) & (bytes)(b == 0xBC) & (bytes)(c == 0x8A);
    found |= (bytes)(a == 0xC3) & (bytes)(b == 0x97) & (bytes)(c == 0xC3) & (bytes)(d == 0x97);
    uint64_t half[2];
    memcpy(half, &found, sizeof half);
    return half[0] | half[1];
}

static bool has_slot(struct cs_span text)
{
    enum { NEEDED = WIDTH + SIGN_MAX - 1 };
    uint8_t rest[WIDTH + NEEDED] = {0};
    size_t at = 0;
    for (; text.len - at >= NEEDED; at += WIDTH)
        if (slot_in(text.ptr + at)) return true;
    if (text.len > at) memcpy(rest, text.ptr + at, text.len - at);
    return slot_in(rest) || slot_in(rest + WIDTH);
}

/* What stands in a text, as far as detectors are concerned. */
struct traits {
    uint8_t seen; /* classes */
    bool run;     /* of digits and letters */
    bool places;  /* signs of an address, more than one */
    bool slot;    /* signs that unfilled slots are made of */
};

/* XX */
static bool has_crosses(const struct cs_detector_set *d, const uint16_t *code, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        if (d->class_of[code[i - 1]] & d->class_of[code[i]] & CROSS) return true;
    return false;
}

static struct traits traits_of(const struct cs_detector_set *d, const struct cs_batch *b, uint32_t msg)
{
    const uint16_t *code = b->folded.code + b->folded.begin[msg];
    uint32_t n = b->folded.begin[msg + 1] - b->folded.begin[msg] - 1, run = 0, places_seen = 0;
    struct traits t = {0};
    for (uint32_t i = 0; i < n; i++)
        t.seen |= d->class_of[code[i]];
    for (uint32_t i = 0; t.seen & d->asks && i < n; i++) {
        uint8_t class = d->class_of[code[i]] & d->asks;
        run = class & (DIGIT | LETTER | NUMERAL) ? run + 1 : 0;
        places_seen += (class & PLACE) != 0;
        t.run |= run == SHORTEST;
    }
    t.places = places_seen > 1;
    t.slot = d->wanted >> CS_DETECT_PLACEHOLDER & 1 &&
             ((t.seen & CROSS && has_crosses(d, code, n)) || has_slot(b->text[msg]));
    return t;
}

static int by_place(const void *a, const void *b)
{
    const struct cs_found *x = a, *y = b;
    if (x->byte_begin != y->byte_begin) return x->byte_begin < y->byte_begin ? -1 : 1;
    return x->detector < y->detector ? -1 : x->detector > y->detector;
}

static cs_rc search(struct cs_finds *f, struct cs_span text, const struct traits *t)
{
    bool letters = t->seen & LETTER, digits = t->seen & (DIGIT | NUMERAL);
    const struct {
        void (*find)(struct cs_finds *, const struct cs_glyphs *);
        bool worth;
    } row[] = {{cs_find_web, letters}, {cs_find_numbers, digits}, {cs_find_accounts, letters | digits},
        {cs_find_addresses, t->seen & PLACE}, {cs_find_placeholders, t->slot | letters}};
    struct cs_glyphs g;
    cs_rc rc = cs_glyphs_read(text, f->arena, &g);
    for (size_t i = 0; i < sizeof row / sizeof row[0] && !cs_bad(rc); i++)
        if (row[i].worth) row[i].find(f, &g);
    if (f->exhausted) rc = cs_fail(CS_ENOMEM);
    if (!cs_bad(rc) && f->n > 1) qsort(f->at, f->n, sizeof *f->at, by_place);
    return rc;
}

/* Finds of all messages in a row. */
static cs_rc append(struct cs_batch *b, const struct cs_finds *f, struct cs_finds *all)
{
    if (all->cap - all->n < f->n) {
        uint32_t cap = (all->n + f->n) * 2;
        struct cs_found *wider = cs_arena_alloc(&b->arena, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        if (all->n) memcpy(wider, all->at, all->n * sizeof *wider);
        all->at = wider;
        all->cap = cap;
    }
    if (f->n) memcpy(all->at + all->n, f->at, f->n * sizeof *f->at);
    all->n += f->n;
    return CS_OK;
}

static cs_rc find(const struct cs_detector_set *d, struct cs_batch *b, uint32_t msg, struct cs_finds *all)
{
    struct traits t = traits_of(d, b, msg);
    if (!t.run && !t.places && !t.slot) return CS_OK;
    struct cs_finds f = {.arena = &b->arena, .msg = msg, .wanted = d->wanted};
    cs_rc rc = search(&f, b->text[msg], &t);
    if (!cs_bad(rc)) rc = append(b, &f, all);
    if (f.cut) b->flags[msg] |= 1u << CS_FLAG_HITS_TRUNCATED;
    return rc;
}

/* What is in a message that has nothing but digits, letters and words that may lead to them; 0 for others.
 * Most are others from their first characters on. */
static uint8_t classes_of_split(const struct cs_detector_set *d, const struct cs_batch *b, uint32_t msg)
{
    const uint16_t *code = b->folded.code + b->folded.begin[msg];
    uint32_t n = b->folded.begin[msg + 1] - b->folded.begin[msg] - 1;
    uint8_t seen = WORD; /* signs alone say nothing */
    if (n > CS_SPLIT_TEXT_MAX) return 0;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t class = d->class_of[code[i]] & (DIGIT | LETTER | NUMERAL | WORD | LEAD);
        if (!class) return 0;
        seen |= class;
    }
    return seen;
}

/* Messages that may be parts of a number, growing in the arena. */
struct splits {
    struct cs_split *at;
    uint32_t n, cap;
};

static cs_rc add_split(struct cs_batch *b, struct splits *all, const struct cs_split *s)
{
    if (all->n == all->cap) {
        uint32_t cap = all->cap ? all->cap * 2 : 16;
        struct cs_split *wider = cs_arena_alloc(&b->arena, cap * sizeof *wider);
        if (!wider) return cs_fail(CS_ENOMEM);
        if (all->n) memcpy(wider, all->at, all->n * sizeof *wider);
        all->at = wider;
        all->cap = cap;
    }
    all->at[all->n++] = *s;
    return CS_OK;
}

static cs_rc split(const struct cs_detector_set *d, struct cs_batch *b, uint32_t msg, struct splits *all)
{
    uint8_t seen = classes_of_split(d, b, msg);
    struct cs_split s = {0};
    struct cs_glyphs g;
    if (!seen) return CS_OK;
    if (seen & (DIGIT | LETTER | NUMERAL | LEAD)) {
        cs_rc rc = cs_glyphs_read(b->text[msg], &b->arena, &g);
        if (cs_bad(rc) || !cs_split_read(&g, &s)) return rc;
    }
    s.msg = msg;
    return add_split(b, all, &s);
}

cs_rc cs_detect(struct cs_detector_set *d, struct cs_batch *b)
{
    struct cs_finds all = {0};
    struct splits splits = {0};
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < b->n && !cs_bad(rc); i++) {
        if (b->folded.begin[i + 1] - b->folded.begin[i] == 1 && !b->text[i].len) continue;
        if (b->dead[i]) continue;
        uint32_t before = all.n;
        rc = find(d, b, i, &all);
        if (!cs_bad(rc) && d->wanted & CS_DETECT_JOINED && all.n == before) rc = split(d, b, i, &splits);
    }
    b->found = all.at;
    b->n_found = all.n;
    b->split = splits.at;
    b->n_split = splits.n;
    return rc;
}
