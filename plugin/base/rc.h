/* The one result type of the project.
 *
 * A function that can fail returns cs_rc and hands results through out-parameters, which it leaves
 * untouched on failure. cs_rc is a struct, so that `!rc` or `if (rc)` do not compile: ask cs_bad(). */
#ifndef CS_BASE_RC_H
#define CS_BASE_RC_H

#include <stdbool.h>

typedef struct {
    int code;
} cs_rc;

#define CS_MUST __attribute__((warn_unused_result))
#define CS_OK ((cs_rc){0})

enum cs_code {
    CS_ENOMEM = 1,   /* an allocation failed */
    CS_EINVAL,       /* an argument or a value is outside its contract */
    CS_ESYNTAX,      /* text or bytes do not have the form they must have */
    CS_ENOENT,       /* a file, topic or name does not exist */
    CS_EIO,          /* the operating system refused to read or write */
    CS_ELIMIT,       /* a configured bound would be passed */
    CS_EUNSUPPORTED, /* this machine or library cannot do it */
    CS_ETIMEDOUT,    /* a deadline passed */
    CS_ECLOSED,      /* the other side is gone, or a stop was asked for */
    CS_EDENIED,      /* permission or authentication refused */
    CS_EBROKER,      /* the broker or its client library failed; not retriable here */
};

static inline cs_rc cs_fail(enum cs_code code)
{
    return (cs_rc){(int)code};
}
static inline bool cs_bad(cs_rc rc)
{
    return rc.code != 0;
}
static inline bool cs_is(cs_rc rc, enum cs_code code)
{
    return rc.code == (int)code;
}

/* A stable lower-case name such as "out of memory"; never NULL. */
const char *cs_rc_name(cs_rc rc);

#endif
