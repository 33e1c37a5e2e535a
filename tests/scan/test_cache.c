/* The cache of compiled databases: what it returns finds the same, and nothing but an exact, private file is
 * ever used. */
#include "scan/cache.h"
#include "scan/kit.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static char dir[] = "/tmp/cs-cache-XXXXXX", inner[64];
static const char *const list[] = {"ab", "cab", "zz", NULL};
static const char *const other[] = {"cab", "ab", "zz", NULL};

static void make_dir(void)
{
    cr_assert(mkdtemp(dir) != NULL);
    snprintf(inner, sizeof inner, "%s/cache", dir);
}

/* The only database in the cache; its path. */
static const char *only_file(void)
{
    static char path[512];
    unsigned n = 0;
    DIR *d = opendir(inner);
    cr_assert(d != NULL);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", inner, e->d_name);
        n++;
    }
    closedir(d);
    cr_assert_eq(n, 1, "%u files", n);
    return path;
}

static void remove_all(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    cr_assert_eq(system(command), 0);
}

/* Compile with the cache, scan a text, and say what the cache did; *hits gets the number of hits of pattern 0
 * and 1, in two digits. */
static enum cs_cache_use compile(const char *const *words, unsigned *hits, struct cs_diag *diag)
{
    struct kit_patterns p;
    struct kit_batch b;
    struct cs_matcher *m = NULL;
    struct cs_scanner *s = NULL;
    const struct cs_hit *hit;
    uint32_t n, count[3] = {0};
    struct cs_cache cache = {.dir = inner};
    uint16_t code[16];
    kit_open(&b);
    kit_patterns(&p, words);
    const struct cs_patterns patterns = {p.pattern, p.n};
    kit_ok(cs_matcher_new_cached(CS_MATCHER_HYPERSCAN, &patterns, &cache, diag, &m), "matcher");
    kit_ok(cs_scanner_new(m, &s), "scanner");
    kit_add(&b, code, kit_codes("xcabcabab", code));
    struct cs_folded in = kit_seal(&b);
    kit_ok(cs_scanner_scan(s, &in, &hit, &n), "scan");
    for (uint32_t i = 0; i < n; i++)
        count[hit[i].pattern]++;
    *hits = count[0] * 10 + count[1];
    cs_scanner_free(&s);
    cs_matcher_free(&m);
    kit_close(&b);
    return cache.use;
}

Test(cache, is_used_for_the_same_patterns_only)
{
    struct cs_diag d = {0};
    unsigned hits;
    make_dir();
    cr_expect_eq(compile(list, &hits, &d), CS_CACHE_MISS);
    cr_expect_eq(hits, 32);
    cr_expect_eq(compile(list, &hits, &d), CS_CACHE_HIT);
    cr_expect_eq(hits, 32, "a loaded database finds %u", hits);
    cr_expect_eq(compile(other, &hits, &d), CS_CACHE_MISS, "another order is another database");
    cr_expect_eq(hits, 23);
    cr_expect_eq(compile(other, &hits, &d), CS_CACHE_HIT);
    cr_expect_eq(hits, 23);
    cr_expect_eq(d.n, 0);
    remove_all();
}

Test(cache, refuses_a_file_that_changed_in_any_byte)
{
    struct cs_diag d = {0};
    unsigned hits;
    make_dir();
    cr_assert_eq(compile(list, &hits, &d), CS_CACHE_MISS);
    const char *path = only_file();
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 077, 0, "others may read or write it");
    for (off_t at = 0; at < st.st_size; at += at < 64 ? 1 : 97) {
        uint8_t byte;
        int fd = open(path, O_RDWR);
        cr_assert(fd >= 0 && pread(fd, &byte, 1, at) == 1);
        byte ^= 0x10;
        cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
        close(fd);
        cr_assert_eq(compile(list, &hits, &d), CS_CACHE_MISS, "byte %ld", (long)at);
        cr_assert_eq(hits, 32);
    }
    cr_expect_eq(compile(list, &hits, &d), CS_CACHE_HIT, "a bad file is replaced");
    for (off_t size = st.st_size - 1; size >= 0; size = size > 100 ? size / 2 : size - 9) {
        cr_assert_eq(truncate(path, size), 0);
        cr_assert_eq(compile(list, &hits, &d), CS_CACHE_MISS, "%ld bytes", (long)size);
        cr_assert_eq(hits, 32);
    }
    cr_expect_eq(d.n, 0);
    remove_all();
}

Test(cache, refuses_what_others_may_write)
{
    struct cs_diag d = {0};
    unsigned hits;
    make_dir();
    cr_assert_eq(compile(list, &hits, &d), CS_CACHE_MISS);
    cr_assert_eq(chmod(only_file(), 0620), 0);
    cr_expect_eq(compile(list, &hits, &d), CS_CACHE_MISS);
    cr_expect_eq(compile(list, &hits, &d), CS_CACHE_HIT, "it was written anew");
    cr_assert_eq(chmod(inner, 0770), 0);
    cr_expect_eq(compile(list, &hits, &d), CS_CACHE_OFF);
    cr_expect_eq(hits, 32);
    cr_assert_eq(d.n, 1);
    cr_expect(strstr(cs_diag_text(&d, 0), "may be written by others") != NULL, "%s", cs_diag_text(&d, 0));
    cr_expect(!cs_diag_has_errors(&d));
    cs_diag_clear(&d);
    remove_all();
}

Test(cache, does_without_a_directory)
{
    struct cs_diag d = {0};
    unsigned hits;
    snprintf(inner, sizeof inner, "/proc/nowhere");
    cr_expect_eq(compile(list, &hits, &d), CS_CACHE_OFF);
    cr_expect_eq(hits, 32);
    cr_expect(d.n == 1 && !cs_diag_has_errors(&d));
    cs_diag_clear(&d);
    snprintf(inner, sizeof inner, "/dev/null");
    cr_expect_eq(compile(list, &hits, &d), CS_CACHE_OFF);
    cr_expect(d.n == 1 && strstr(cs_diag_text(&d, 0), "no directory") != NULL);
    cs_diag_clear(&d);
}
