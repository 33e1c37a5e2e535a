#include "config/yaml_doc.h"

#include "config/golden.h"

static void faults(struct cs_span input, struct cs_buf *out)
{
    struct cs_diag d = {0};
    struct cs_yaml *y = NULL;
    cs_rc rc = cs_yaml_parse("file.yaml", input, &d, &y);
    cr_expect_eq(cs_bad(rc), cs_diag_has_errors(&d));
    cr_expect_eq(cs_bad(rc), y == NULL);
    golden_render(&d, out);
    cs_diag_clear(&d);
    cs_yaml_free(&y);
}

Test(yaml, faults_read_as_in_the_golden_file)
{
    golden_check("yaml.golden", faults);
}

/* One message of this code at this place. */
static void expect_fault(struct cs_span text, enum cs_code code, const char *head)
{
    struct cs_diag d = {0};
    struct cs_yaml *y = NULL;
    struct cs_buf b = {0};
    cs_rc rc = cs_yaml_parse("f", text, &d, &y);
    golden_render(&d, &b);
    cr_expect_eq(rc.code, (int)code, "%s: %s", head, cs_rc_name(rc));
    cr_expect(strncmp(cs_buf_cstr(&b), head, strlen(head)) == 0, "want %s, got %s", head, cs_buf_cstr(&b));
    cs_buf_clear(&b);
    cs_diag_clear(&d);
    cs_yaml_free(&y);
}

Test(yaml, bytes_that_are_no_text)
{
    static const struct {
        struct cs_span text;
        const char *head;
    } rows[] = {
        {CS_SPAN_LIT("a: \xFF"), "f:1:4: error: this is not UTF-8: byte 0xFF at offset 3"},
        {CS_SPAN_LIT("a: 1\nb: \xE4\xBD"), "f:2:4: error: this is not UTF-8: byte 0xE4 at offset 8"},
        {CS_SPAN_LIT("\xE4\xBD\xA0: \xC0\x80"), "f:1:4: error: this is not UTF-8: byte 0xC0"},
        {CS_SPAN_LIT("a: \xED\xA0\x80"), "f:1:4: error: this is not UTF-8"},
        {CS_SPAN_LIT("a: x\0y"), "f:1:5: error: the character U+0000"},
        {CS_SPAN_LIT("a\r\nb\r\n\x01"), "f:3:1: error: the character U+0001"},
        {CS_SPAN_LIT("a: \xEF\xBB\xBF"), "f:1:4: error: the character U+FEFF"},
        {CS_SPAN_LIT("\xFF\xFE"
                     "a\0"),
            "f:1:1: error: this is not UTF-8"},
        {CS_SPAN_LIT("a:\n\t- b"), "f:2:1: error: found character that cannot start any token"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_fault(rows[i].text, CS_ESYNTAX, rows[i].head);
}

static struct cs_yaml *parse(struct cs_span text)
{
    struct cs_diag d = {0};
    struct cs_yaml *y = NULL;
    cs_rc rc = cs_yaml_parse("f", text, &d, &y);
    struct cs_buf b = {0};
    golden_render(&d, &b);
    cr_assert(!cs_bad(rc), "%s", cs_buf_cstr(&b));
    cs_buf_clear(&b);
    cs_diag_clear(&d);
    return y;
}

Test(yaml, tree_and_places)
{
    struct cs_yaml *y = parse(CS_SPAN_LIT(
        "\xEF\xBB\xBF# mark and CRLF\r\n你: [一, \"二\"]\r\nb:\r\n  c: |\r\n    x\r\n    y\r\nd:\r\n"));
    const struct cs_yaml_node *root = cs_yaml_root(y), *list = cs_yaml_get(root, "你");
    cr_assert_eq(root->kind, CS_YAML_MAPPING);
    cr_expect_eq(root->n, 3);
    cr_assert(list != NULL);
    cr_expect_eq(list->kind, CS_YAML_SEQUENCE);
    cr_expect_eq(list->n, 2);
    cr_expect_eq(list->line, 2);
    cr_expect_eq(list->column, 4);
    cr_expect_eq(list->item[1]->column, 8);
    cr_expect(list->item[0]->plain && !list->item[1]->plain);
    cr_expect_str_eq(list->item[1]->text, "二");
    cr_expect_eq(list->item[1]->len, 3);
    cr_expect_str_eq(cs_yaml_get(cs_yaml_get(root, "b"), "c")->text, "x\ny\n");
    cr_expect(cs_yaml_get(root, "d")->plain && cs_yaml_get(root, "d")->len == 0);
    cr_expect(cs_yaml_get(root, "e") == NULL);
    cr_expect(cs_yaml_get(list, "e") == NULL);
    struct cs_diag_at at = cs_yaml_at(y, list->item[1]);
    cr_expect_eq(at.width, 3);
    cr_expect(cs_span_eq(at.text, CS_SPAN_LIT("你: [一, \"二\"]")));
    cr_expect_eq(cs_yaml_source(y).ptr[0], 0xEF);
    cr_expect_str_eq(cs_yaml_name(y), "f");
    cs_yaml_free(&y);
    cs_yaml_free(&y);
}

Test(yaml, no_content_is_an_empty_mapping)
{
    static const char *const texts[] = {"", "\n\n", "# x", "\xEF\xBB\xBF", "\r\n", "{}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct cs_yaml *y = parse(cs_span_str(texts[i]));
        cr_expect_eq(cs_yaml_root(y)->kind, CS_YAML_MAPPING, "row %zu", i);
        cr_expect_eq(cs_yaml_root(y)->n, 0, "row %zu", i);
        cs_yaml_free(&y);
    }
}

/* `open` n times, then `close` n times. */
static struct cs_buf nested(const char *open, const char *close, int n)
{
    struct cs_buf b = {0};
    for (int i = 0; i < n; i++)
        cs_buf_str(&b, open);
    for (int i = 0; i < n; i++)
        cs_buf_str(&b, close);
    return b;
}

Test(yaml, depth_is_bounded)
{
    struct cs_buf good = nested("[", "]", 32), bad = nested("[", "]", 33),
                  worse = nested("{a: ", "}", 100000);
    struct cs_yaml *y = parse(cs_buf_span(&good));
    cs_yaml_free(&y);
    expect_fault(cs_buf_span(&bad), CS_ELIMIT, "f:1:33: error: values are nested more than 32 deep");
    expect_fault(cs_buf_span(&worse), CS_ELIMIT, "f:1:129: error: values are nested more than 32 deep");
    cs_buf_clear(&good);
    cs_buf_clear(&bad);
    cs_buf_clear(&worse);
}

Test(yaml, size_and_count_are_bounded)
{
    size_t n = 16 * 1024 * 1024 + 1;
    uint8_t *big = malloc(n);
    cr_assert(big != NULL);
    memset(big, '#', n);
    expect_fault(cs_span_of(big, n), CS_ELIMIT, "f: error: a YAML file may have at most 16777216 bytes");
    struct cs_yaml *y = parse(cs_span_of(big, n - 1));
    cs_yaml_free(&y);
    for (size_t i = 0; i + 1 < n; i += 2)
        memcpy(big + i, "-\n", 2);
    expect_fault(
        cs_span_of(big, n - 1), CS_ELIMIT, "f:2000000:2: error: this file has more than 2,000,000 values");
    free(big);
}

/* Hostile files: many faults on one long line must not make a message each with the whole line. */
Test(yaml, faults_are_bounded)
{
    struct cs_buf b = {0};
    struct cs_diag d = {0};
    struct cs_yaml *y = NULL;
    cs_buf_str(&b, "[");
    for (int i = 0; i < 50000; i++)
        cs_buf_str(&b, "*a, ");
    cs_buf_str(&b, "]");
    cs_rc rc = cs_yaml_parse("f", cs_buf_span(&b), &d, &y);
    cr_expect_eq(rc.code, CS_ESYNTAX);
    cr_expect_eq(d.n, 101);
    cs_diag_clear(&d);
    cs_buf_clear(&b);
}

Test(yaml, files_that_cannot_be_read)
{
    static const struct {
        const char *path;
        int code;
    } rows[] = {{"no/such/file.yaml", CS_ENOENT}, {"/", CS_EIO}, {"/dev/zero", CS_ELIMIT}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cs_diag d = {0};
        struct cs_yaml *y = NULL;
        cs_rc rc = cs_yaml_load(rows[i].path, &d, &y);
        cr_expect_eq(rc.code, rows[i].code, "%s: %s", rows[i].path, cs_rc_name(rc));
        cr_expect_eq(d.n_errors, 1, "%s", rows[i].path);
        cs_diag_clear(&d);
    }
}

/* Random damage to a good file: an answer each time, never a crash. */
Test(yaml, mutations)
{
    static const char seed_text[] = "a: [1, \"二\", {c: d}]\r\nb:\n  - |\n    x\n  - 'y'\n# end\n";
    uint64_t x = 88172645463325252u;
    uint32_t good = 0, bad = 0;
    for (int round = 0; round < 20000; round++) {
        uint8_t text[sizeof seed_text];
        memcpy(text, seed_text, sizeof text);
        for (int k = 0; k < 3; k++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            static const char signs[] = "\n\t :-[]{}\"'|>&*!%@#?,\\a\xE4\xFF";
            text[x % (sizeof text - 1)] = (uint8_t)signs[(x >> 32) % (sizeof signs - 1)];
        }
        struct cs_diag d = {0};
        struct cs_yaml *y = NULL;
        cs_rc rc = cs_yaml_parse("f", cs_span_of(text, sizeof text - 1), &d, &y);
        *(cs_bad(rc) ? &bad : &good) += 1;
        cr_assert_eq(cs_bad(rc), d.n_errors > 0);
        cs_diag_clear(&d);
        cs_yaml_free(&y);
    }
    cr_expect(good > 100 && bad > 100, "%u good, %u bad", good, bad);
}
