/* What folding costs: nanoseconds a message for the kernel, the scalar twin and a bare copy of the bytes.
 *
 *   bench_fold [FILE.tsv]     the last tab-separated field of a line is a text; without a file, made-up chat
 */
#include "text/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TEXTS_MAX = 200000, MADE_UP = 6000, ROUNDS = 25 };

struct corpus {
    struct cs_span *text;
    uint32_t n;
    size_t bytes;
    char *data;
    uint64_t sink; /* so that no work can be left out as unused */
};

static void add(struct corpus *c, const char *p, size_t len)
{
    if (c->n == TEXTS_MAX) return;
    c->text[c->n++] = cs_span_of(p, len);
    c->bytes += len;
}

static bool read_file(struct corpus *c, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    c->data = calloc(1, 64u << 20);
    size_t len = c->data ? fread(c->data, 1, (64u << 20) - 1, f) : 0;
    fclose(f);
    for (char *line = c->data; line && line < c->data + len;) {
        char *end = memchr(line, '\n', (size_t)(c->data + len - line));
        if (!end) end = c->data + len;
        char *text = end;
        while (text > line && text[-1] != '\t')
            text--;
        if (end > text) add(c, text, (size_t)(end - text));
        line = end + 1;
    }
    return c->n > 0;
}

/* Phrases strung together until a length with about the real mean (58 bytes) and its long tail is reached. */
static bool make_up(struct corpus *c)
{
    static const char *const phrase[] = {"您好", "亲，", "请问", "这个", "什么时候发货", "？", "尺码", " M ",
        "XL", "可以", "的哦", "~", "快递", "3-5天", "到货", "谢谢", "！", "优惠券", "50", "元", "订单",
        "已经", "帮您", "查询", "稍等一下", "，", "。", "退款", "iPhone 15", "现货"};
    free(c->data);
    c->data = malloc(MADE_UP * 700u);
    char *p = c->data;
    uint32_t seed = 7;
    for (int i = 0; p && i < MADE_UP; i++) {
        char *begin = p;
        seed = seed * 1664525u + 1013904223u;
        size_t want = 12 + (seed >> 24) / 4 + ((seed >> 8 & 31) == 0 ? 300 : 0);
        while ((size_t)(p - begin) < want) {
            seed = seed * 1664525u + 1013904223u;
            p = stpcpy(p, phrase[(seed >> 16) % (sizeof phrase / sizeof *phrase)]);
        }
        add(c, begin, (size_t)(p - begin));
    }
    return c->n > 0;
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static bool fold_all(struct cs_folder *f, struct corpus *c, uint32_t batch)
{
    struct cs_folded out;
    for (uint32_t i = 0; i < c->n; i += batch) {
        uint32_t n = c->n - i < batch ? c->n - i : batch;
        if (cs_bad(cs_fold_texts(f, c->text + i, n, NULL, &out))) return false;
        c->sink += out.n_code;
    }
    return true;
}

static void copy_all(struct corpus *c, uint8_t *to, uint32_t batch)
{
    for (uint32_t i = 0; i < c->n; i += batch) {
        uint8_t *p = to;
        for (uint32_t k = i; k < c->n && k < i + batch; k++) {
            memcpy(p, c->text[k].ptr, c->text[k].len);
            p += c->text[k].len;
        }
        c->sink += to[0];
    }
}

/* Best of several rounds, in ns a message; `f` NULL measures the copy. */
static double measure(struct cs_folder *f, struct corpus *c, uint8_t *to, uint32_t batch)
{
    double best = 1e300;
    for (int r = 0; r < ROUNDS; r++) {
        double t = now_ns();
        if (!f)
            copy_all(c, to, batch);
        else if (!fold_all(f, c, batch))
            return -1;
        t = (now_ns() - t) / c->n;
        if (t < best) best = t;
    }
    return best;
}

static bool report(struct corpus *c)
{
    struct cs_folder *best = NULL, *avx2 = NULL, *scalar = NULL;
    uint8_t *to = malloc(c->bytes + 64);
    bool ok = to && !cs_bad(cs_folder_new(&best)) && !cs_bad(cs_folder_new(&avx2)) &&
              !cs_bad(cs_folder_new(&scalar));
    if (ok) {
        cs_folder_force_avx2(avx2);
        cs_folder_force_scalar(scalar);
        printf(
            "%u texts, %.1f bytes a text; ns a message, best of %d\n", c->n, (double)c->bytes / c->n, ROUNDS);
        printf("%-8s %10s %10s %10s %10s\n", "batch", "copy", cs_fold_kernel(best), cs_fold_kernel(avx2),
            "scalar");
        for (uint32_t batch = 256; batch <= 1024; batch *= 4)
            printf("%-8u %10.1f %10.1f %10.1f %10.1f\n", batch, measure(NULL, c, to, batch),
                measure(best, c, to, batch), measure(avx2, c, to, batch), measure(scalar, c, to, batch));
    }
    cs_folder_free(&best);
    cs_folder_free(&avx2);
    cs_folder_free(&scalar);
    free(to);
    return ok;
}

int main(int argc, char **argv)
{
    struct corpus c = {.text = calloc(TEXTS_MAX, sizeof(struct cs_span))};
    const char *path = argc > 1 ? argv[1] : "../shared/data/jd_chat.tsv";
    bool ok = c.text != NULL;
    if (ok && !read_file(&c, path)) {
        printf("%s: not there, using made-up chat\n", path);
        ok = argc == 1 && make_up(&c);
    }
    ok = ok && report(&c);
    free(c.data);
    free(c.text);
    return ok && c.sink ? 0 : 1;
}
