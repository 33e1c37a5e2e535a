#!/usr/bin/python3
"""What `chatsieve run` says to a real broker's refusals: exit status, the name of the thing, and the remedy."""
import argparse
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import stream  # noqa: E402


def run(a, *settings):
    """Exit status and standard error of a run that must end by itself."""
    command = [a.program, "run", "--brokers", a.brokers, "--wait", "3"]
    for s in settings:
        command += ["--set", s]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


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
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
