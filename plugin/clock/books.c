#include "clock/books.h"

#include <stdlib.h>

enum { FIRST = 16, AGENTS_MAX = 65000, LEDGERS_MAX = 4000000, KEY_MAX = 2 * 65536 + 16 };

void cs_books_init(struct cs_books *k, const struct cs_plan *plan, uint64_t seed)
{
    *k = (struct cs_books){
        .free_shop = UINT32_MAX, .free_ledger = CS_NO_LEDGER, .changed = CS_NO_LEDGER, .plan = plan};
    cs_map_init(&k->shops, seed);
    cs_map_init(&k->agents, seed);
    cs_map_init(&k->ledgers, seed);
}

static void clear_shop(struct cs_shop *s)
{
    for (uint32_t i = 0; i < s->n_agent; i++)
        free(s->agent[i].name);
    free(s->agent);
    free(s->id);
    *s = (struct cs_shop){0};
}

void cs_books_clear(struct cs_books *k)
{
    for (uint32_t i = 0; i < k->n_shop; i++)
        clear_shop(&k->shop[i]);
    for (uint32_t i = 0; i < k->n_ledger; i++)
        free(k->ledger[i].cell);
    free(k->shop);
    free(k->ledger);
    cs_map_clear(&k->shops);
    cs_map_clear(&k->agents);
    cs_map_clear(&k->ledgers);
    cs_books_init(k, k->plan, k->shops.seed);
}

/* Room for one more of `size` bytes. */
static cs_rc grow(void *array, uint32_t n, uint32_t *cap, size_t size)
{
    void **p = array;
    if (n < *cap) return CS_OK;
    uint32_t wider = *cap ? *cap * 2 : FIRST;
    void *q = realloc(*p, wider * size);
    if (!q) return cs_fail(CS_ENOMEM);
    *p = q;
    *cap = wider;
    return CS_OK;
}

static cs_rc add_agent(struct cs_shop *s, struct cs_span name)
{
    cs_rc rc = grow(&s->agent, s->n_agent, &s->cap_agent, sizeof *s->agent);
    char *copy = cs_bad(rc) ? NULL : malloc(name.len + 1);
    if (!copy) return cs_fail(CS_ENOMEM);
    if (name.len) memcpy(copy, name.ptr, name.len);
    s->agent[s->n_agent++] =
        (struct cs_agent){.name = copy, .name_len = (uint32_t)name.len, .ledger = CS_NO_LEDGER};
    return CS_OK;
}

static struct cs_span shop_key(struct cs_span platform, struct cs_span shop, uint8_t *out)
{
    if (platform.len) memcpy(out, platform.ptr, platform.len);
    out[platform.len] = 0;
    if (shop.len) memcpy(out + platform.len + 1, shop.ptr, shop.len);
    return cs_span_of(out, platform.len + 1 + shop.len);
}

static cs_rc fill_shop(struct cs_shop *s, struct cs_span key, size_t platform_len)
{
    *s = (struct cs_shop){.id = malloc(key.len),
        .platform_len = (uint16_t)platform_len,
        .shop_len = (uint16_t)(key.len - platform_len - 1),
        .moment_from_ms = INT64_MAX,
        .end_day = -1,
        .open_ms = INT64_MIN};
    if (!s->id) return cs_fail(CS_ENOMEM);
    memcpy(s->id, key.ptr, key.len);
    return add_agent(s, cs_span_of("", 0)); /* nobody */
}

static cs_rc add_shop(struct cs_books *k, struct cs_span key, size_t platform_len, uint32_t *out)
{
    cs_rc rc = k->free_shop == UINT32_MAX ? grow(&k->shop, k->n_shop, &k->cap_shop, sizeof *k->shop) : CS_OK;
    if (cs_bad(rc)) return rc;
    uint32_t at = k->free_shop == UINT32_MAX ? k->n_shop : k->free_shop;
    struct cs_shop fresh;
    rc = fill_shop(&fresh, key, platform_len);
    if (!cs_bad(rc)) rc = cs_map_put(&k->shops, key, at);
    if (cs_bad(rc)) {
        clear_shop(&fresh);
        return rc;
    }
    if (at == k->n_shop)
        k->n_shop++;
    else
        k->free_shop = k->shop[at].users; /* links free places */
    k->shop[at] = fresh;
    *out = at;
    return CS_OK;
}

/* A number of 10 bits from both ends of a name, where names of a kind differ. */
static inline uint32_t ends_of(struct cs_span name)
{
    uint64_t head = name.len, tail = 0;
    if (name.len >= sizeof head) {
        memcpy(&head, name.ptr, sizeof head);
        memcpy(&tail, name.ptr + name.len - sizeof tail, sizeof tail);
    } else {
        for (size_t i = 0; i < name.len; i++)
            head = head << 8 | name.ptr[i];
    }
    return (uint32_t)(((head ^ head >> 32) * 5 + tail) * 0x9E3779B97F4A7C15u >> 54);
}

static bool is_shop(const struct cs_shop *s, struct cs_span platform, struct cs_span shop)
{
    return s->id && s->shop_len == shop.len && s->platform_len == platform.len &&
           cs_bytes_eq(s->id + s->platform_len + 1, shop.ptr, shop.len) &&
           cs_bytes_eq(s->id, platform.ptr, platform.len);
}

uint32_t cs_books_known_shop(struct cs_books *k, struct cs_span platform, struct cs_span shop)
{
    uint8_t key[KEY_MAX];
    uint32_t *seen = &k->seen_shop[(ends_of(shop) + (platform.len ? platform.ptr[0] : 0)) % CS_SEEN_SHOPS];
    if (*seen < k->n_shop && is_shop(&k->shop[*seen], platform, shop)) return *seen;
    const uint32_t *known = cs_map_get(&k->shops, shop_key(platform, shop, key));
    if (known) *seen = *known;
    return known ? *known : UINT32_MAX;
}

cs_rc cs_books_shop(struct cs_books *k, struct cs_span platform, struct cs_span shop, uint32_t *out)
{
    uint8_t bytes[KEY_MAX];
    struct cs_span key = shop_key(platform, shop, bytes);
    const uint32_t *known = cs_map_get(&k->shops, key);
    if (!known) return add_shop(k, key, platform.len, out);
    *out = *known;
    return CS_OK;
}

static struct cs_span agent_key(uint32_t shop, struct cs_span name, uint8_t *out)
{
    memcpy(out, &shop, sizeof shop);
    memcpy(out + sizeof shop, name.ptr, name.len);
    return cs_span_of(out, sizeof shop + name.len);
}

static cs_rc enter_agent(struct cs_books *k, struct cs_shop *s, struct cs_span key, struct cs_span name)
{
    cs_rc rc = cs_map_put(&k->agents, key, s->n_agent);
    if (cs_bad(rc)) return rc;
    rc = add_agent(s, name);
    if (cs_bad(rc)) cs_map_remove(&k->agents, key);
    return rc;
}

static bool is_agent(
    const struct cs_seen_agent *seen, const struct cs_books *k, uint32_t shop, struct cs_span name)
{
    return seen->shop == shop && seen->agent < k->shop[shop].n_agent &&
           cs_books_is_agent(k, shop, seen->agent, name);
}

cs_rc cs_books_agent(struct cs_books *k, uint32_t shop, struct cs_span name, uint16_t *out)
{
    uint8_t bytes[KEY_MAX];
    *out = CS_NOBODY;
    if (!name.len || name.len > UINT16_MAX) return CS_OK;
    struct cs_seen_agent *seen = &k->seen_agent[(ends_of(name) + shop) % CS_SEEN_AGENTS];
    struct cs_shop *s = &k->shop[shop];
    if (!is_agent(seen, k, shop, name)) {
        struct cs_span key = agent_key(shop, name, bytes);
        const uint32_t *known = cs_map_get(&k->agents, key);
        uint32_t number = known ? *known : s->n_agent;
        if (!known && number >= AGENTS_MAX) return CS_OK;
        cs_rc rc = known ? CS_OK : enter_agent(k, s, key, name);
        if (cs_bad(rc)) return rc;
        *seen = (struct cs_seen_agent){shop, (uint16_t)number};
    }
    *out = seen->agent;
    return CS_OK;
}

static void forget_shop(struct cs_books *k, uint32_t shop)
{
    uint8_t bytes[KEY_MAX];
    struct cs_shop *s = &k->shop[shop];
    for (uint32_t i = 1; i < s->n_agent; i++)
        cs_map_remove(&k->agents, agent_key(shop, cs_span_of(s->agent[i].name, s->agent[i].name_len), bytes));
    cs_map_remove(&k->shops, cs_span_of(s->id, (size_t)s->platform_len + 1 + s->shop_len));
    clear_shop(s);
    s->users = k->free_shop;
    k->free_shop = shop;
    k->forgotten++;
}

void cs_books_use(struct cs_books *k, uint32_t shop, int32_t by)
{
    struct cs_shop *s = &k->shop[shop];
    s->users += (uint32_t)by;
    /* Who is there is told once: a shop whose agents have gone stays in leave-message mode however long. */
    bool present = s->offline || s->n_online || s->n_offline;
    if (by < 0 && s->users == 0 && !present) forget_shop(k, shop);
}

struct cs_span cs_books_platform(const struct cs_books *k, uint32_t shop)
{
    return cs_span_of(k->shop[shop].id, k->shop[shop].platform_len);
}

struct cs_span cs_books_shop_id(const struct cs_books *k, uint32_t shop)
{
    const struct cs_shop *s = &k->shop[shop];
    return cs_span_of(s->id + s->platform_len + 1, s->shop_len);
}

struct cs_span cs_books_agent_name(const struct cs_books *k, uint32_t shop, uint16_t agent)
{
    const struct cs_agent *a = &k->shop[shop].agent[agent];
    return cs_span_of(a->name, a->name_len);
}

static struct cs_span page_key(const struct cs_page *p, uint8_t out[16])
{
    memset(out, 0, 16);
    memcpy(out, &p->shop, 4);
    memcpy(out + 4, &p->day, 4);
    memcpy(out + 8, &p->agent, 2);
    out[10] = p->plan;
    return cs_span_of(out, 16);
}

static void fill_ledger(struct cs_books *k, const struct cs_page *p, uint32_t at, struct cs_cell *cell)
{
    if (at == k->n_ledger)
        k->n_ledger++;
    else
        k->free_ledger = k->ledger[at].next_changed; /* links free places */
    k->ledger[at] =
        (struct cs_ledger){.cell = cell, .shop = p->shop, .day = p->day, .agent = p->agent, .plan = p->plan};
    k->live_ledgers++;
    cs_books_use(k, p->shop, 1);
}

static cs_rc add_ledger(struct cs_books *k, const struct cs_page *p, uint32_t *out)
{
    uint8_t bytes[16];
    uint32_t at = k->free_ledger == CS_NO_LEDGER ? k->n_ledger : k->free_ledger;
    uint32_t n_metric = k->plan[p->plan].profile->n_metric;
    *out = CS_NO_LEDGER;
    if (k->live_ledgers >= LEDGERS_MAX || !n_metric) return CS_OK;
    cs_rc rc = grow(&k->ledger, at == k->n_ledger ? at : 0, &k->cap_ledger, sizeof *k->ledger);
    struct cs_cell *cell = cs_bad(rc) ? NULL : calloc(n_metric, sizeof *cell);
    if (!cell) return cs_fail(CS_ENOMEM);
    rc = cs_map_put(&k->ledgers, page_key(p, bytes), at);
    if (cs_bad(rc)) {
        free(cell);
        return rc;
    }
    fill_ledger(k, p, at, cell);
    *out = at;
    return CS_OK;
}

cs_rc cs_books_find_ledger(struct cs_books *k, const struct cs_page *p, uint32_t *out)
{
    uint8_t bytes[16];
    const uint32_t *known = cs_map_get(&k->ledgers, page_key(p, bytes));
    cs_rc rc = CS_OK;
    if (known)
        *out = *known;
    else
        rc = add_ledger(k, p, out);
    if (cs_bad(rc)) return rc;
    k->refused += *out == CS_NO_LEDGER;
    k->shop[p->shop].agent[p->agent].ledger = *out;
    return CS_OK;
}

void cs_books_retell(struct cs_books *k, const bool *plan)
{
    for (uint32_t i = 0; i < k->n_ledger; i++) {
        const struct cs_ledger *l = &k->ledger[i];
        uint32_t n = l->cell && plan[l->plan] ? k->plan[l->plan].profile->n_metric : 0;
        for (uint32_t m = 0; m < n; m++)
            if (l->cell[m].numerator || l->cell[m].denominator) cs_books_cell(k, i, m);
    }
}

void cs_books_close(struct cs_books *k, int32_t day)
{
    uint8_t bytes[16];
    for (uint32_t i = 0; i < k->n_ledger; i++) {
        struct cs_ledger *l = &k->ledger[i];
        if (!l->cell || l->listed || l->day >= day) continue;
        struct cs_page page = {l->shop, l->day, l->agent, l->plan};
        cs_map_remove(&k->ledgers, page_key(&page, bytes));
        free(l->cell);
        *l = (struct cs_ledger){.next_changed = k->free_ledger};
        k->free_ledger = i;
        k->live_ledgers--;
        cs_books_use(k, page.shop, -1);
    }
}
