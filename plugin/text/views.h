/* Texts as a reader reads them aloud: signs as words (🐧 as QQ, ➕v as 加v), and without the notes that tell
 * how characters sound, 業(yè).
 *
 * The fold drops signs as separators, so that they hide nothing between the characters of a term; where they
 * say something themselves, a text has a view, in which they are words. A view is made twice: to be folded,
 * and once more where something was found in it, to tell where that stands in the text. Most texts have none.
 */
#ifndef CS_TEXT_VIEWS_H
#define CS_TEXT_VIEWS_H

#include "record/batch.h"

enum { CS_VIEW_READINGS = 2 };

/* What reads differently. Bytes and characters of the text, and of the view, half open. */
struct cs_piece {
    uint32_t byte_begin, byte_end, char_begin, char_end;
    uint32_t view_byte_begin, view_byte_end, view_char_begin, view_char_end;
    uint8_t evidence; /* the strongest enum cs_evidence of a hit that needs this reading */
};

/* Pieces are ascending; between them the view equals the text. */
struct cs_view_text {
    struct cs_span text;
    const struct cs_piece *piece;
    uint32_t n_piece; /* 0: there is no such view */
    bool second;      /* the text has a second view */
};

/* False where a sign cannot be read because of the UTF-16 unit behind it: a note begins with a letter, and a
 * plus stands before what is added. */
bool cs_view_may_begin(uint32_t sign, uint16_t next);

/* Brackets that may stand around a note. `cp` closes what `opening` opens also when only one of them is of
 * full width; an `opening` that is none is closed by nothing. */
bool cs_view_opens(uint32_t cp);
bool cs_view_brackets(uint32_t opening, uint32_t cp);

/* View number `reading` of a text: 0, or 1 where a sign has two readings. Memory is the arena's, at most
 * three bytes a byte and 36 a sign. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_view_make(
    struct cs_span text, uint32_t reading, struct cs_arena *arena, struct cs_view_text *out);

/* A stretch of a text. */
struct cs_stretch {
    uint32_t byte_begin, byte_end, char_begin, char_end;
};

/* What stretch `at` of the view (not empty, of whole characters) is in the text; whole pieces where it
 * touches one. *evidence is weakened to what the pieces need that it touches or spans. False, and *evidence
 * is as it was, when it touches none: then the text says the same there. */
bool cs_view_locate(
    const struct cs_view_text *v, struct cs_stretch at, struct cs_stretch *out, uint8_t *evidence);

#endif
