/* Other profiles for a running clock: what began under the former ones ends under them, and nobody can tell
 * whether the clock was saved and loaded in between. */
#include "clock/clock.h"
#include "fuse.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROWS_MAX = 6000, BUYERS = 40, SHOPS = 3 };
static const int64_t noon = 1709611200000; /* 2024-03-05 12:00 in China */

/* A profile whose figures are its version's. */
static int profile_text(char *out, size_t size, const char *name, unsigned version)
{
    return snprintf(out, size,
        "profile: %s\nversion: \"%u\"\nplatforms: jd\nutc_offset: \"+08:00\"\n"
        "phrases: {holding: [稍等], promise: [...回复您...]}\nreplies: %s\n"
        "case: %uh\npromise: %uh\nlimits:\n  - {name: slow, after: %us}\n"
        "metrics:\n  - {id: rate, measure: reply_rate, within: %us}\n"
        "  - {id: messages, measure: reply_rate, unit: message, within: %us}\n"
        "  - {id: mean, measure: mean_reply, cap: %us}\n  - {id: left, measure: unanswered}\n"
        "  - {id: first, measure: mean_reply, unit: session, unanswered: excluded}\n  - {id: had, measure: "
        "reception}\n"
        "  - {id: cases, measure: cases}\n  - {id: promises, measure: promises}\n",
        name, version, version % 2 ? "[human, holding]" : "[human]", 1 + version, 1 + version,
        30 + version * 10, 40 + version * 10, 20 + version, 100 + version);
}

static struct cs_profiles *profiles_of(const char *text)
{
    struct cs_diag diag = {0};
    struct cs_profiles *p = NULL;
    cs_rc rc = cs_profiles_parse("test", cs_span_str(text), &diag, &p);
    cr_assert(!cs_bad(rc), "%s", diag.n ? cs_diag_text(&diag, 0) : cs_rc_name(rc));
    return p;
}

static struct cs_profiles *version(unsigned v)
{
    char text[2000];
    profile_text(text, sizeof text, "p", v);
    return profiles_of(text);
}

/* A file with this profile, which is in force until or from a day. */
static void write_profile(const char *path, unsigned v, const char *name, const char *dates)
{
    char text[2000];
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL);
    profile_text(text, sizeof text, name, v);
    fprintf(f, "%s%s", text, dates);
    fclose(f);
}

static struct cs_profiles *load_two(
    const char *dates_first, const char *second, unsigned v, const char *dates)
{
    char path[2][48];
    const char *both[2] = {path[0], path[1]};
    struct cs_diag diag = {0};
    struct cs_profiles *p = NULL;
    for (int k = 0; k < 2; k++)
        snprintf(path[k], sizeof path[k], "/tmp/cs-exchange-%d-%d.yaml", (int)getpid(), k);
    write_profile(path[0], v - 1, "p", dates_first);
    write_profile(path[1], v, second, dates);
    cr_assert(!cs_bad(cs_profiles_load(both, 2, &diag, &p)), "%s", diag.n ? cs_diag_text(&diag, 0) : "");
    unlink(path[0]);
    unlink(path[1]);
    return p;
}

/* p@30, and p@31 from 2024-03-06 on. */
static struct cs_profiles *two_by_date(void)
{
    return load_two("until: 2024-03-06\n", "p", 31, "from: 2024-03-06\n");
}

struct row {
    char key[120];
    int64_t numerator, denominator, max;
};

/* A clock, and everything that it has said. */
struct side {
    struct cs_clock *clock;
    struct cs_batch *batch;
    struct cs_buf said;
    struct row *row;
    uint32_t n_row;
    int64_t offset;
};

static struct cs_clock *new_clock(const struct cs_profiles *p)
{
    struct cs_clock *c = NULL;
    const struct cs_clock_options o = {.window_ms = 86400000, .conversations_max = 1000, .profiles = p};
    cr_assert(!cs_bad(cs_clock_new(&o, &c)));
    return c;
}

static void side_open(struct side *s, const struct cs_profiles *p)
{
    *s = (struct side){
        .clock = new_clock(p), .batch = calloc(1, sizeof *s->batch), .row = calloc(ROWS_MAX, sizeof *s->row)};
    cr_assert(s->batch != NULL && s->row != NULL);
    cs_batch_init(s->batch, 0);
}

static void side_close(struct side *s)
{
    cs_clock_free(&s->clock);
    cs_batch_clear(s->batch);
    free(s->batch);
    free(s->row);
    cs_buf_clear(&s->said);
}

static void note_overdue(struct side *s)
{
    for (uint32_t i = 0; i < s->batch->n_overdue; i++) {
        const struct cs_overdue *o = &s->batch->overdue[i];
        cs_buf_fmt(&s->said, "due %s %s %ld %ld %s\n", o->name, o->profile, (long)o->offset, (long)o->due_ms,
            cs_overdue_name(o->kind));
    }
}

struct line {
    uint32_t shop, buyer;
    uint8_t role, notice;
    const char *text;
    int64_t at_ms;
};

static void say(struct side *s, const struct line *m)
{
    struct cs_batch *b = s->batch;
    char shop[8], buyer[8];
    cs_batch_reset(b);
    snprintf(shop, sizeof shop, "s%u", m->shop % 100);
    snprintf(buyer, sizeof buyer, "b%u", m->buyer % 1000);
    b->n = 1;
    b->platform[0] = CS_SPAN_LIT("jd");
    b->shop[0] = cs_span_str(shop);
    b->buyer[0] = cs_span_str(buyer);
    b->agent[0] = CS_SPAN_LIT("anna");
    b->message_id[0] = (struct cs_span){0};
    b->text[0] = cs_span_str(m->text);
    b->role[0] = m->role;
    b->origin[0] = CS_ORIGIN_TYPED;
    b->notice[0] = m->notice;
    b->sent_ms[0] = b->record_ms[0] = m->at_ms;
    b->partition[0] = (int32_t)(m->shop % 2);
    b->offset[0] = s->offset++;
    b->flags[0] = 0;
    b->dead[0] = CS_DEAD_NONE;
    b->replay[0] = false;
    cr_assert(!cs_bad(cs_clock_run(s->clock, b)));
    const struct cs_response *r = &b->response[0];
    cs_buf_fmt(&s->said, "%ld %s turn %u position %u latency %ld\n", (long)b->offset[0],
        r->profile ? r->profile : "-", r->turn, r->position, (long)r->latency_ms);
    note_overdue(s);
}

static void advance(struct side *s, int64_t to_ms)
{
    for (int32_t p = 0; p < 2; p++) {
        cs_batch_reset(s->batch);
        cr_assert(!cs_bad(cs_clock_advance(s->clock, p, to_ms, s->batch)));
        note_overdue(s);
    }
}

static struct row *row_of(struct side *s, const char *key)
{
    uint32_t i = 0;
    while (i < s->n_row && strcmp(s->row[i].key, key) != 0)
        i++;
    cr_assert(i < ROWS_MAX);
    if (i == s->n_row) snprintf(s->row[s->n_row++].key, sizeof s->row[0].key, "%s", key);
    return &s->row[i];
}

static void flush(struct side *s)
{
    char key[120];
    cs_batch_reset(s->batch);
    cr_assert(!cs_bad(cs_clock_flush(s->clock, s->batch)));
    for (uint32_t i = 0; i < s->batch->n_kpi; i++) {
        const struct cs_kpi_row *k = &s->batch->kpi[i];
        snprintf(key, sizeof key, "%s/%s/%.*s/%.*s/%d", k->metric, k->profile, (int)k->shop.len,
            (const char *)k->shop.ptr, (int)k->agent.len, (const char *)k->agent.ptr, k->day);
        struct row *r = row_of(s, key);
        r->numerator = k->numerator;
        r->denominator = k->denominator;
        r->max = k->max;
    }
}

static void row_is(struct side *s, const char *key, int64_t numerator, int64_t denominator)
{
    const struct row *r = row_of(s, key);
    cr_expect(r->numerator == numerator && r->denominator == denominator, "%s: %ld of %ld", key,
        (long)r->numerator, (long)r->denominator);
}

static void exchange(struct side *s, struct cs_profiles *next)
{
    cr_assert(!cs_bad(cs_clock_exchange(s->clock, next)));
    cs_profiles_free(&next); /* the clock has a share */
}

static void same_sides(struct side *a, struct side *b)
{
    flush(a);
    flush(b);
    cr_assert(a->said.len == b->said.len && memcmp(a->said.ptr, b->said.ptr, a->said.len) == 0);
    for (uint32_t i = 0; i < a->n_row; i++) {
        const struct row *x = &a->row[i], *y = row_of(b, a->row[i].key);
        cr_assert(x->numerator == y->numerator && x->denominator == y->denominator && x->max == y->max,
            "%s: %ld of %ld, %ld of %ld", x->key, (long)x->numerator, (long)x->denominator,
            (long)y->numerator, (long)y->denominator);
    }
    cr_assert(a->n_row == b->n_row && a->n_row > 20);
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)rand() % n;
}

static struct line any_line(int64_t *now)
{
    static const char *const texts[] = {"在吗", "什么时候发货", "稍等", "稍后回复您", "已经发货了"};
    static const uint8_t notices[] = {CS_NOTICE_CASE_OPEN, CS_NOTICE_CASE_SOLVED, CS_NOTICE_PROMISE_KEPT};
    *now += below(40000);
    if (below(300) == 0) *now += 36000000;
    struct line m = {
        .shop = below(SHOPS), .buyer = below(BUYERS), .text = texts[below(5)], .at_ms = *now, .role = 1};
    if (below(2)) m.role = CS_ROLE_AGENT;
    if (below(12) == 0) m.role = CS_ROLE_SYSTEM, m.notice = notices[below(3)];
    return m;
}

/* What is in force stays what it was when files come and go that have nothing to do with it. */
Test(exchange, same_contents_change_nothing)
{
    struct side a, b;
    int64_t now = noon;
    struct cs_profiles *p = version(1);
    side_open(&a, p);
    side_open(&b, p);
    cs_profiles_free(&p);
    srand(7);
    for (uint32_t i = 0; i < 3000; i++) {
        struct line m = any_line(&now);
        if (i % 100 == 50)
            exchange(&b, i % 200 < 100 ? load_two("", "later", 2, "from: 2099-01-01\n") : version(1));
        say(&a, &m);
        say(&b, &m);
    }
    same_sides(&a, &b);
    side_close(&a);
    side_close(&b);
}

Test(exchange, an_open_turn_ends_under_its_own_profile)
{
    struct side s;
    struct cs_profiles *p = version(1);
    side_open(&s, p);
    cs_profiles_free(&p);
    say(&s, &(struct line){0, 1, CS_ROLE_BUYER, 0, "在吗", noon});
    say(&s, &(struct line){0, 2, CS_ROLE_BUYER, 0, "在吗", noon + 1});
    exchange(&s, version(2)); /* a holding reply is none any more */
    say(&s, &(struct line){0, 1, CS_ROLE_BUYER, 0, "有人吗", noon + 1000});
    say(&s, &(struct line){0, 1, CS_ROLE_AGENT, 0, "稍等", noon + 45000});
    say(&s, &(struct line){0, 1, CS_ROLE_BUYER, 0, "还在吗", noon + 46000});
    say(&s, &(struct line){0, 1, CS_ROLE_AGENT, 0, "稍等", noon + 47000});
    say(&s, &(struct line){0, 1, CS_ROLE_AGENT, 0, "发货了", noon + 48000});
    flush(&s);
    row_is(&s, "rate/p@1/s0//20240305", 1, 2);
    row_is(&s, "messages/p@1/s0//20240305", 0, 3);
    row_is(&s, "rate/p@2/s0//20240305", 1, 1);
    cr_expect_str_eq(cs_buf_cstr(&s.said), "0 p@1 turn 1 position 1 latency 0\n"
                                           "1 p@1 turn 1 position 1 latency 0\n"
                                           "2 p@1 turn 2 position 2 latency 1000\n"
                                           "3 p@1 turn 3 position 2 latency 45000\n"
                                           "due slow p@1 0 1709611240000 threshold\n"
                                           "due slow p@1 1 1709611240001 threshold\n"
                                           "4 p@2 turn 1 position 1 latency 0\n"
                                           "5 p@2 turn 2 position 1 latency 1000\n"
                                           "6 p@2 turn 3 position 1 latency 2000\n");
    /* The second buyer asks on another day: the old turn stays unanswered, the new one is the new profile's.
     */
    say(&s, &(struct line){0, 2, CS_ROLE_BUYER, 0, "在吗", noon + 86400000});
    flush(&s);
    row_is(&s, "left/p@1/s0//20240305", 1, 2);
    row_is(&s, "rate/p@2/s0//20240306", 0, 1);
    side_close(&s);
}

/* Also when the profile changes by its date: the row that has the denominator gets the numerator. */
Test(exchange, cases_and_promises_end_where_they_began)
{
    for (int by_date = 0; by_date < 2; by_date++) {
        struct side s;
        struct cs_profiles *p = by_date ? two_by_date() : version(30);
        side_open(&s, p);
        cs_profiles_free(&p);
        int64_t later = noon + (by_date ? 86400000 : 600000);
        say(&s, &(struct line){0, 1, CS_ROLE_SYSTEM, CS_NOTICE_CASE_OPEN, "", noon});
        say(&s, &(struct line){0, 1, CS_ROLE_AGENT, 0, "稍后回复您", noon});
        if (!by_date) exchange(&s, version(31));
        say(&s, &(struct line){0, 1, CS_ROLE_SYSTEM, CS_NOTICE_CASE_SOLVED, "", later});
        say(&s, &(struct line){0, 1, CS_ROLE_SYSTEM, CS_NOTICE_PROMISE_KEPT, "", later + 1});
        flush(&s);
        cr_expect(strstr(cs_buf_cstr(&s.said), " p@31 ") != NULL);
        row_is(&s, "cases/p@30/s0//20240305", 1, 1);
        row_is(&s, "promises/p@30/s0//20240305", by_date, 1);
        row_is(&s, "cases/p@31/s0//20240305", 0, 0);
        row_is(&s, "promises/p@31/s0//20240305", 0, 0);
        side_close(&s);
    }
}

struct kept {
    uint8_t *bytes[8];
    struct cs_span chunk[8];
    uint32_t n;
};

static cs_rc keep(void *ctx, struct cs_span chunk)
{
    struct kept *k = ctx;
    cr_assert(k->n < 8);
    k->bytes[k->n] = malloc(chunk.len);
    memcpy(k->bytes[k->n], chunk.ptr, chunk.len);
    k->chunk[k->n] = cs_span_of(k->bytes[k->n], chunk.len);
    k->n++;
    return CS_OK;
}

static void forget(struct kept *k)
{
    for (uint32_t i = 0; i < k->n; i++)
        free(k->bytes[i]);
    k->n = 0;
}

/* Another process goes on, which has the present profiles only. */
static void live_again(struct side *s, unsigned present)
{
    struct cs_profiles *p = version(present);
    struct cs_clock *next = new_clock(p);
    cs_profiles_free(&p);
    for (int32_t part = 0; part < 2; part++) {
        struct kept k = {.n = 0};
        struct cs_diag diag = {0};
        int64_t mark = cs_clock_watermark(s->clock, part);
        cr_assert(!cs_bad(cs_clock_save(s->clock, part, &(struct cs_snapshot_sink){keep, &k})));
        if (k.n)
            cr_assert(!cs_bad(cs_clock_load(next, part, k.chunk, k.n, &diag)), "%s", cs_diag_text(&diag, 0));
        if (k.n) cr_assert(!cs_bad(cs_clock_resume(next, part, mark)));
        forget(&k);
    }
    cs_clock_free(&s->clock);
    s->clock = next;
}

Test(exchange, a_saved_state_brings_its_profiles)
{
    enum { LINES = 6000, EVERY = 250 };
    struct side a, b;
    int64_t now = noon;
    unsigned present = 1;
    struct cs_profiles *p = version(present);
    side_open(&a, p);
    side_open(&b, p);
    cs_profiles_free(&p);
    srand(11);
    for (uint32_t i = 0; i < LINES; i++) {
        struct line m = any_line(&now);
        if (i % EVERY == 100) {
            present = 1 + below(6); /* some come back */
            exchange(&a, version(present));
            exchange(&b, version(present));
        }
        say(&a, &m);
        say(&b, &m);
        if (below(60) == 0) advance(&a, now + 5000), advance(&b, now + 5000);
        if (below(80) == 0) live_again(&b, present);
        if (below(50) == 0) flush(&b);
    }
    same_sides(&a, &b);
    cr_expect(cs_clock_count(b.clock).plans > 1);
    side_close(&a);
    side_close(&b);
}

/* Rows of one name cannot be of two minds. */
Test(exchange, a_profile_that_changed_needs_another_version)
{
    struct side s;
    char text[2000];
    struct kept k = {.n = 0};
    struct cs_diag diag = {0};
    struct cs_profiles *p = version(1);
    side_open(&s, p);
    say(&s, &(struct line){0, 1, CS_ROLE_BUYER, 0, "在吗", noon});
    cr_assert(!cs_bad(cs_clock_save(s.clock, 0, &(struct cs_snapshot_sink){keep, &k})));
    profile_text(text, sizeof text, "p", 1);
    strcat(text, "session_gap: 5m\n");
    struct cs_profiles *other = profiles_of(text), *far = version(2);
    cr_expect_str_eq(cs_profiles_clash(p, other), "p@1");
    cr_expect(cs_profiles_clash(p, p) == NULL && cs_profiles_clash(p, far) == NULL);
    struct cs_clock *c = new_clock(other);
    cr_assert(cs_is(cs_clock_load(c, 0, k.chunk, k.n, &diag), CS_EUNSUPPORTED));
    cr_expect(diag.n == 1 && strstr(cs_diag_text(&diag, 0), "p@1") != NULL, "%s", cs_diag_text(&diag, 0));
    cr_expect(cs_clock_count(c).open == 0 && cs_clock_count(c).plans == 1);
    cs_diag_clear(&diag);
    cs_clock_free(&c);
    cs_profiles_free(&p);
    cs_profiles_free(&far);
    cs_profiles_free(&other);
    forget(&k);
    side_close(&s);
}

/* Places come back when days are closed; until then there is an end to them, and then nothing changes. */
Test(exchange, former_profiles_are_given_back)
{
    struct side s;
    struct cs_profiles *p = version(1);
    side_open(&s, p);
    cs_profiles_free(&p);
    unsigned v = 1;
    cs_rc rc = CS_OK;
    while (!cs_bad(rc) && v < 400) {
        say(&s, &(struct line){0, v % 900, CS_ROLE_BUYER, 0, "在吗", noon + v});
        p = version(++v);
        rc = cs_clock_exchange(s.clock, p);
        cs_profiles_free(&p);
    }
    cr_assert(cs_is(rc, CS_ELIMIT) && v == 256, "version %u", v);
    say(&s, &(struct line){0, 950, CS_ROLE_BUYER, 0, "在吗", noon + v});
    cr_expect(
        strstr(cs_buf_cstr(&s.said), " p@255 ") != NULL && strstr(cs_buf_cstr(&s.said), " p@256 ") == NULL);
    /* Four days later all that is forgotten. */
    say(&s, &(struct line){0, 951, CS_ROLE_BUYER, 0, "在吗", noon + 4 * INT64_C(86400000)});
    flush(&s);
    say(&s, &(struct line){0, 952, CS_ROLE_BUYER, 0, "在吗", noon + 5 * INT64_C(86400000)});
    flush(&s);
    cr_expect(cs_clock_count(s.clock).plans < 3, "%lu", (unsigned long)cs_clock_count(s.clock).plans);
    exchange(&s, version(300));
    side_close(&s);
}

Test(exchange, loading_survives_every_failed_allocation)
{
    struct side s;
    struct kept k = {.n = 0};
    struct cs_profiles *p = version(1), *other = version(2);
    side_open(&s, p);
    say(&s, &(struct line){0, 1, CS_ROLE_BUYER, 0, "在吗", noon});
    cr_assert(!cs_bad(cs_clock_save(s.clock, 0, &(struct cs_snapshot_sink){keep, &k})));
    for (int at = 0;; at++) {
        struct cs_clock *c = new_clock(other);
        struct cs_diag diag = {0};
        fuse = at;
        cs_rc rc = cs_clock_load(c, 0, k.chunk, k.n, &diag);
        bool done = fuse >= 0;
        fuse = -1;
        cr_assert(cs_bad(rc) != done, "allocation %d", at);
        cr_assert(done || (cs_is(rc, CS_ENOMEM) && cs_clock_count(c).open == 0), "allocation %d: %s", at,
            cs_rc_name(rc));
        if (done) cr_expect(cs_clock_count(c).plans == 2);
        cs_diag_clear(&diag);
        cs_clock_free(&c);
        if (done) break;
    }
    cs_profiles_free(&p);
    cs_profiles_free(&other);
    forget(&k);
    side_close(&s);
}
