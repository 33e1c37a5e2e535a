"""What the end-to-end checks share: topics, records, frames and a wire walker.

Independent of chatsieve: Kafka through confluent-kafka.
"""
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic


def varint(buf, at):
    """Decode one varint; returns (value, next position)."""
    value = shift = 0
    while True:
        byte = buf[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def encode_varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def without_fields(buf, drop):
    """The message bytes less its top-level fields with a number in `drop`."""
    keep, at, start = [], 0, 0
    while at < len(buf):
        field_at = at
        tag, at = varint(buf, at)
        kind = tag & 7
        if kind == 0:
            _, at = varint(buf, at)
        elif kind == 2:
            size, at = varint(buf, at)
            at += size
        else:
            at += 8 if kind == 1 else 4
        if tag >> 3 in drop:
            keep.append(buf[start:field_at])
            start = at
    keep.append(buf[start:])
    return b"".join(keep)


def read_frames(path):
    """Yield the messages of a length-delimited file."""
    with open(path, "rb") as f:
        data = f.read()
    at = 0
    while at < len(data):
        size, at = varint(data, at)
        yield data[at:at + size]
        at += size


def write_frames(path, messages):
    with open(path, "wb") as f:
        for m in messages:
            f.write(encode_varint(len(m)))
            f.write(m)


def create_topics(bootstrap, partitions, *names, config=None):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    made = admin.create_topics([NewTopic(n, partitions, 1, config=config or {}) for n in names])
    for name, future in made.items():
        future.result(30)
    deadline = time.time() + 30
    while time.time() < deadline:
        known = admin.list_topics(timeout=10).topics
        if all(n in known and len(known[n].partitions) == partitions for n in names):
            return
        time.sleep(0.1)
    raise RuntimeError(f"topics {names} did not appear")


class Feed:
    """A producer that keeps every record it sends, in order."""

    def __init__(self, bootstrap, topic):
        self.topic = topic
        self.sent = 0
        self.producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20, "enable.idempotence": True,
                                  "queue.buffering.max.messages": 500000, "compression.codec": "lz4"})

    def put(self, key, value, partition=-1, sent_ms=0):
        while True:
            try:
                self.producer.produce(self.topic, key=key, value=value, partition=partition, timestamp=sent_ms)
                break
            except BufferError:
                self.producer.poll(0.1)
        self.sent += 1
        if self.sent % 1000 == 0:
            self.producer.poll(0)

    def flush(self):
        left = self.producer.flush(120)
        if left:
            raise RuntimeError(f"{left} records were not delivered to {self.topic}")


def end_offsets(bootstrap, topic):
    """{partition: end offset} of a topic."""
    c = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused"})
    parts = c.list_topics(topic, timeout=30).topics[topic].partitions
    ends = {p: c.get_watermark_offsets(TopicPartition(topic, p), timeout=30)[1] for p in parts}
    c.close()
    return ends


def committed(bootstrap, group, topic, partitions):
    """{partition: committed offset}, 0 where nothing is committed."""
    c = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    for left in range(20, -1, -1):
        try:
            got = c.committed([TopicPartition(topic, p) for p in partitions], timeout=30)
            break
        except KafkaException as e:  # a broker that has just started finds the group's coordinator a little later
            if not left or e.args[0].code() not in (KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
                                                    KafkaError.COORDINATOR_NOT_AVAILABLE):
                raise
            time.sleep(0.5)
    c.close()
    return {t.partition: max(t.offset, 0) for t in got}


def read_topic(bootstrap, topic):
    """Every record of a topic up to its present end: {partition: [(offset, key, value)]}."""
    ends = {p: e for p, e in end_offsets(bootstrap, topic).items()}
    out = {p: [] for p in ends}
    want = {p for p, e in ends.items() if e > 0}
    c = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused", "isolation.level": "read_committed",
                  "enable.partition.eof": True, "enable.auto.commit": False})
    c.assign([TopicPartition(topic, p, 0) for p in want])
    deadline = time.time() + 300
    while want:
        if time.time() > deadline:
            raise RuntimeError(f"{topic}: partitions {want} could not be read to their end")
        for m in c.consume(10000, timeout=1.0):
            if m.error():
                if m.error().code() == -191:  # end of partition
                    want.discard(m.partition())
                    continue
                raise RuntimeError(m.error())
            out[m.partition()].append((m.offset(), m.key(), m.value()))
            if m.offset() + 1 >= ends[m.partition()]:
                want.discard(m.partition())
    c.close()
    return out
