/* Everything an operator may set, read from one YAML file; every setting has a default, so that no file is
 * needed.
 *
 * One table of options (settings_table.c) is the source of parser, defaults, checks, help and README. Unknown
 * keys are errors with the nearest name; all faults are reported in one run. `${VAR}` and `${file:PATH}`
 * inside a scalar are replaced before it is read (an unset variable or unreadable file is an error; `$${` is
 * a literal `${`). In a file, relative paths (of `rules` and `${file:}`) are looked up beside that file; on a
 * command line, in the working directory. */
#ifndef CS_CONFIG_SETTINGS_H
#define CS_CONFIG_SETTINGS_H

#include "base/diag.h"
#include "record/batch.h"

/* One key of the `kafka:` block, passed through to the client library after a check in kafka/. */
struct cs_property {
    const char *key, *value;
    const char *file; /* where it stands, for diagnostics; NULL when it came from the command line */
    uint32_t line, column;
};

enum cs_delivery { CS_DELIVERY_AT_LEAST_ONCE };

/* What to do when state cannot be brought back whole. */
enum cs_state_lost { CS_STATE_LOST_STOP, CS_STATE_LOST_ACCEPT };

struct cs_settings {
    const char *brokers; /* host:port, comma separated */
    const char *group;
    const char *topic_input, *topic_annotated, *topic_deadletter;
    const char *topic_overdue, *topic_kpi, *topic_state; /* NULL = off */
    const char *input_format;                            /* "protobuf" or "json" */
    enum cs_delivery delivery;
    uint32_t workers;      /* 0 = one per processor */
    uint32_t flights;      /* batches in flight per worker: the back-pressure bound */
    uint64_t memory_bytes; /* budget of the process for fetched, in-flight and produced messages */
    int64_t stop_ms;       /* deadline for finishing after SIGTERM */
    const char **rules;    /* files and directories; empty = the packs shipped with the program */
    uint32_t n_rules;
    const char **profiles; /* the same of KPI profiles */
    uint32_t n_profiles;
    const char *reload_cache; /* directory of compiled rules; NULL = none */
    bool mask;                /* what rules with mask find is not published */
    bool reload_watch;        /* pack files that change are loaded */
    uint64_t record_bytes_max, text_bytes_max;
    uint32_t hits_per_message;
    int64_t clock_window_ms;
    uint32_t clock_conversations;
    uint32_t clock_threshold_s[CS_THRESHOLDS_MAX];
    uint32_t n_clock_threshold;
    int64_t kpi_interval_ms;
    int64_t state_interval_ms;
    enum cs_state_lost state_lost;
    const struct cs_property *kafka;
    uint32_t n_kafka;
    struct cs_arena arena; /* owns every string above */
};

/* All defaults. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_settings_default(struct cs_settings *s);
/* Defaults overlaid with the file; on failure `s` must still be cleared. Errors: CS_ENOENT, CS_EIO,
 * CS_ESYNTAX, CS_ENOMEM. */
CS_MUST cs_rc cs_settings_load(const char *path, struct cs_diag *diag, struct cs_settings *s);
/* Set one option by its dotted name ("topics.input", "kafka.linger.ms"), as from a command line. A list is
 * written with commas and replaces what was there. Errors: CS_ESYNTAX (told in diag), CS_ENOMEM. */
CS_MUST cs_rc cs_settings_set(
    struct cs_settings *s, const char *name, const char *value, struct cs_diag *diag);
/* The checks across options, once more after cs_settings_set() (load makes them itself). Errors: CS_EINVAL,
 * told in diag. */
CS_MUST cs_rc cs_settings_check(const struct cs_settings *s, struct cs_diag *diag);
void cs_settings_clear(struct cs_settings *s);
/* The topic of an output; NULL when it is switched off. */
const char *cs_settings_topic(const struct cs_settings *s, enum cs_output output);

/* The option table for help texts, man page and README. */
struct cs_setting_info {
    const char *name;   /* dotted */
    const char *value;  /* what to write: "HOST:PORT[,...]", "DURATION", "N" ... */
    const char *preset; /* default as it would be written */
    const char *help;   /* one sentence */
};
const struct cs_setting_info *cs_settings_info(uint32_t *n);

#endif
