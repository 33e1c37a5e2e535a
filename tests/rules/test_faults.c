#include "rules/kit.h"

static void faults(struct cs_span input, struct cs_buf *out)
{
    struct kit k;
    kit_open(&k);
    cr_assert_eq(chdir(k.dir), 0);
    kit_write(&k, "pack.yaml", input);
    const char *path = "pack.yaml";
    cs_rc rc = cs_ruleset_load(&path, 1, &k.diag, &k.set);
    cr_expect_eq(cs_bad(rc), cs_diag_has_errors(&k.diag));
    cr_expect_eq(cs_bad(rc), k.set == NULL);
    golden_render(&k.diag, out);
    kit_close(&k);
}

Test(faults, read_as_in_the_golden_file)
{
    char golden[4096];
    cr_assert(getcwd(golden, sizeof golden - 32) != NULL);
    strcat(golden, "/rules.golden");
    golden_check(golden, faults);
}

Test(faults, of_all_files_in_one_run)
{
    struct kit k;
    kit_open(&k);
    kit_rule(&k, "a", "A", "    platforms: all\n    terms: [微信]\n    severities: 1\n");
    kit_rule(&k, "b", "A", "    platforms: jd\n    terms: [微信]\n");
    kit_write(&k, "c.yaml", CS_SPAN_LIT("pack: [\n"));
    kit_write(&k, "d.yaml", CS_SPAN_LIT("pack: {id: a, version: 2}\nrules: []\n"));
    kit_write(&k, "e.yaml", CS_SPAN_LIT("\xFF"));
    cr_expect_eq(kit_load(&k).code, CS_ESYNTAX);
    cr_expect_eq(k.diag.n_errors, 5);
    cr_expect(strstr(cs_diag_text(&k.diag, 1), "the rule \"A\" exists already") != NULL, "%s",
        cs_diag_text(&k.diag, 1));
    cr_expect(strstr(cs_diag_text(&k.diag, 3), "the pack \"a\" is loaded already") != NULL);
    kit_close(&k);
}

Test(faults, paths)
{
    static const struct {
        const char *path;
        int code;
    } rows[] = {{"no-such-file", CS_ENOENT}, {"no-such-dir/x.yaml", CS_ENOENT}, {"/dev/null", CS_ESYNTAX},
        {"/proc/self/mem", CS_EIO}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cs_diag d = {0};
        struct cs_ruleset *set = NULL;
        cs_rc rc = cs_ruleset_load(&rows[i].path, 1, &d, &set);
        cr_expect_eq(rc.code, rows[i].code, "%s: %s", rows[i].path, cs_rc_name(rc));
        cr_expect(d.n_errors > 0 && set == NULL, "%s", rows[i].path);
        cs_diag_clear(&d);
    }
}

Test(faults, directories)
{
    struct kit k;
    kit_open(&k);
    cr_expect_eq(kit_load(&k).code, CS_ENOENT);
    cr_expect_str_eq(cs_diag_text(&k.diag, 0), "there is no rule pack (*.yaml) in this directory");
    kit_rule(&k, "a", "A", "    platforms: all\n    terms: [微信]\n");
    kit_write(&k, ".hidden.yaml", CS_SPAN_LIT("{"));
    kit_write(&k, "note.txt", CS_SPAN_LIT("{"));
    kit_write(&k, "old.yml", CS_SPAN_LIT("{"));
    cr_expect(!cs_bad(kit_load(&k)));
    cr_assert_eq(k.diag.n, 1);
    cr_expect_str_eq(cs_diag_text(&k.diag, 0), "old.yml is not loaded");
    kit_close(&k);
}

/* A file full of faults must not fill memory with messages. */
Test(faults, are_bounded)
{
    struct kit k;
    struct cs_buf b = {0};
    kit_open(&k);
    cs_buf_str(&b, "pack: {id: a, version: 1}\nrules: [");
    for (int i = 0; i < 20000; i++)
        cs_buf_str(&b, "A, ");
    cs_buf_str(&b, "]\n");
    kit_write(&k, "a.yaml", cs_buf_span(&b));
    cr_expect_eq(kit_load(&k).code, CS_ESYNTAX);
    cr_expect_eq(k.diag.n, 201);
    cs_buf_clear(&b);
    kit_close(&k);
}

Test(faults, too_many_platforms)
{
    struct kit k;
    struct cs_buf b = {0};
    kit_open(&k);
    cs_buf_str(&b, "    terms: [微信]\n    platforms: [");
    for (int i = 0; i < 63; i++)
        cs_buf_fmt(&b, "p%d, ", i);
    size_t len = b.len;
    cs_buf_str(&b, "]\n");
    kit_rule(&k, "a", "A", cs_buf_cstr(&b));
    cr_expect(!cs_bad(kit_load(&k)));
    cr_expect_eq(k.set->rule[0].platforms, UINT64_MAX - 1);
    b.len = len;
    cs_buf_str(&b, "p63]\n");
    kit_rule(&k, "a", "A", cs_buf_cstr(&b));
    cr_expect_eq(kit_load(&k).code, CS_ESYNTAX);
    cr_expect_str_eq(cs_diag_text(&k.diag, 0), "the packs name more than 63 platforms");
    cs_buf_clear(&b);
    kit_close(&k);
}

Test(faults, long_terms)
{
    for (int n = 255; n <= 258; n++) {
        struct kit k;
        struct cs_buf b = {0};
        kit_open(&k);
        cs_buf_str(&b, "    platforms: all\n    terms: [");
        for (int i = 0; i < n; i++)
            cs_buf_str(&b, "信");
        cs_buf_str(&b, "]\n");
        kit_rule(&k, "a", "A", cs_buf_cstr(&b));
        cr_expect_eq(cs_bad(kit_load(&k)), n > CS_TERM_CODES_MAX, "%d", n);
        cs_buf_clear(&b);
        kit_close(&k);
    }
}

/* Random damage to a good pack: an answer each time, never a crash. */
Test(faults, mutations)
{
    struct kit k;
    kit_open(&k);
    kit_rule(&k, "a", "A",
        "    platforms: [jd]\n    actors: agent\n    gap: 1\n    terms: [100%, (微|薇)信]\n    exempt: "
        "[稍微信]\n");
    struct cs_buf seed = golden_read(kit_path(&k, "a.yaml"));
    uint64_t x = 88172645463325252u;
    uint32_t good = 0, bad = 0;
    for (int round = 0; round < 4000; round++) {
        uint8_t text[1024];
        memcpy(text, seed.ptr, seed.len);
        for (int n = 0; n < 1 + round % 2; n++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            static const char signs[] = "\n :-[]{}()|\"'%+,a1\xE4\xFF";
            text[x % seed.len] = (uint8_t)signs[(x >> 32) % (sizeof signs - 1)];
        }
        kit_write(&k, "a.yaml", cs_span_of(text, seed.len));
        cs_rc rc = kit_load(&k);
        *(cs_bad(rc) ? &bad : &good) += 1;
        cr_assert_eq(cs_bad(rc), k.diag.n_errors > 0);
    }
    cr_expect(good > 50 && bad > 100, "%u good, %u bad", good, bad);
    cs_buf_clear(&seed);
    kit_close(&k);
}
