/* Building blocks of the scan tests: folded batches by hand, in memory that faults right behind the slack. */
#ifndef CS_TESTS_SCAN_KIT_H
#define CS_TESTS_SCAN_KIT_H

#include "scan/engine.h"
#include "text/alphabet.h"

#include <criterion/criterion.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLACK_BYTES = 64, KIT_CODES = 1 << 17, KIT_MSGS = 2048 };

/* A batch whose last slack byte is the last byte before a page that cannot be read. */
struct kit_batch {
    uint8_t *map;
    size_t map_bytes;
    uint16_t *code; /* where the codes are put together, before kit_seal moves them to the page's end */
    uint32_t begin[KIT_MSGS + 1];
    uint32_t n, n_code;
};

static inline void kit_open(struct kit_batch *k)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *k = (struct kit_batch){.map_bytes = KIT_CODES * 2 + SLACK_BYTES + page};
    k->map_bytes = (k->map_bytes + page - 1) / page * page;
    k->map = mmap(NULL, k->map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(k->map != MAP_FAILED);
    cr_assert_eq(mprotect(k->map + k->map_bytes - page, page, PROT_NONE), 0);
    k->code = malloc(KIT_CODES * sizeof *k->code);
    cr_assert(k->code != NULL);
}

static inline void kit_close(struct kit_batch *k)
{
    munmap(k->map, k->map_bytes);
    free(k->code);
}

static inline void kit_reset(struct kit_batch *k)
{
    k->n = k->n_code = 0;
}

static inline void kit_add(struct kit_batch *k, const uint16_t *code, uint32_t n)
{
    cr_assert(k->n < KIT_MSGS && k->n_code + n + 1 <= KIT_CODES);
    if (n) memcpy(k->code + k->n_code, code, n * sizeof *code);
    k->n_code += n;
    k->code[k->n_code++] = CS_CODE_DELIMITER;
    k->begin[++k->n] = k->n_code;
}

/* Letters of `s` as codes of their own. */
static inline uint32_t kit_codes(const char *s, uint16_t *out)
{
    uint32_t n = 0;
    for (; s[n]; n++)
        out[n] = cs_code_of((uint16_t)s[n]);
    return n;
}

static inline void kit_add_str(struct kit_batch *k, const char *s)
{
    uint16_t code[512];
    kit_add(k, code, kit_codes(s, code));
}

static inline struct cs_folded kit_seal(struct kit_batch *k)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *end = k->map + k->map_bytes - page;
    uint16_t *at = (uint16_t *)(void *)(end - SLACK_BYTES - k->n_code * 2);
    memset(end - SLACK_BYTES, 0x5A, SLACK_BYTES);
    if (k->n_code) memcpy(at, k->code, k->n_code * 2);
    return (struct cs_folded){at, k->n_code, k->begin, k->n};
}

static inline uint32_t kit_draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

/* Patterns from a list of strings that ends with NULL; memory is static per call site's `store`. */
struct kit_patterns {
    struct cs_codes pattern[64];
    uint16_t store[64][64];
    uint32_t n;
};

static inline void kit_patterns(struct kit_patterns *p, const char *const *list)
{
    p->n = 0;
    for (; *list; list++, p->n++)
        p->pattern[p->n] = (struct cs_codes){p->store[p->n], kit_codes(*list, p->store[p->n])};
}

static inline void kit_ok(cs_rc rc, const char *what)
{
    cr_assert_eq(rc.code, 0, "%s: %s", what, cs_rc_name(rc));
}

#endif
