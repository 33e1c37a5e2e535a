#include "chatsieve/help.h"

#include "config/settings.h"
#include "kafka/kafka.h"
#include "scan/matcher.h"
#include "text/fold.h"

#include <stdio.h>

enum { HELP_WIDTH = 96, OPTION_INDENT = 32, SETTING_INDENT = 34 };

/* Append words of `text`, broken at HELP_WIDTH, continuation lines indented; the cursor stands at `indent`.
 */
static void put_wrapped(struct cs_buf *out, const char *text, size_t indent)
{
    size_t col = indent;
    for (const char *w = text; *w;) {
        size_t len = strcspn(w, " ");
        if (col > indent && col + 1 + len > HELP_WIDTH) {
            cs_buf_fmt(out, "\n%*s", (int)indent, "");
            col = indent;
        }
        if (col > indent) cs_buf_byte(out, ' ');
        cs_buf_add(out, cs_span_of(w, len));
        col += len + (col > indent);
        w += len + strspn(w + len, " ");
    }
    cs_buf_byte(out, '\n');
}

/* `left`, then the help text in its column, on the next line when `left` is too long. */
static void put_row(struct cs_buf *out, const char *left, const char *help, size_t indent)
{
    size_t len = strlen(left);
    cs_buf_fmt(out, "  %s", left);
    if (len + 4 > indent)
        cs_buf_fmt(out, "\n%*s", (int)indent, "");
    else
        cs_buf_fmt(out, "%*s", (int)(indent - len - 2), "");
    put_wrapped(out, help, indent);
}

static void put_option(struct cs_buf *out, const struct cs_option *o)
{
    char left[128], help[320];
    char letter[8] = "    ";
    if (o->letter) snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->value ? " " : "", o->value ? o->value : "");
    if (o->preset)
        snprintf(help, sizeof help, "%s [%s]", o->help, o->preset);
    else
        snprintf(help, sizeof help, "%s", o->help);
    put_row(out, left, help, OPTION_INDENT);
}

static void put_exits(struct cs_buf *out)
{
    uint32_t n;
    const struct cs_exit_info *e = cs_exit_info(&n);
    cs_buf_str(out, "\nExit status:\n");
    for (uint32_t i = 0; i < n; i++)
        cs_buf_fmt(out, "  %-4d%s\n", e[i].code, e[i].help);
}

void cs_help_overview(struct cs_buf *out)
{
    uint32_t n;
    const struct cs_command *c = cs_commands(&n);
    cs_buf_str(out,
        "chatsieve finds forbidden terms in customer-service chat, whatever way they are disguised,\n"
        "and measures how long buyers wait.\n\nUsage: chatsieve COMMAND [OPTION...]\n\nCommands:\n");
    for (uint32_t i = 0; i < n; i++)
        cs_buf_fmt(out, "  %-10s%s\n", c[i].name, c[i].summary);
    put_exits(out);
    cs_buf_str(out, "\n'chatsieve help COMMAND' tells more; 'chatsieve demo' shows it at work.\n");
}

static void put_options(struct cs_buf *out, const struct cs_command *c)
{
    uint32_t n;
    const struct cs_option *o = cs_options(&n);
    cs_buf_str(out, "\nOptions:\n");
    for (uint32_t i = 0; i < n; i++)
        if (cs_option_of(&o[i], c)) put_option(out, &o[i]);
}

/* The settings belong to the commands that read a configuration. */
static void put_settings(struct cs_buf *out)
{
    uint32_t n;
    const struct cs_setting_info *s = cs_settings_info(&n);
    cs_buf_str(out, "\nSettings (in the file, or with --set):\n");
    for (uint32_t i = 0; i < n; i++) {
        char left[128], help[512];
        snprintf(left, sizeof left, "%s=%s", s[i].name, s[i].value);
        bool preset = s[i].preset && s[i].preset[0];
        snprintf(help, sizeof help, preset ? "%s [%s]" : "%s", s[i].help, preset ? s[i].preset : "");
        put_row(out, left, help, SETTING_INDENT);
    }
    put_row(out, "kafka.PROPERTY=VALUE", "Any client property of librdkafka that chatsieve does not own.",
        SETTING_INDENT);
}

void cs_help_command(const struct cs_command *c, struct cs_buf *out)
{
    cs_buf_fmt(out, "Usage: chatsieve %s [OPTION...]%s%s\n\n%s\n", c->name, c->operands ? " " : "",
        c->operands ? c->operands : "", c->summary);
    for (const char *const *p = c->about; *p; p++) {
        cs_buf_byte(out, '\n');
        put_wrapped(out, *p, 0);
    }
    put_options(out, c);
    if (c == cs_command_find("run") || c == cs_command_find("check")) put_settings(out);
    put_exits(out);
    cs_buf_str(out, "\nExamples:\n");
    for (const char *const *p = c->example; *p; p++)
        cs_buf_fmt(out, "  %s\n", *p);
}

/* The name of the fold kernel that this processor gets. */
static void put_kernel(struct cs_buf *out)
{
    struct cs_folder *f = NULL;
    if (cs_bad(cs_folder_new(&f))) return;
    cs_buf_fmt(out, "fold kernel %s\n", cs_fold_kernel(f));
    cs_folder_free(&f);
}

static void put_engine(struct cs_buf *out)
{
    struct cs_diag diag = {0};
    struct cs_matcher *m = NULL;
    if (!cs_bad(cs_matcher_new(CS_MATCHER_HYPERSCAN, NULL, 0, &diag, &m)))
        cs_buf_fmt(out, "%s\n", cs_matcher_engine(m));
    cs_matcher_free(&m);
    cs_diag_clear(&diag);
}

void cs_help_version(struct cs_buf *out)
{
    cs_buf_fmt(out, "chatsieve %s\nlibrdkafka %s\n", CS_VERSION, cs_kafka_version());
    put_engine(out);
    put_kernel(out);
}
