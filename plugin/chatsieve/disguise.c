#include "chatsieve/disguise.h"

#include "base/utf8.h"

/* Characters of the words that the generator disguises, with their traditional form. */
static const uint16_t traditional[][2] = {
    {0x5B9D, 0x5BF6},
    {0x8D1D, 0x8C9D},
    {0x732B, 0x8C93},
    {0x4E1C, 0x6771},
    {0x82CF, 0x8607},
    {0x5B81, 0x5BE7},
    {0x7EDD, 0x7D55},
    {0x5BF9, 0x5C0D},
    {0x7F51, 0x7DB2},
    {0x4EF7, 0x50F9},
    {0x89C4, 0x898F},
    {0x73B0, 0x73FE},
    {0x8FD9, 0x9019},
    {0x4E3A, 0x70BA},
    {0x4E2A, 0x500B},
    {0x52A1, 0x52D9},
    {0x95EE, 0x554F},
    {0x8C01, 0x8AB0},
    {0x7EC8, 0x7D42},
    {0x7EA7, 0x7D1A},
    {0x6CA1, 0x6C92},
};

static uint32_t traditional_of(uint32_t cp)
{
    for (size_t i = 0; i < sizeof traditional / sizeof traditional[0]; i++)
        if (traditional[i][0] == cp) return traditional[i][1];
    return cp;
}

static bool is_letter(uint32_t cp)
{
    return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z');
}

/* One style for a whole word: 0 full width, 1 circled, 2 mathematical bold, 3 the other case. */
static uint32_t styled_of(uint32_t cp, uint32_t style)
{
    if (!is_letter(cp)) return cp;
    bool lower = cp >= 'a';
    uint32_t letter = lower ? cp - 'a' : cp - 'A';
    switch (style) {
    case 0: return cp - 0x21 + 0xFF01;
    case 1: return (lower ? 0x24D0u : 0x24B6u) + letter;
    case 2: return (lower ? 0x1D41Au : 0x1D400u) + letter;
    default: return cp ^ 0x20;
    }
}

static bool offers(struct cs_span term, enum cs_disguise how)
{
    bool letter = false, trad = false;
    for (size_t at = 0; at < term.len;) {
        struct cs_utf8_step st = cs_utf8_next(term, at);
        letter |= is_letter(st.cp);
        trad |= traditional_of(st.cp) != st.cp;
        at += st.len;
    }
    if (how == CS_DISGUISE_STYLE) return letter;
    if (how == CS_DISGUISE_TRADITIONAL) return trad;
    return true;
}

static void put_cp(struct cs_buf *out, uint32_t cp)
{
    uint8_t u[CS_UTF8_MAX_BYTES];
    cs_buf_add(out, cs_span_of(u, cs_utf8_put(cp, u)));
}

static void put_between(struct cs_buf *out, enum cs_disguise how, struct cs_random *r)
{
    static const char *const gap[] = {" ", ".", "-", "_", "·", "*", "✦", "~"};
    static const char *const zero[] = {"\u200B", "\u200D", "\u2060", "\uFE0F"};
    if (how == CS_DISGUISE_GAP || how == CS_DISGUISE_MIXED)
        cs_buf_str(out, gap[cs_random_below(r, sizeof gap / sizeof gap[0])]);
    else if (how == CS_DISGUISE_ZERO_WIDTH)
        cs_buf_str(out, zero[cs_random_below(r, sizeof zero / sizeof zero[0])]);
}

void cs_disguise(struct cs_span term, enum cs_disguise how, struct cs_random *r, struct cs_buf *out)
{
    if (!offers(term, how)) how = CS_DISGUISE_GAP;
    bool trad = how == CS_DISGUISE_TRADITIONAL || how == CS_DISGUISE_MIXED;
    bool styled = how == CS_DISGUISE_STYLE || how == CS_DISGUISE_MIXED;
    uint32_t style = cs_random_below(r, 4);
    size_t count = cs_utf8_count(term);
    size_t where = count > 1 ? 1 + cs_random_below(r, (uint32_t)count - 1) : count;
    size_t index = 0;
    for (size_t at = 0; at < term.len; index++) {
        struct cs_utf8_step st = cs_utf8_next(term, at);
        if (index == where) put_between(out, how, r);
        uint32_t cp = trad ? traditional_of(st.cp) : st.cp;
        put_cp(out, styled ? styled_of(cp, style) : cp);
        at += st.len;
    }
}
