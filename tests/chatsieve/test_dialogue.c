/* The generator: deterministic by seed, in order of time, at the rate it promises, and with real disguises.
 */
#include "chatsieve/dialogue.h"

#include "base/utf8.h"
#include "chatsieve/dialogue_lines.h"
#include "chatsieve/disguise.h"
#include "text/map.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct cs_dialogue *make(uint64_t seed, uint32_t conversations)
{
    struct cs_dialogue *d = NULL;
    struct cs_dialogue_options o = {.seed = seed, .conversations = conversations, .start_ms = 1000000};
    cr_assert(!cs_bad(cs_dialogue_new(&o, &d)));
    return d;
}

static bool same(const struct cs_said *a, const struct cs_said *b)
{
    return cs_span_eq(a->chat.text, b->chat.text) && cs_span_eq(a->key, b->key) &&
           cs_span_eq(a->chat.message_id, b->chat.message_id) && a->chat.sent_ms == b->chat.sent_ms &&
           a->chat.role == b->chat.role && a->hash == b->hash;
}

static uint32_t count_same(uint64_t seed_a, uint64_t seed_b, uint32_t n)
{
    struct cs_dialogue *a = make(seed_a, 50), *b = make(seed_b, 50);
    uint32_t equal = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct cs_said x, y;
        cr_assert(!cs_bad(cs_dialogue_next(a, &x)) && !cs_bad(cs_dialogue_next(b, &y)));
        equal += same(&x, &y);
    }
    cs_dialogue_free(&a);
    cs_dialogue_free(&b);
    return equal;
}

Test(dialogue, seeds)
{
    cr_assert_eq(count_same(7, 7, 5000), 5000);
    cr_assert_lt(count_same(7, 8, 5000), 50);
}

Test(dialogue, time_and_text)
{
    struct cs_dialogue *d = make(3, 100);
    int64_t last = 1000000;
    for (uint32_t i = 0; i < 50000; i++) {
        struct cs_said s;
        int64_t peek = cs_dialogue_peek(d);
        cr_assert(!cs_bad(cs_dialogue_next(d, &s)));
        cr_assert_eq(s.chat.sent_ms, peek);
        cr_assert_geq(s.chat.sent_ms, last, "message %u", i);
        cr_assert(s.chat.text.len > 0 && cs_utf8_valid(s.chat.text), "message %u", i);
        cr_assert(memchr(s.chat.text.ptr, '$', s.chat.text.len) == NULL, "message %u", i);
        cr_assert(s.chat.role > CS_ROLE_UNSPECIFIED && s.chat.role < CS_ROLE_COUNT);
        last = s.chat.sent_ms;
    }
    cs_dialogue_free(&d);
}

/* Equal keys have equal hashes, so that a conversation stays in one partition. */
Test(dialogue, keys)
{
    struct cs_dialogue *d = make(5, 20);
    static uint32_t hash[100000];
    static bool seen[100000];
    for (uint32_t i = 0; i < 20000; i++) {
        struct cs_said s;
        cr_assert(!cs_bad(cs_dialogue_next(d, &s)));
        uint32_t buyer = (uint32_t)strtoul((const char *)s.chat.buyer.ptr + 1, NULL, 10);
        cr_assert_lt(buyer, 100000);
        if (seen[buyer]) cr_assert_eq(hash[buyer], s.hash);
        seen[buyer] = true;
        hash[buyer] = s.hash;
    }
    cs_dialogue_free(&d);
}

/* The rate in the long run is that of CS_DIALOGUE_GAP_MS, to a tenth. */
Test(dialogue, rate)
{
    struct cs_dialogue *d = make(9, 1000);
    cs_dialogue_skip(d, 1000000 + 600000, UINT64_MAX);
    int64_t begin = cs_dialogue_peek(d);
    cr_assert_geq(begin, 1600000);
    cs_dialogue_skip(d, INT64_MAX, 200000);
    double gap = (double)(cs_dialogue_peek(d) - begin) * 1000 / 200000;
    cr_assert_float_eq(gap, CS_DIALOGUE_GAP_MS, CS_DIALOGUE_GAP_MS * 0.1, "gap %f", gap);
    cs_dialogue_free(&d);
}

static bool same_codes(struct cs_span a, struct cs_span b, struct cs_arena *arena)
{
    struct cs_map_text x, y;
    cr_assert(!cs_bad(cs_map_text(a, arena, &x)) && !cs_bad(cs_map_text(b, arena, &y)));
    if (x.n != y.n) return false;
    for (uint32_t i = 0; i < x.n; i++)
        if (x.at[i].code != y.at[i].code) return false;
    return true;
}

/* The [word] of a bait. */
static struct cs_span word_of(const struct cs_bait *b)
{
    const char *s = strchr(b->text, '[');
    cr_assert(s != NULL, "%s", b->text);
    cr_assert(strchr(s, ']') != NULL, "%s", b->text);
    return cs_span_of(s + 1, strcspn(s + 1, "]"));
}

/* Every disguise of every bait folds to the word itself; all but NONE change the bytes. */
Test(disguise, folds_back)
{
    uint32_t n;
    const struct cs_bait *bait = cs_dialogue_baits(&n);
    struct cs_random r = {42};
    struct cs_arena arena;
    struct cs_buf out = {0};
    cs_arena_init(&arena, 4096, 0);
    for (uint32_t i = 0; i < n * CS_DISGUISE_COUNT * 20; i++) {
        struct cs_span word = word_of(&bait[i % n]);
        enum cs_disguise how = (enum cs_disguise)(i / n % CS_DISGUISE_COUNT);
        cs_buf_reset(&out);
        cs_arena_reset(&arena);
        cs_disguise(word, how, &r, &out);
        cr_assert(same_codes(word, cs_buf_span(&out), &arena), "%s: disguise %d: %s", bait[i % n].text, how,
            cs_buf_cstr(&out));
        cr_assert_eq(cs_span_eq(word, cs_buf_span(&out)), how == CS_DISGUISE_NONE, "%s: disguise %d",
            bait[i % n].text, how);
    }
    cs_buf_clear(&out);
    cs_arena_clear(&arena);
}
