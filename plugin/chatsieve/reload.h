/* New rules and profiles for a running pipeline: a thread of its own that waits for changed files or for a
 * request, compiles the packs beside the hot path at low priority, and hands the result to the workers, both
 * at once. What does not load never replaces what does: one fault in either, and all stays as it was. */
#ifndef CS_CHATSIEVE_RELOAD_H
#define CS_CHATSIEVE_RELOAD_H

#include "chatsieve/engine.h"
#include "chatsieve/log.h"
#include "pipeline/pipeline.h"

struct cs_reloader;

/* All borrowed, and to outlive the reloader. */
struct cs_reloader_options {
    struct cs_engine *engine; /* what the pipeline runs with: exchanged for what is loaded */
    struct cs_pipeline *pipeline;
    const struct cs_settings *settings;
    struct cs_log *log; /* every reload is told there, and all that is wrong with a pack */
    bool watch;         /* reload by itself when pack files change */
};

/* For operators: what runs, and how the last reload went. */
struct cs_reload_status {
    char hash[17], version[256];
    char profiles_hash[17], profiles[256];
    uint64_t reloads, failures;
    bool failed; /* the last one did: the files are not what runs */
};

/* Start the thread. Errors: CS_ENOMEM, CS_EIO. */
CS_MUST cs_rc cs_reloader_start(const struct cs_reloader_options *options, struct cs_reloader **out);
/* Load the packs again, changed or not; returns at once. */
void cs_reloader_request(struct cs_reloader *r);
struct cs_reload_status cs_reloader_status(struct cs_reloader *r);
/* End the thread; a reload that has begun is finished. After the pipeline has been joined, or before. */
void cs_reloader_stop(struct cs_reloader **r);

#endif
