#include "config/settings_table.h"

enum { KIB = 1024, MIB = 1024 * KIB };
#define GIB ((uint64_t)1024 * MIB)
#define HOUR_MS ((uint64_t)3600 * 1000)

/* name, value, default, kind, field, least, most, help */
/* clang-format off */
#define ROWS(X) \
    X("brokers", "HOST:PORT[,...]", "127.0.0.1:9092", CS_SETTING_BROKERS, brokers, 0, 0, \
        "Kafka brokers to ask first.") \
    X("group", "NAME", "chatsieve", CS_SETTING_NAME, group, 1, 249, \
        "Consumer group: instances with the same name share the partitions.") \
    X("topics.input", "TOPIC", "chat.messages", CS_SETTING_TOPIC, topic_input, 0, 0, \
        "Topic with the chat messages.") \
    X("topics.annotated", "TOPIC", "chat.annotated", CS_SETTING_TOPIC, topic_annotated, 0, 0, \
        "Topic for the annotated messages.") \
    X("topics.deadletter", "TOPIC", "chat.deadletter", CS_SETTING_TOPIC, topic_deadletter, 0, 0, \
        "Topic for input that cannot be decoded.") \
    X("topics.overdue", "TOPIC|off", "chat.overdue", CS_SETTING_TOPIC_OR_OFF, topic_overdue, 0, 0, \
        "Topic for turns that passed a threshold unanswered.") \
    X("topics.kpi", "TOPIC|off", "chat.kpi", CS_SETTING_TOPIC_OR_OFF, topic_kpi, 0, 0, \
        "Compacted topic for the counters of response metrics.") \
    X("topics.state", "TOPIC|off", "chat.state", CS_SETTING_TOPIC_OR_OFF, topic_state, 0, 0, \
        "Compacted topic for snapshots of the reply clock.") \
    X("input.format", "protobuf|json", "protobuf", CS_SETTING_FORMAT, input_format, 0, 0, \
        "How the records of the input topic are encoded.") \
    X("delivery", "at_least_once", "at_least_once", CS_SETTING_DELIVERY, delivery, 0, 0, \
        "Promise to the readers of the output topics.") \
    X("workers", "N", "0", CS_SETTING_COUNT, workers, 0, 256, \
        "Threads that filter; 0 means one per processor.") \
    X("flights", "N", "64", CS_SETTING_COUNT, flights, 1, 4096, \
        "Batches in flight per worker before it stops reading.") \
    X("memory", "SIZE", "1GiB", CS_SETTING_SIZE, memory_bytes, 64 * MIB, 1024 * GIB, \
        "Budget of the process for fetched, in-flight and produced messages.") \
    X("stop_timeout", "DURATION", "20s", CS_SETTING_DURATION, stop_ms, 100, HOUR_MS, \
        "How long a stop may wait for events in flight.") \
    X("rules", "PATH[,...]", "", CS_SETTING_PATHS, rules, 0, 0, \
        "Rule packs: files and directories; without it the shipped packs.") \
    X("mask", "on|off", "off", CS_SETTING_SWITCH, mask, 0, 0, \
        "Publish * for each character that a rule with mask: true finds.") \
    X("reload.watch", "on|off", "on", CS_SETTING_SWITCH, reload_watch, 0, 0, \
        "Take changed packs and profiles by itself; SIGHUP does it in any case.") \
    X("reload.cache", "DIR|off", "off", CS_SETTING_FOLDER, reload_cache, 0, 0, \
        "Keep compiled rules in this directory, which nobody else may write.") \
    X("profiles", "PATH[,...]", "", CS_SETTING_PATHS, profiles, 0, 0, \
        "KPI profiles: files and directories; without it the shipped ones.") \
    X("limits.record_bytes", "SIZE", "1MiB", CS_SETTING_SIZE, record_bytes_max, 1 * KIB, 64 * MIB, \
        "Longer records go to the dead-letter topic.") \
    X("limits.text_bytes", "SIZE", "256KiB", CS_SETTING_SIZE, text_bytes_max, 1 * KIB, 256 * KIB, \
        "Records with a longer text go to the dead-letter topic.") \
    X("limits.hits_per_message", "N", "256", CS_SETTING_COUNT, hits_per_message, 1, 65536, \
        "Violations listed per message, the most severe first; more are flagged.") \
    X("clock.window", "DURATION", "24h", CS_SETTING_DURATION, clock_window_ms, 60 * 1000, 366 * 24 * HOUR_MS, \
        "How long a conversation is remembered after its last message.") \
    X("clock.conversations", "N", "1000000", CS_SETTING_COUNT, clock_conversations, 1, 100000000, \
        "Conversations remembered per partition.") \
    X("clock.thresholds", "DURATION[,...]", "", CS_SETTING_THRESHOLDS, clock_threshold_s, 1, 30 * 24 * 3600, \
        "Waiting times to report, rising, at most 8; without it those of the profiles.") \
    X("kpi.interval", "DURATION", "1s", CS_SETTING_DURATION, kpi_interval_ms, 100, HOUR_MS, \
        "How often changed counters are published, and offsets committed behind them.") \
    X("state.interval", "DURATION", "60s", CS_SETTING_DURATION, state_interval_ms, 100, 24 * HOUR_MS, \
        "How often a partition that changed is saved to the state topic.") \
    X("state.lost", "stop|accept", "stop", CS_SETTING_STATE_LOST, state_lost, 0, 0, \
        "When saved state cannot be continued without loss: stop and tell, or tell and go on.")
/* clang-format on */

#define INFO(name, value, preset, kind, field, min, max, help) {name, value, preset, help},
#define ROW(name, value, preset, kind, field, min, max, help)                                                \
    {{name, value, preset, help}, kind, offsetof(struct cs_settings, field), min, max},

static const struct cs_setting_info infos[] = {ROWS(INFO)};
static const struct cs_setting rows[] = {ROWS(ROW)};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

const struct cs_setting *cs_setting_rows(uint32_t *n)
{
    *n = N_ROWS;
    return rows;
}

const struct cs_setting_info *cs_settings_info(uint32_t *n)
{
    *n = N_ROWS;
    return infos;
}
