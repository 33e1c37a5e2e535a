/* Results of `rules test`, for people or for build servers. */
#ifndef CS_CHATSIEVE_TEST_REPORT_H
#define CS_CHATSIEVE_TEST_REPORT_H

#include "base/buf.h"

enum cs_test_style { CS_TEST_HUMAN, CS_TEST_TAP, CS_TEST_JUNIT };

struct cs_test_report {
    enum cs_test_style style;
    struct cs_buf body;
    uint32_t n, failed;
};

/* One result; `why` is NULL when it passed. `suite` is the rule or the file. */
void cs_test_report_add(
    struct cs_test_report *r, const char *suite, const char *name, const char *place, const char *why);
/* The whole report with what stands around the results; `silent` are the ids of rules that never hit, one a
 * line, each with its place. */
void cs_test_report_end(const struct cs_test_report *r, const struct cs_buf *silent, struct cs_buf *out);

#endif
