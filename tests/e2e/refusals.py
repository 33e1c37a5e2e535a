#!/usr/bin/python3
"""What `chatsieve run` says to a real broker's refusals: exit status, the name of the thing, and the remedy."""
import argparse
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import stream  # noqa: E402
from confluent_kafka.admin import AdminClient  # noqa: E402


def run(a, *settings):
    """Exit status and standard error of a run that must end by itself."""
    command = [a.program, "run", "--brokers", a.brokers, "--wait", "3"]
    for s in settings:
        command += ["--set", s]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def deleted_while_running(a, topics, gone):
    """Somebody deletes an output topic: the program says so and ends, for what it cannot write it must not commit."""
    command = [a.program, "run", "--brokers", a.brokers]
    for s in topics:
        command += ["--set", s]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    feed = stream.Feed(a.brokers, topics[0].split("=")[1])
    time.sleep(4)
    admin = AdminClient({"bootstrap.servers": a.brokers})
    admin.delete_topics([gone])[gone].result(30)
    end = time.time() + 60
    while process.poll() is None and time.time() < end:
        feed.put(b"k", b"not a message", sent_ms=int(time.time() * 1000))
        feed.flush()
        time.sleep(0.2)
    process.kill()
    told = process.communicate()[1]
    good = process.returncode == 78 and f"topic {gone} does not exist" in told and "--create" in told
    print(f"topic deleted while running: exit {process.returncode}, " + ("told with its remedy" if good else told))
    return int(not good)


def state_made_anew(a, stem):
    """The commit names a snapshot, and the state topic was deleted and created again."""
    words = [f"{t}={stem}.lost.{t[7:]}" for t in ("topics.input", "topics.annotated", "topics.deadletter",
                                                 "topics.overdue", "topics.kpi", "topics.state")]
    state, settings = f"{stem}.lost.state", words + [f"group={stem}.lost", "state.interval=200ms"]
    stream.create_topics(a.brokers, 1, *(w.split("=")[1] for w in words))
    feed, admin = stream.Feed(a.brokers, f"{stem}.lost.input"), AdminClient({"bootstrap.servers": a.brokers})
    command = [a.program, "run", "--brokers", a.brokers] + [x for s in settings for x in ("--set", s)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    end, saved = time.time() + 60, 0
    while saved < 6 and time.time() < end:  # the third is begun when the first two are committed past
        message = b'\x0a\x02jd\x12\x01s\x1a\x01b\x38\x01\x52\x02hi'
        feed.put(b"k", message, sent_ms=int(time.time() * 1000))
        feed.flush()
        time.sleep(0.2)
        saved = stream.end_offsets(a.brokers, state)[0]
    process.terminate()
    process.wait(60)
    admin.delete_topics([state])[state].result(30)
    time.sleep(2)
    stream.create_topics(a.brokers, 1, state)
    got, told = run(a, *settings)
    good = got == 78 and "neither that nor a newer one is there" in told and "state.lost=accept" in told
    accepted = subprocess.Popen(command + ["--set", "state.lost=accept"], stderr=subprocess.DEVNULL)
    time.sleep(6)
    good = good and accepted.poll() is None
    accepted.kill()
    print(f"state made anew: exit {got}, " + ("told, and accepted" if good else told))
    return int(not good)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--brokers", required=True)
    p.add_argument("--program", required=True)
    a = p.parse_args()
    stem = f"refuse.{os.getpid()}.{int(time.time())}"
    stream.create_topics(a.brokers, 4, stem + ".in", stem + ".out", stem + ".dead", stem + ".kpi")
    stream.create_topics(a.brokers, 2, stem + ".narrow")
    off = ("topics.overdue=off", "topics.kpi=off", "topics.state=off")
    topics = lambda i, o, d: (f"topics.input={stem}.{i}", f"topics.annotated={stem}.{o}",
                              f"topics.deadletter={stem}.{d}", *off)
    rows = (
        ("missing input", topics("none", "out", "dead"), 78, (f"{stem}.none", "does not exist", "--create")),
        ("missing output", topics("in", "none", "dead"), 78, (f"{stem}.none", "does not exist", "--create")),
        ("missing dead letters", topics("in", "out", "none"), 78, (f"{stem}.none", "does not exist", "--create")),
        ("too few partitions", topics("in", "narrow", "dead"), 78, (f"{stem}.narrow", "2 partitions", "--alter")),
        ("missing overdue, KPI and state", topics("in", "out", "dead")[:3], 78,
         ("chat.overdue does not exist", "--topic chat.kpi --partitions 4 --config cleanup.policy=compact",
          "--topic chat.state --partitions 4 --config cleanup.policy=compact")),
        ("too few partitions for state", topics("in", "out", "dead") + (f"topics.state={stem}.narrow",), 78,
         (f"{stem}.narrow", "2 partitions", "--alter")),
        ("broker away", topics("in", "out", "dead") + ("brokers=127.0.0.1:1",), 69, ("127.0.0.1:1", "no broker answers")),
        ("TLS to a plain port", topics("in", "out", "dead") + ("kafka.security.protocol=ssl",), (69, 77), ("security.protocol",)),
    )
    failed = 0
    for name, settings, status, words in rows:
        got, told = run(a, *settings)
        lacking = [w for w in words if w not in told]
        # Whether a broken handshake is told as such or as silence depends on the client library.
        if got not in (status if isinstance(status, tuple) else (status,)) or lacking:
            failed += 1
            print(f"{name}: exit {got} (not {status}), lacking {lacking}:\n{told}")
        else:
            print(f"{name}: exit {got}, told with its remedy")
    failed += deleted_while_running(a, topics("in", "out", "dead") + (f"group={stem}",), f"{stem}.dead")
    failed += state_made_anew(a, stem)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
