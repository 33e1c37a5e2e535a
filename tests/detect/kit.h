/* One text through a detector, and what it found as a readable string. */
#ifndef CS_TESTS_DETECT_KIT_H
#define CS_TESTS_DETECT_KIT_H

#include "detect/detect.h"
#include "text/fold.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

struct kit {
    struct cs_detector_set *set;
    struct cs_folder *folder;
    struct cs_batch *batch;
};

static inline void kit_ok(cs_rc rc, const char *what)
{
    cr_assert(!cs_bad(rc), "%s: %s", what, cs_rc_name(rc));
}

static inline void kit_open(struct kit *k, uint16_t wanted)
{
    *k = (struct kit){.batch = calloc(1, sizeof *k->batch)};
    cr_assert(k->batch != NULL);
    cs_batch_init(k->batch, 0);
    kit_ok(cs_folder_new(&k->folder), "folder");
    kit_ok(cs_detector_new(wanted, &k->set), "detectors");
}

static inline void kit_close(struct kit *k)
{
    cs_detector_free(&k->set);
    cs_folder_free(&k->folder);
    cs_batch_clear(k->batch);
    free(k->batch);
}

static inline void kit_find(struct kit *k, struct cs_span text)
{
    struct cs_batch *b = k->batch;
    cs_batch_reset(b);
    b->n = 1;
    b->text[0] = text;
    b->flags[0] = 0;
    b->dead[0] = CS_DEAD_NONE;
    kit_ok(cs_fold_texts(k->folder, b->text, 1, b->flags, &b->folded), "fold");
    kit_ok(cs_detect(k->set, b), "detect");
}

/* "mobile[1 380...]=1380... qq[...]=..." */
static inline const char *kit_told(const struct kit *k)
{
    static char out[4096];
    const struct cs_batch *b = k->batch;
    size_t at = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < b->n_found; i++) {
        const struct cs_found *f = &b->found[i];
        struct cs_span cut = cs_span_cut(b->text[0], f->byte_begin, f->byte_end);
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%s[%.*s]", at ? " " : "",
            cs_detector_name(f->detector), (int)cut.len, (const char *)cut.ptr);
        if (!cs_span_eq(cut, f->value) && f->value.len && f->detector != CS_DETECT_ADDRESS)
            at += (size_t)snprintf(
                out + at, sizeof out - at, "=%.*s", (int)f->value.len, (const char *)f->value.ptr);
    }
    return out;
}

#endif
