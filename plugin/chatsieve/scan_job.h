/* One run of `scan`: records of a file through the filter to standard output. */
#ifndef CS_CHATSIEVE_SCAN_JOB_H
#define CS_CHATSIEVE_SCAN_JOB_H

#include "chatsieve/engine.h"
#include "chatsieve/kpi_table.h"
#include "chatsieve/tally.h"

struct cs_scan_counts {
    uint64_t records, undecodable, with_violation, violations;
    struct cs_tally category;
};

/* How records are read and written. */
struct cs_scan_format {
    bool framed_in, text_in, framed_out;
};

struct cs_scan_job {
    const struct cs_args *args;
    struct cs_scan_format format;
    struct cs_filter *filter;
    size_t record_max;
    struct cs_batch *batch;
    struct cs_flight flight;
    struct cs_buf packed, out, dead; /* packed plain texts; output not yet written */
    uint32_t packed_end[1024];
    int dead_fd;      /* -1 = dead letters are not kept */
    const char *name; /* of the file, for messages */
    int64_t next;     /* number of the next record, from 0 */
    struct cs_scan_counts counts;
    struct cs_kpi_table kpi; /* with --kpi */
    int64_t until_ms;        /* of --until, or INT64_MIN */
    int64_t record_ms;       /* of --record-time; without it the sent times stand in */
};

/* Build a job; clear it in any case. */
CS_MUST cs_rc cs_scan_job_init(struct cs_scan_job *j, const struct cs_args *args, const struct cs_settings *s,
    const struct cs_engine *e);
/* All records of `fd`. Errors: CS_EIO (reading; errno tells), CS_ECLOSED (nobody reads the output),
 * CS_EDENIED (the output cannot be written; errno tells), CS_ENOMEM, CS_EUNSUPPORTED. */
CS_MUST cs_rc cs_scan_job_file(struct cs_scan_job *j, int fd, const char *name, const char *topic);
/* After the last file: let time pass, and print the metrics if they are asked for. Errors: as above. */
CS_MUST cs_rc cs_scan_job_finish(struct cs_scan_job *j);
void cs_scan_job_clear(struct cs_scan_job *j);

#endif
