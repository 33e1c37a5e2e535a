/* Asserts for plain test programs: they name the line, count, and let the rest run. */
#ifndef CS_TESTS_PIPELINE_CHECK_H
#define CS_TESTS_PIPELINE_CHECK_H

#include <stdbool.h>
#include <stdio.h>

static unsigned check_failures;

#define CHECK(cond, ...)                                                                                     \
    do {                                                                                                     \
        if (cond) break;                                                                                     \
        check_failures++;                                                                                    \
        if (check_failures > 50) break;                                                                      \
        fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #cond);                                           \
        fprintf(stderr, __VA_ARGS__);                                                                        \
        fputc('\n', stderr);                                                                                 \
    } while (0)

static inline int check_result(const char *name)
{
    printf("%s: %s (%u failed checks)\n", name, check_failures ? "FAILED" : "passed", check_failures);
    return check_failures ? 1 : 0;
}

#endif
