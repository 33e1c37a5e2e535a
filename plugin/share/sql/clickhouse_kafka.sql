-- Feeds clickhouse_tables.sql from Kafka. Put the folder chatsieve/ of the schema (share/chatsieve/proto) into
-- ClickHouse's format_schemas directory, and change the broker.

CREATE TABLE IF NOT EXISTS kpi_queue AS kpi_rows
ENGINE = Kafka
SETTINGS kafka_broker_list = 'kafka1:9092', kafka_topic_list = 'chat.kpi', kafka_group_name = 'clickhouse',
    kafka_format = 'ProtobufSingle', kafka_schema = 'chatsieve/v1/kpi.proto:KpiRow';

CREATE MATERIALIZED VIEW IF NOT EXISTS kpi_feed TO kpi_rows AS SELECT * FROM kpi_queue;

CREATE TABLE IF NOT EXISTS overdue_queue AS overdue_events
ENGINE = Kafka
SETTINGS kafka_broker_list = 'kafka1:9092', kafka_topic_list = 'chat.overdue', kafka_group_name = 'clickhouse',
    kafka_format = 'ProtobufSingle', kafka_schema = 'chatsieve/v1/overdue.proto:OverdueEvent';

CREATE MATERIALIZED VIEW IF NOT EXISTS overdue_feed TO overdue_events AS SELECT * FROM overdue_queue;

CREATE TABLE IF NOT EXISTS annotated_queue AS annotated_messages
ENGINE = Kafka
SETTINGS kafka_broker_list = 'kafka1:9092', kafka_topic_list = 'chat.annotated', kafka_group_name = 'clickhouse',
    kafka_format = 'ProtobufSingle', kafka_schema = 'chatsieve/v1/annotated_message.proto:AnnotatedMessage';

CREATE MATERIALIZED VIEW IF NOT EXISTS annotated_feed TO annotated_messages AS SELECT * FROM annotated_queue;
