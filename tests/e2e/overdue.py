#!/usr/bin/python3
"""What becomes due is told when it becomes due: in partitions without any traffic, and in one where others go on talking.

Every question must be told once, never before its time, and never when it was answered in time. How long after its time
is printed: it belongs to the machine.
"""
import argparse
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import proto  # noqa: E402
import stream  # noqa: E402
from confluent_kafka import Consumer, TopicPartition  # noqa: E402

LIMIT_S, BUYERS, BUSY = 4, 20, 0


def now_ms():
    return int(time.time() * 1000)


def say(feed, ChatMessage, buyer, role, partition):
    sent = now_ms()
    m = ChatMessage(platform="jd", shop_id="s", buyer_id=buyer, agent_id="a", role=role, origin=1, sent_ms=sent,
                    text="在吗" if role == 1 else "您好,已经发货")
    feed.put(f"jd/s/{buyer}".encode(), m.SerializeToString(), partition, sent)


def ask_all(feed, ChatMessage):
    """Half of the buyers in the busy partition, half in one of their own each; every third is answered."""
    for n in range(BUYERS):
        partition = BUSY if n % 2 else 1 + n // 2 % 3
        say(feed, ChatMessage, f"b{n}", 1, partition)
        if n % 3 == 0:
            say(feed, ChatMessage, f"b{n}", 2, partition)
        time.sleep(0.05)
    feed.flush()


def chatter(feed, ChatMessage, seconds):
    """Others talk in the busy partition, and have their answers at once."""
    end = time.time() + seconds
    while time.time() < end:
        say(feed, ChatMessage, "busy", 1, BUSY)
        say(feed, ChatMessage, "busy", 2, BUSY)
        feed.producer.poll(0)
        time.sleep(0.02)
    feed.flush()


def read(brokers, topic, OverdueEvent):
    """[(event, when it was published)] of the limit under test."""
    out = []
    c = Consumer({"bootstrap.servers": brokers, "group.id": "unused", "enable.partition.eof": True})
    parts = list(stream.end_offsets(brokers, topic))
    c.assign([TopicPartition(topic, p, 0) for p in parts])
    left = len(parts)
    while left:
        m = c.poll(10)
        if m is None:
            raise RuntimeError(f"{topic} cannot be read")
        if m.error():
            left -= 1
            continue
        event = OverdueEvent.FromString(m.value())
        if event.limit_ms == LIMIT_S * 1000 and event.kind == "threshold":
            out.append((event, m.timestamp()[1]))
    c.close()
    return out


def judge(told):
    want = {f"b{n}" for n in range(BUYERS) if n % 3}
    got = [e.buyer_id for e, _ in told]
    late = {True: [], False: []}
    for e, at in told:
        late[e.source_partition == BUSY].append(at - e.due_ms)
    for busy, ms in late.items():
        ms.sort()
        print(f"{'with' if busy else 'without'} traffic: {len(ms)} told, " +
              (f"{ms[0]} to {ms[-1]} ms after their time, {ms[len(ms) // 2]} in the middle" if ms else "none"))
    early = [e.event_id for e, at in told if at < e.due_ms]
    if sorted(got) != sorted(want) or early:
        print(f"told {sorted(got)}, not {sorted(want)}; before their time: {early}")
    return int(sorted(got) != sorted(want) or bool(early))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("brokers", "program", "proto"):
        p.add_argument(f"--{name}", required=True)
    a = p.parse_args()
    ChatMessage = proto.load_message(a.proto, "chat_message", "ChatMessage")
    OverdueEvent = proto.load_message(a.proto, "overdue", "OverdueEvent")
    stem = f"due.{os.getpid()}.{int(time.time())}"
    names = {t: f"{stem}.{t}" for t in ("input", "annotated", "deadletter", "overdue", "kpi", "state")}
    stream.create_topics(a.brokers, 4, *names.values())
    command = [a.program, "run", "--brokers", a.brokers, "--set", f"group={stem}", "--set", f"clock.thresholds={LIMIT_S}s"]
    for name, topic in names.items():
        command += ["--set", f"topics.{name}={topic}"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    time.sleep(5)
    feed = stream.Feed(a.brokers, names["input"])
    ask_all(feed, ChatMessage)
    chatter(feed, ChatMessage, LIMIT_S + 3)
    process.send_signal(signal.SIGTERM)
    code = process.wait(60)
    told = read(a.brokers, names["overdue"], OverdueEvent)
    return judge(told) + int(code != 0)


if __name__ == "__main__":
    sys.exit(main())
