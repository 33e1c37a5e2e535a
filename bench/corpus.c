#define _GNU_SOURCE /* memrchr */
#include "corpus.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 64 << 20, SLACK = 64, CHAT_BYTES_MAX = 700, WORD_BYTES_MAX = 16 };

static bool reserve(struct corpus *c, size_t bytes, size_t lines)
{
    c->data = calloc(1, bytes + SLACK);
    c->line = calloc(lines + 1, sizeof *c->line);
    return c->data && c->line;
}

static void add(struct corpus *c, const char *p, size_t len)
{
    c->line[c->n++] = cs_span_of(p, len);
    c->bytes += len;
}

static void split(struct corpus *c, size_t len, bool last_field)
{
    for (char *line = c->data, *stop = c->data + len; line < stop;) {
        char *end = memchr(line, '\n', (size_t)(stop - line));
        if (!end) end = stop;
        char *tab = last_field ? memrchr(line, '\t', (size_t)(end - line)) : NULL;
        char *text = tab ? tab + 1 : line;
        if (end > text) add(c, text, (size_t)(end - text));
        line = end + 1;
    }
}

static size_t count_lines(const char *p, size_t len)
{
    size_t n = 1;
    for (size_t i = 0; i < len; i++)
        n += p[i] == '\n';
    return n;
}

static bool read_lines(struct corpus *c, const char *path, bool last_field)
{
    *c = (struct corpus){0};
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    size_t len = 0;
    if (reserve(c, FILE_MAX, 0)) len = fread(c->data, 1, FILE_MAX, f);
    fclose(f);
    free(c->line);
    c->line = calloc(count_lines(c->data, len), sizeof *c->line);
    if (c->line) split(c, len, last_field);
    if (c->n == 0) corpus_clear(c);
    return c->n > 0;
}

bool corpus_read(struct corpus *c, const char *path)
{
    const char *dot = strrchr(path, '.');
    return read_lines(c, path, dot && strcmp(dot, ".tsv") == 0);
}

bool corpus_read_whole(struct corpus *c, const char *path)
{
    return read_lines(c, path, false);
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

bool corpus_make_chat(struct corpus *c, uint32_t n)
{
    static const char *const phrase[] = {"您好", "亲，", "请问", "这个", "什么时候发货", "？", "尺码", " M ",
        "XL", "可以", "的哦", "~", "快递", "3-5天", "到货", "谢谢", "！", "优惠券", "50", "元", "订单",
        "已经", "帮您", "查询", "稍等一下", "，", "。", "退款", "iPhone 15", "现货"};
    *c = (struct corpus){0};
    if (!reserve(c, (size_t)n * CHAT_BYTES_MAX, n)) return false;
    char *p = c->data;
    uint32_t seed = 7;
    while (c->n < n) {
        char *begin = p;
        size_t want = 12 + draw(&seed, 64) + (draw(&seed, 32) == 0 ? 300 : 0);
        while ((size_t)(p - begin) < want)
            p = stpcpy(p, phrase[draw(&seed, sizeof phrase / sizeof *phrase)]);
        add(c, begin, (size_t)(p - begin));
    }
    return true;
}

/* The first two characters count the words, so that no word stands there twice. */
bool corpus_make_words(struct corpus *c, uint32_t n)
{
    enum { FIRST = 0x4E00, COMMON = 3000 };
    *c = (struct corpus){0};
    if (!reserve(c, (size_t)n * WORD_BYTES_MAX, n)) return false;
    char *p = c->data;
    uint32_t seed = 11;
    for (uint32_t i = 0; i < n; i++) {
        char *begin = p;
        uint32_t mixed = i * 2654435u % (COMMON * COMMON);
        p += cs_utf8_put(FIRST + mixed / COMMON, (uint8_t *)p);
        p += cs_utf8_put(FIRST + mixed % COMMON, (uint8_t *)p);
        for (uint32_t k = draw(&seed, 4); k > 0; k--)
            p += cs_utf8_put(FIRST + draw(&seed, COMMON), (uint8_t *)p);
        add(c, begin, (size_t)(p - begin));
    }
    return true;
}

void corpus_clear(struct corpus *c)
{
    free(c->data);
    free(c->line);
    *c = (struct corpus){0};
}
