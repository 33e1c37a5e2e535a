#include "events.h"

static const char pack_text[] =
    "pack: {id: p, version: 1}\nrules:\n"
    "  - {id: A, category: c, severity: 3, platforms: all, actors: any, disguises: all, sound: modern,\n"
    "     terms: [微信, 支付宝], plain: [a, 信], message: {zh: 一, en: one}}\n"
    "  - {id: B, category: d, severity: 5, platforms: [jd], actors: any, terms: [宝, x, y],\n"
    "     message: {zh: 二, en: two}}\n";

void events_open(struct events *e, enum cs_format format)
{
    struct cs_settings s;
    FUZZ_CHECK(engine_load(&e->engine, CS_SPAN_LIT(pack_text)), "pack");
    engine_compile(&e->engine);
    fuzz_ok(cs_settings_default(&s), "settings");
    struct cs_filter_options o = cs_filter_options_of(&s, e->engine.rules, e->engine.side[0].matcher);
    o.lattice = e->engine.side[0].lattice;
    o.decode.format = format;
    o.decode.record_bytes_max = 3000;
    o.decode.text_bytes_max = 2000;
    o.hits_per_message = 12;
    fuzz_ok(cs_filter_new(&o, &e->filter), "filter");
    cs_settings_clear(&s);
    e->batch = e->engine.side[0].batch;
    e->flight = calloc(1, sizeof *e->flight);
    FUZZ_CHECK(e->flight != NULL, "memory");
    cs_arena_init(&e->flight->arena, 1 << 14, 0);
}

void events_run(struct events *e, const struct cs_span *record, uint32_t n)
{
    struct cs_batch *b = e->batch;
    struct cs_arena keep = e->flight->arena;
    cs_batch_reset(b);
    cs_arena_reset(&keep);
    *e->flight = (struct cs_flight){.arena = keep};
    b->flight = e->flight;
    b->topic = "chat.messages";
    for (uint32_t i = 0; i < n; i++) {
        b->raw[i] = record[i];
        b->key[i] = i & 1 ? CS_SPAN_LIT("key") : cs_span_of(NULL, 0);
        b->offset[i] = 1000 + i;
        b->record_ms[i] = 1700000000000 + i;
        b->partition[i] = 3;
        b->replay[i] = false;
    }
    b->n = n;
    fuzz_ok(cs_filter_run(e->filter, b), "run");
    uint32_t all = n + b->n_overdue;
    FUZZ_CHECK(e->flight->n_event == all && e->flight->n_pending == all, "%u events", e->flight->n_event);
}

struct cs_span events_of(const struct events *e, uint32_t i)
{
    return e->flight->event[i].value;
}
