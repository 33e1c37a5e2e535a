#!/usr/bin/python3
"""Exchange the rules of a running chatsieve again and again while messages flow.

Two sets of packs take turns the way Kubernetes mounts them: a directory of symbolic links whose target is swapped by one
rename. Every input must have exactly one event, equal, byte for byte, to an offline run of the reference matcher with the
rule set whose hash the event carries, rules that look back beyond a reload included; a broken pack and SIGHUP in between change nothing. Prints how long messages were
under way with and without reloads, and the memory of the process.
"""
import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import corpus  # noqa: E402
import oracle  # noqa: E402
import proto  # noqa: E402
import stream  # noqa: E402
from round_trip import Program, wait_committed  # noqa: E402
from confluent_kafka import Consumer, TopicPartition  # noqa: E402

EXTRA = """pack: {{id: turn, version: {name}}}
rules:
  - id: TURN_{name}
    category: test
    severity: 1
    platforms: all
    actors: any
    terms: [{terms}]
    message: {{zh: 一, en: one}}
    examples: {{hit: [{terms}], clean: [无]}}
"""


class Mount:
    """rules/x.yaml -> ..data/x.yaml, ..data -> ..A or ..B."""

    def __init__(self, folder, shipped):
        self.path = os.path.join(folder, "rules")
        os.mkdir(self.path)
        for name, terms in (("A", "您好, 谢谢"), ("B", "您好, 发货, 什么")):
            inner = os.path.join(self.path, ".." + name)
            os.mkdir(inner)
            for pack in os.listdir(shipped):
                if pack.endswith(".yaml"):
                    shutil.copy(os.path.join(shipped, pack), inner)
            with open(os.path.join(inner, "turn.yaml"), "w", encoding="utf-8") as f:
                f.write(EXTRA.format(name=name, terms=terms))
        os.symlink("..A", os.path.join(self.path, "..data"))
        for name in os.listdir(os.path.join(self.path, "..A")):
            if name.endswith(".yaml"):
                os.symlink(f"..data/{name}", os.path.join(self.path, name))

    def turn_to(self, name):
        new = os.path.join(self.path, "..tmp")
        os.symlink(".." + name, new)
        os.rename(new, os.path.join(self.path, "..data"))

    def break_it(self):
        """A pack beside the mounted ones that does not load."""
        with open(os.path.join(self.path, "zz.yaml"), "w", encoding="utf-8") as f:
            f.write("rules: [")

    def mend_it(self):
        os.remove(os.path.join(self.path, "zz.yaml"))


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--brokers", required=True)
    p.add_argument("--program", required=True)
    p.add_argument("--proto", required=True)
    p.add_argument("--shipped", required=True, help="the shipped rule packs")
    p.add_argument("--reloads", type=int, default=12)
    p.add_argument("--rate", type=int, default=4000, help="messages a second")
    p.add_argument("--partitions", type=int, default=4)
    p.add_argument("--workers", type=int, default=2)
    return p.parse_args()


def produce(feed, a, folder, ChatMessage, over):
    """Generated chat at an even pace until `over`."""
    began, n = 0, 0
    for chat, frame in corpus.generated_chat(a.program, int(a.rate * (30 + a.reloads)), 3, folder, ChatMessage):
        began = began or time.time()
        feed.put(corpus.key_of(chat), frame)
        n += 1
        if n % 50 == 0:
            feed.producer.poll(0)
            time.sleep(max(0, began + n / a.rate - time.time()))
        if over.is_set():
            break
    feed.flush()


def log_count(folder, text):
    with open(os.path.join(folder, "run.log"), "rb") as f:
        return f.read().count(text.encode())


def wait_log(program, folder, text, count, seconds=30):
    end = time.time() + seconds
    while log_count(folder, text) < count:
        if time.time() > end or program.process.poll() is not None:
            raise RuntimeError(f'"{text}" was not logged {count} times')
        time.sleep(0.01)


def rss_mib(program):
    with open(f"/proc/{program.process.pid}/status") as f:
        return int(next(line for line in f if line.startswith("VmRSS")).split()[1]) / 1024


def reload_often(a, mount, program, folder):
    """Returns memory after a tenth of the reloads and after all."""
    early = 0
    for k in range(1, a.reloads + 1):
        mount.turn_to("AB"[k % 2])
        wait_log(program, folder, 'msg="rules reloaded"', k)
        if k == max(3, a.reloads // 10):
            early = rss_mib(program)
    late = rss_mib(program)
    mount.break_it()
    wait_log(program, folder, "the former ones stay in force", 1)
    program.process.send_signal(signal.SIGHUP)
    wait_log(program, folder, "the former ones stay in force", 2)
    mount.mend_it()
    wait_log(program, folder, 'msg="rules reloaded"', a.reloads + 1)
    return early, late


def stamps(a, topic):
    """{(partition, offset): broker or producer time, ms} of a topic."""
    ends, out = stream.end_offsets(a.brokers, topic), {}
    c = Consumer({"bootstrap.servers": a.brokers, "group.id": "unused", "enable.auto.commit": False})
    c.assign([TopicPartition(topic, p, 0) for p in ends])
    want = sum(ends.values())
    while len(out) < want:
        for m in c.consume(10000, timeout=5.0):
            out[(m.partition(), m.offset())] = m.timestamp()[1]
    c.close()
    return out


def under_way(a, names, live, parse, marks):
    """99th percentiles, ms from the input's to the event's time: while nothing was reloaded, and while it was."""
    sent, got = stamps(a, names[0]), stamps(a, names[1])
    calm, busy = [], []
    for partition, rows in live.items():
        for offset, _, value in rows:
            at = (partition, parse(value).source_offset)
            for low, high, kind in ((marks[0], marks[1], calm), (marks[1], marks[2], busy)):
                if low <= sent[at] < high:
                    kind.append(got[(partition, offset)] - sent[at])
    return [sorted(k)[int(len(k) * 0.99)] if k else -1 for k in (calm, busy)]


def judge(a, names, folder, mount, AnnotatedMessage):
    """Events against the rule set of their hash; returns the number of faults and of events by hash."""
    wrong = oracle.Differences()
    inputs = stream.read_topic(a.brokers, names[0])
    live, twice = oracle.collect(stream.read_topic(a.brokers, names[1]), AnnotatedMessage.FromString, wrong, "event")
    if twice:
        wrong.add(f"{twice} duplicates without a crash")
    by_hash, todo = {}, dict(live)
    for name in "AB":
        mount.turn_to(name)
        for partition, rows in inputs.items():
            frames, _ = oracle.offline(a.program, mount.path, names[0], partition, [r[2] for r in rows], folder)
            for frame in frames:
                event = AnnotatedMessage.FromString(frame)
                at = (partition, event.source_offset)
                got = todo.get(at)
                if got is None or AnnotatedMessage.FromString(got).ruleset_hash != event.ruleset_hash:
                    continue
                by_hash[event.ruleset_hash] = by_hash.get(event.ruleset_hash, 0) + 1
                if not oracle.same(got, frame, oracle.ANNOTATED_UNKNOWN, rows[event.source_offset][2]):
                    wrong.add(f"{event.event_id} differs from the offline run of its rules")
                del todo[at]
    n = sum(len(rows) for rows in inputs.values())
    if len(live) != n:
        wrong.add(f"{n} inputs, {len(live)} events")
    for at in list(todo)[:5]:
        wrong.add(f"partition {at[0]}, offset {at[1]}: carries the hash of no rule set")
    if len(by_hash) != 2:
        wrong.add("not both rule sets judged something: this run proves nothing")
    print(f"  {n} inputs, events by rule set {sorted(by_hash.values())}, {wrong.count} wrong", flush=True)
    return wrong.report()


def run(a, names, folder, ChatMessage, AnnotatedMessage):
    a.rules = os.path.join(folder, "rules")
    mount = Mount(folder, a.shipped)
    program, feed, over = Program(a, names, folder), stream.Feed(a.brokers, names[0]), threading.Event()
    program.start()
    feeding = threading.Thread(target=produce, args=(feed, a, folder, ChatMessage, over))
    feeding.start()
    try:
        wait_log(program, folder, "assigned", 1)
        while feed.sent < a.rate:
            time.sleep(0.1)
        time.sleep(5)  # the pause between this and the first reload is what the reloads are compared with
        marks = [(time.time() - 3) * 1000, time.time() * 1000]
        early, late = reload_often(a, mount, program, folder)
        marks.append(time.time() * 1000)
    finally:
        over.set()
        feeding.join()
    wait_committed(a, names, program, 120)
    if program.stop() != 0:
        raise RuntimeError("SIGTERM did not end the program well")
    failed = judge(a, names, folder, mount, AnnotatedMessage)
    calm, busy = under_way(a, names, stream.read_topic(a.brokers, names[1]), AnnotatedMessage.FromString, marks)
    print(f"  {a.reloads + 1} reloads in {(marks[2] - marks[1]) / 1000:.0f} s; 99 % of messages under way at most {calm} ms "
          f"without and {busy} ms with reloads; memory {early:.0f} MiB after the first, {late:.0f} MiB after all", flush=True)
    if late > early * 1.2 + 32:
        print("  WRONG: memory grows with reloads")
        failed += 1
    return failed


def main():
    a = arguments()
    folder = tempfile.mkdtemp(prefix="chatsieve-reload-")
    stem = f"reload.{os.getpid()}.{int(time.time())}"
    names = (f"{stem}.in", f"{stem}.out", f"{stem}.dead")
    ChatMessage, AnnotatedMessage, _ = proto.load_proto(a.proto)
    stream.create_topics(a.brokers, a.partitions, *names)
    try:
        failed = run(a, names, folder, ChatMessage, AnnotatedMessage)
    except Exception:
        with open(os.path.join(folder, "run.log"), "rb") as log:
            print(log.read()[-4000:].decode(errors="replace"))
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
