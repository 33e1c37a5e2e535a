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

-- The last 30 days up to each day, whatever versions of a profile counted them: pdd's complaint rate.
CREATE VIEW IF NOT EXISTS kpi_30_days AS
SELECT platform, shop_id, agent_id, metric, unit, until AS day,
    sum(numerator) AS numerator, sum(denominator) AS denominator, max(maximum) AS maximum,
    if(denominator = 0, NULL, numerator / denominator) AS value
FROM (SELECT *, arrayJoin(arrayMap(n -> day + n, range(30))) AS until FROM kpi) AS k
INNER JOIN (SELECT DISTINCT platform, shop_id, agent_id, metric, unit, day AS until FROM kpi) AS present
    USING (platform, shop_id, agent_id, metric, unit, until)
GROUP BY platform, shop_id, agent_id, metric, unit, day;

-- Months: jd's share of left messages is to be below a half.
CREATE VIEW IF NOT EXISTS kpi_months AS
SELECT platform, shop_id, agent_id, metric, unit, toStartOfMonth(day) AS month,
    sum(numerator) AS numerator, sum(denominator) AS denominator, max(maximum) AS maximum,
    if(denominator = 0, NULL, numerator / denominator) AS value
FROM kpi
GROUP BY platform, shop_id, agent_id, metric, unit, month;

-- Bands and penalties of the shipped profiles, for shops whose buyers are in several partitions: a chatsieve sees only its
-- own, and tells them on chat.overdue when one partition has the whole shop. Add those of your profiles.
CREATE TABLE IF NOT EXISTS kpi_limits
(
    profile LowCardinality(String),
    metric LowCardinality(String),
    name LowCardinality(String),
    kind Enum8('band' = 1, 'penalty' = 2),
    from_value Float64,
    below_value Float64,
    least Int64,
    failed Int64
)
ENGINE = ReplacingMergeTree
ORDER BY (profile, metric, name);

INSERT INTO kpi_limits VALUES
    ('pdd@2019-01', 'effective_reply_rate', 'unanswered_buyers', 'penalty', 0, 0, 100, 50),
    ('pdd@2019-01', 'reply_rate_5min', 'warning', 'band', 0.5, 0.9, 10, 0),
    ('suning@2020', 'first_reply_45s', 'below_norm', 'band', 0, 0.9, 10, 0);

-- Shops and days that are in a band, or have met the condition of a penalty.
CREATE VIEW IF NOT EXISTS kpi_limits_met AS
SELECT k.platform, k.shop_id, k.day, k.metric, k.profile, l.name, l.kind, k.numerator, k.denominator, k.value
FROM (SELECT * FROM kpi WHERE agent_id = '' AND denominator > 0) AS k
INNER JOIN (SELECT * FROM kpi_limits FINAL) AS l ON k.profile = l.profile AND k.metric = l.metric
WHERE k.denominator >= l.least AND if(l.kind = 'penalty', k.denominator - k.numerator >= l.failed,
    k.value >= l.from_value AND k.value < l.below_value);

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
