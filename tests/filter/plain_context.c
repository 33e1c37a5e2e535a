#include "plain_context.h"

#include "record/names.h"

#include <stdio.h>
#include <string.h>

/* A text as its characters, and the kept ones among them. */
struct plain {
    char character[PLAIN_TEXT][4];
    int begin[PLAIN_TEXT + 1]; /* bytes */
    int n;
    int kept[PLAIN_TEXT]; /* characters that are no separators and end no sentence */
    int n_kept;
};

/* Kept characters from .. to - 1. */
struct place {
    int from, to;
};

struct places {
    struct place at[PLAIN_TEXT * PLAIN_TERMS];
    int n;
};

static bool ends_sentence(const char *c)
{
    return !strcmp(c, "。") || !strcmp(c, "!") || !strcmp(c, "；") || !strcmp(c, "\n");
}

static bool separates(const char *c)
{
    return !strcmp(c, "，") || !strcmp(c, " ");
}

static struct plain read_text(const char *text)
{
    struct plain p = {0};
    for (int at = 0; text[at] && p.n < PLAIN_TEXT;) {
        int len = (unsigned char)text[at] < 0x80 ? 1 : 3;
        memcpy(p.character[p.n], text + at, (size_t)len);
        p.begin[p.n] = at;
        if (!ends_sentence(p.character[p.n]) && !separates(p.character[p.n])) p.kept[p.n_kept++] = p.n;
        p.n++;
        at += len;
        p.begin[p.n] = at;
    }
    return p;
}

/* Nothing between the two kept characters but a few separators. */
static bool near_enough(const struct plain *p, int k)
{
    if (p->kept[k + 1] - p->kept[k] - 1 > PLAIN_GAP) return false;
    for (int i = p->kept[k] + 1; i < p->kept[k + 1]; i++)
        if (ends_sentence(p->character[i])) return false;
    return true;
}

static bool stands_at(const struct plain *p, int k, const struct plain *term)
{
    if (k + term->n > p->n_kept) return false;
    for (int i = 0; i < term->n; i++) {
        if (strcmp(p->character[p->kept[k + i]], term->character[i]) != 0) return false;
        if (i + 1 < term->n && !near_enough(p, k + i)) return false;
    }
    return true;
}

static struct places find(const struct plain *p, const struct plain_terms *terms)
{
    struct places found = {.n = 0};
    for (int t = 0; t < terms->n; t++) {
        struct plain term = read_text(terms->term[t]);
        for (int k = 0; k < p->n_kept; k++)
            if (stands_at(p, k, &term)) found.at[found.n++] = (struct place){k, k + term.n};
    }
    return found;
}

static bool covered(struct place a, const struct places *exempt)
{
    for (int i = 0; i < exempt->n; i++)
        if (exempt->at[i].from <= a.from && a.to <= exempt->at[i].to) return true;
    return false;
}

static bool overlaps_any(struct place a, const struct places *others)
{
    for (int i = 0; i < others->n; i++)
        if (a.from < others->at[i].to && others->at[i].from < a.to) return true;
    return false;
}

static bool better(struct place a, struct place b)
{
    if (a.to - a.from != b.to - b.from) return a.to - a.from > b.to - b.from;
    return a.from < b.from;
}

/* The longest first, then the leftmost, and nothing that overlaps what was taken; in text order. */
static struct places find_genuine(
    const struct plain *p, const struct plain_rule *r, const struct plain_terms *terms)
{
    struct places all = find(p, terms), exempt = find(p, &r->exempt), taken = {.n = 0};
    for (;;) {
        const struct place *best = NULL;
        for (int i = 0; i < all.n; i++)
            if (!covered(all.at[i], &exempt) && !overlaps_any(all.at[i], &taken) &&
                (!best || better(all.at[i], *best)))
                best = &all.at[i];
        if (!best) return taken;
        int to = taken.n++;
        for (; to && taken.at[to - 1].from > best->from; to--)
            taken.at[to] = taken.at[to - 1];
        taken.at[to] = *best;
    }
}

/* Characters of the original, half open. */
static struct place span(const struct plain *p, struct place k)
{
    return (struct place){p->kept[k.from], p->kept[k.to - 1] + 1};
}

static bool same_sentence(const struct plain *p, struct place a, struct place b)
{
    int from = a.from < b.from ? a.from : b.from, to = a.to > b.to ? a.to : b.to;
    for (int i = from; i < to; i++)
        if (ends_sentence(p->character[i])) return false;
    return true;
}

static bool counts(
    const struct plain *p, const struct plain_condition *c, struct place anchor, struct place it)
{
    bool before = it.to <= anchor.from, after = it.from >= anchor.to;
    int distance = before ? anchor.from - it.to : after ? it.from - anchor.to : 0;
    if (it.from == anchor.from && it.to == anchor.to) return false;
    if (c->side == CS_SIDE_BEFORE && !before) return false;
    if (c->side == CS_SIDE_AFTER && !after) return false;
    if (c->within >= 0 && distance > c->within) return false;
    return !c->sentence || same_sentence(p, anchor, it);
}

static bool is_heard(
    const struct plain_condition *c, const struct plain_message *then, const struct plain_message *now)
{
    bool buyer = then->role == CS_ROLE_BUYER;
    switch (c->scope) {
    case CS_SCOPE_SENDER: return then->role == now->role && (buyer || strcmp(then->agent, now->agent) == 0);
    case CS_SCOPE_BUYER: return buyer;
    case CS_SCOPE_AGENT:
        return then->role == CS_ROLE_AGENT || then->role == CS_ROLE_ROBOT ||
               then->role == CS_ROLE_ROBOT_ASSIST;
    default: return c->scope == CS_SCOPE_CONVERSATION;
    }
}

/* The citations of one violation. */
struct cited {
    int64_t offset[PLAIN_EARLIER];
    int n;
};

static void cite(struct cited *list, int64_t offset)
{
    for (int i = 0; i < list->n; i++)
        if (list->offset[i] == offset) return;
    if (list->n < PLAIN_EARLIER) list->offset[list->n++] = offset;
}

/* A rule, and the message that it judges. */
struct scene {
    const struct plain_rule *rule;
    const struct plain_message *all;
    int at;
};

static bool is_old(const struct plain_message *then, const struct plain_message *now, int64_t most_ms)
{
    return now->record_ms - then->record_ms > most_ms || now->sent_ms - then->sent_ms > most_ms;
}

/* Places in earlier messages. */
static int count_past(const struct scene *s, const struct plain_condition *c, struct cited *cited)
{
    const struct plain_message *now = &s->all[s->at];
    int total = 0, seen = 0;
    for (int i = s->at - 1; i >= 0 && seen < c->last; i--) {
        const struct plain_message *then = &s->all[i];
        if (strcmp(then->buyer, now->buyer) != 0 || !is_heard(c, then, now)) continue;
        seen++;
        if (is_old(then, now, c->for_ms)) continue;
        struct plain p = read_text(then->text);
        int n = find_genuine(&p, s->rule, &c->any).n;
        if (n && cited) cite(cited, then->offset);
        total += n;
    }
    return total;
}

static bool holds(
    const struct scene *s, const struct plain_condition *c, struct place anchor, struct cited *cited)
{
    struct plain p = read_text(s->all[s->at].text);
    struct places facts = find_genuine(&p, s->rule, &c->any);
    int here = 0;
    for (int i = 0; i < facts.n; i++)
        here += counts(&p, c, anchor, span(&p, facts.at[i]));
    if (here >= c->count) return true;
    if (here + count_past(s, c, NULL) < c->count) return false;
    if (c->demand != CS_DEMAND_NONE) count_past(s, c, cited);
    return true;
}

static bool stands(const struct scene *s, struct place anchor, struct cited *cited)
{
    bool asked = false, some = false;
    for (int i = 0; i < s->rule->n_condition; i++) {
        const struct plain_condition *c = &s->rule->condition[i];
        if (c->demand == CS_DEMAND_SOME) {
            asked = true;
            some = some || holds(s, c, anchor, cited);
        } else if (holds(s, c, anchor, cited) != (c->demand == CS_DEMAND_ALL)) {
            return false;
        }
    }
    return some || !asked;
}

/* "<offset<offset", the greatest first. */
static void tell_cited(const struct cited *cited, char *out, size_t size)
{
    int64_t last = INT64_MAX;
    size_t n = strlen(out);
    for (int k = 0; k < cited->n; k++) {
        int64_t next = -1;
        for (int i = 0; i < cited->n; i++)
            if (cited->offset[i] < last && cited->offset[i] > next) next = cited->offset[i];
        n += (size_t)snprintf(out + n, size - n, "<%lld", (long long)next);
        last = next;
    }
}

void plain_judge(const struct plain_rule *r, const struct plain_message *all, int at, char *out, size_t size)
{
    const struct scene scene = {r, all, at};
    struct plain p = read_text(all[at].text);
    struct places anchors = find_genuine(&p, r, &r->terms);
    struct cited cited[PLAIN_TEXT] = {0};
    bool good[PLAIN_TEXT] = {0};
    int standing = 0;
    if (!(r->actors >> all[at].role & 1)) return;
    for (int i = 0; i < anchors.n; i++) {
        good[i] = stands(&scene, span(&p, anchors.at[i]), &cited[i]);
        standing += good[i];
    }
    for (int i = 0; i < anchors.n && standing >= r->count; i++) {
        struct place s = span(&p, anchors.at[i]);
        size_t n = strlen(out);
        if (!good[i]) continue;
        snprintf(out + n, size - n, " %s[%.*s]", r->id, p.begin[s.to] - p.begin[s.from],
            all[at].text + p.begin[s.from]);
        tell_cited(&cited[i], out, size);
    }
}
