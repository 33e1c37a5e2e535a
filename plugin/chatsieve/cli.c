#include "chatsieve/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* What the parser carries from argument to argument. */
struct parser {
    char **argv;
    int argc, at;
    struct cs_diag *diag;
    struct cs_args *args;
    bool operands_only; /* after -- */
    bool no_memory;
};

int cs_exit_of(cs_rc rc)
{
    static const int code[] = {
        [0] = CS_EXIT_OK,
        [CS_ENOMEM] = CS_EXIT_INTERNAL,
        [CS_EINVAL] = CS_EXIT_CONFIG,
        [CS_ESYNTAX] = CS_EXIT_CONFIG,
        [CS_ENOENT] = CS_EXIT_CONFIG,
        [CS_EIO] = CS_EXIT_IO,
        [CS_ELIMIT] = CS_EXIT_CONFIG,
        [CS_EUNSUPPORTED] = CS_EXIT_INTERNAL,
        [CS_ETIMEDOUT] = CS_EXIT_UNAVAILABLE,
        [CS_ECLOSED] = CS_EXIT_UNAVAILABLE,
        [CS_EDENIED] = CS_EXIT_PERMISSION,
        [CS_EBROKER] = CS_EXIT_UNAVAILABLE,
    };
    size_t n = sizeof code / sizeof code[0];
    return rc.code >= 0 && (size_t)rc.code < n ? code[rc.code] : CS_EXIT_INTERNAL;
}

const struct cs_command *cs_command_find(const char *name)
{
    uint32_t n;
    const struct cs_command *c = cs_commands(&n);
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(c[i].name, name) == 0) return &c[i];
    return NULL;
}

static void *field_of(struct cs_args *args, const struct cs_option *o)
{
    return (char *)args + o->field;
}

static void list_add(struct parser *p, struct cs_list *l, const char *item)
{
    if (!l->item) l->item = cs_arena_zalloc(&p->args->arena, (size_t)p->argc + 1, sizeof *l->item);
    if (!l->item)
        p->no_memory = true;
    else
        l->item[l->n++] = item;
}

/* True when `given` is one of the names in "a|b|c". */
static bool is_choice(const char *choices, const char *given)
{
    size_t len = strlen(given);
    for (const char *c = choices; c; c = strchr(c, '|')) {
        if (*c == '|') c++;
        size_t n = strcspn(c, "|");
        if (n == len && memcmp(c, given, n) == 0) return true;
    }
    return false;
}

static bool read_number(const struct cs_option *o, const char *s, int64_t *out)
{
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno || end == s || *end || v < o->min || v > o->max) return false;
    *out = v;
    return true;
}

static void set_number(struct parser *p, const struct cs_option *o, const char *value)
{
    if (read_number(o, value, field_of(p->args, o))) return;
    cs_diag_add(p->diag, CS_DIAG_ERROR, NULL, NULL, "--%s takes a number from %lld to %lld, not \"%s\"",
        o->name, (long long)o->min, (long long)o->max, value);
}

static void set_choice(struct parser *p, const struct cs_option *o, const char *value)
{
    if (is_choice(o->value, value))
        *(const char **)field_of(p->args, o) = value;
    else
        cs_diag_add(
            p->diag, CS_DIAG_ERROR, NULL, NULL, "--%s takes %s, not \"%s\"", o->name, o->value, value);
}

static void set_option(struct parser *p, const struct cs_option *o, const char *value)
{
    switch (o->kind) {
    case CS_OPTION_FLAG: *(bool *)field_of(p->args, o) = true; break;
    case CS_OPTION_TEXT: *(const char **)field_of(p->args, o) = value; break;
    case CS_OPTION_CHOICE: set_choice(p, o, value); break;
    case CS_OPTION_NUMBER: set_number(p, o, value); break;
    default: list_add(p, field_of(p->args, o), value); break;
    }
}

static void set_defaults(struct parser *p)
{
    uint32_t n;
    const struct cs_option *o = cs_options(&n);
    for (uint32_t i = 0; i < n; i++)
        if (o[i].preset) set_option(p, &o[i], o[i].preset);
}

static const struct cs_option *find_long(const struct cs_command *c, const char *name, size_t len)
{
    uint32_t n;
    const struct cs_option *o = cs_options(&n);
    for (uint32_t i = 0; i < n; i++) {
        if (c && !cs_option_of(&o[i], c)) continue;
        if (strlen(o[i].name) == len && memcmp(o[i].name, name, len) == 0) return &o[i];
    }
    return NULL;
}

static const struct cs_option *find_letter(const struct cs_command *c, char letter)
{
    uint32_t n;
    const struct cs_option *o = cs_options(&n);
    for (uint32_t i = 0; i < n; i++)
        if (o[i].letter == letter && cs_option_of(&o[i], c)) return &o[i];
    return NULL;
}

static void hint_command(struct cs_diag *diag, const char *given)
{
    uint32_t n;
    const struct cs_command *c = cs_commands(&n);
    const char *name[16];
    for (uint32_t i = 0; i < n; i++)
        name[i] = c[i].name;
    const char *near = cs_diag_nearest(cs_span_str(given), name, n);
    char hint[96] = "chatsieve help lists the commands";
    if (near) snprintf(hint, sizeof hint, "did you mean \"%s\"?", near);
    cs_diag_add(diag, CS_DIAG_ERROR, NULL, hint, "there is no command \"%s\"", given);
}

/* The nearest name among the options that this command takes. */
static const char *nearest_option(const struct cs_command *c, struct cs_span given)
{
    uint32_t n;
    const struct cs_option *o = cs_options(&n);
    const char *name[64] = {0};
    for (uint32_t i = 0; i < n && i < 64; i++)
        if (cs_option_of(&o[i], c)) name[i] = o[i].name;
    return cs_diag_nearest(given, name, n < 64 ? n : 64);
}

static void unknown_option(struct parser *p, const char *arg, size_t len)
{
    const struct cs_command *c = p->args->command;
    const struct cs_option *elsewhere = find_long(NULL, arg, len);
    const char *near = nearest_option(c, cs_span_of(arg, len));
    char hint[96];
    snprintf(hint, sizeof hint, "chatsieve help %s lists the options", c->name);
    if (near) snprintf(hint, sizeof hint, "did you mean --%s?", near);
    cs_diag_add(p->diag, CS_DIAG_ERROR, NULL, hint, "%s %s option --%.*s", c->name,
        elsewhere ? "does not take" : "has no", (int)len, arg);
    /* Its value is not looked at. */
    if (elsewhere && elsewhere->kind != CS_OPTION_FLAG && !arg[len] && p->at < p->argc) p->at++;
}

/* The value behind an option: inline, or the next argument. */
static void take_value(struct parser *p, const struct cs_option *o, const char *value)
{
    if (o->kind == CS_OPTION_FLAG && value)
        cs_diag_add(p->diag, CS_DIAG_ERROR, NULL, NULL, "--%s takes no value", o->name);
    else if (o->kind == CS_OPTION_FLAG || value)
        set_option(p, o, value);
    else if (p->at < p->argc)
        set_option(p, o, p->argv[p->at++]);
    else
        cs_diag_add(p->diag, CS_DIAG_ERROR, NULL, NULL, "--%s needs a value: %s", o->name, o->value);
}

static void parse_long(struct parser *p, const char *arg)
{
    size_t len = strcspn(arg, "=");
    const struct cs_option *o = find_long(p->args->command, arg, len);
    if (o)
        take_value(p, o, arg[len] ? arg + len + 1 : NULL);
    else
        unknown_option(p, arg, len);
}

/* -c FILE, -cFILE; a letter without value may be followed by others. */
static void parse_short(struct parser *p, const char *arg)
{
    for (; *arg; arg++) {
        const struct cs_option *o = find_letter(p->args->command, *arg);
        if (!o) {
            cs_diag_add(
                p->diag, CS_DIAG_ERROR, NULL, NULL, "%s has no option -%c", p->args->command->name, *arg);
            return;
        }
        if (o->kind != CS_OPTION_FLAG) {
            take_value(p, o, arg[1] ? arg + 1 : NULL);
            return;
        }
        set_option(p, o, NULL);
    }
}

static void parse_operand(struct parser *p, const char *arg)
{
    const struct cs_command *c = p->args->command;
    if (p->args->operand.n < c->operand_max)
        list_add(p, &p->args->operand, arg);
    else
        cs_diag_add(p->diag, CS_DIAG_ERROR, NULL, c->operand_max ? "quote a text that has spaces" : NULL,
            "%s does not know what to do with \"%s\"", c->name, arg);
}

static void parse_one(struct parser *p, const char *arg)
{
    if (p->operands_only || arg[0] != '-' || arg[1] == 0)
        parse_operand(p, arg);
    else if (strcmp(arg, "--") == 0)
        p->operands_only = true;
    else if (arg[1] == '-')
        parse_long(p, arg + 2);
    else
        parse_short(p, arg + 1);
}

/* Without a command, and for --help and --version in front of one, help takes over. */
static const struct cs_command *pick_command(struct parser *p)
{
    if (p->argc < 2 || p->argv[1][0] == '-') return cs_command_find("help");
    const struct cs_command *c = cs_command_find(p->argv[1]);
    if (!c) hint_command(p->diag, p->argv[1]);
    p->at = 2;
    return c;
}

cs_rc cs_cli_parse(int argc, char **argv, struct cs_diag *diag, struct cs_args *args)
{
    struct parser p = {.argv = argv, .argc = argc, .at = 1, .diag = diag, .args = args};
    *args = (struct cs_args){0};
    cs_arena_init(&args->arena, 4096, 0);
    args->command = pick_command(&p);
    if (!args->command) return cs_fail(CS_EINVAL);
    set_defaults(&p);
    while (p.at < argc)
        parse_one(&p, argv[p.at++]);
    if (p.no_memory) return cs_fail(CS_ENOMEM);
    return cs_diag_has_errors(diag) ? cs_fail(CS_EINVAL) : CS_OK;
}

void cs_args_clear(struct cs_args *args)
{
    cs_arena_clear(&args->arena);
    *args = (struct cs_args){0};
}
