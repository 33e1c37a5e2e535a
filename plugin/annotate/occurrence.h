/* One place where the codes of a term stand in a message, and whether it is genuine; internal to annotate/.
 *
 * The matcher has seen codes only. What the fold dropped between and around them decides here: too wide a
 * gap, a sentence end, the middle of a word or number, a missing sign. */
#ifndef CS_ANNOTATE_OCCURRENCE_H
#define CS_ANNOTATE_OCCURRENCE_H

#include "annotate/annotate.h"
#include "text/views.h"
#include "text/window.h"

struct cs_occurrence {
    uint32_t term, rule;
    uint32_t condition;   /* as that of the term: 0 for what the rule forbids */
    uint32_t begin, end;  /* codes of the message, half open */
    uint32_t exempted_by; /* the exempt term, or CS_NO_TERM */
    uint8_t verdict;      /* enum cs_verdict; of an exempt phrase, VIOLATION means that it protects */
    uint8_t evidence;     /* enum cs_evidence */
    uint8_t channels;     /* of a disguise, whose evidence is given; 0 for the term as it is written */
    bool exempt : 1;      /* of an exempt phrase */
    bool matched : 1;     /* of an expression: genuine, with its evidence */
    uint16_t sign_before, sign_behind; /* of an expression: signs it matched at its edges, or 0 */
    struct cs_stretch at; /* in the text, with the signs that belong to it; set when it is judged */
};

/* Letters around pinyin are looked at this far: they must be whole syllables. */
enum { CS_LETTERS_AROUND = 24 };

/* The message under judgement; everything borrowed. The window reaches from one code before the first
 * occurrence to one behind the last, CS_LETTERS_AROUND codes where an occurrence is disguised, or to the
 * edges of the text. */
struct cs_subject {
    const struct cs_ruleset *rs;
    struct cs_span text;             /* of the message, or of the view */
    const struct cs_view_text *view; /* what the message is read as; NULL for the message itself */
    struct cs_window window;
};

/* True when codes at-1 and at belong to one word or one number of the original, "4.5" being one number. */
bool cs_subject_joined(const struct cs_subject *s, uint32_t at);
/* True when `sign` or another form of it stands among the characters dropped right before code `at`. */
bool cs_subject_dropped(const struct cs_subject *s, uint32_t at, uint32_t sign);
/* Set place, evidence and verdict of `o` as far as they can be told from `o` alone. */
void cs_occurrence_judge(const struct cs_subject *s, struct cs_occurrence *o);
/* The same without a window, which costs as much as all the rest: for Han characters in a row and rules that
 * do not ask what stands around them, which is how nearly all hits are. False when it takes a window. *from
 * is zero or where the last one of the same text was left, not behind `o`. */
bool cs_occurrence_judge_plainly(const struct cs_subject *s, struct cs_place *from, struct cs_occurrence *o);
/* False when the message itself has the same occurrence, so that its view tells nothing new. */
bool cs_occurrence_is_new(const struct cs_subject *s, const struct cs_occurrence *o);
/* The occurrence as a violation of message `msg`. */
struct cs_violation cs_occurrence_violation(
    const struct cs_subject *s, const struct cs_occurrence *o, uint32_t msg);

#endif
