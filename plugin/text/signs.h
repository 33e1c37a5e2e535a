/* What a sign in a text is read as: a word, or, of a bracket with the sound of the characters before it,
 * nothing; internal to text/. */
#ifndef CS_TEXT_SIGNS_H
#define CS_TEXT_SIGNS_H

#include "base/utf8.h"
#include "text/map.h"
#include "text/views.h"

enum { CS_SIGN_HEARD = 8 /* characters whose sound one note may tell */ };

/* Reads the signs of one text from left to right; begin with the text and the reading alone. */
struct cs_sign_reader {
    struct cs_span text;
    uint32_t reading; /* number of the view */
    uint32_t heard;   /* up to this byte; the others when a note comes */
    uint32_t n_han;
    uint16_t han[CS_SIGN_HEARD]; /* the last characters with a sound, the last one last */
    bool second;                 /* another reading would differ */
};

/* Bytes, characters and codes of the text that are read as `said`, which is constant data. */
struct cs_sign_read {
    uint32_t bytes, characters, codes;
    struct cs_span said;
    uint8_t evidence; /* the strongest enum cs_evidence of a hit that needs this reading */
};

/* Read the sign `st`, of class CS_TEXT_SIGN, at `byte`. False when it is read as nothing else. */
bool cs_sign_read(struct cs_sign_reader *r, uint32_t byte, struct cs_utf8_step st, struct cs_sign_read *out);

/* Finds what is read differently by the codes around it, without reading what is between; begin with the
 * reader. */
struct cs_sign_seeker {
    struct cs_sign_reader reader;
    struct cs_place place; /* of the code before the last gap that was looked at */
    uint32_t byte, code;   /* behind what was read last */
};

/* The next sign before code `code`, which may be the number of codes, and behind code - 1 that is read as
 * something else; codes do not fall from call to call. False when there is none. */
bool cs_sign_before(struct cs_sign_seeker *s, uint32_t code, struct cs_sign_read *out);

#endif
