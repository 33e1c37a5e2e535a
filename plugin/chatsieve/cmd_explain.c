#include "annotate/annotate.h"
#include "chatsieve/commands.h"
#include "chatsieve/engine.h"
#include "chatsieve/explain_text.h"
#include "chatsieve/log.h"
#include "chatsieve/near.h"
#include "chatsieve/output.h"
#include "chatsieve/screen.h"
#include "text/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One text on its way through the stages before encode. */
struct probe {
    const struct cs_args *args;
    const struct cs_ruleset *rules;
    struct cs_filter *filter;
    struct cs_batch *batch;
    struct cs_buf packed, out;
    bool colours;
};

static cs_rc probe_init(
    struct probe *p, const struct cs_args *args, const struct cs_settings *s, const struct cs_engine *e)
{
    struct cs_filter_options o = cs_engine_filter(e, s);
    o.decode.format = CS_FORMAT_PROTOBUF;
    p->args = args;
    p->rules = e->rules;
    p->colours = cs_screen_colours(args->color, STDOUT_FILENO);
    p->batch = calloc(1, sizeof *p->batch);
    if (!p->batch) return cs_fail(CS_ENOMEM);
    cs_batch_init(p->batch, 0);
    return cs_filter_new(&o, &p->filter);
}

static void probe_clear(struct probe *p)
{
    if (p->batch) cs_batch_clear(p->batch);
    free(p->batch);
    cs_filter_free(&p->filter);
    cs_buf_clear(&p->packed);
    cs_buf_clear(&p->out);
}

static cs_rc probe_scan(struct probe *p, struct cs_span text)
{
    struct cs_chat chat = {.platform = cs_span_str(p->args->platform),
        .text = text,
        .role = (uint8_t)cs_role_parse(cs_span_str(p->args->role))};
    cs_rc rc = cs_chat_pack(&chat, &p->packed);
    if (cs_bad(rc)) return rc;
    p->batch->n = 1;
    p->batch->topic = "explain";
    p->batch->raw[0] = cs_buf_span(&p->packed);
    return cs_filter_inspect(p->filter, p->batch);
}

static const char *paint(const struct probe *p, const char *code)
{
    return p->colours ? code : "";
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Why it is none, with what decided: the exempt phrase, or a term of the condition. */
static void put_reason(struct probe *p, const struct cs_judgement *j)
{
    const char *by = j->exempted_by ? j->exempted_by : j->condition ? j->condition->text : NULL;
    cs_buf_fmt(&p->out, "%s%s%s%s\n", cs_verdict_name(j->verdict), by ? ": " : "", by ? by : "",
        j->condition ? " …" : "");
}

/* `yes` or `no`, rule, term, and why. */
static void put_verdict(struct probe *p, const struct cs_judgement *j)
{
    bool yes = j->verdict == CS_VERDICT_VIOLATION;
    const struct cs_rule *r = &p->rules->rule[j->rule];
    cs_buf_fmt(&p->out, "  %s%-10s%s %s%s%s  term %s  ", paint(p, yes ? CS_PAINT_RED : CS_PAINT_DIM),
        yes ? "violation" : "clean", paint(p, CS_PAINT_RESET), paint(p, CS_PAINT_BOLD), r->id,
        paint(p, CS_PAINT_RESET), j->violation.term);
    if (yes)
        cs_buf_fmt(&p->out, "category %s  severity %u  evidence %s\n", r->category, r->severity,
            cs_evidence_name(j->violation.evidence));
    else
        put_reason(p, j);
}

/* The line that decided: of the term, of the rule of a detector, or of the condition that failed. */
static uint32_t line_of(const struct probe *p, const struct cs_judgement *j)
{
    if (j->condition) return j->condition->line;
    if (j->term == CS_NO_TERM) return p->rules->rule[j->rule].line;
    if (j->term >= p->rules->n_term) return p->rules->regex[j->term - p->rules->n_term].line;
    return p->rules->term[j->term].line;
}

/* Where it stands: in the text, and in the pack. */
static void put_place(struct probe *p, const struct cs_judgement *j)
{
    const struct cs_violation *v = &j->violation;
    const struct cs_rule *r = &p->rules->rule[j->rule];
    struct cs_span text = p->batch->text[0];
    if (v->byte_end > v->byte_begin) {
        cs_buf_str(&p->out, "             \"");
        cs_cells_put(&p->out, cs_span_cut(text, v->byte_begin, v->byte_end), UINT32_MAX, NULL, 0);
        cs_buf_fmt(&p->out, "\" at characters %u to %u, bytes %u to %u; ", v->char_begin, v->char_end,
            v->byte_begin, v->byte_end);
    } else
        cs_buf_str(&p->out, "             ");
    if (j->verdict != CS_VERDICT_VIOLATION && v->byte_end > v->byte_begin)
        cs_buf_fmt(&p->out, "evidence %s; ", cs_evidence_name(v->evidence));
    cs_buf_fmt(&p->out, "rule at %s:%u\n", base_name(r->file), line_of(p, j));
    if (j->verdict == CS_VERDICT_VIOLATION && r->zh) cs_buf_fmt(&p->out, "             %s\n", r->zh);
}

static uint32_t collect_paint(const struct cs_judgement *j, uint32_t n, struct cs_paint *paint, uint32_t max)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < n && used < max; i++)
        if (j[i].verdict == CS_VERDICT_VIOLATION)
            paint[used++] =
                (struct cs_paint){j[i].violation.char_begin, j[i].violation.char_end, CS_PAINT_HIT};
    return used;
}

static void put_judgements(struct probe *p, const struct cs_judgement *j, uint32_t n)
{
    struct cs_paint hit[64];
    uint32_t n_hit = p->colours ? collect_paint(j, n, hit, 64) : 0;
    cs_buf_str(&p->out, "text:           ");
    cs_cells_put(&p->out, p->batch->text[0], UINT32_MAX, hit, n_hit);
    cs_buf_fmt(&p->out, "\n\nhits of platform %s, role %s:\n", p->args->platform, p->args->role);
    if (!n) cs_buf_str(&p->out, "  none\n");
    for (uint32_t i = 0; i < n; i++) {
        put_verdict(p, &j[i]);
        put_place(p, &j[i]);
    }
}

/* The text as it is read aloud, where that differs. */
static cs_rc put_views(struct probe *p)
{
    struct cs_batch *b = p->batch;
    cs_rc rc = CS_OK;
    for (uint32_t i = 0; i < b->n_view && !cs_bad(rc); i++) {
        struct cs_view_text v;
        rc = cs_view_make(b->text[0], b->view[i].reading, &b->arena, &v);
        if (cs_bad(rc)) break;
        cs_buf_str(&p->out, "read as:        ");
        cs_cells_put(&p->out, v.text, UINT32_MAX, NULL, 0);
        cs_buf_str(&p->out, "\n");
    }
    return rc;
}

static void put_flags(struct probe *p)
{
    if (p->batch->flags[0] & 1u << CS_FLAG_UNKNOWN_PLATFORM)
        cs_buf_fmt(&p->out, "no rule names the platform %s: only rules for all platforms apply\n",
            p->args->platform);
    if (p->batch->flags[0] & 1u << CS_FLAG_INVALID_UTF8)
        cs_buf_str(&p->out, "the text is not valid UTF-8: ill-formed bytes count as separators\n");
    if (p->batch->flags[0] & 1u << CS_FLAG_ENCODING_SUSPECT)
        cs_buf_str(
            &p->out, "the text looks as if it was read in a wrong encoding: terms may be hidden in it\n");
}

static void put_near(struct probe *p, const struct cs_near *m)
{
    const struct cs_rule *r = &p->rules->rule[m->rule];
    cs_buf_fmt(&p->out, "  %s%s%s  term %s  %s\n             \"", paint(p, CS_PAINT_BOLD), r->id,
        paint(p, CS_PAINT_RESET), p->rules->term[m->term].text, m->why);
    cs_cells_put(&p->out, cs_span_cut(p->batch->text[0], m->byte_begin, m->byte_end), UINT32_MAX, NULL, 0);
    cs_buf_fmt(&p->out, "\" at characters %u to %u; rule at %s:%u\n", m->char_begin, m->char_end,
        base_name(r->file), p->rules->term[m->term].line);
}

static cs_rc put_near_misses(struct probe *p, const struct cs_judgement *j, uint32_t n)
{
    struct cs_near_list list;
    cs_rc rc = cs_near_find(&(struct cs_near_case){p->rules, p->batch, j, n}, &list);
    if (cs_bad(rc)) return rc;
    cs_buf_str(&p->out, "\nnear misses:\n");
    if (!list.n) cs_buf_str(&p->out, "  none\n");
    for (uint32_t i = 0; i < list.n; i++)
        put_near(p, &list.at[i]);
    if (list.left_out) cs_buf_fmt(&p->out, "  and %u more\n", list.left_out);
    if (list.cut) cs_buf_fmt(&p->out, "  only the first %d characters were looked at\n", CS_NEAR_CODES_MAX);
    return CS_OK;
}

static cs_rc explain(struct probe *p, struct cs_span text)
{
    struct cs_judgement *j = NULL;
    uint32_t n = 0;
    cs_rc rc = probe_scan(p, text);
    if (cs_bad(rc)) return rc;
    if (p->batch->dead[0] != CS_DEAD_NONE) {
        const char *detail = p->batch->dead_detail[0];
        cs_buf_fmt(&p->out, "dead letter: %s: %s\n", cs_dead_name(p->batch->dead[0]), detail ? detail : "");
        return CS_OK;
    }
    rc = cs_explain_text(text, p->colours, &p->batch->arena, &p->out);
    if (!cs_bad(rc)) rc = put_views(p);
    if (!cs_bad(rc)) rc = cs_annotate_explain(p->rules, p->batch, 0, &j, &n);
    if (cs_bad(rc)) return rc;
    put_judgements(p, j, n);
    put_flags(p);
    return p->args->near ? put_near_misses(p, j, n) : CS_OK;
}

static int explain_text(const struct cs_args *args, const struct cs_settings *s, const struct cs_engine *e)
{
    struct probe p = {0};
    cs_rc rc = probe_init(&p, args, s, e);
    if (!cs_bad(rc)) rc = explain(&p, cs_span_str(args->operand.item[0]));
    int code = cs_bad(rc) ? cs_exit_of(rc) : cs_output_text(&p.out);
    if (cs_bad(rc)) fprintf(stderr, "chatsieve: %s\n", cs_rc_name(rc));
    probe_clear(&p);
    return code;
}

int cs_cmd_explain(const struct cs_args *args, struct cs_log *log)
{
    struct cs_settings s = {0};
    struct cs_engine e = {0};
    struct cs_diag diag = {0};
    if (!args->operand.n) {
        fprintf(stderr, "chatsieve: explain needs a TEXT; see chatsieve help explain\n");
        return CS_EXIT_USAGE;
    }
    cs_rc rc = cs_settings_from_args(args, &diag, &s);
    if (!cs_bad(rc)) rc = cs_engine_open(&e, s.rules, s.n_rules, args->matcher, &diag);
    cs_log_diag(log, &diag);
    int code = cs_bad(rc) ? cs_exit_of(rc) : explain_text(args, &s, &e);
    cs_engine_clear(&e);
    cs_settings_clear(&s);
    cs_diag_clear(&diag);
    return code;
}
