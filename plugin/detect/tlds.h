/* The top-level domains, sorted; generated (gen_tlds.py). Internal to detect/. */
#ifndef CS_DETECT_TLDS_H
#define CS_DETECT_TLDS_H

extern const char *const cs_tlds[];
extern const unsigned cs_tlds_count;

#endif
