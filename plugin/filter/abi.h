/* Inside of the ABI: its handles. abi.c loads and checks, abi_run.c runs a filter and keeps what it tells. */
#ifndef CS_FILTER_ABI_H
#define CS_FILTER_ABI_H

#include "filter/filter.h"
#include "filter/include/chatsieve/filter.h"

struct chatsieve_rules {
    struct cs_ruleset *set;
    struct cs_matcher *matcher;
    struct cs_lattice *lattice;
    struct cs_regexes *regexes;
};

struct chatsieve_profiles {
    struct cs_profiles *set;
};

struct chatsieve_filter {
    struct cs_filter *filter;
    struct cs_batch *batch;
    struct cs_flight flight; /* with `tells`, its positions are those of all batches */
    bool tells;
    bool lent;            /* what was told is with the caller until the next call */
    struct cs_arena told; /* bytes of `item` */
    chatsieve_told *item;
    size_t n_item, cap_item;
};

int cs_abi_status(cs_rc rc);

#endif
