/* Tables for vectors that find ill-formed UTF-8; internal to text/. */
#ifndef CS_TEXT_UTF8_ERRORS_H
#define CS_TEXT_UTF8_ERRORS_H

#include <stdint.h>

/* Classes of error by a byte and its predecessor, one bit each; an error shows in all three tables (the
 * lookup algorithm of Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte", 2020). */
enum {
    TOO_SHORT = 1 << 0,  /* lead, then no continuation */
    TOO_LONG = 1 << 1,   /* ASCII, then a continuation */
    OVERLONG_3 = 1 << 2, /* E0 80-9F */
    TOO_LARGE = 1 << 3,  /* F4 90-BF, F5+ 90-BF */
    SURROGATE = 1 << 4,  /* ED A0-BF */
    OVERLONG_2 = 1 << 5, /* C0-C1 */
    OVERLONG_4 = 1 << 6, /* F0 80-8F; also F5+ 80-8F */
    TWO_CONT = 1 << 7,   /* two continuations: right only when a third or fourth byte is due */
    ANY = TOO_SHORT | TOO_LONG | TWO_CONT,
    BEYOND = ANY | TOO_LARGE | OVERLONG_4,
    CONT = TOO_LONG | OVERLONG_2 | TWO_CONT,
};

static const uint8_t by_high_1[16] = {TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TOO_LONG, TWO_CONT, TWO_CONT, TWO_CONT, TWO_CONT, TOO_SHORT | OVERLONG_2, TOO_SHORT,
    TOO_SHORT | OVERLONG_3 | SURROGATE, TOO_SHORT | TOO_LARGE | OVERLONG_4};
static const uint8_t by_low_1[16] = {ANY | OVERLONG_2 | OVERLONG_3 | OVERLONG_4, ANY | OVERLONG_2, ANY, ANY,
    ANY | TOO_LARGE, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND, BEYOND | SURROGATE,
    BEYOND, BEYOND};
static const uint8_t by_high_2[16] = {TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    TOO_SHORT, TOO_SHORT, CONT | OVERLONG_3 | OVERLONG_4, CONT | OVERLONG_3 | TOO_LARGE,
    CONT | SURROGATE | TOO_LARGE, CONT | SURROGATE | TOO_LARGE, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT};

#endif
