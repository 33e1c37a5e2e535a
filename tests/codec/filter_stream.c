/* The codec as a filter, for tests in other languages: length-delimited records on standard input, for each
 * one byte of enum cs_output and the length-delimited event on standard output. With the argument "json"
 * records are JSON and events are JSON lines. The text's flag, which the fold stage would set, is set here.
 */
#include "base/utf8.h"
#include "kit.h"

static struct cs_span read_all(struct cs_buf *in)
{
    uint8_t part[65536];
    for (size_t n; (n = fread(part, 1, sizeof part, stdin)) > 0;)
        cs_buf_add(in, cs_span_of(part, n));
    return cs_buf_span(in);
}

static void put_event(const struct cs_event *e, bool json, struct cs_buf *out)
{
    if (json) {
        if (cs_bad(cs_event_to_json(e->value, (enum cs_output)e->output, out))) abort();
        cs_buf_byte(out, '\n');
    } else {
        cs_buf_byte(out, e->output);
        cs_frame_put(e->value, out);
    }
}

static void filter(struct kit *k, bool json, struct cs_buf *out)
{
    if (cs_bad(cs_decode(json ? &kit_json : &kit_protobuf, k->b))) abort();
    for (uint32_t i = 0; i < k->b->n; i++)
        if (!cs_utf8_valid(k->b->text[i])) k->b->flags[i] |= 1u << CS_FLAG_INVALID_UTF8;
    if (cs_bad(cs_encode(&kit_stamp, k->b))) abort();
    for (uint32_t i = 0; i < k->f->n_event; i++)
        put_event(&k->f->event[i], json, out);
    kit_reset(k);
}

int main(int argc, char **argv)
{
    bool json = argc > 1 && strcmp(argv[1], "json") == 0;
    struct cs_buf in = {0}, out = {0};
    struct cs_span rest = read_all(&in), body;
    struct kit k = kit_new(0, 0);
    while (rest.len) {
        size_t used = cs_frame_next(rest, 1 << 24, &body);
        if (used == 0 || used == CS_FRAME_BAD) return 2;
        kit_add(&k, body);
        rest = cs_span_cut(rest, used, rest.len);
        if (k.b->n == CS_BATCH_MAX || rest.len == 0) filter(&k, json, &out);
    }
    bool good = !cs_bad(cs_buf_rc(&out)) && fwrite(out.ptr, 1, out.len, stdout) == out.len;
    kit_free(&k);
    cs_buf_clear(&in);
    cs_buf_clear(&out);
    return good ? 0 : 1;
}
