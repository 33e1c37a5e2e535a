#!/usr/bin/python3
"""What comes out must not depend on who was killed when: the same input, once in peace and once with processes that are
killed, stopped and joined by others, must give the same annotations, overdue events and counters.

The input is all there before anybody starts, and long past, so that what becomes due does not depend on when this runs.
The tormented processes are slowed down, so that every kill meets work.
"""
import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import corpus  # noqa: E402
import proto  # noqa: E402
import sql  # noqa: E402
import stream  # noqa: E402

OUTPUTS = ("annotated", "deadletter", "overdue", "kpi", "state")
# As in production, but quickly: superseded snapshots and counters go while processes come and go.
COMPACTED = {"cleanup.policy": "compact", "segment.ms": "1000", "min.cleanable.dirty.ratio": "0.01",
             "max.compaction.lag.ms": "1000"}
SLOW = ("workers=1", "flights=1", "kafka.linger.ms=300", "kafka.queued.min.messages=1000")


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("brokers", "program", "proto", "tools"):
        p.add_argument(f"--{name}", required=True)
    p.add_argument("--count", type=int, default=60000, help="messages")
    p.add_argument("--partitions", type=int, default=6)
    p.add_argument("--instances", type=int, default=1)
    p.add_argument("--kills", type=int, default=10)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--keep", action="store_true", help="leave the logs")
    return p.parse_args()


class Side:
    """One consumer group with output topics of its own."""

    def __init__(self, a, stem, name, folder):
        self.a, self.stem, self.group = a, stem, f"{stem}.{name}"
        self.topics = {o: f"{stem}.{name}.{o}" for o in OUTPUTS}
        self.log = open(os.path.join(folder, f"{name}.log"), "ab")
        compacted = [self.topics[o] for o in ("kpi", "state")]
        stream.create_topics(a.brokers, a.partitions, *(t for t in self.topics.values() if t not in compacted))
        stream.create_topics(a.brokers, a.partitions, *compacted, config=COMPACTED)

    def start(self, instance, settings=()):
        """A process. The first is a static member, which has its partitions back at once after a kill."""
        words = [f"group={self.group}", f"topics.input={self.stem}.in", "workers=2", "state.interval=400ms",
                 "kpi.interval=500ms", "kafka.session.timeout.ms=6000", "kafka.heartbeat.interval.ms=300",
                 *(f"topics.{o}={t}" for o, t in self.topics.items()), *settings]
        if instance == 0:
            words.append(f"kafka.group.instance.id={self.group}")
        command = [self.a.program, "run", "--brokers", self.a.brokers]
        for w in words:
            command += ["--set", w]
        return subprocess.Popen(command, stdout=self.log, stderr=self.log)

    def wait(self, process, deadline_s=300):
        """Until all input is committed and nothing becomes due any more."""
        ends = stream.end_offsets(self.a.brokers, f"{self.stem}.in")
        deadline, before, quiet = time.time() + deadline_s, None, 0
        while quiet < 4:
            if process.poll() is not None:
                raise RuntimeError(f"a process ended by itself with {process.returncode}")
            if time.time() > deadline:
                raise RuntimeError("the end of the input was not reached")
            done = stream.committed(self.a.brokers, self.group, f"{self.stem}.in", ends) == ends
            due = stream.end_offsets(self.a.brokers, self.topics["overdue"])
            quiet = quiet + 1 if done and due == before else 0
            before = due
            time.sleep(0.5)

    def records(self, output):
        """[(key, value)] of an output topic."""
        return [(k, v) for rows in stream.read_topic(self.a.brokers, self.topics[output]).values() for _, k, v in rows]


def stop(process):
    process.send_signal(signal.SIGTERM)
    code = process.wait(60)
    if code and code != -signal.SIGTERM:  # that is before the program has set up its own way to stop
        raise RuntimeError(f"SIGTERM ended a process with {code}")


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def in_peace(side):
    process = side.start(0)
    side.wait(process)
    stop(process)


def in_torment(side, a):
    """Returns how many kills and orderly stops there were."""
    rng, done = random.Random(a.seed), [0, 0]
    running = {i: side.start(i, SLOW) for i in range(a.instances)}
    while done[0] < a.kills:
        time.sleep(rng.uniform(0.05, 0.5) if rng.random() < 0.25 else rng.uniform(0.8, 3.0))
        i = 0 if a.instances == 1 or rng.random() < 0.6 else rng.randrange(1, a.instances)
        if i not in running:
            running[i] = side.start(i, SLOW)
            continue
        gently = i > 0 and rng.random() < 0.5
        (stop if gently else kill)(running.pop(i))
        done[gently] += 1
        if i == 0:
            running[0] = side.start(0, SLOW)
    for process in running.values():
        kill(process)
    ends = stream.end_offsets(a.brokers, f"{side.stem}.in")
    reached = stream.committed(a.brokers, side.group, f"{side.stem}.in", ends)
    print(f"  {sum(reached.values())} of {sum(ends.values())} were committed when the torment ended", flush=True)
    process = side.start(0)
    side.wait(process)
    stop(process)
    return done


def by_id(records, parse):
    """{event id: set of its forms}, and how many copies there were."""
    out, n = {}, 0
    for _, value in records:
        out.setdefault(parse(value).event_id, set()).add(value)
        n += 1
    return out, n - len(out)


def newest(records, KpiRow):
    """{key: the row that counts furthest, less how far}."""
    out = {}
    for key, value in records:
        row = KpiRow.FromString(value)
        if key not in out or row.source_offset >= out[key][0]:
            offset, row.source_offset = row.source_offset, 0
            out[key] = (offset, row)
    return {k: r for k, (_, r) in out.items()}


def differ(what, got, want):
    wrong = [k for k in sorted(set(got) | set(want)) if got.get(k) != want.get(k)]
    for k in wrong[:5]:
        print(f"  {what} {k}:\n  in torment {got.get(k)}\n  in peace   {want.get(k)}")
    return len(wrong)


def judge(peace, torment, messages):
    """How many differences; prints what was compared."""
    wrong = 0
    for output, name in (("annotated", "AnnotatedMessage"), ("deadletter", "DeadLetter"), ("overdue", "OverdueEvent")):
        parse = messages[name].FromString
        want, twice = by_id(peace.records(output), parse)
        got, copies = by_id(torment.records(output), parse)
        many = sum(len(forms) > 1 for forms in got.values())
        different = differ(output, got, want)
        print(f"  {output}: {len(want)} in peace, {twice} of them twice; {different} differ, {copies} copies, {many} not identical",
              flush=True)
        wrong += different + many + twice
    want, got = (newest(side.records("kpi"), messages["KpiRow"]) for side in (peace, torment))
    different = differ("kpi", got, want)
    if not want or not torment.records("overdue"):
        print("  no counters or nothing overdue: this run proves nothing")
        wrong += 1
    print(f"  kpi: {len(want)} counters, {different} differ; {len(torment.records('state'))} records of state", flush=True)
    return wrong + different


def by_loop(rows):
    sums = {}
    for r in rows:
        at = (r.platform, r.shop_id, r.agent_id, str(r.service_day), r.metric, r.profile)
        n, d = sums.get(at, (0, 0))
        sums[at] = (n + r.numerator, d + r.denominator)
    return sums


def judge_sql(a, side, messages):
    """The shipped SQL over everything that was published, copies included."""
    session = sql.load_chdb(a.tools)
    if not session:
        print("  sql: chdb is not installed, left out")
        return 0
    database = sql.ClickHouse(session, a.proto)
    for output, table, schema, name in (("kpi", "kpi_rows", "kpi.proto", "KpiRow"),
                                        ("overdue", "overdue_events", "overdue.proto", "OverdueEvent"),
                                        ("annotated", "annotated_messages", "annotated_message.proto", "AnnotatedMessage")):
        values = [v for _, v in side.records(output)]
        if values:
            database.insert(table, schema, name, values)
    got = {tuple(r[:3]) + (r[3].replace("-", ""),) + tuple(r[4:6]): tuple(int(v) for v in r[6:]) for r in database.rows(
        "SELECT platform, shop_id, agent_id, day, metric, profile, numerator, denominator FROM kpi")}
    wrong = differ("sql", got, by_loop(newest(side.records("kpi"), messages["KpiRow"]).values()))
    ids = {messages["OverdueEvent"].FromString(v).event_id for _, v in side.records("overdue")}
    counted = sum(int(r[0]) for r in database.rows("SELECT events FROM overdue_counts"))
    print(f"  sql: {len(got)} sums, {wrong} differ; {counted} overdue events of {len(ids)}", flush=True)
    return wrong + int(counted != len(ids))


def feed(a, topic, folder, ChatMessage):
    """Generated chat, each record with the time at which it was sent."""
    out = stream.Feed(a.brokers, topic)
    for chat, frame in corpus.generated_chat(a.program, a.count, a.seed, folder, ChatMessage):
        out.put(corpus.key_of(chat), frame, sent_ms=chat.sent_ms)
    out.flush()


def run(a, folder):
    stem = f"state.{os.getpid()}.{int(time.time())}"
    messages = {name: proto.load_message(a.proto, stem_, name) for stem_, name in (
        ("chat_message", "ChatMessage"), ("annotated_message", "AnnotatedMessage"), ("dead_letter", "DeadLetter"),
        ("overdue", "OverdueEvent"), ("kpi", "KpiRow"))}
    stream.create_topics(a.brokers, a.partitions, f"{stem}.in", config={"retention.ms": "-1"})
    feed(a, f"{stem}.in", folder, messages["ChatMessage"])
    peace, torment = Side(a, stem, "peace", folder), Side(a, stem, "torment", folder)
    in_peace(peace)
    kills, stops = in_torment(torment, a)
    print(f"  {a.count} messages, {a.instances} instances, {kills} SIGKILLs, {stops} orderly stops", flush=True)
    return judge(peace, torment, messages) + judge_sql(a, torment, messages)


def main():
    a = arguments()
    folder = tempfile.mkdtemp(prefix="chatsieve-state-")
    try:
        wrong = run(a, folder)
    except Exception:
        for name in os.listdir(folder):
            if name.endswith(".log"):
                with open(os.path.join(folder, name), "rb") as log:
                    print(f"--- {name}\n" + log.read()[-3000:].decode(errors="replace"))
        raise
    if a.keep:
        print("  logs in", folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
