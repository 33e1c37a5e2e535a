/* What a pipeline is made of, for pipeline.c and reload.c. */
#ifndef CS_PIPELINE_INSIDE_H
#define CS_PIPELINE_INSIDE_H

#include "pipeline/worker.h"

struct cs_pipeline {
    struct cs_pipeline_options options;
    struct cs_control control;
    struct cs_worker *worker;
    bool abandoned; /* a thread never ended: its memory cannot be freed */
};

#endif
