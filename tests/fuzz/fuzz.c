#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include "base/utf8.h"

#include <sys/mman.h>
#include <unistd.h>

uint64_t fuzz_cases, fuzz_telling;

/* What disguises and near misses are made of: names, their sounds, looks and parts, every kind of letter and
 * digit, what folds to several characters or to none, ends of sentences. */
static const char *const pool[] = {"微", "信", "支", "付", "宝", "淘", "最", "好", "威", "薇", "心", "新",
    "徽", "嶶", "亻", "言", "氵", "匋", "宀", "玉", "寶", "貝", "业", "最", "近", "第", "一", "次", "加", "v",
    "x", "w", "V", "Ｘ", "ⓥ", "𝕍", "𝓌", "wei", "xin", "zhi", "fu", "bao", "tao", "z", "f", "b", "1", "５",
    "①", "壹", "½", "㎏", "㍿", "ﬃ", "ﷺ", "㊙", "é", "e\u0301", "ß", "İ", "ж", "Ω", "가", "カ", "ｶﾞ", "🐧",
    "➕", "👨‍👩‍👧", "🇨🇳", "𠀀", "𪚥", " ", "  ", "\u3000", ".", "．", "-", "_", "*", "。", "，",
    "!", "？", "\n", "\r\n", "(", ")", "（", "）", "%", "％", "@", "#", "\u200b", "\u200d", "\u202e",
    "\ufe0f", "\ufeff", "\u00ad", "\x1e"};

enum { N_POOL = sizeof pool / sizeof *pool, RAW = 232, ASTRAL = 216, ANY = 184, LETTER = 128, RUN = 248 };

struct fuzz_in fuzz_open(const uint8_t *data, size_t size)
{
    return (struct fuzz_in){data, size ? data + size : data};
}

size_t fuzz_left(const struct fuzz_in *in)
{
    return (size_t)(in->end - in->at);
}

uint8_t fuzz_byte(struct fuzz_in *in)
{
    return in->at == in->end ? 0 : *in->at++;
}

uint32_t fuzz_below(struct fuzz_in *in, uint32_t below)
{
    uint32_t v = fuzz_byte(in);
    if (below > 256) v = v << 8 | fuzz_byte(in);
    return v % below;
}

/* Also surrogates, which are no characters: three bytes that no decoder may take. */
static void put_any(struct cs_buf *out, uint32_t cp)
{
    uint8_t b[CS_UTF8_MAX_BYTES] = {
        (uint8_t)(0xE0 | cp >> 12), (uint8_t)(0x80 | (cp >> 6 & 0x3F)), (uint8_t)(0x80 | (cp & 0x3F))};
    bool surrogate = (cp & 0xF800) == 0xD800;
    cs_buf_add(out, cs_span_of(b, surrogate ? 3 : cs_utf8_put(cp, b)));
}

static void put_one(struct fuzz_in *in, uint8_t op, struct cs_buf *out)
{
    if (op < LETTER)
        cs_buf_str(out, pool[op % N_POOL]);
    else if (op < ANY)
        cs_buf_byte(out, (uint8_t)(op < 128 + 26 ? 'a' + (op - 128) : ' ' + (op - 128)));
    else if (op < ASTRAL)
        put_any(out, fuzz_below(in, 65536));
    else if (op < RAW)
        put_any(out, 0x10000 + (op & 15u) * 65536 + fuzz_below(in, 65536));
    else
        cs_buf_byte(out, fuzz_byte(in));
}

void fuzz_text(struct fuzz_in *in, uint32_t chars, struct cs_buf *out)
{
    size_t last = out->len;
    for (uint8_t op = fuzz_byte(in); op && chars; op = fuzz_byte(in), chars--) {
        uint8_t again[64];
        size_t begin = out->len, len = begin - last;
        if (op < RUN) {
            put_one(in, op, out);
            last = begin;
        } else if (len && len <= sizeof again) {
            memcpy(again, out->ptr + last, len);
            for (uint32_t n = fuzz_below(in, 40); n; n--)
                cs_buf_add(out, cs_span_of(again, len));
        }
    }
}

void fuzz_file_open(struct fuzz_file *f, struct cs_span content)
{
    f->fd = memfd_create("pack.yaml", 0);
    FUZZ_CHECK(f->fd >= 0, "memfd_create");
    FUZZ_CHECK(write(f->fd, content.ptr, content.len) == (ssize_t)content.len, "write");
    snprintf(f->path, sizeof f->path, "/dev/fd/%d", f->fd);
}

void fuzz_file_close(struct fuzz_file *f)
{
    close(f->fd);
}

uint8_t *fuzz_tight(struct cs_span s)
{
    uint8_t *copy = malloc(s.len ? s.len : 1);
    FUZZ_CHECK(copy != NULL, "malloc");
    if (s.len) memcpy(copy, s.ptr, s.len);
    return copy;
}
