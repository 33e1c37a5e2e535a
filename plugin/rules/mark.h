/* Signs that the fold drops but that mean something inside a term: 100% is not 100, A+ is not A. */
#ifndef CS_RULES_MARK_H
#define CS_RULES_MARK_H

#include <stdint.h>

/* The sign that `cp` stands for, full width and variants unified (％ gives %, ￥ gives U+00A5), or 0 when it
 * is no mark. */
uint32_t cs_mark_of(uint32_t cp);

#endif
