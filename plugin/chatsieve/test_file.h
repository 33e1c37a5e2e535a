/* Files *.test.yaml: conversations and the rules that must hit in them.
 *
 *     tests:
 *       - {name: asks for a wechat id, platform: jd, role: agent, text: 加我微信, expect: [PAYMENT_NAME]}
 *       - name: only after a refusal
 *         messages:
 *           - {role: buyer, text: 不要了}
 *           - {role: agent, sender: a1, at: 30s, text: 随便你, expect: none}
 *
 * Messages of one test are one conversation; `at` counts from its begin (default: a second after the message
 * before). Without `expect` a message is said and not judged. */
#ifndef CS_CHATSIEVE_TEST_FILE_H
#define CS_CHATSIEVE_TEST_FILE_H

#include "base/arena.h"
#include "chatsieve/cli.h"
#include "record/names.h"

struct cs_test_message {
    const char *text, *sender;
    int64_t at_ms;
    uint8_t role;
    bool judged;               /* `expect` is there: */
    const char *const *expect; /* rule ids, all that hit */
    uint32_t n_expect;
    uint32_t line;
};

struct cs_test {
    const char *name, *platform;
    const struct cs_test_message *message;
    uint32_t n_message;
    uint32_t line;
};

struct cs_test_file {
    const char *path;
    const struct cs_test *test;
    uint32_t n;
};

/* Read a file; everything lives in `arena`. Platform and role that it does not tell are those of `args`. All
 * faults are told in diag. Errors: CS_ENOENT, CS_EIO, CS_ESYNTAX, CS_ENOMEM. */
CS_MUST cs_rc cs_test_file_read(const char *path, const struct cs_args *args, struct cs_arena *arena,
    struct cs_diag *diag, struct cs_test_file *out);

#endif
