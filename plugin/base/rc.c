#include "base/rc.h"

#include <stddef.h>

static const char *const names[] = {
    [0] = "ok",
    [CS_ENOMEM] = "out of memory",
    [CS_EINVAL] = "invalid value",
    [CS_ESYNTAX] = "malformed input",
    [CS_ENOENT] = "not found",
    [CS_EIO] = "input/output error",
    [CS_ELIMIT] = "limit exceeded",
    [CS_EUNSUPPORTED] = "not supported here",
    [CS_ETIMEDOUT] = "timed out",
    [CS_ECLOSED] = "closed",
    [CS_EDENIED] = "permission denied",
    [CS_EBROKER] = "broker failure",
};

const char *cs_rc_name(cs_rc rc)
{
    size_t n = sizeof names / sizeof names[0];
    return rc.code >= 0 && (size_t)rc.code < n ? names[rc.code] : "unknown result";
}
