/* The batch and its columns: the language that all rooms speak.
 *
 * One worker thread owns a batch. A source fills the input columns, every stage reads columns of
 * earlier stages and writes its own, and the encode stage puts events into `flight`. Then the source
 * takes its lent bytes back and the batch is used again; only the flight travels on.
 *
 * Offsets into text are bytes of the *original* text, 0-based, half open, unless a name says `code`.
 * Times are int64 milliseconds since 1970-01-01 UTC. */
#ifndef CS_RECORD_BATCH_H
#define CS_RECORD_BATCH_H

#include "base/arena.h"
#include "base/diag.h"
#include "record/flight.h"
#include "record/names.h"

enum {
    CS_BATCH_MAX = 1024,
    CS_THRESHOLDS_MAX = 8,
    CS_PROFILE_NAME_MAX = 128, /* bytes of id@version */
    CS_EARLIER_MAX = 3,        /* earlier messages that a violation names */
    CS_SPLIT_SIGNS_MAX = 20    /* digits and letters of a part of a number */
};

/* What a record is for. */
enum cs_replay {
    CS_REPLAY_NOT,    /* to be published */
    CS_REPLAY_STATE,  /* already committed: rebuild state from it, publish nothing */
    CS_REPLAY_CONTEXT /* older than the clock's snapshot: rebuild only what is not in that */
};

/* A run of folded codes (text/alphabet.h), borrowed. */
struct cs_codes {
    const uint16_t *ptr;
    uint32_t len;
};

/* Folded texts side by side. Message i is code[begin[i] .. begin[i + 1] - 1): behind each message, the last
 * too, stands one CS_CODE_DELIMITER. At least 64 readable bytes follow the last code. */
struct cs_folded {
    const uint16_t *code;
    uint32_t n_code;
    const uint32_t *begin; /* n + 1 entries */
    uint32_t n;
};

/* A message that reads differently from what is written (text/views.h). */
struct cs_view {
    uint32_t msg, reading;
};

/* Pattern `pattern` ends right before code `end` of its message (counted from the message's begin). */
struct cs_hit {
    uint32_t msg, pattern, end;
};

/* A folded term that is looked for in disguise, too. */
struct cs_disguisable {
    struct cs_codes code;
    uint8_t channels; /* set of enum cs_channel, not empty */
    uint8_t sound;    /* rarest enum cs_sound that counts, of the term's and of the text's characters */
    uint32_t pattern; /* whose codes these are */
};

/* A regular expression that the library looks for where one of its gates was found. */
struct cs_gated {
    const char *expression;
    struct cs_diag_at at; /* where it is written; borrowed like the expression */
};

/* Where pattern `pattern` is, expression `regex` may be. */
struct cs_gate {
    uint32_t pattern, regex;
};

/* Expression `regex` may match in message `msg`. */
struct cs_regex_hit {
    uint32_t msg, regex;
};

/* Codes begin .. end - 1 of a message are the disguisable term `term`, not as it is written. */
struct cs_disguised {
    uint32_t msg, term, begin, end;
    uint8_t evidence; /* enum cs_evidence: the weakest that the strongest reading of it needs */
    uint8_t channels; /* of that reading; CS_CHANNEL_ANNOTATED alone is evidence GAP */
};

/* One violation; the strings are borrowed from the rule set, NUL-terminated. */
struct cs_violation {
    const char *rule_id, *category, *term;
    uint32_t msg;
    uint32_t byte_begin, byte_end, char_begin, char_end;
    uint8_t severity; /* 1-5 */
    uint8_t evidence; /* enum cs_evidence */
    bool mask;        /* the span is not to be published as it stands */
    uint8_t n_earlier;
    const int64_t
        *earlier; /* offsets, in the same partition and youngest first, of messages that took part */
};

/* What a detector found: a number, an account or a place. */
struct cs_found {
    uint32_t msg;
    uint32_t byte_begin, byte_end, char_begin, char_end;
    uint8_t detector;     /* enum cs_detector */
    uint8_t evidence;     /* enum cs_evidence */
    struct cs_span value; /* without disguise: digits, a host, an account in lower case */
};

/* A message that may be a part of a number or an account, to go on in the next one: digits and letters, or
 * only words that lead to some, or only words that say nothing. */
struct cs_split {
    uint32_t msg;
    uint32_t byte_begin, byte_end, char_begin, char_end; /* of the signs; empty when there are none */
    uint8_t lead;                                        /* enum cs_lead */
    uint8_t n;
    char sign[CS_SPLIT_SIGNS_MAX]; /* 0-9, a-z, - and _, without disguise */
};

/* Where a message stands in its turn. */
struct cs_response {
    int64_t waiting_since_ms; /* sent time of the turn's first unanswered buyer message; 0 = nobody waits */
    int64_t latency_ms;       /* of the reply (turn == CS_TURN_ANSWERS) or waited so far (CS_TURN_WAITS) */
    uint32_t position;        /* buyer messages of the turn up to and including this one */
    uint32_t threshold_s[CS_THRESHOLDS_MAX]; /* configured thresholds that latency_ms has passed, ascending */
    uint8_t n_threshold;
    uint8_t turn;      /* enum cs_turn */
    bool first_reply;  /* the first valid reply in this conversation as far as the clock remembers */
    bool in_hours;     /* the message was sent in the profile's service hours */
    uint8_t responder; /* enum cs_responder: who speaks for the shop here; CS_RESPONDER_NONE for a buyer */
    const char
        *profile; /* "id@version" of the profile that judged it; lives as long as the profiles, or NULL */
};

/* Something that became due: a passed limit of a turn, case or promise, or a metric that met a condition. The
 * strings are lent by the clock until its next call. Identity, the same whenever it is computed: partition,
 * offset, kind, limit_ms and name. */
struct cs_overdue {
    struct cs_span platform, shop, buyer,
        agent;                      /* agent may be empty; the four are never longer than 64 KiB */
    const char *name;               /* of the limit or metric in the profile, NUL-terminated */
    const char *profile;            /* "id@version" */
    int64_t offset;                 /* of the record that opened the turn, case or promise */
    int64_t since_ms;               /* when it was sent */
    int64_t limit_ms;               /* what was passed: due_ms - since_ms; 0 for conditions of metrics */
    int64_t due_ms;                 /* event time at which it became due */
    int64_t numerator, denominator; /* of the metric (CS_OVERDUE_BAND, CS_OVERDUE_PENALTY), else 0 */
    int32_t partition;
    int32_t day;       /* service day as the number yyyymmdd */
    uint32_t messages; /* of the buyer in the open turn */
    uint8_t kind;      /* enum cs_overdue_kind */
};

/* One KPI row: totals so far, to replace the row with the same key (metric, profile, platform, shop, agent,
 * day, partition). Rows of all partitions add up. `agent` empty: the whole shop, agents and unassigned; rows
 * of agents are parts of it. Strings are lent by the clock until its next call. */
struct cs_kpi_row {
    struct cs_span platform, shop, agent;
    const char *metric;  /* id in the profile, NUL-terminated */
    const char *profile; /* "id@version" */
    int64_t numerator, denominator;
    int64_t
        max; /* the greatest single value (CS_KPI_MEAN_MS: ms); of this partition, takes no part in sums */
    int32_t partition;
    int32_t day;  /* service day in the profile's zone, as the number yyyymmdd */
    uint8_t unit; /* enum cs_kpi_unit */
};

struct cs_batch {
    uint32_t n; /* messages in use */

    /* Written by the source. Bytes are lent until cs_source_ops.release. */
    struct cs_span raw[CS_BATCH_MAX]; /* record value; ptr NULL = null value */
    struct cs_span key[CS_BATCH_MAX]; /* record key; ptr NULL = no key */
    int64_t offset[CS_BATCH_MAX];
    int64_t record_ms[CS_BATCH_MAX];
    int32_t partition[CS_BATCH_MAX];
    uint8_t
        replay[CS_BATCH_MAX]; /* enum cs_replay; of one partition, replayed records and others never mix */
    const char *topic;        /* of all records in the batch; NUL-terminated */

    /* Written by decode. Spans point into raw or into the arena. */
    struct cs_span platform[CS_BATCH_MAX], shop[CS_BATCH_MAX], buyer[CS_BATCH_MAX], agent[CS_BATCH_MAX];
    struct cs_span conversation[CS_BATCH_MAX], message_id[CS_BATCH_MAX];
    struct cs_span text[CS_BATCH_MAX]; /* as sent, possibly not valid UTF-8; empty when dead */
    int64_t sent_ms[CS_BATCH_MAX];
    uint8_t role[CS_BATCH_MAX];   /* enum cs_role */
    uint8_t origin[CS_BATCH_MAX]; /* enum cs_origin */
    uint8_t notice[CS_BATCH_MAX]; /* enum cs_notice: what the field `event` says */
    uint8_t dead[CS_BATCH_MAX];   /* enum cs_dead; later stages skip a message that is not CS_DEAD_NONE */
    const char
        *dead_detail[CS_BATCH_MAX]; /* what exactly and where, in English; static or in the arena, or NULL */
    uint32_t flags[CS_BATCH_MAX];   /* bits 1u << enum cs_flag; decode sets, later stages add */
    bool rewrite[CS_BATCH_MAX];     /* raw repeats fields or forges annotations: encode must not copy it */

    /* Written by fold and scan; lent by them until their next batch. */
    struct cs_folded folded;
    const struct cs_view *view; /* sorted by msg; text n + i of folded, and msg n + i of a hit, is view[i] */
    uint32_t n_view;
    const struct cs_hit *hit; /* sorted by msg, then end, then pattern */
    uint32_t n_hit;
    const struct cs_disguised *disguise; /* sorted by msg, then begin, end, term */
    uint32_t n_disguise;
    const struct cs_regex_hit *regex; /* sorted by msg, then expression */
    uint32_t n_regex;

    /* Written by detect; lent until its next batch. */
    const struct cs_found *found; /* sorted by msg, then byte_begin, then detector */
    uint32_t n_found;
    const struct cs_split *split; /* sorted by msg, at most one of a message; none of those with a find */
    uint32_t n_split;

    /* Written by annotate: violations of message i are violation[violation_begin[i] .. violation_begin[i +
     * 1]), sorted by byte_begin, then byte_end, then rule id. In the arena. */
    const struct cs_violation *violation;
    uint32_t violation_begin[CS_BATCH_MAX + 1];

    /* Written by clock. What became due while this batch ran (or while time passed) and the KPI rows that
     * were flushed are lent until the clock's next call. */
    struct cs_response response[CS_BATCH_MAX];
    const struct cs_overdue *overdue; /* by due_ms within a partition */
    uint32_t n_overdue;
    const struct cs_kpi_row *kpi;
    uint32_t n_kpi;

    struct cs_arena arena;    /* scratch of the stages; reset when the batch is released */
    struct cs_flight *flight; /* where encode puts events; lent by the worker */
};

/* Prepare an empty batch whose scratch arena may hold `arena_limit` bytes (0 = unlimited). */
void cs_batch_init(struct cs_batch *b, size_t arena_limit);
/* Forget the messages and the scratch memory. */
void cs_batch_reset(struct cs_batch *b);
void cs_batch_clear(struct cs_batch *b);

#endif
