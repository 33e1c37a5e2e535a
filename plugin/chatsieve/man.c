#include "chatsieve/help.h"

#include "base/utf8.h"
#include "config/settings.h"

#include <stdio.h>

static void put_char(struct cs_buf *out, uint32_t cp)
{
    if (cp == '\\')
        cs_buf_str(out, "\\e");
    else if (cp == '-')
        cs_buf_str(out, "\\-");
    else if (cp == '\'')
        cs_buf_str(out, "\\(aq");
    else if (cp < 0x80)
        cs_buf_byte(out, (uint8_t)cp);
    else
        cs_buf_fmt(out, "\\[u%04X]", cp);
}

/* Text for roff, all ASCII; a quote or dot in front would begin a request. */
static void put_text(struct cs_buf *out, const char *s)
{
    struct cs_span text = cs_span_str(s);
    if (*s == '.' || *s == '\'') cs_buf_str(out, "\\&");
    for (size_t at = 0; at < text.len;) {
        struct cs_utf8_step st = cs_utf8_next(text, at);
        put_char(out, st.cp);
        at += st.len;
    }
}

static void put_line(struct cs_buf *out, const char *s)
{
    put_text(out, s);
    cs_buf_byte(out, '\n');
}

/* Bold name and italic value, as the tag of a .TP. */
static void put_tag(struct cs_buf *out, const char *name, const char *value, char between)
{
    cs_buf_str(out, "\\fB");
    put_text(out, name);
    cs_buf_str(out, "\\fR");
    if (value) {
        cs_buf_byte(out, (uint8_t)between);
        cs_buf_str(out, "\\fI");
        put_text(out, value);
        cs_buf_str(out, "\\fR");
    }
    cs_buf_byte(out, '\n');
}

static void put_help(struct cs_buf *out, const char *help, const char *preset)
{
    put_line(out, help);
    if (!preset || !preset[0]) return;
    cs_buf_str(out, "Default: ");
    put_text(out, preset);
    cs_buf_str(out, ".\n");
}

static void put_option(struct cs_buf *out, const struct cs_option *o)
{
    char name[64];
    cs_buf_str(out, ".TP\n");
    if (o->letter) {
        cs_buf_fmt(out, "\\fB\\-%c\\fR, ", o->letter);
    }
    snprintf(name, sizeof name, "--%s", o->name);
    put_tag(out, name, o->value, ' ');
    put_help(out, o->help, o->preset);
}

static void put_command(struct cs_buf *out, const struct cs_command *c)
{
    uint32_t n;
    const struct cs_option *o = cs_options(&n);
    cs_buf_fmt(out, ".SS \"chatsieve %s [OPTION...]%s%s\"\n", c->name, c->operands ? " " : "",
        c->operands ? c->operands : "");
    put_line(out, c->summary);
    for (const char *const *p = c->about; *p; p++) {
        cs_buf_str(out, ".PP\n");
        put_line(out, *p);
    }
    for (uint32_t i = 0; i < n; i++)
        if (cs_option_of(&o[i], c)) put_option(out, &o[i]);
}

static void put_settings(struct cs_buf *out)
{
    uint32_t n;
    const struct cs_setting_info *s = cs_settings_info(&n);
    cs_buf_str(
        out, ".SH SETTINGS\nKeys of the configuration file, dotted; also given with\n.BR \\-\\-set .\n");
    for (uint32_t i = 0; i < n; i++) {
        cs_buf_str(out, ".TP\n");
        put_tag(out, s[i].name, s[i].value, ' ');
        put_help(out, s[i].help, s[i].preset);
    }
    cs_buf_str(out, ".TP\n\\fBkafka.\\fIPROPERTY\\fR \\fIVALUE\\fR\n"
                    "Any client property of librdkafka that chatsieve does not own.\n");
}

static void put_exits(struct cs_buf *out)
{
    uint32_t n;
    const struct cs_exit_info *e = cs_exit_info(&n);
    cs_buf_str(out, ".SH EXIT STATUS\n");
    for (uint32_t i = 0; i < n; i++) {
        cs_buf_fmt(out, ".TP\n.B %d\n", e[i].code);
        put_line(out, e[i].help);
    }
}

static void put_examples(struct cs_buf *out)
{
    uint32_t n;
    const struct cs_command *c = cs_commands(&n);
    cs_buf_str(out, ".SH EXAMPLES\n.nf\n");
    for (uint32_t i = 0; i < n; i++)
        for (const char *const *p = c[i].example; *p; p++)
            put_line(out, *p);
    cs_buf_str(out, ".fi\n");
}

void cs_help_man(struct cs_buf *out)
{
    uint32_t n;
    const struct cs_command *c = cs_commands(&n);
    cs_buf_str(out,
        ".TH CHATSIEVE 1 \"\" \"chatsieve " CS_VERSION "\" \"User Commands\"\n"
        ".SH NAME\nchatsieve \\- find forbidden terms in customer\\-service chat\n"
        ".SH SYNOPSIS\n.B chatsieve\n.I COMMAND\n.RI [ OPTION ...]\n"
        ".SH DESCRIPTION\nReads chat messages, finds forbidden terms whatever way they are disguised, "
        "measures how long buyers wait, and publishes each message with its annotation.\n"
        ".SH COMMANDS\n");
    for (uint32_t i = 0; i < n; i++)
        put_command(out, &c[i]);
    put_settings(out);
    put_exits(out);
    cs_buf_str(out, ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nWhen set, output has no colours.\n"
                    ".SH FILES\n.TP\n.I " CS_DATADIR "/rules\nThe rule packs that ship with the program.\n");
    put_examples(out);
}
