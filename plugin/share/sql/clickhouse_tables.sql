-- What dashboards read: tables for the topics of chatsieve, and the views that add counters up.
--
-- Fed by clickhouse_kafka.sql, or by any loader that reads the Protobuf formats. Times are milliseconds since 1970-01-01
-- UTC: fromUnixTimestamp64Milli(due_ms) makes a DateTime64 of one.

-- A row per counter; of two with the same key the one that counts further (source_offset) stays.
CREATE TABLE IF NOT EXISTS kpi_rows
(
    metric LowCardinality(String),
    profile LowCardinality(String),
    platform LowCardinality(String),
    shop_id String,
    agent_id String,
    service_day Int32,
    source_topic LowCardinality(String),
    source_partition Int32,
    source_offset Int64,
    unit LowCardinality(String),
    numerator Int64,
    denominator Int64,
    maximum Int64
)
ENGINE = ReplacingMergeTree(source_offset)
ORDER BY (service_day, platform, shop_id, agent_id, metric, profile, source_topic, source_partition);

-- Counters of all partitions added up. agent_id = '' is the whole shop; rows of agents are parts of it.
CREATE VIEW IF NOT EXISTS kpi AS
SELECT
    platform, shop_id, agent_id, toDate(toString(service_day)) AS day, metric, profile, unit,
    sum(numerator) AS numerator, sum(denominator) AS denominator, max(maximum) AS maximum,
    if(denominator = 0, NULL, numerator / denominator) AS value
FROM (SELECT * FROM kpi_rows FINAL)
GROUP BY platform, shop_id, agent_id, day, metric, profile, unit;

-- Agents whose figure is below that of their whole shop: whose chats to look at first (for metrics where more is better).
CREATE VIEW IF NOT EXISTS kpi_agents_below_shop AS
SELECT a.platform, a.shop_id, a.agent_id, a.day, a.metric, a.profile, a.value AS agent_value, s.value AS shop_value
FROM (SELECT * FROM kpi WHERE agent_id != '') AS a
INNER JOIN (SELECT * FROM kpi WHERE agent_id = '') AS s
    ON a.platform = s.platform AND a.shop_id = s.shop_id AND a.day = s.day AND a.metric = s.metric
    AND a.profile = s.profile
WHERE a.unit = 'ratio' AND a.value < s.value;

-- Something that became due; a copy after a crash has the same event_id.
CREATE TABLE IF NOT EXISTS overdue_events
(
    event_id String,
    platform LowCardinality(String),
    shop_id String,
    buyer_id String,
    agent_id String,
    kind LowCardinality(String),
    limit_name LowCardinality(String),
    profile LowCardinality(String),
    since_ms Int64,
    due_ms Int64,
    limit_ms Int64,
    service_day Int32,
    buyer_messages Int32,
    numerator Int64,
    denominator Int64,
    source_topic LowCardinality(String),
    source_partition Int32,
    source_offset Int64
)
ENGINE = ReplacingMergeTree
ORDER BY (platform, shop_id, service_day, event_id);

-- How often each limit was passed, by shop and day.
CREATE VIEW IF NOT EXISTS overdue_counts AS
SELECT platform, shop_id, toDate(toString(service_day)) AS day, kind, limit_name, uniqExact(event_id) AS events
FROM overdue_events
GROUP BY platform, shop_id, day, kind, limit_name;

-- Messages with what dashboards filter by; the detail stays in the topic.
CREATE TABLE IF NOT EXISTS annotated_messages
(
    event_id String,
    platform LowCardinality(String),
    shop_id String,
    buyer_id String,
    agent_id String,
    sent_ms Int64,
    max_severity Int32,
    violation_count Int32,
    rule_ids Array(LowCardinality(String)),
    categories Array(LowCardinality(String)),
    flags Array(LowCardinality(String))
)
ENGINE = ReplacingMergeTree
ORDER BY (platform, shop_id, sent_ms, event_id);

-- Violations by rule and shop.
CREATE VIEW IF NOT EXISTS violations_by_rule AS
SELECT platform, shop_id, toDate(fromUnixTimestamp64Milli(sent_ms, 'Asia/Shanghai')) AS day, rule_id,
    uniqExact(event_id) AS messages
FROM annotated_messages
ARRAY JOIN rule_ids AS rule_id
GROUP BY platform, shop_id, day, rule_id;
