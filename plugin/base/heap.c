#include "base/heap.h"

#ifdef CS_MIMALLOC
#include <mimalloc.h>

enum { KEEP_MS = 2000 };

void cs_heap_tune(void)
{
#if MI_MALLOC_VERSION < 210 /* Debian 12; later versions have one delay for all */
    mi_option_set_default(mi_option_decommit_delay, KEEP_MS);
    mi_option_set_default(mi_option_segment_decommit_delay, KEEP_MS);
#else
    mi_option_set_default(mi_option_purge_delay, KEEP_MS);
#endif
}
#else
void cs_heap_tune(void) {}
#endif
