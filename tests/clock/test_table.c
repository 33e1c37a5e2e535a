/* The table of conversations against a plain list in order of touch: ids of every length, forgotten and made
 * again, with right and wrong guesses; and every bit of a slot's times. */
#include "clock/conversation.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { IDS = 6000, ID_MAX = 300, ROUNDS = 60000 };

static struct cs_conversations table;
static uint8_t id[IDS][ID_MAX];
static size_t len[IDS];
static uint32_t touched[IDS]; /* when, 0 = not held */
static uint32_t known_at[IDS];

/* Ids that differ in their last byte only, or in their shop. */
static struct cs_conversation_key key_of(uint32_t k)
{
    return (struct cs_conversation_key){k % 3, cs_span_of(id[k], len[k])};
}

static void make_ids(void)
{
    for (uint32_t k = 0; k < IDS; k++) {
        uint32_t person = k / 3;
        len[k] = person < 2 * ID_MAX ? person / 2 : 5 + person % 16;
        memset(id[k], 'x', ID_MAX);
        if (person < 2 * ID_MAX && len[k]) id[k][len[k] - 1] = person % 2 ? 'y' : 'x';
        if (person >= 2 * ID_MAX) memcpy(id[k], &person, sizeof person);
    }
}

static uint32_t longest_untouched(void)
{
    uint32_t best = IDS;
    for (uint32_t k = 0; k < IDS; k++)
        if (touched[k] && (best == IDS || touched[k] < touched[best])) best = k;
    return best;
}

static void touch(uint32_t k, uint32_t now)
{
    struct cs_conversation_key key = key_of(k);
    struct cs_conversation_at at = {.hash = cs_conversations_hash(&key, table.seed), .guess = CS_NO_SLOT};
    cs_conversations_hint_index(&table, at.hash);
    if (rand() % 4) at.guess = cs_conversations_hint_slot(&table, at.hash);
    cs_conversations_hint_links(&table, at.guess);
    if (rand() % 16 == 0) at.guess = (uint32_t)rand() % (table.n_slot + 9);
    cr_assert(!cs_bad(cs_conversations_touch(&table, &key, &at)));
    /* Of two ids without a byte the shop tells them apart, or nothing does: the first two are one. */
    cr_assert_eq(at.fresh, touched[k] == 0, "id %u", k);
    if (!at.fresh) cr_assert_eq(at.slot, known_at[k], "id %u has moved", k);
    cr_assert(cs_span_eq(cs_conversation_buyer(cs_conversations_at(&table, at.slot)), key.buyer));
    known_at[k] = at.slot;
    touched[k] = now;
}

static void forget(void)
{
    uint32_t k = longest_untouched();
    if (k == IDS) return;
    cr_assert_eq(table.oldest, known_at[k], "not id %u", k);
    cs_conversations_pop(&table);
    touched[k] = 0;
}

Test(table, agrees_with_a_plain_list)
{
    uint32_t most = 0;
    srand(3);
    make_ids();
    cs_conversations_init(&table, 5);
    for (uint32_t now = 1; now <= ROUNDS; now++) {
        bool grows = now / 10000 % 2 == 0;
        if (rand() % (grows ? 50 : 2) == 0)
            forget();
        else
            touch(3 + (uint32_t)rand() % (IDS - 3), now); /* 0 to 2 and 3 to 5 have no byte: the same ids */
        if (table.n > most) most = table.n;
    }
    cr_expect(most > 3000, "at most %u at once", most);
    while (table.n)
        forget();
    cr_expect(longest_untouched() == IDS && table.buyer_bytes == 0);
    cs_conversations_clear(&table);
}

Test(table, keeps_the_bounds_of_time)
{
    struct cs_conversation v = {.turn_day = UINT16_MAX};
    v.since_ms = cs_time_cut(INT64_MAX) & CS_TIME_MAX;
    v.latest_ms = cs_time_cut(INT64_MIN) & CS_TIME_MAX;
    v.touched_ms = cs_time_cut(CS_TIME_MAX - 1) & CS_TIME_MAX;
    cr_expect(v.since_ms == CS_TIME_MAX && v.latest_ms == 0 && v.touched_ms == CS_TIME_MAX - 1);
    cr_expect(v.turn_day == UINT16_MAX && cs_time_cut(1700000000000) == 1700000000000);
}
