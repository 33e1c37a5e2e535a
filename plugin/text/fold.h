/* Fold a batch of texts into their canonical form, as dense codes ready for one scan.
 *
 * The canonical form unifies width, case, compatibility and styled letters, and traditional with simplified
 * classes; it drops ignorables (zero-width, bidi, variation selectors, combining marks) and *separators*
 * (space, punctuation, symbols, controls): terms are folded the same way, so a gap inside a term costs
 * nothing at scan time. What was dropped is looked at again only for messages with a hit, through text/map.h:
 * gap limits, sentence ends and word edges are judged there. Code points above the BMP that have no fold are
 * two codes (their UTF-16 surrogates), in terms as in texts. Ill-formed UTF-8 is repaired to U+FFFD, a
 * separator, and flagged; it never stops the message. The result does not depend on the processor: a scalar
 * twin serves those without AVX2. */
#ifndef CS_TEXT_FOLD_H
#define CS_TEXT_FOLD_H

#include "record/batch.h"

/* Buffers of one thread. */
struct cs_folder;

CS_MUST cs_rc cs_folder_new(struct cs_folder **out);
void cs_folder_free(struct cs_folder **f);

/* Fold text[0 .. n). *out is lent until the next call on `f`. Message i with ill-formed UTF-8 gets bit
 * CS_FLAG_INVALID_UTF8 in flags[i]; flags may be NULL. Total input at most 512 MiB. Errors: CS_ENOMEM,
 * CS_ELIMIT. */
CS_MUST cs_rc cs_fold_texts(
    struct cs_folder *f, const struct cs_span *text, uint32_t n, uint32_t *flags, struct cs_folded *out);

/* Views, borrowed. */
struct cs_view_list {
    const struct cs_view *view;
    uint32_t n;
};

/* Fold what texts of the last cs_fold_texts are read as (text/views.h), too, behind them: text in->n + i is
 * that of view[i]. text[0 .. in->n) and `in` are those of that call. out->view is sorted by msg and lent
 * until the next call. Costs nothing where nothing is to be read. Errors: CS_ENOMEM, CS_ELIMIT. */
CS_MUST cs_rc cs_fold_views(
    struct cs_folder *f, const struct cs_span *text, struct cs_folded *in, struct cs_view_list *out);

/* Which kernel cs_fold_texts uses: "avx512", "avx2" or "scalar"; for --version and bench output. */
const char *cs_fold_kernel(const struct cs_folder *f);
/* Use the scalar kernel from now on: for differential tests. */
void cs_folder_force_scalar(struct cs_folder *f);
/* The same with the AVX2 kernel where there is one, else the scalar one. */
void cs_folder_force_avx2(struct cs_folder *f);

#endif
