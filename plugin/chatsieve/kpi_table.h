/* Counters of a KPI topic, the latest of each key, summed over partitions, as a table or as JSON. */
#ifndef CS_CHATSIEVE_KPI_TABLE_H
#define CS_CHATSIEVE_KPI_TABLE_H

#include "base/buf.h"
#include "base/map.h"
#include "codec/codec.h"

/* What to show; NULL or 0 = everything. */
struct cs_kpi_choice {
    const char *platform, *shop;
    int32_t day;
    bool agents; /* rows of agents beside those of shops */
};

struct cs_kpi_table {
    struct cs_kpi_choice choice;
    struct cs_map latest;     /* record key to row */
    struct cs_kpi_event *row; /* one per key, in the arena */
    uint32_t n, cap;
    uint64_t n_strange; /* records that are no KPI rows */
    struct cs_arena arena;
};

void cs_kpi_table_init(struct cs_kpi_table *t, const struct cs_kpi_choice *choice);
/* Take one record of the topic; of two with the same key the one that counts further is kept. Errors:
 * CS_ENOMEM. */
CS_MUST cs_rc cs_kpi_table_add(struct cs_kpi_table *t, struct cs_span key, struct cs_span value);
/* Sum up and sort; nothing can be added afterwards. Errors: CS_ENOMEM. */
CS_MUST cs_rc cs_kpi_table_sum(struct cs_kpi_table *t);
/* A block of lines for each shop and day. */
void cs_kpi_table_print(const struct cs_kpi_table *t, struct cs_buf *out);
/* One object a line. */
void cs_kpi_table_json(const struct cs_kpi_table *t, struct cs_buf *out);
void cs_kpi_table_clear(struct cs_kpi_table *t);

#endif
