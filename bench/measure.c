#define _GNU_SOURCE /* program_invocation_short_name */
#include "measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void need(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "%s: %s failed\n", program_invocation_short_name, what);
    exit(1);
}

static double ns_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double now_ns(void)
{
    return ns_of(CLOCK_MONOTONIC);
}

double busy_ns(void)
{
    return ns_of(CLOCK_THREAD_CPUTIME_ID);
}

uint32_t number(const char *text, uint32_t most)
{
    unsigned long n = text ? strtoul(text, NULL, 10) : 0;
    need(n > 0 && n <= most, "reading a number");
    return (uint32_t)n;
}

void open_texts(struct corpus *words, const char *words_path, struct corpus *chat, const char *chat_path)
{
    if (!corpus_read(words, words_path)) {
        printf("%s: not there, words are made up\n", words_path);
        need(corpus_make_words(words, 65000), "words");
    }
    if (!corpus_read(chat, chat_path)) {
        printf("%s: not there, chat is made up\n", chat_path);
        need(corpus_make_chat(chat, 6000), "chat");
    }
}
