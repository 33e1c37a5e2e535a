/* The wire reader against protobuf-c: the same messages accepted, the same values read. */
#include "codec/chat.h"
#include "kit.h"
#include "twin.h"

#include <chatsieve/v1/annotated_message.pb-c.h>
#include <criterion/criterion.h>
#include <limits.h>
#include <sys/mman.h>

enum { MESSAGE_MAX = 512, FUZZ_ROUNDS = 2200000 };

/* protobuf-c allocates for every string; a bump allocator keeps the fuzz fast. */
static struct cs_arena arena;

static void *bump(void *unused, size_t size)
{
    (void)unused;
    return cs_arena_alloc(&arena, size);
}

static void no_free(void *unused, void *p)
{
    (void)unused, (void)p;
}

static ProtobufCAllocator allocator = {.alloc = bump, .free = no_free};

static void dump(struct cs_span s, char out[2 * MESSAGE_MAX + 1])
{
    for (size_t i = 0; i < s.len && i < MESSAGE_MAX; i++)
        snprintf(out + 2 * i, 3, "%02x", s.ptr[i]);
    out[2 * s.len] = 0;
}

/* Compare the two readers on one message; true when both accept. */
static bool agree(struct cs_span s)
{
    struct cs_chat_fields f;
    struct cs_chat_fault fault = {0};
    bool ours = cs_chat_read(s, &f, &fault);
    cs_arena_reset(&arena);
    const Chat *theirs = chatsieve__v1__chat_message__unpack(&allocator, s.len, s.ptr);
    const char *diff = ours && theirs ? twin_difference(&f, theirs) : NULL;
    if (ours == (theirs != NULL) && !diff && (ours || (fault.what && fault.at <= s.len))) return ours;
    char hex[2 * MESSAGE_MAX + 1];
    dump(s, hex);
    cr_assert_fail("%s: ours %d (%s), protobuf-c %d, differs in %s", hex, ours, fault.what ? fault.what : "",
        theirs != NULL, diff ? diff : "acceptance");
    return false;
}

struct draft {
    uint8_t byte[MESSAGE_MAX];
    size_t len;
};

static void add(struct draft *d, const void *p, size_t n)
{
    if (d->len + n > sizeof d->byte) return;
    memcpy(d->byte + d->len, p, n);
    d->len += n;
}

/* A varint, sometimes with useless continuation bytes or far too long. */
static void add_varint(struct draft *d, uint64_t v, uint64_t *seed)
{
    uint8_t b[16];
    size_t n = cs_wire_put_varint(v, b);
    size_t extra = kit_below(seed, 24) == 0 ? kit_below(seed, 12) : 0;
    for (; extra && n < sizeof b; extra--) {
        b[n - 1] |= 0x80;
        b[n++] = kit_below(seed, 3) ? 0 : (uint8_t)(kit_random(seed) & 0x7F);
    }
    add(d, b, n);
}

static uint64_t random_value(uint64_t *seed)
{
    return kit_random(seed) >> kit_below(seed, 64);
}

static uint32_t random_number(uint64_t *seed)
{
    size_t pick = kit_below(seed, 16);
    if (pick < 12) return 1 + (uint32_t)kit_below(seed, 14);
    if (pick == 12) return 15 + (uint32_t)kit_below(seed, 40);
    return (uint32_t)(kit_random(seed) >> kit_below(seed, 64));
}

/* The wire type that the field should have, nearly always. */
static uint8_t random_type(uint32_t number, uint64_t *seed)
{
    if (kit_below(seed, 40) == 0) return (uint8_t)kit_below(seed, 8);
    if (cs_chat_is_string(number)) return CS_WIRE_BYTES;
    if (number < CS_CHAT_END) return CS_WIRE_VARINT;
    static const uint8_t type[] = {CS_WIRE_VARINT, CS_WIRE_FIXED64, CS_WIRE_BYTES, CS_WIRE_FIXED32};
    return type[kit_below(seed, 4)];
}

static void add_field(struct draft *d, uint64_t *seed)
{
    uint8_t junk[200];
    uint32_t number = random_number(seed);
    uint8_t type = random_type(number, seed);
    size_t len = kit_below(seed, kit_below(seed, 8) ? 16 : sizeof junk);
    for (size_t i = 0; i < sizeof junk; i++)
        junk[i] = (uint8_t)kit_random(seed);
    add_varint(d, (uint64_t)number << 3 | type, seed);
    if (type == CS_WIRE_VARINT) add_varint(d, random_value(seed), seed);
    if (type == CS_WIRE_FIXED64) add(d, junk, 8);
    if (type == CS_WIRE_FIXED32) add(d, junk, 4);
    if (type != CS_WIRE_BYTES) return;
    add_varint(d, kit_below(seed, 60) ? len : random_value(seed), seed);
    add(d, junk, len);
}

static void mutate(struct draft *d, uint64_t *seed)
{
    for (size_t n = kit_below(seed, 3); n && d->len; n--)
        d->byte[kit_below(seed, d->len)] ^= (uint8_t)(1u << kit_below(seed, 8));
    if (d->len && kit_below(seed, 8) == 0) d->len = kit_below(seed, d->len);
}

Test(wire, agrees_with_protobuf_c_on_random_messages, .timeout = 500)
{
    cs_arena_init(&arena, 1 << 16, 0);
    uint64_t seed = 20240607;
    size_t accepted = 0;
    for (uint32_t round = 0; round < FUZZ_ROUNDS; round++) {
        struct draft d = {.len = 0};
        for (size_t n = kit_below(&seed, 10); n; n--)
            add_field(&d, &seed);
        mutate(&d, &seed);
        accepted += agree(cs_span_of(d.byte, d.len));
    }
    /* Both outcomes must be common, or the fuzz proves little. */
    cr_assert_gt(accepted, FUZZ_ROUNDS / 4);
    cr_assert_lt(accepted, FUZZ_ROUNDS / 4 * 3);
    cs_arena_clear(&arena);
}

Test(wire, agrees_on_every_byte_changed_and_every_truncation)
{
    cs_arena_init(&arena, 1 << 16, 0);
    struct cs_buf buf = {0};
    struct cs_chat c = kit_chat();
    struct cs_span s = kit_pack(&c, &buf);
    cr_assert(agree(s));
    for (size_t len = 0; len <= s.len; len++) {
        uint8_t *tight = malloc(len ? len : 1); /* its end is watched by the sanitizer */
        cr_assert(tight != NULL);
        memcpy(tight, s.ptr, len);
        agree(cs_span_of(tight, len));
        free(tight);
    }
    for (size_t at = 0; at < s.len; at++)
        for (unsigned v = 0; v < 256; v++) {
            uint8_t old = buf.ptr[at];
            buf.ptr[at] = (uint8_t)v;
            agree(s);
            buf.ptr[at] = old;
        }
    cs_buf_clear(&buf);
    cs_arena_clear(&arena);
}

Test(wire, agrees_on_hostile_corners)
{
    static const struct {
        const char *name;
        struct cs_span bytes;
        bool accepted;
    } rows[] = {
        {"empty", BYTES(""), true},
        {"number 0", BYTES("\x02\x00"), false},
        {"number 0 spelled long", BYTES("\x82\x00\x00"), true},
        {"number 1 spelled long", BYTES("\x8A\x00\x01x"), true},
        {"tag alone", BYTES("\x0A"), false},
        {"five-byte tag", BYTES("\x8A\x80\x80\x80\x00\x01x"), true},
        {"six-byte tag", BYTES("\x8A\x80\x80\x80\x80\x00\x01x"), false},
        {"largest number", BYTES("\xF8\xFF\xFF\xFF\x7F\x01"), true},
        {"ten-byte varint", BYTES("\x48\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), true},
        {"eleven-byte varint", BYTES("\x48\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), false},
        {"enum of ten bytes", BYTES("\x38\x82\x80\x80\x80\xF0\xFF\xFF\xFF\xFF\x01"), true},
        {"length of five bytes", BYTES("\x0A\x81\x80\x80\x80\x00x"), true},
        {"length of six bytes", BYTES("\x0A\x81\x80\x80\x80\x80\x00x"), false},
        {"length of INT_MAX", BYTES("\x0A\xFF\xFF\xFF\xFF\x07x"), false},
        {"length over INT_MAX", BYTES("\x0A\x80\x80\x80\x80\x08x"), false},
        {"length one too long", BYTES("\x0A\x02x"), false},
        {"text as varint", BYTES("\x50\x01"), false},
        {"role as bytes", BYTES("\x3A\x01\x02"), false},
        {"unknown fixed64 cut", BYTES("\x71\x01\x02\x03\x04\x05\x06\x07"), false},
        {"unknown fixed32 cut", BYTES("\x75\x01\x02\x03"), false},
        {"start of a group", BYTES("\x73\x74"), false},
        {"end of a group", BYTES("\x74"), false},
        {"wire type 6", BYTES("\x76"), false},
        {"wire type 7", BYTES("\x77"), false},
        {"last value wins", BYTES("\x0A\x01x\x0A\x01y"), true},
        {"last value is empty", BYTES("\x0A\x01x\x0A\x00"), true},
    };
    cs_arena_init(&arena, 1 << 16, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(agree(rows[i].bytes), rows[i].accepted, "%s", rows[i].name);
    cs_arena_clear(&arena);
}

/* The bytes that the length promises are there, as untouched pages. */
Test(wire, a_length_over_2_gib_is_refused_even_when_the_bytes_exist)
{
    size_t size = (size_t)INT_MAX + 4096;
    uint8_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) cr_skip_test("no address space");
    struct cs_chat_fields f;
    struct cs_chat_fault fault;
    memcpy(p, "\x0A\xFF\xFF\xFF\xFF\x07", 6);
    cr_expect(cs_chat_read(cs_span_of(p, 6 + (size_t)INT_MAX), &f, &fault), "INT_MAX itself is read");
    memcpy(p, "\x0A\x80\x80\x80\x80\x08", 6);
    cr_expect(!cs_chat_read(cs_span_of(p, 6 + (size_t)INT_MAX + 1), &f, &fault));
    cr_expect(
        chatsieve__v1__chat_message__unpack(NULL, 6 + (size_t)INT_MAX + 1, p) == NULL, "like protobuf-c");
    munmap(p, size);
}

Test(wire, notes_forged_repeated_and_impossible_fields)
{
    struct cs_chat_fields f;
    struct cs_chat_fault fault;
    cr_assert(cs_chat_read(BYTES("\x0A\x01x\x7A\x00\xFA\x02\x00"), &f, &fault));
    cr_expect(!f.forged && !f.twice && !f.odd_number, "fields 15 and 47 are the sender's own");
    cr_assert(cs_chat_read(BYTES("\x82\x02\x00"), &f, &fault));
    cr_expect(f.forged, "field 32");
    cr_assert(cs_chat_read(BYTES("\xF2\x02\x00"), &f, &fault));
    cr_expect(f.forged, "field 46");
    cr_assert(cs_chat_read(BYTES("\x0A\x01x\x0A\x01y"), &f, &fault));
    cr_expect_eq(f.twice, 1u << CS_CHAT_PLATFORM);
    cr_assert(cs_chat_read(BYTES("\x0A\x01x\x82\x00\x00"), &f, &fault));
    cr_expect(f.odd_number && f.odd_at == 3, "field 0 is refused by every other reader");
    cr_assert(cs_chat_read(BYTES("\x80\x80\x80\x80\x10\x00"), &f, &fault));
    cr_expect(f.odd_number, "field 2^29");
}

Test(wire, field_numbers_are_those_of_the_schema)
{
    const ProtobufCMessageDescriptor *chat = &chatsieve__v1__chat_message__descriptor;
    const ProtobufCMessageDescriptor *annotated = &chatsieve__v1__annotated_message__descriptor;
    cr_assert_eq(chat->n_fields, CS_CHAT_END - 1);
    for (unsigned k = 0; k < chat->n_fields; k++) {
        const ProtobufCFieldDescriptor *a = &chat->fields[k], *b = &annotated->fields[k];
        cr_expect_str_eq(a->name, cs_chat_field_name(a->id));
        cr_expect_eq(a->type == PROTOBUF_C_TYPE_STRING, cs_chat_is_string(a->id), "%s", a->name);
        cr_expect(a->id == b->id && a->type == b->type && strcmp(a->name, b->name) == 0, "%s", a->name);
    }
    cr_expect_eq(annotated->fields[chat->n_fields].id, CS_ANNOTATION_FIRST);
    cr_expect_eq(annotated->fields[annotated->n_fields - 1].id, CS_ANNOTATION_LAST);
    cr_expect_eq(annotated->n_fields - chat->n_fields, CS_ANNOTATION_LAST - CS_ANNOTATION_FIRST + 1);
}
