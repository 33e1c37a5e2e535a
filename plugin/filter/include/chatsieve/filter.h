/* chatsieve as a library: the filter itself, without Kafka, for any stream host.
 *
 * Load rules once, make one filter per thread, hand it records in order, publish what comes back:
 *
 *     chatsieve_rules *rules = NULL;
 *     char why[2048];
 *     if (chatsieve_rules_load(paths, n, why, sizeof why, &rules) != CHATSIEVE_OK) die(why);
 *     chatsieve_filter *filter = NULL;
 *     chatsieve_filter_new(rules, NULL, &filter);
 *     chatsieve_filter_run(filter, "chat.messages", records, n, events);
 *
 * Rules are immutable and may be shared by any number of threads; they must outlive their filters. A filter
 * belongs to one thread at a time and keeps the reply clock of the conversations it has seen, so all records
 * of a partition must go through one filter, in order. No function prints, exits or aborts on any input.
 *
 * The ABI only grows: structs carry their size, functions are never changed. */
#ifndef CHATSIEVE_FILTER_H
#define CHATSIEVE_FILTER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CHATSIEVE_API __attribute__((visibility("default")))
#define CHATSIEVE_ABI 2

enum chatsieve_status {
    CHATSIEVE_OK = 0,
    CHATSIEVE_NO_MEMORY = 1,
    CHATSIEVE_INVALID = 2,     /* an argument, or a rule pack or profile with errors */
    CHATSIEVE_NOT_FOUND = 3,   /* a file or directory */
    CHATSIEVE_UNSUPPORTED = 4, /* this processor or matching library cannot be used */
    CHATSIEVE_IO = 5
};

typedef struct chatsieve_rules chatsieve_rules;
typedef struct chatsieve_profiles chatsieve_profiles; /* since ABI 2 */
typedef struct chatsieve_filter chatsieve_filter;

/* How a filter works; set `size` to sizeof(chatsieve_options). A zero in any other field means its default.
 */
typedef struct chatsieve_options {
    size_t size;
    size_t record_bytes_max;    /* longer records become dead letters; default 1 MiB */
    size_t text_bytes_max;      /* longer texts too; default 256 KiB */
    int64_t clock_window_ms;    /* how long a conversation is remembered, in record time; default 24 h */
    uint32_t conversations_max; /* per partition; default 1,000,000 */
    uint32_t hits_per_message;  /* violations listed of one message, most severe first; default 256 */
    int input_json;             /* records are JSON objects with the field names of ChatMessage */
    int unused;                 /* padding of ABI 1: its callers may have left anything here */
    /* Since ABI 2: */
    const chatsieve_profiles *profiles; /* what the reply clock counts by; default: turns, latencies and
                                           thresholds of 40, 60 and 300 s only */
    int mask;                           /* publish * for each character that a rule with `mask: true` finds */
    int told;                           /* keep what chatsieve_filter_told() hands over */
} chatsieve_options;

/* One input record. Bytes are borrowed for the call. */
typedef struct chatsieve_record {
    const uint8_t *value; /* a ChatMessage; NULL = null value */
    size_t value_len;
    int64_t offset;
    int64_t record_ms; /* broker time, ms since 1970-01-01 UTC */
    int32_t partition;
} chatsieve_record;

enum chatsieve_kind {
    CHATSIEVE_ANNOTATED = 0,
    CHATSIEVE_DEADLETTER = 1,
    CHATSIEVE_OVERDUE = 2, /* this and the next: of chatsieve_told only */
    CHATSIEVE_KPI = 3
};

/* What to publish for one record: an AnnotatedMessage or a DeadLetter. Lent until the filter's next call. */
typedef struct chatsieve_event {
    const uint8_t *value;
    size_t value_len;
    int kind; /* enum chatsieve_kind */
} chatsieve_event;

/* What to publish beside the answers: an OverdueEvent or a KpiRow, since ABI 2. Lent until the filter's next
 * call. A newer row takes the place of the one with the same key. */
typedef struct chatsieve_told {
    const uint8_t *key, *value;
    size_t key_len, value_len;
    int32_t partition;
    int kind; /* enum chatsieve_kind */
} chatsieve_told;

/* CHATSIEVE_ABI of the loaded library: refuse to go on if it is less than the one you compiled against. */
CHATSIEVE_API uint32_t chatsieve_abi(void);
/* Version of the loaded library, such as "0.1.0". */
CHATSIEVE_API const char *chatsieve_version(void);

/* Load and compile packs: `path[0 .. n)` are files or directories of *.yaml. On failure *rules is untouched
 * and `why` (of why_size bytes, NUL-terminated, may be NULL) tells all that is wrong, with file, line and
 * column. */
CHATSIEVE_API int chatsieve_rules_load(
    const char *const *path, size_t n, char *why, size_t why_size, chatsieve_rules **rules);
/* Frees and nulls; every filter made from them must be gone. */
CHATSIEVE_API void chatsieve_rules_free(chatsieve_rules **rules);
/* Hash over the contents of the packs, 16 hex digits: what events carry as ruleset_hash. */
CHATSIEVE_API const char *chatsieve_rules_hash(const chatsieve_rules *rules);

/* Load KPI profiles, as chatsieve_rules_load() loads packs; since ABI 2, as everything about them. Any number
 * of threads may share them; they must outlive their filters. */
CHATSIEVE_API int chatsieve_profiles_load(
    const char *const *path, size_t n, char *why, size_t why_size, chatsieve_profiles **profiles);
CHATSIEVE_API void chatsieve_profiles_free(chatsieve_profiles **profiles);
/* "pdd@2019-01,taobao@2022-03,...": what responses and KPI rows name one of. */
CHATSIEVE_API const char *chatsieve_profiles_version(const chatsieve_profiles *profiles);

/* `options` may be NULL: all defaults. */
CHATSIEVE_API int chatsieve_filter_new(
    const chatsieve_rules *rules, const chatsieve_options *options, chatsieve_filter **filter);
CHATSIEVE_API void chatsieve_filter_free(chatsieve_filter **filter);
/* Judge n records of `topic`; event[i] answers record[i]. Any n; large ones are faster (batches of 1,024).
 * On failure nothing may be published, and the filter must be freed. */
CHATSIEVE_API int chatsieve_filter_run(chatsieve_filter *filter, const char *topic,
    const chatsieve_record *record, size_t n, chatsieve_event *event);

/* The text of an annotated event, as it is published: masked where the options say so. UTF-8 without a NUL at
 * its end, borrowed from the event. CHATSIEVE_INVALID for other events. Since ABI 2. */
CHATSIEVE_API int chatsieve_event_text(const chatsieve_event *event, const uint8_t **text, size_t *len);

/* Let time go on in a partition where no records come: what becomes due up to `now_ms` is told by
 * chatsieve_filter_told(). Since ABI 2, as that. On failure the filter must be freed. */
CHATSIEVE_API int chatsieve_filter_advance(
    chatsieve_filter *filter, const char *topic, int32_t partition, int64_t now_ms);
/* Everything since the last call, for a filter with the option `told`: overdue events in the order in which
 * they became due, then each counter that changed. Call it every now and then, or memory grows; at most 256
 * partitions of one topic. On failure the filter must be freed. */
CHATSIEVE_API int chatsieve_filter_told(
    chatsieve_filter *filter, const char *topic, const chatsieve_told **told, size_t *n);

#ifdef __cplusplus
}
#endif

#endif
