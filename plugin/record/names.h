/* The closed vocabularies of a message. Values equal those of the enums in proto/chatsieve/v1; names are the
 * lower-case words used in rule packs, JSON and displays ("robot_assist"). */
#ifndef CS_RECORD_NAMES_H
#define CS_RECORD_NAMES_H

#include "base/span.h"

enum cs_role {
    CS_ROLE_UNSPECIFIED,
    CS_ROLE_BUYER,
    CS_ROLE_AGENT,
    CS_ROLE_ROBOT,
    CS_ROLE_ROBOT_ASSIST, /* robot text sent in the human phase */
    CS_ROLE_SYSTEM,
    CS_ROLE_STAFF, /* of the platform */
    CS_ROLE_COUNT
};

enum cs_origin {
    CS_ORIGIN_UNSPECIFIED,
    CS_ORIGIN_TYPED,
    CS_ORIGIN_QUICK_REPLY,
    CS_ORIGIN_AUTO_REPLY,
    CS_ORIGIN_BROADCAST,
    CS_ORIGIN_COUNT
};

enum cs_account { CS_ACCOUNT_UNSPECIFIED, CS_ACCOUNT_MAIN, CS_ACCOUNT_SUB, CS_ACCOUNT_COUNT };

/* How sure a hit is, strongest first; a rule names the weakest level it accepts. */
enum cs_evidence {
    CS_EVIDENCE_EXACT,
    CS_EVIDENCE_FOLDED,
    CS_EVIDENCE_GAP,
    CS_EVIDENCE_PINYIN,
    CS_EVIDENCE_HOMOPHONE,
    CS_EVIDENCE_ABBREVIATION,
    CS_EVIDENCE_SPLIT,
    CS_EVIDENCE_SHAPE,
    CS_EVIDENCE_SPIN, /* said with synonyms; counts where a rule asks for it, whatever its floor */
    CS_EVIDENCE_COUNT
};

/* Ways to disguise a term; a rule names those that count. Bits of a set. */
enum cs_channel {
    CS_CHANNEL_PINYIN = 1 << 0,    /* wei信, weixin */
    CS_CHANNEL_HOMOPHONE = 1 << 1, /* 威信 */
    CS_CHANNEL_ABBREVIATION =
        1 << 2,                    /* the initials of all characters, zfb; letters that stand for one, v信 */
    CS_CHANNEL_SPLIT = 1 << 3,     /* 微亻言 */
    CS_CHANNEL_SHAPE = 1 << 4,     /* 徽信 */
    CS_CHANNEL_FAR = 1 << 5,       /* with SHAPE: merely resembles, so that nothing else may be disguised */
    CS_CHANNEL_ANNOTATED = 1 << 6, /* 微wei信: always accepted, no matter of choice */
    CS_CHANNELS_ALL = (1 << 6) - 1
};

/* What a detector finds: numbers, accounts and places that are checked, not listed. Bits of a set when
 * shifted. */
enum cs_detector {
    CS_DETECT_MOBILE,         /* 1[3-9] and nine digits */
    CS_DETECT_LANDLINE,       /* 0571-85022088 */
    CS_DETECT_SERVICE_NUMBER, /* 400, 800, 95xxx */
    CS_DETECT_BANK_CARD,      /* 16 to 19 digits of a known issuer, check digit right */
    CS_DETECT_ID_CARD,        /* 18 digits with region, birth date and check digit, or the old 15 */
    CS_DETECT_QQ,             /* 5 to 11 digits beside a word for QQ */
    CS_DETECT_WECHAT,         /* an account name beside a word for WeChat */
    CS_DETECT_EMAIL,
    CS_DETECT_URL,         /* with or without scheme */
    CS_DETECT_ADDRESS,     /* postal */
    CS_DETECT_PLACEHOLDER, /* an unfilled slot of a template */
    CS_DETECT_COUNT
};

/* Detectors that also look at what several messages in a row make together. */
enum {
    CS_DETECT_JOINED = 1 << CS_DETECT_MOBILE | 1 << CS_DETECT_LANDLINE | 1 << CS_DETECT_SERVICE_NUMBER |
                       1 << CS_DETECT_BANK_CARD | 1 << CS_DETECT_ID_CARD | 1 << CS_DETECT_QQ |
                       1 << CS_DETECT_WECHAT
};

/* What the words beside the digits of a message say that these are. */
enum cs_lead {
    CS_LEAD_NONE,
    CS_LEAD_CONTACT, /* an account or number of no kind */
    CS_LEAD_PHONE,
    CS_LEAD_QQ,
    CS_LEAD_WECHAT,
    CS_LEAD_CARD,
    CS_LEAD_IDENTITY,
    CS_LEAD_OTHER, /* an order, a parcel, a size: nothing that detectors look for */
    CS_LEAD_COUNT
};

/* What a message does to the turn of its conversation. */
enum cs_turn {
    CS_TURN_UNSPECIFIED, /* no buyer waits, or the message has no conversation */
    CS_TURN_OPENS,       /* first unanswered buyer message */
    CS_TURN_WAITS,       /* anything said while the buyer waits */
    CS_TURN_ANSWERS,     /* the human reply that closes the turn */
    CS_TURN_COUNT
};

/* Why a record went to the dead-letter topic; CS_DEAD_NONE means that it did not. */
enum cs_dead {
    CS_DEAD_NONE,
    CS_DEAD_EMPTY,        /* no value */
    CS_DEAD_MALFORMED,    /* not a ChatMessage: truncated, wrong wire type, not JSON */
    CS_DEAD_BAD_FIELD,    /* a field other than text is not valid UTF-8, or out of range */
    CS_DEAD_NO_PLATFORM,  /* platform is empty */
    CS_DEAD_UNKNOWN_ROLE, /* role is unspecified or not one of the known values */
    CS_DEAD_TOO_LONG,     /* over the configured byte limit of a record or a text */
    CS_DEAD_REFUSED,      /* the broker refuses the annotated event for good (for example its size) */
    CS_DEAD_COUNT
};

/* Facts about a message that a consumer may want to filter by; bit numbers of cs_batch.flags. */
enum cs_flag {
    CS_FLAG_INVALID_UTF8,     /* text was repaired with U+FFFD; raw_text holds the original */
    CS_FLAG_UNKNOWN_PLATFORM, /* no loaded rule names this platform: only the rules for all applied */
    CS_FLAG_NO_SENT_TIME,     /* sent_ms was missing or not positive; the record's time stands in */
    CS_FLAG_NO_CONVERSATION,  /* shop or buyer is empty: scanned, but the clock cannot place it */
    CS_FLAG_HITS_TRUNCATED,   /* more hits than the limit: the violations listed are not all */
    CS_FLAG_CLOCK_SKEW,       /* an earlier time than the turn's opening; latency clamped to 0 */
    CS_FLAG_ENCODING_SUSPECT, /* looks like text that was read in a wrong encoding: terms may be hidden */
    CS_FLAG_OUT_OF_ORDER,     /* sent before a message that came earlier in its conversation */
    CS_FLAG_DUPLICATE, /* message_id of a recent message of its conversation: the clock passed over it */
    CS_FLAG_LATE,      /* its service day was closed when it came: in no KPI row */
    CS_FLAG_MASKED,    /* parts of the text are published as * */
    CS_FLAG_COUNT
};

/* What a message tells beside its text: a session closes, an agent goes offline. An open vocabulary of words
 * in the field `event`; unknown words are CS_NOTICE_NONE. */
enum cs_notice {
    CS_NOTICE_NONE,
    CS_NOTICE_SESSION_OPEN,
    CS_NOTICE_SESSION_CLOSE,
    CS_NOTICE_TRANSFER,      /* to the message's agent */
    CS_NOTICE_AGENT_ONLINE,  /* the message's agent */
    CS_NOTICE_AGENT_OFFLINE, /* the message's agent; when it was the last one: leave-message mode */
    CS_NOTICE_ALL_OFFLINE,   /* of the shop: leave-message mode; needs no buyer */
    CS_NOTICE_CASE_OPEN,     /* an after-sale case */
    CS_NOTICE_CASE_SOLVED,
    CS_NOTICE_PROMISE, /* the agent will come back to the buyer */
    CS_NOTICE_PROMISE_KEPT,
    CS_NOTICE_COMPLAINT,
    CS_NOTICE_COUNT
};

/* Whose reply it was, as the profile of the platform sees it. */
enum cs_responder {
    CS_RESPONDER_NONE,    /* not from the shop's side */
    CS_RESPONDER_HUMAN,   /* a person, with content */
    CS_RESPONDER_HOLDING, /* a person, but only "one moment please" */
    CS_RESPONDER_ASSIST,  /* robot text sent in the human phase */
    CS_RESPONDER_ROBOT,   /* a fully automatic robot */
    CS_RESPONDER_AUTO,    /* an automatic reply or a broadcast */
    CS_RESPONDER_COUNT
};

/* Why an overdue record was published. */
enum cs_overdue_kind {
    CS_OVERDUE_NONE,
    CS_OVERDUE_WARNING,     /* a limit will be passed soon */
    CS_OVERDUE_THRESHOLD,   /* the buyer has waited for longer than a limit */
    CS_OVERDUE_OFFLINE_MSG, /* written outside service hours and not answered in time after they began */
    CS_OVERDUE_DAY_END,     /* still unanswered when the service day ended */
    CS_OVERDUE_CASE,        /* an after-sale case is not solved in time */
    CS_OVERDUE_PROMISE,     /* a promise is not kept in time */
    CS_OVERDUE_BAND,        /* a metric of the shop has entered a warning band */
    CS_OVERDUE_PENALTY,     /* a metric of the shop has met the condition of a penalty */
    CS_OVERDUE_COUNT
};

/* What the quotient of a KPI row is. */
enum cs_kpi_unit {
    CS_KPI_NONE,
    CS_KPI_RATIO,   /* numerator of denominator */
    CS_KPI_MEAN_MS, /* numerator is a sum of milliseconds */
    CS_KPI_COUNT,   /* numerator alone counts; denominator is 0 */
    CS_KPI_UNIT_COUNT
};

/* The name of a value; "" for CS_*_UNSPECIFIED, NULL for a value outside the enum. */
const char *cs_role_name(uint32_t v);
const char *cs_origin_name(uint32_t v);
const char *cs_account_name(uint32_t v);
const char *cs_evidence_name(uint32_t v);
const char *cs_turn_name(uint32_t v);
const char *cs_detector_name(uint32_t v);
const char *cs_dead_name(uint32_t v);
const char *cs_flag_name(uint32_t v);
const char *cs_notice_name(uint32_t v);
const char *cs_responder_name(uint32_t v);
const char *cs_overdue_name(uint32_t v);
const char *cs_kpi_unit_name(uint32_t v);

/* The value of a name; the COUNT of that enum when there is none. */
uint32_t cs_role_parse(struct cs_span name);
uint32_t cs_origin_parse(struct cs_span name);
uint32_t cs_account_parse(struct cs_span name);
uint32_t cs_evidence_parse(struct cs_span name);
uint32_t cs_notice_parse(struct cs_span name);
uint32_t cs_responder_parse(struct cs_span name);

#endif
