/* Drives a fuzz target without libFuzzer: every file of the corpus, then random inputs.
 *
 *   fuzz_TARGET [--random N] [--cases N] [--seconds S] [--seed SEED] FILE|DIRECTORY...
 *
 * Random inputs go on until N inputs are tried, N cases compared and S seconds over. Half of the random
 * inputs are changed files of the corpus, half are random from the first byte. Without --seed the seed
 * is a new one each time. It is printed; the input of a failure is left in fuzz_failure.bin. */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILES_MAX = 4096, INPUT_MAX = 4096, RANDOM_MAX = 2400 };

struct input {
    uint8_t *byte;
    size_t len;
};

struct job {
    struct input file[FILES_MAX];
    uint32_t n;
    uint64_t random, cases, seconds, seed, tried;
};

/* What is running, for the signal handler. */
static const uint8_t *now_byte;
static size_t now_len;
static const char *now_name = "";

static void on_failure(int signal_number)
{
    int fd = open("fuzz_failure.bin", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd >= 0 && now_byte && write(fd, now_byte, now_len) >= 0) close(fd);
    static const char left[] = "\nthe input is in fuzz_failure.bin; it was ";
    if (write(STDERR_FILENO, left, sizeof left - 1) < 0 ||
        write(STDERR_FILENO, now_name, strlen(now_name)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
        _exit(2);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void run(const char *name, const uint8_t *byte, size_t len)
{
    uint8_t *tight = fuzz_tight(cs_span_of(byte, len));
    now_name = name;
    now_byte = tight;
    now_len = len;
    LLVMFuzzerTestOneInput(tight, len);
    now_byte = NULL;
    free(tight);
}

static uint64_t draw(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u;
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static size_t draw_below(uint64_t *state, size_t n)
{
    return (size_t)(draw(state) % n);
}

static size_t make_random(uint64_t *seed, uint8_t *out)
{
    size_t len = draw_below(seed, draw_below(seed, 4) ? 200 : RANDOM_MAX);
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)draw(seed);
    return len;
}

/* Flip, overwrite, cut out, or copy a run to another place. */
static size_t change(uint64_t *seed, uint8_t *byte, size_t len)
{
    if (len < 2) return len;
    size_t at = draw_below(seed, len), n = 1 + draw_below(seed, len - at < 16 ? len - at : 16);
    switch (draw_below(seed, 4)) {
    case 0: byte[at] ^= (uint8_t)(1u << draw_below(seed, 8)); return len;
    case 1: byte[at] = (uint8_t)draw(seed); return len;
    case 2: memmove(byte + at, byte + at + n, len - at - n); return len - n;
    default: memmove(byte + draw_below(seed, len - n + 1), byte + at, n); return len;
    }
}

static size_t make_changed(const struct job *j, uint64_t *seed, uint8_t *out)
{
    const struct input *f = &j->file[draw_below(seed, j->n)];
    size_t len = f->len < INPUT_MAX ? f->len : INPUT_MAX;
    memcpy(out, f->byte, len);
    for (size_t n = 1 + draw_below(seed, 8); n; n--)
        len = change(seed, out, len);
    return len;
}

static void run_random(struct job *j)
{
    static uint8_t byte[INPUT_MAX];
    uint64_t state = j->seed;
    time_t stop = time(NULL) + (time_t)j->seconds;
    for (uint64_t i = 0; i < j->random || fuzz_cases < j->cases || (j->seconds && time(NULL) < stop); i++) {
        bool fresh = !j->n || draw_below(&state, 2);
        size_t len = fresh ? make_random(&state, byte) : make_changed(j, &state, byte);
        run(fresh ? "random" : "a changed file", byte, len);
        j->tried++;
    }
}

static void add_file(struct job *j, const char *path)
{
    struct stat s;
    int fd = open(path, O_RDONLY);
    FUZZ_CHECK(fd >= 0 && fstat(fd, &s) == 0 && j->n < FILES_MAX, "%s", path);
    struct input *f = &j->file[j->n++];
    *f = (struct input){malloc((size_t)s.st_size + 1), (size_t)s.st_size};
    FUZZ_CHECK(f->byte && read(fd, f->byte, f->len) == s.st_size, "%s", path);
    close(fd);
    run(path, f->byte, f->len);
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static void add(struct job *j, const char *path)
{
    struct dirent **entry;
    int n = scandir(path, &entry, visible, alphasort);
    if (n < 0) add_file(j, path);
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entry[i]->d_name);
        add_file(j, file);
        free(entry[i]);
    }
    if (n >= 0) free(entry);
}

static bool options(struct job *j, int argc, char **argv)
{
    static const struct option known[] = {{"random", 1, NULL, 'r'}, {"cases", 1, NULL, 'c'},
        {"seconds", 1, NULL, 't'}, {"seed", 1, NULL, 's'}, {NULL, 0, NULL, 0}};
    j->seed = (uint64_t)time(NULL) * 1000003u + (uint64_t)getpid();
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (c == '?') return false;
        uint64_t v = strtoull(optarg, NULL, 0);
        if (c == 'r') j->random = v;
        if (c == 'c') j->cases = v;
        if (c == 't') j->seconds = v;
        if (c == 's') j->seed = v;
    }
    return optind < argc;
}

int main(int argc, char **argv)
{
    static struct job j;
    if (!options(&j, argc, argv)) {
        fprintf(stderr, "usage: %s [--random N] [--cases N] [--seconds S] [--seed SEED] FILE|DIRECTORY...\n",
            argv[0]);
        return 64;
    }
    signal(SIGABRT, on_failure);
    for (int i = optind; i < argc; i++)
        add(&j, argv[i]);
    printf("seed %llu\n", (unsigned long long)j.seed);
    fflush(stdout);
    run_random(&j);
    printf("%u files, %llu random inputs: %llu cases compared, %llu of them telling\n", j.n,
        (unsigned long long)j.tried, (unsigned long long)fuzz_cases, (unsigned long long)fuzz_telling);
    for (uint32_t i = 0; i < j.n; i++)
        free(j.file[i].byte);
    return fuzz_telling ? 0 : 1;
}
