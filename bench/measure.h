/* What the programs that print figures share: giving up, the clock, options, and the texts to measure with.
 */
#ifndef CS_BENCH_MEASURE_H
#define CS_BENCH_MEASURE_H

#include "corpus.h"

/* End the program when something failed; `what` names it. */
void need(bool ok, const char *what);
/* Of a clock that only counts. */
double now_ns(void);
/* Processor time of this thread; asking takes a fraction of a microsecond. */
double busy_ns(void);
/* The number that `text` is, 1 to `most`. */
uint32_t number(const char *text, uint32_t most);
/* Read words and chat; what is not there is made up, and that is told. */
void open_texts(struct corpus *words, const char *words_path, struct corpus *chat, const char *chat_path);

#endif
