#!/usr/bin/python3
"""Send chat through a real Kafka and a running chatsieve, and check every event that comes out.

Each input must have exactly one annotated event or dead letter, equal, byte for byte, to an offline run with the
reference matcher; order is kept; with --kills N the process is killed N times at random moments and nothing may be
lost, and duplicates must be identical.
"""
import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import corpus  # noqa: E402
import oracle  # noqa: E402
import proto  # noqa: E402
import stream  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--brokers", required=True)
    p.add_argument("--program", required=True)
    p.add_argument("--proto", required=True, help="folder with chatsieve/v1/*.proto")
    p.add_argument("--chat", default="", help="jd_chat.tsv, if there is one")
    p.add_argument("--rules", default="")
    p.add_argument("--count", type=int, default=100000, help="generated messages")
    p.add_argument("--partitions", type=int, default=8)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--kills", type=int, default=0)
    p.add_argument("--seed", type=int, default=1)
    return p.parse_args()


class Program:
    """`chatsieve run` on three topics, started again after every kill."""

    def __init__(self, a, names, folder):
        self.log = open(os.path.join(folder, "run.log"), "ab")
        self.args = [a.program, "run", "--brokers", a.brokers, "--set", f"group={names[0]}.group",
                     "--set", f"topics.input={names[0]}", "--set", f"topics.annotated={names[1]}",
                     "--set", f"topics.deadletter={names[2]}", "--set", f"workers={a.workers}",
                     *(w for t in ("overdue", "kpi", "state") for w in ("--set", f"topics.{t}=off")),
                     # a fixed name, so that a killed instance gets its partitions back at once
                     "--set", f"kafka.group.instance.id={names[0]}.i", *(["--rules", a.rules] if a.rules else [])]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.args, stderr=self.log, stdout=self.log)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def wait_committed(a, names, program, deadline_s):
    """Until the group has committed the end of every input partition."""
    ends = stream.end_offsets(a.brokers, names[0])
    deadline = time.time() + deadline_s
    while time.time() < deadline:
        if program.process.poll() is not None:
            raise RuntimeError(f"the program ended by itself with {program.process.returncode}")
        if stream.committed(a.brokers, f"{names[0]}.group", names[0], ends) == ends:
            return
        time.sleep(0.5)
    raise RuntimeError("the program did not reach the end of its input")


def produce(feed, a, folder, ChatMessage, pace):
    """Send the corpus; `pace` messages a second if it is not 0."""
    began = time.time()
    for n, (key, value) in enumerate(corpus.records(a.program, a.chat, a.count, a.seed, folder, ChatMessage)):
        feed.put(key, value)
        if pace and n % 500 == 0:
            time.sleep(max(0, began + n / pace - time.time()))
    feed.flush()


def kill_at_random(a, program, feeding):
    """Kill and restart; the first kills fall into the start-up, later ones into steady work."""
    rng = random.Random(a.seed)
    for k in range(a.kills):
        time.sleep(rng.uniform(0.05, 2.5) if k % 4 else rng.uniform(0.05, 0.6))
        program.kill()
        program.start()
    feeding.join()


def run(a, names, folder, ChatMessage):
    program, feed = Program(a, names, folder), stream.Feed(a.brokers, names[0])
    pace = (a.count + 6021) / (a.kills * 1.6) if a.kills else 0
    feeding = threading.Thread(target=produce, args=(feed, a, folder, ChatMessage, pace))
    program.start()
    feeding.start()
    kill_at_random(a, program, feeding)
    wait_committed(a, names, program, 300)
    code = program.stop()
    if code != 0:
        raise RuntimeError(f"SIGTERM ended the program with {code}")


def judge(a, names, folder, AnnotatedMessage, DeadLetter):
    wrong = oracle.Differences()
    parse = (AnnotatedMessage.FromString, DeadLetter.FromString)
    inputs = stream.read_topic(a.brokers, names[0])
    live, twice = oracle.collect(stream.read_topic(a.brokers, names[1]), parse[0], wrong, "event")
    dead, dead_twice = oracle.collect(stream.read_topic(a.brokers, names[2]), parse[1], wrong, "dead letter")
    n = sum(len(rows) for rows in inputs.values())
    if not a.kills and twice + dead_twice:
        wrong.add(f"{twice + dead_twice} duplicates without any crash")
    counts = oracle.compare(a.program, a.rules, names[0], inputs, live, dead, parse, wrong, folder)
    print(f"  {n} inputs: {counts[0]} annotated ({counts[2]} violations), {counts[1]} dead letters, "
          f"{twice + dead_twice} identical duplicates, {wrong.count} wrong", flush=True)
    if counts[2] == 0 or counts[1] == 0:
        wrong.add("the corpus had no violation or no dead letter: this run proves nothing")
    return wrong.report()


def main():
    a = arguments()
    folder = tempfile.mkdtemp(prefix="chatsieve-e2e-")
    stem = f"e2e.{os.getpid()}.{int(time.time())}"
    names = (f"{stem}.in", f"{stem}.out", f"{stem}.dead")
    ChatMessage, AnnotatedMessage, DeadLetter = proto.load_proto(a.proto)
    stream.create_topics(a.brokers, a.partitions, *names)
    try:
        run(a, names, folder, ChatMessage)
        failed = judge(a, names, folder, AnnotatedMessage, DeadLetter)
    except Exception:
        with open(os.path.join(folder, "run.log"), "rb") as log:
            print(log.read()[-4000:].decode(errors="replace"))
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
