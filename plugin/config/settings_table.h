/* The one table of options: every row knows its name, kind, range, default, place in cs_settings and help. */
#ifndef CS_CONFIG_SETTINGS_TABLE_H
#define CS_CONFIG_SETTINGS_TABLE_H

#include "config/settings.h"

enum cs_setting_kind {
    CS_SETTING_BROKERS,
    CS_SETTING_NAME,
    CS_SETTING_TOPIC,
    CS_SETTING_TOPIC_OR_OFF, /* NULL when off */
    CS_SETTING_FORMAT,
    CS_SETTING_DELIVERY,
    CS_SETTING_STATE_LOST,
    CS_SETTING_FOLDER,    /* a path, or NULL for off */
    CS_SETTING_SWITCH,    /* on or off: bool */
    CS_SETTING_COUNT,     /* uint32_t */
    CS_SETTING_SIZE,      /* uint64_t, bytes */
    CS_SETTING_DURATION,  /* int64_t, milliseconds */
    CS_SETTING_PATHS,     /* rules, profiles */
    CS_SETTING_THRESHOLDS /* clock_threshold_s */
};

struct cs_setting {
    struct cs_setting_info info;
    enum cs_setting_kind kind;
    size_t offset;     /* in struct cs_settings */
    uint64_t min, max; /* of numbers, in the unit of the field */
};

const struct cs_setting *cs_setting_rows(uint32_t *n);

/* One value on its way into the settings. */
struct cs_setting_input {
    const char *raw;      /* as written: what messages show, so that secrets stay out of them */
    struct cs_span value; /* after expansion */
    const struct cs_diag_at *at;
    struct cs_span dir; /* relative paths are looked up here */
};

/* Check one value and put it into its field; a list option gains one element. Errors: CS_ESYNTAX (told in
 * diag), CS_ENOMEM. */
CS_MUST cs_rc cs_setting_put(const struct cs_setting *row, const struct cs_setting_input *in,
    struct cs_diag *diag, struct cs_settings *s);
/* True when the option takes several values. */
bool cs_setting_is_list(const struct cs_setting *row);
/* Forget the elements of a list option. */
void cs_setting_empty(const struct cs_setting *row, struct cs_settings *s);

const struct cs_setting *cs_setting_find(const char *name);
/* True when `name` is what stands before a dot in some option's name. */
bool cs_setting_is_section(const char *name);
/* Tell that `key` is no option under `prefix` ("" or "topics."), and what may have been meant. */
void cs_setting_unknown(
    struct cs_diag *diag, const struct cs_diag_at *at, const char *prefix, const char *key);
/* Expand in->raw into in->value and put it. */
CS_MUST cs_rc cs_setting_expand_put(
    struct cs_settings *s, const struct cs_setting *row, struct cs_setting_input *in, struct cs_diag *diag);
/* Expand in->raw and set or replace the property. */
CS_MUST cs_rc cs_setting_kafka(
    struct cs_settings *s, struct cs_property p, const struct cs_setting_input *in, struct cs_diag *diag);

/* Where an option was set; false when it was not. */
typedef bool cs_setting_place_fn(void *ctx, const struct cs_setting *row, struct cs_diag_at *at);
/* What can only be checked when all options are known. `place` may be NULL. */
void cs_setting_check_all(
    const struct cs_settings *s, struct cs_diag *diag, cs_setting_place_fn *place, void *ctx);

#endif
