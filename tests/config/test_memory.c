/* The k-th allocation fails, for every k until all succeeds. */
#include "config/golden.h"
#include "config/settings.h"
#include "fuse.h"

#include <unistd.h>

Test(memory, each_failure_is_reported)
{
    static const char text[] = "brokers: [a:1, '${HOME}x']\nrules: [a, b, c, d, e]\ngroup: ${file:secret}\n"
                               "kafka: {a: b, c: d}\nclock: {thresholds: [1s]}\n";
    char dir[] = "/tmp/chatsieve-settings-XXXXXX";
    cr_assert(mkdtemp(dir) != NULL && chdir(dir) == 0);
    setenv("HOME", "h", 1);
    FILE *f = fopen("c.yaml", "wb"), *g = fopen("secret", "wb");
    cr_assert(f != NULL && g != NULL);
    fputs(text, f);
    fputs("name\n", g);
    fclose(f);
    fclose(g);
    long at = 0;
    for (;; at++) {
        struct cs_settings s;
        struct cs_diag d = {0};
        fuse = at;
        cs_rc rc = cs_settings_load("c.yaml", &d, &s);
        bool spent = fuse < 0;
        fuse = -1;
        cs_diag_clear(&d);
        cs_settings_clear(&s);
        if (!spent) break;
        cr_assert_eq(rc.code, CS_ENOMEM, "allocation %ld: %s", at, cs_rc_name(rc));
    }
    cr_expect(at > 20, "%ld", at);
    cr_expect_eq(unlink("c.yaml") + unlink("secret") + rmdir(dir), 0);
}
