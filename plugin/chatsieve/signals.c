#include "chatsieve/signals.h"

#include "chatsieve/screen.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static void stop_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void cs_signals_block(void)
{
    sigset_t set;
    stop_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int cs_signals_wait(int ms)
{
    sigset_t set;
    stop_set(&set);
    struct timespec wait = {ms / 1000, (long)(ms % 1000) * 1000000};
    int signo = sigtimedwait(&set, NULL, &wait);
    return signo > 0 ? signo : 0;
}

bool cs_signals_stop(int ms)
{
    return cs_signals_wait(ms) != 0;
}

static void leave(int signo)
{
    _exit(128 + signo);
}

static void leave_screen(int signo)
{
    ssize_t n = write(STDOUT_FILENO, CS_SCREEN_LEAVE, sizeof CS_SCREEN_LEAVE - 1);
    _exit(n < 0 ? 128 : 128 + signo);
}

void cs_signals_exit_now(bool screen)
{
    sigset_t set;
    stop_set(&set);
    struct sigaction act = {.sa_handler = screen ? leave_screen : leave};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGHUP, &act, NULL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
