/* How often each rule of some packs hits in real chat: violations per 1,000 agent messages, by platform.
 *
 *   bench_rules PACKS [CHAT.tsv]     fields of a line: session, number, role, ..., text (last)
 *
 * The chat is that of one marketplace; the other columns tell what its agents' words would be elsewhere. */
#include "annotate/annotate.h"
#include "corpus.h"
#include "rules/loader.h"
#include "scan/matcher.h"
#include "text/fold.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROLE_FIELD = 2 };

struct survey {
    struct cs_ruleset *rs;
    struct cs_matcher *matcher;
    struct cs_scanner *scanner;
    struct cs_judge *judge;
    struct cs_folder *folder;
    struct cs_batch *batch;
    struct cs_span *text; /* of agents */
    uint32_t n_text;
    uint32_t *count; /* by rule of the platform in hand */
};

static void need(cs_rc rc, const char *what)
{
    if (!cs_bad(rc)) return;
    fprintf(stderr, "bench_rules: %s: %s\n", what, cs_rc_name(rc));
    exit(1);
}

static void need_memory(const void *p)
{
    if (!p) need(cs_fail(CS_ENOMEM), "allocation");
}

/* Field `k` of a line, or the empty span. */
static struct cs_span field(struct cs_span line, uint32_t k)
{
    for (; k > 0 && line.len; k--) {
        const uint8_t *tab = memchr(line.ptr, '\t', line.len);
        line = tab ? cs_span_cut(line, (size_t)(tab + 1 - line.ptr), line.len) : cs_span_cut(line, 0, 0);
    }
    const uint8_t *tab = line.len ? memchr(line.ptr, '\t', line.len) : NULL;
    return tab ? cs_span_cut(line, 0, (size_t)(tab - line.ptr)) : line;
}

static struct cs_span last_field(struct cs_span line)
{
    size_t at = line.len;
    while (at > 0 && line.ptr[at - 1] != '\t')
        at--;
    return cs_span_cut(line, at, line.len);
}

static void take_agents(struct survey *s, const struct corpus *lines)
{
    s->text = calloc(lines->n, sizeof *s->text);
    need_memory(s->text);
    for (uint32_t i = 0; i < lines->n; i++)
        if (cs_span_eq(field(lines->line[i], ROLE_FIELD), CS_SPAN_LIT("agent")))
            s->text[s->n_text++] = last_field(lines->line[i]);
}

static void load_rules(struct survey *s, const char *path)
{
    struct cs_diag diag = {0};
    cs_rc rc = cs_ruleset_load(&path, 1, &diag, &s->rs);
    for (uint32_t i = 0; i < diag.n && cs_bad(rc); i++)
        fprintf(stderr, "%s\n", cs_diag_text(&diag, i));
    need(rc, path);
    need(cs_matcher_new(CS_MATCHER_HYPERSCAN, s->rs->pattern, s->rs->n_pattern, &diag, &s->matcher),
        "matcher");
    need(cs_scanner_new(s->matcher, &s->scanner), "scanner");
    need(cs_judge_new(s->rs, 0, &s->judge), "judge");
    need(cs_folder_new(&s->folder), "folder");
    s->batch = calloc(1, sizeof *s->batch);
    s->count = calloc(s->rs->n_rule, sizeof *s->count);
    need_memory(s->batch);
    need_memory(s->count);
    cs_batch_init(s->batch, 0);
    cs_diag_clear(&diag);
}

static void count(struct survey *s, const struct cs_violation *v)
{
    for (uint32_t r = 0; r < s->rs->n_rule; r++)
        if (s->rs->rule[r].id == v->rule_id) s->count[r]++;
}

static void run_batch(struct survey *s, const char *platform, uint32_t at)
{
    struct cs_batch *b = s->batch;
    cs_batch_reset(b);
    b->n = s->n_text - at < CS_BATCH_MAX ? s->n_text - at : CS_BATCH_MAX;
    for (uint32_t i = 0; i < b->n; i++) {
        b->text[i] = s->text[at + i];
        b->platform[i] = cs_span_str(platform);
        b->role[i] = CS_ROLE_AGENT;
        b->flags[i] = 0;
    }
    need(cs_fold_texts(s->folder, b->text, b->n, b->flags, &b->folded), "fold");
    need(cs_scanner_scan(s->scanner, &b->folded, &b->hit, &b->n_hit), "scan");
    need(cs_annotate(s->judge, b), "annotate");
    for (uint32_t i = 0; i < b->violation_begin[b->n]; i++)
        count(s, &b->violation[i]);
}

static void survey_platform(struct survey *s, const char *platform)
{
    printf("\n%s: violations per 1,000 of %u agent messages\n", platform, s->n_text);
    memset(s->count, 0, s->rs->n_rule * sizeof *s->count);
    for (uint32_t at = 0; at < s->n_text; at += CS_BATCH_MAX)
        run_batch(s, platform, at);
    for (uint32_t r = 0; r < s->rs->n_rule; r++)
        if (s->count[r])
            printf("%8.2f %6u  %s\n", 1000.0 * s->count[r] / s->n_text, s->count[r], s->rs->rule[r].id);
}

static void close_survey(struct survey *s)
{
    cs_batch_clear(s->batch);
    free(s->batch);
    free(s->count);
    free(s->text);
    cs_folder_free(&s->folder);
    cs_scanner_free(&s->scanner);
    cs_judge_free(&s->judge);
    cs_matcher_free(&s->matcher);
    cs_ruleset_free(&s->rs);
}

int main(int argc, char **argv)
{
    const char *packs = argc > 1 ? argv[1] : "plugin/share/rules";
    const char *chat = argc > 2 ? argv[2] : "../shared/data/jd_chat.tsv";
    struct survey s = {0};
    struct corpus lines;
    if (!corpus_read_whole(&lines, chat)) {
        fprintf(stderr, "bench_rules: %s: not there or empty\n", chat);
        return 1;
    }
    take_agents(&s, &lines);
    load_rules(&s, packs);
    const struct cs_ruleset_box *box = (const struct cs_ruleset_box *)s.rs;
    for (uint32_t p = 0; p < box->n_platform && s.n_text; p++)
        survey_platform(&s, p ? box->platform[p] : "any other platform");
    close_survey(&s);
    corpus_clear(&lines);
    return 0;
}
