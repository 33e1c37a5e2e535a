#define _GNU_SOURCE /* memmem */
/* Any text as a rule pack: refused with located messages, or loaded, compiled and run over the texts behind
 * the line "====", where the fast matchers and the plain ones must agree.
 *
 * Each line behind it is a message; its first letter says who speaks (b, r, else the agent). */
#include "engine.h"

enum { PATTERNS_MAX = 400, LINES_MAX = 24, LINE_MAX = 200 };

static struct cs_span next_line(struct cs_span *rest)
{
    const uint8_t *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    struct cs_span line = cs_span_cut(*rest, 0, len < LINE_MAX ? len : LINE_MAX);
    *rest = cs_span_cut(*rest, len + 1, rest->len);
    return line;
}

static struct cs_span split(struct cs_span *all)
{
    static const char mark[] = "\n====\n";
    const uint8_t *at = all->len ? memmem(all->ptr, all->len, mark, sizeof mark - 1) : NULL;
    if (!at) return CS_SPAN_LIT("");
    size_t head = (size_t)(at - all->ptr);
    struct cs_span tail = cs_span_cut(*all, head + sizeof mark - 1, all->len);
    all->len = head + 1;
    return tail;
}

static void say_all(struct engine *e, struct cs_span texts)
{
    static const char *const platforms[] = {"jd", "pdd", "taobao", "elsewhere"};
    for (uint32_t i = 0; i < LINES_MAX && texts.len; i++) {
        struct cs_span line = next_line(&texts);
        uint8_t who = line.len ? line.ptr[0] : 0;
        uint8_t role = who == 'b' ? CS_ROLE_BUYER : who == 'r' ? CS_ROLE_ROBOT : CS_ROLE_AGENT;
        engine_say(e, platforms[i % 4], role, line);
    }
}

/* Every message about a pack can be shown, and tells where. */
static void check_told(const struct cs_diag *d)
{
    struct cs_buf b = {0};
    for (uint32_t i = 0; i < d->n; i++)
        cs_diag_render(d, i, &b);
    fuzz_ok(cs_buf_rc(&b), "render");
    cs_buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct engine e;
    struct cs_span pack = cs_span_of(data, size), texts = split(&pack);
    bool good = engine_load(&e, pack);
    check_told(&e.diag);
    if (good && e.rules->n_pattern <= PATTERNS_MAX) {
        engine_compile(&e);
        say_all(&e, texts);
        engine_run(&e);
    }
    engine_close(&e);
    fuzz_cases++;
    return 0;
}
