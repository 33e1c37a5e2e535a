/* E-mail addresses, URLs and bare domains. */
#include "detect/glyph.h"
#include "detect/tlds.h"

#include <stdlib.h>

enum { HOST_MAX = 128, LABEL_MAX = 63, TLD_MAX = 24, LOCAL_MAX = 64 };

/* What stands for a dot, or for an at. */
static const char *const dots[] = {".", "。", "．", "点", "·", "(dot)", "[dot]", " dot ", "丶", NULL};
static const char *const ats[] = {"@", "(at)", "[at]", " at ", "艾特", "圈a", "圈 a", "ⓐ", "#at#", NULL};
/* Names that follow a point in chat without being meant as hosts: only those count without www, scheme or
 * path. */
static const char *const everyday[] = {"com", "cn", "net", "org", "cc", "top", "xyz", "vip", "shop", "club",
    "site", "online", "info", "biz", "co", "io", "tv", "ltd", "ink", "wang", "link", "live", "fun", "tech",
    "store", "app", "hk", "tw", "mobi", "asia", "edu", "gov", "jp", "us", "uk", "ru", "la", "pw", "ren",
    "work", "group", "win", "bet", "icu", "cyou", "buzz", "space", "website", "host", NULL};

/* A host as it is read, with where each label begins. */
struct host {
    char name[HOST_MAX];
    uint32_t n, end; /* end: glyph behind it */
    uint32_t labels;
    uint32_t last;  /* where the last label begins in name */
    bool disguised; /* a dot was written otherwise */
};

static int by_name(const void *key, const void *entry)
{
    return strcmp(key, *(const char *const *)entry);
}

static bool is_tld(const char *name)
{
    return bsearch(name, cs_tlds, cs_tlds_count, sizeof *cs_tlds, by_name) != NULL;
}

static bool is_everyday(const char *name)
{
    for (const char *const *w = everyday; *w; w++)
        if (strcmp(*w, name) == 0) return true;
    return false;
}

static bool is_label(uint32_t u)
{
    return cs_is_alnum(u) || u == '-';
}

/* Length of the first of the words that stands at `at`, with spaces around it; 0 for none. */
static uint32_t any_at(const struct cs_glyphs *g, uint32_t at, const char *const *word)
{
    uint32_t begin = at;
    for (const char *const *w = word; *w; w++) {
        uint32_t n = cs_glyphs_word(g, at, *w);
        if (n) return n;
    }
    while (cs_glyph_at(g, at) == ' ' && at < begin + 2)
        at++;
    for (const char *const *w = word; at > begin && *w; w++) {
        uint32_t n = cs_glyphs_word(g, at, *w);
        while (n && cs_glyph_at(g, at + n) == ' ' && n < 4)
            n++;
        if (n) return at + n - begin;
    }
    return 0;
}

/* A label from glyph `i` on, behind what `h` has; its length, 0 for none. */
static uint32_t read_label(const struct cs_glyphs *g, uint32_t i, struct host *h)
{
    uint32_t n = 0;
    while (is_label(cs_glyph_at(g, i + n)) && n < LABEL_MAX && h->n + n + 2 < HOST_MAX) {
        h->name[h->n + n] = (char)g->at[i + n].u;
        n++;
    }
    bool good = n && h->name[h->n] != '-' && h->name[h->n + n - 1] != '-';
    return good ? n : 0;
}

/* The host that begins at glyph `i`, as long as it goes on with dots and labels. */
static void read_host(const struct cs_glyphs *g, uint32_t i, struct host *h)
{
    *h = (struct host){.end = i};
    for (uint32_t dot = 0;; dot = any_at(g, h->end, dots)) {
        if (h->labels && !dot) break;
        if (h->labels) h->name[h->n++] = '.';
        uint32_t n = read_label(g, h->end + dot, h);
        if (!n) {
            h->n -= h->labels > 0;
            break;
        }
        h->disguised |= dot && cs_glyph_at(g, h->end) != '.';
        h->last = h->n;
        h->n += n;
        h->end += dot + n;
        h->labels++;
    }
    h->name[h->n] = 0;
}

/* Cut labels off the end until the last is a top-level domain: "a.com。请" reads on too far. */
static bool settle_host(struct host *h, const struct cs_glyphs *g)
{
    while (h->labels > 1 && !is_tld(h->name + h->last)) {
        uint32_t cut = h->n - h->last;
        h->n = h->last - 1;
        h->name[h->n] = 0;
        h->end -= cut;
        while (h->end && !is_label(g->at[h->end - 1].u))
            h->end--;
        h->labels--;
        const char *dot = strrchr(h->name, '.');
        h->last = dot ? (uint32_t)(dot + 1 - h->name) : 0;
    }
    return h->labels > 1 && h->n - h->last <= TLD_MAX;
}

static bool has_letter(const char *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (s[i] >= 'a' && s[i] <= 'z') return true;
    return false;
}

static bool is_url_sign(uint32_t u)
{
    return u > ' ' && u < 0x7F && u != '"' && u != '<' && u != '>' && u != '\\' && u != '^' && u != '`' &&
           u != '{' && u != '}' && u != '|';
}

/* Behind port, path, query and fragment. */
static uint32_t end_of_path(const struct cs_glyphs *g, uint32_t i)
{
    uint32_t u = cs_glyph_at(g, i);
    if (u != '/' && u != ':' && u != '?' && u != '#') return i;
    if (u == ':' && !cs_is_digit(cs_glyph_at(g, i + 1))) return i;
    uint32_t end = i;
    while (is_url_sign(cs_glyph_at(g, end)))
        end++;
    while (end > i && (g->at[end - 1].u == '.' || g->at[end - 1].u == ',' || g->at[end - 1].u == ')'))
        end--;
    return end;
}

/* Length of a scheme at glyph `i`; 0 for none. */
static uint32_t scheme_at(const struct cs_glyphs *g, uint32_t i)
{
    static const char *const schemes[] = {"http://", "https://", "ftp://", NULL};
    for (const char *const *s = schemes; *s; s++) {
        uint32_t n = cs_glyphs_word(g, i, *s);
        if (n) return n;
    }
    return 0;
}

/* A bare host must look like one: an everyday ending, at least two characters before it, and no number. */
static bool is_plain_host(const struct host *h, bool path)
{
    uint32_t before = h->last - 1;
    const char *owner = h->name + before;
    while (owner > h->name && owner[-1] != '.')
        owner--;
    uint32_t n = (uint32_t)(h->name + before - owner);
    if (path) return has_letter(h->name, h->n);
    return is_everyday(h->name + h->last) && (n >= 2 || has_letter(owner, n)) && n >= 2;
}

static uint32_t find_url(struct cs_finds *f, const struct cs_glyphs *g, uint32_t i)
{
    struct host h;
    uint32_t scheme = scheme_at(g, i);
    read_host(g, i + scheme, &h);
    uint32_t read = h.end;
    if (!settle_host(&h, g)) return read;
    uint32_t end = end_of_path(g, h.end);
    bool www = strncmp(h.name, "www.", 4) == 0;
    if (!scheme && !www && !is_plain_host(&h, end > h.end + 1)) return read;
    if (cs_is_alnum(cs_glyph_at(g, h.end))) return read;
    const uint32_t span[2] = {i, end};
    cs_finds_add(f, g, CS_DETECT_URL, span, cs_span_of(h.name, h.n));
    return end > read ? end : read;
}

static bool is_local(uint32_t u)
{
    return cs_is_alnum(u) || u == '.' || u == '_' || u == '-' || u == '+';
}

/* An address whose at stands at glyph `at`, `n` glyphs of it. */
static void find_email(struct cs_finds *f, const struct cs_glyphs *g, uint32_t at, uint32_t n)
{
    char value[LOCAL_MAX + 1 + HOST_MAX];
    struct host h;
    uint32_t stop = at, begin;
    while (stop && g->at[stop - 1].u == ' ' && stop > at - 2)
        stop--;
    for (begin = stop; begin && is_local(g->at[begin - 1].u) && stop - begin < LOCAL_MAX;)
        begin--;
    while (begin < stop && !cs_is_alnum(g->at[begin].u))
        begin++;
    read_host(g, at + n, &h);
    if (begin == stop || !settle_host(&h, g)) return;
    uint32_t len = 0;
    for (uint32_t i = begin; i < stop; i++)
        value[len++] = (char)g->at[i].u;
    value[len++] = '@';
    memcpy(value + len, h.name, h.n);
    const uint32_t span[2] = {begin, h.end};
    cs_finds_add(f, g, CS_DETECT_EMAIL, span, cs_span_of(value, len + h.n));
}

void cs_find_web(struct cs_finds *f, const struct cs_glyphs *g)
{
    for (uint32_t i = 1; i < g->n; i++) {
        uint32_t n = cs_is_alnum(g->at[i].u) ? 0 : any_at(g, i, ats);
        while (n && cs_glyph_at(g, i + n) == ' ')
            n++;
        if (n) find_email(f, g, i, n);
    }
    for (uint32_t i = 0; i < g->n;) {
        bool begins = cs_is_alnum(g->at[i].u) && (!i || !is_label(g->at[i - 1].u));
        uint32_t next = begins ? find_url(f, g, i) : i;
        i = next > i ? next : i + 1;
    }
}
