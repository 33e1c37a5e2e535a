#include "chatsieve/cli.h"

#include "chatsieve/commands.h"

#include <stddef.h>

static const struct cs_exit_info exits[] = {
    {CS_EXIT_OK, "Success; for run, an orderly stop."},
    {CS_EXIT_FINDINGS, "Something was found: a lint, a failed test, a difference (rules)."},
    {CS_EXIT_USAGE, "The command line is wrong."},
    {CS_EXIT_DATA, "Some input could not be decoded; the rest was processed (scan)."},
    {CS_EXIT_NOINPUT, "An input file cannot be opened."},
    {CS_EXIT_UNAVAILABLE, "The broker cannot be reached, or failed."},
    {CS_EXIT_INTERNAL, "Out of memory, or this machine's libraries are not sound."},
    {CS_EXIT_IO, "Reading or writing failed."},
    {CS_EXIT_PERMISSION, "The broker refused permission or authentication."},
    {CS_EXIT_CONFIG, "Configuration or rules are wrong."},
};

const struct cs_exit_info *cs_exit_info(uint32_t *n)
{
    *n = sizeof exits / sizeof exits[0];
    return exits;
}

static const char *const run_about[] = {
    "Reads chat messages from Kafka, annotates each with its violations and its place in the reply clock, "
    "and "
    "publishes it. Start as many instances as you like in one consumer group.",
    "Every setting has a default, so that --brokers alone is enough; rules that ship with the program are "
    "used "
    "unless others are named. Packs that change are taken while it runs, on SIGHUP, too. SIGTERM or SIGINT "
    "finishes what is in flight and commits it; a second one ends "
    "the program at once, and nothing is lost.",
    NULL};
static const char *const run_example[] = {"chatsieve run --brokers localhost:9092",
    "chatsieve run -c /etc/chatsieve.yaml --set workers=4 --set kafka.linger.ms=5", NULL};

static const char *const check_about[] = {
    "Reads a configuration, its rule packs and its client properties and reports everything that is wrong in "
    "one run, without touching a broker.",
    NULL};
static const char *const check_example[] = {
    "chatsieve check -c chatsieve.yaml", "chatsieve check --rules my-rules/", NULL};

static const char *const scan_about[] = {
    "Runs the same stages without Kafka, from files or standard input to standard output, in order and with "
    "bounded memory. A line that cannot be decoded is reported on standard error and the rest goes on.",
    "Event ids are made of the file's name (stdin for standard input), partition 0, and the number of the "
    "line "
    "or record, counted from 0.",
    NULL};
static const char *const scan_example[] = {"chatsieve scan chat.jsonl | jq 'select(.violation_count > 0)'",
    "echo '加我微信' | chatsieve scan --input-format text --platform jd --role agent", NULL};

static const char *const explain_about[] = {
    "Shows what becomes of every character of a text, which terms are hit, and why a hit is or is not a "
    "violation.",
    NULL};
static const char *const explain_example[] = {
    "chatsieve explain --platform pdd --role agent '加我微.信,寶貝第一时间发'", NULL};

static const char *const demo_about[] = {
    "Starts an embedded mock cluster, a generator of shop dialogues and the real pipeline in one process, "
    "and "
    "shows live what it finds. Other programs can read its topics at the address shown.",
    "The cluster is librdkafka's mock: good for a look, no proof of durability. --brokers uses a real one, "
    "whose topics must exist.",
    NULL};
static const char *const demo_example[] = {"chatsieve demo", "chatsieve demo --seconds 20 --plain", NULL};

static const char *const generate_about[] = {
    "Writes believable shop dialogues: buyers, agents, robots, disguised violations, slow replies. Equal "
    "seeds "
    "give equal output. The clock is simulated, so a day of chat takes seconds.",
    NULL};
static const char *const generate_example[] = {
    "chatsieve generate --count 100000 --seed 7 | chatsieve scan --summary >/dev/null", NULL};

static const char *const kpi_about[] = {"Reads the KPI topic to its end and prints the response metrics of "
                                        "shops and days, summed over partitions.",
    "A row says metric, value, what it is made of, and the profile that counted it.", NULL};
static const char *const kpi_example[] = {
    "chatsieve kpi --brokers localhost:9092 --platform jd --day 2024-11-24",
    "chatsieve kpi -c chatsieve.yaml --shop shop1 --agents --json | jq .", NULL};
static const char *const rules_about[] = {
    "lint tells everything that is wrong or doubtful in rule packs, with file, line, column and a "
    "suggestion: "
    "what loading refuses, terms that never matter or stand in two rules, disguises that are ordinary words, "
    "slow terms, failing and contradictory examples, and with --corpus terms that are too broad. Status 1 "
    "when "
    "there is anything to tell.",
    "test runs the examples of packs, and the files *.test.yaml among PATH or in its directories, and names "
    "rules that never hit. Status 1 when a test fails.",
    "stats tells for each rule how often it hits a corpus, by role, and what it costs. diff tells what "
    "changing "
    "from the packs A to the packs B (files or directories, separated by commas) adds and drops. Without "
    "CORPUS, standard input is read. diff has status 1 when there is a difference.",
    "Without PATH or --rules, the packs that ship with the program are meant.", NULL};
static const char *const rules_example[] = {"chatsieve rules lint my-rules/",
    "chatsieve rules test --format junit my-rules/ shop.test.yaml",
    "chatsieve rules stats --rules my-rules/ chat.jsonl",
    "chatsieve rules diff old/ new/ --input-format tsv --column 3 chat.tsv", NULL};

static const char *const help_about[] = {
    "Prints the overview, or what there is to know about one command.", NULL};
static const char *const help_example[] = {"chatsieve help run", "chatsieve help --man | man -l -", NULL};

/* The order is that of enum command below. */
static const struct cs_command commands[] = {
    {"run", NULL, 0, "Annotate a Kafka topic.", run_about, run_example, cs_cmd_run},
    {"check", NULL, 0, "Check configuration and rules.", check_about, check_example, cs_cmd_check},
    {"scan", "[FILE...]", UINT32_MAX, "Annotate files or standard input, without Kafka.", scan_about,
        scan_example, cs_cmd_scan},
    {"explain", "TEXT", 1, "Show step by step what is found in a text and why.", explain_about,
        explain_example, cs_cmd_explain},
    {"demo", NULL, 0, "See it work on generated chat in a mock cluster.", demo_about, demo_example,
        cs_cmd_demo},
    {"generate", NULL, 0, "Write generated chat.", generate_about, generate_example, cs_cmd_generate},
    {"kpi", NULL, 0, "Print response metrics from the KPI topic.", kpi_about, kpi_example, cs_cmd_kpi},
    {"rules", "lint|test|stats|diff [ARGUMENT...]", UINT32_MAX, "Lint, test, measure and compare rule packs.",
        rules_about, rules_example, cs_cmd_rules},
    {"help", "[COMMAND]", 1, "Explain a command, or print the manual page.", help_about, help_example,
        cs_cmd_help},
};

enum command {
    RUN = 1 << 0,
    CHECK = 1 << 1,
    SCAN = 1 << 2,
    EXPLAIN = 1 << 3,
    DEMO = 1 << 4,
    GENERATE = 1 << 5,
    KPI = 1 << 6,
    RULES = 1 << 7,
    HELP = 1 << 8,
    ALL = (1 << 9) - 1,
};

const struct cs_command *cs_commands(uint32_t *n)
{
    *n = sizeof commands / sizeof commands[0];
    return commands;
}

#define AT(field) offsetof(struct cs_args, field)

static const struct cs_option options[] = {
    {"config", 'c', CS_OPTION_TEXT, "FILE", NULL, "Read settings from this YAML file.", AT(config), 0, 0,
        RUN | CHECK | SCAN | KPI},
    {"brokers", 'b', CS_OPTION_TEXT, "HOST:PORT[,...]", NULL, "Connect to these brokers.", AT(brokers), 0, 0,
        RUN | CHECK | DEMO | KPI},
    {"set", 0, CS_OPTION_LIST, "NAME=VALUE", NULL, "Set one setting by its dotted name; may be repeated.",
        AT(set), 0, 0, RUN | CHECK | SCAN | DEMO | KPI},
    {"rules", 'r', CS_OPTION_LIST, "PATH", NULL,
        "Use this rule pack or directory of packs instead of the shipped ones; may be repeated.", AT(rules),
        0, 0, RUN | CHECK | SCAN | EXPLAIN | DEMO | RULES},
    {"wait", 0, CS_OPTION_NUMBER, "SECONDS", "60", "Wait at most this long for the broker at start.",
        AT(wait_s), 0, 86400, RUN},
    {"log-level", 0, CS_OPTION_CHOICE, "debug|info|warning|error", "info",
        "Log this level and the graver ones.", AT(log_level), 0, 0, RUN},
    {"input-format", 0, CS_OPTION_CHOICE, "jsonl|protobuf|text", "jsonl",
        "Read JSON Lines, length-delimited ChatMessage records, or one plain text a line.", AT(input_format),
        0, 0, SCAN},
    {"output-format", 0, CS_OPTION_CHOICE, "jsonl|protobuf", "jsonl",
        "Write JSON Lines or length-delimited AnnotatedMessage records.", AT(output_format), 0, 0, SCAN},
    {"platform", 'p', CS_OPTION_TEXT, "NAME", "jd", "Platform of plain texts.", AT(platform), 0, 0,
        SCAN | EXPLAIN | RULES},
    {"role", 0, CS_OPTION_CHOICE, "buyer|agent|robot|robot_assist|system|staff", "agent",
        "Who says the plain texts.", AT(role), 0, 0, SCAN | EXPLAIN | RULES},
    {"deadletters", 0, CS_OPTION_TEXT, "FILE", NULL,
        "Write a DeadLetter for what cannot be decoded, in the output format.", AT(deadletters), 0, 0, SCAN},
    {"summary", 0, CS_OPTION_FLAG, NULL, NULL, "Tell on standard error what was found.", AT(summary), 0, 0,
        SCAN},
    {"kpi", 0, CS_OPTION_FLAG, NULL, NULL,
        "Print the response metrics of the whole input instead of its messages.", AT(kpi), 0, 0, SCAN},
    {"overdue", 0, CS_OPTION_FLAG, NULL, NULL, "Print what became due as JSON Lines, too.", AT(overdue), 0, 0,
        SCAN},
    {"until", 0, CS_OPTION_TEXT, "TIME", NULL,
        "Let the clock run on to this time after the last message: 2024-05-01T23:00:00+08:00, or "
        "milliseconds.",
        AT(until), 0, 0, SCAN},
    {"record-time", 0, CS_OPTION_TEXT, "TIME", NULL,
        "Take all records as written at this time, as a broker would tell it, instead of when each was sent.",
        AT(record_time), 0, 0, SCAN},
    {"topic", 0, CS_OPTION_TEXT, "NAME", NULL, "Topic in event ids, instead of the file's name.", AT(topic),
        0, 0, SCAN},
    {"partition", 0, CS_OPTION_NUMBER, "N", "0", "Partition in event ids.", AT(partition), 0, INT32_MAX,
        SCAN},
    {"first-offset", 0, CS_OPTION_NUMBER, "N", "0", "Offset of the first line or record in event ids.",
        AT(first_offset), 0, INT64_MAX / 2, SCAN},
    {"matcher", 0, CS_OPTION_CHOICE, "hyperscan|reference", "hyperscan",
        "Search with the library, or with the plain twin that checks it.", AT(matcher), 0, 0,
        CHECK | SCAN | EXPLAIN},
    {"input-format", 0, CS_OPTION_CHOICE, "jsonl|protobuf|text|tsv", "jsonl",
        "Read a corpus of JSON Lines, length-delimited ChatMessage records, plain texts, or columns between "
        "tabs.",
        AT(corpus_format), 0, 0, RULES},
    {"column", 0, CS_OPTION_NUMBER, "N", "1", "Column of the text in a corpus of columns, from 1.",
        AT(column), 1, 1000, RULES},
    {"role-column", 0, CS_OPTION_NUMBER, "N", "0", "Column of the role; 0 means that --role holds for all.",
        AT(role_column), 0, 1000, RULES},
    {"corpus", 0, CS_OPTION_TEXT, "FILE", NULL,
        "lint: tell terms that hit more than one in 50 messages of it.", AT(corpus), 0, 0, RULES},
    {"format", 0, CS_OPTION_CHOICE, "human|tap|junit", "human",
        "test: write results for people or for a build server.", AT(report), 0, 0, RULES},
    {"samples", 0, CS_OPTION_NUMBER, "N", "3", "diff: show so many texts of each rule and side.", AT(samples),
        0, 1000, RULES},
    {"near", 0, CS_OPTION_FLAG, NULL, NULL,
        "Also show which terms nearly hit, and what was in the way: at most 20, of the first 2,000 "
        "characters.",
        AT(near), 0, 0, EXPLAIN},
    {"color", 0, CS_OPTION_CHOICE, "auto|always|never", "auto", "Use colours; auto means on a terminal.",
        AT(color), 0, 0, EXPLAIN},
    {"seconds", 's', CS_OPTION_NUMBER, "N", "0", "Stop after this time; 0 means at Ctrl-C.", AT(seconds), 0,
        86400, DEMO},
    {"rate", 0, CS_OPTION_NUMBER, "MSG_PER_S", "2000", "Generate about this many messages a second.",
        AT(rate), 1, 200000, DEMO},
    {"plain", 0, CS_OPTION_FLAG, NULL, NULL, "Print lines instead of the live view.", AT(plain), 0, 0, DEMO},
    {"seed", 0, CS_OPTION_NUMBER, "N", "1", "Start of the random numbers.", AT(seed), 0, INT64_MAX,
        DEMO | GENERATE},
    {"count", 'n', CS_OPTION_NUMBER, "N", "1000", "Write this many messages.", AT(count), 0, INT64_MAX,
        GENERATE},
    {"format", 0, CS_OPTION_CHOICE, "jsonl|protobuf", "jsonl",
        "Write JSON Lines or length-delimited ChatMessage records.", AT(format), 0, 0, GENERATE},
    {"conversations", 0, CS_OPTION_NUMBER, "N", "200", "Keep this many conversations going at once.",
        AT(conversations), 1, 10000000, GENERATE},
    {"start-ms", 0, CS_OPTION_NUMBER, "T", "1700000000000",
        "Time of the first message, milliseconds since 1970-01-01 UTC.", AT(start_ms), 1, INT64_MAX / 2,
        GENERATE},
    {"platform", 'p', CS_OPTION_TEXT, "NAME", NULL, "Only this platform.", AT(only_platform), 0, 0, KPI},
    {"shop", 0, CS_OPTION_TEXT, "ID", NULL, "Only this shop.", AT(shop), 0, 0, KPI},
    {"day", 0, CS_OPTION_TEXT, "DATE", NULL, "Only this service day, such as 2024-11-24.", AT(day), 0, 0,
        KPI},
    {"agents", 0, CS_OPTION_FLAG, NULL, NULL, "Rows of agents beside those of shops.", AT(agents), 0, 0,
        KPI | SCAN},
    {"json", 0, CS_OPTION_FLAG, NULL, NULL, "Print one JSON object a line.", AT(json), 0, 0, KPI | SCAN},
    {"man", 0, CS_OPTION_FLAG, NULL, NULL, "Print the manual page in roff.", AT(man), 0, 0, HELP},
    {"help", 'h', CS_OPTION_FLAG, NULL, NULL, "Explain this command.", AT(help), 0, 0, ALL},
    {"version", 'V', CS_OPTION_FLAG, NULL, NULL, "Print versions of the program and its libraries.",
        AT(version), 0, 0, ALL},
};

const struct cs_option *cs_options(uint32_t *n)
{
    *n = sizeof options / sizeof options[0];
    return options;
}

bool cs_option_of(const struct cs_option *o, const struct cs_command *c)
{
    return o->commands >> (c - commands) & 1;
}
