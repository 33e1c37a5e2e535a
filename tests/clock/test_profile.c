#define _DEFAULT_SOURCE

#include "clock/definition.h"
#include "clock/zone.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct cs_profiles *load(const char *text, struct cs_diag *diag, cs_rc *rc)
{
    char path[] = "profile-XXXXXX";
    int fd = mkstemp(path);
    const char *one = path;
    struct cs_profiles *p = NULL;
    cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    *rc = cs_profiles_load(&one, 1, diag, &p);
    unlink(path);
    return p;
}

static bool tells(const struct cs_diag *diag, const char *what)
{
    struct cs_buf out = {0};
    for (uint32_t i = 0; i < diag->n; i++)
        cs_diag_render(diag, i, &out);
    bool found = strstr(cs_buf_cstr(&out), what) != NULL;
    if (!found) fprintf(stderr, "no \"%s\" in\n%s", what, cs_buf_cstr(&out));
    cs_buf_clear(&out);
    return found;
}

Test(profile, tells_all_faults_at_once_with_place_and_remedy)
{
    static const char text[] = "profile: x\n"
                               "platforms: [x]\n"
                               "zone: Asia/Shanghia\n"
                               "hours: \"8-23\"\n"
                               "until: 2022-02-30\n"
                               "replys: [human]\n"
                               "limits:\n  - {name: a, after: 10}\n"
                               "metrics:\n  - {id: m, measure: reply_rat}\n"
                               "  - {id: n, measure: mean_reply}\n";
    struct cs_diag diag = {0};
    cs_rc rc;
    cr_assert(load(text, &diag, &rc) == NULL && cs_is(rc, CS_ESYNTAX));
    static const char *const wanted[] = {":3:7:", "no such time zone", ":4:8:", "08:00-23:00",
        ":5:8:", ":6:1:", "did you mean \"replies\"?", "40s, 5m", "did you mean \"reply_rate\"?",
        "needs a cap", "has no version"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        cr_expect(tells(&diag, wanted[i]), "%s", wanted[i]);
    cs_diag_clear(&diag);
}

Test(profile, shipped_ones_load_and_come_by_platform_shop_and_date)
{
    static const char *const path[] = {"../../plugin/share/profiles"};
    struct cs_diag diag = {0};
    struct cs_profiles *p = NULL;
    cr_assert(!cs_bad(cs_profiles_load(path, 1, &diag, &p)) && diag.n == 0);
    static const struct {
        const char *platform, *want;
        int64_t at_s;
    } rows[] = {{"taobao", "taobao@2021", 1646063999}, {"taobao", "taobao@2022-03", 1646064000},
        {"suning", "suning@2020", 1655740799}, {"suning", "common@1", 1655740800}, {"other", "common@1", 1},
        {"pinduoduo", "pdd@2019-01", 1700000000}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t k =
            cs_profiles_find(p, cs_span_str(rows[i].platform), CS_SPAN_LIT("s"), rows[i].at_s * 1000);
        cr_assert(k != UINT32_MAX);
        cr_expect_str_eq(p->item[k].name, rows[i].want);
    }
    cs_profiles_free(&p);
}

Test(profile, a_shop_may_have_its_own_and_hours_may_cross_midnight)
{
    static const char text[] =
        "profile: night\nversion: 1\nplatforms: jd\nshops: [s7]\nutc_offset: \"+08:00\"\n"
        "hours:\n  - {days: [fri, sat], time: \"20:00-02:00\"}\n";
    struct cs_diag diag = {0};
    cs_rc rc;
    struct cs_profiles *p = load(text, &diag, &rc);
    cr_assert(p != NULL);
    cr_expect(cs_profiles_find(p, CS_SPAN_LIT("jd"), CS_SPAN_LIT("s7"), 0) == 0);
    cr_expect(cs_profiles_find(p, CS_SPAN_LIT("jd"), CS_SPAN_LIT("s8"), 0) == UINT32_MAX);
    const struct cs_calendar *c = &p->item[0].calendar;
    const int64_t friday = cs_days_of(2024, 3, 8) * INT64_C(86400000) - 8 * 3600000;
    static const struct {
        int64_t hour;
        bool in;
        int32_t day;
    } rows[] = {{19, false, 8}, {20, true, 8}, {25, true, 8}, {26, false, 9}, {44, true, 9}, {49, true, 9},
        {50, false, 10}, {68, false, 10}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cs_moment m = cs_calendar_at(c, friday + rows[i].hour * 3600000);
        cr_expect(m.in_hours == rows[i].in && m.day == cs_days_of(2024, 3, rows[i].day), "hour %ld",
            (long)rows[i].hour);
    }
    cr_expect(cs_calendar_day_end(c, cs_days_of(2024, 3, 8)) == friday + 26 * 3600000);
    cr_expect(cs_calendar_next_open(c, friday + 60 * 3600000) == friday + (20 + 7 * 24) * INT64_C(3600000));
    cs_profiles_free(&p);
}

/* What is kept of a closed shop: between an instant and the next beginning of its hours nothing else begins,
 * unless clocks change nearby. */
Test(calendar, one_next_beginning_holds_for_a_steady_stretch)
{
    static const char *const names[] = {
        "Asia/Shanghai", "America/New_York", "Europe/London", "Asia/Kathmandu"};
    uint64_t seed = 11;
    unsigned steady = 0, shaky = 0;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        struct cs_calendar c = {.window = {{.weekdays = 0x15, .begin_s = 5400, .end_s = 7200},
                                    {.weekdays = 0x7F, .begin_s = 79200, .end_s = 93000}},
            .n_window = 2};
        if (cs_bad(cs_zone_load(&c.zone, CS_ZONE_DIRECTORY, names[k]))) cr_skip_test("no %s", names[k]);
        for (int round = 0; round < 20000; round++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            int64_t from = 1577836800000 + (int64_t)(seed >> 24) % INT64_C(126230400000);
            int64_t open = cs_calendar_next_open(&c, from);
            if (open == from) continue;
            bool kept = cs_calendar_steady(&c, from, open);
            steady += kept;
            shaky += !kept;
            int64_t between = from + (int64_t)(seed >> 40) % (open - from);
            if (kept) cr_assert_eq(cs_calendar_next_open(&c, between), open, "%s, %ld", names[k], (long)from);
        }
        cs_calendar_clear(&c);
    }
    cr_expect(steady > 10000 && shaky > 100, "%u steady, %u not", steady, shaky);
}

Test(zone, agrees_with_the_system_in_many_zones)
{
    static const char *const names[] = {"Asia/Shanghai", "America/New_York", "Europe/London",
        "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/St_Johns", "Europe/Dublin",
        "Pacific/Chatham"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        struct cs_zone z;
        if (cs_is(cs_zone_load(&z, CS_ZONE_DIRECTORY, names[k]), CS_ENOENT)) cr_skip_test("no tzdata");
        setenv("TZ", names[k], 1);
        tzset();
        for (int64_t t = -1500000000; t < 5000000000; t += 86400 * 3 + 1801) {
            time_t at = (time_t)t;
            struct tm tm;
            localtime_r(&at, &tm);
            cr_assert(cs_zone_offset(&z, t) == tm.tm_gmtoff, "%s at %ld", names[k], (long)t);
            int64_t back = cs_zone_utc(&z, t + tm.tm_gmtoff);
            cr_assert(
                back + cs_zone_offset(&z, back) == t + tm.tm_gmtoff, "%s back at %ld", names[k], (long)t);
        }
        cs_zone_clear(&z);
    }
}

Test(zone, refuses_what_is_no_zone)
{
    struct cs_zone z;
    cr_expect(cs_is(cs_zone_load(&z, CS_ZONE_DIRECTORY, "../../../etc/passwd"), CS_EINVAL));
    cr_expect(cs_is(cs_zone_load(&z, CS_ZONE_DIRECTORY, "Mars/Olympus"), CS_ENOENT));
    cr_expect(cs_is(cs_zone_parse(&z, CS_SPAN_LIT("TZif2 and not much more")), CS_ESYNTAX));
    FILE *f = fopen(CS_ZONE_DIRECTORY "/America/New_York", "rb");
    if (!f) cr_skip_test("no tzdata");
    static uint8_t bytes[8192];
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t cut = 0; cut < n; cut++) { /* a footer that is cut off is an older file */
        uint8_t *copy = malloc(cut ? cut : 1);
        memcpy(copy, bytes, cut);
        if (!cs_bad(cs_zone_parse(&z, cs_span_of(copy, cut)))) cs_zone_clear(&z);
        free(copy);
    }
}
