#!/usr/bin/python3
"""A made-up log through a real broker and `chatsieve run`: what `chatsieve kpi` prints, what the shipped SQL shows over the bytes
of the topic, and what the model of the rules counts must be the same in every row.

Records carry the times at which they came into the log, years ago: the wall clock, which idle partitions follow, makes
everything due as soon as the log ends.
"""
import argparse
import os
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
try:
    import kpi_agree
    import kpi_log
    import kpi_model
    import kpi_profiles
    import kpi_table
    import proto
    import sql
    import state
    import stream
except ImportError as e:
    print(f"skipped: {e}")
    sys.exit(77)


def as_message(x, ChatMessage):
    fields = {k: v for k, v in x.items() if k not in ("record_ms", "partition", "role", "origin")}
    origin = f"ORIGIN_{x.get('origin', 'unspecified').upper()}"
    return ChatMessage(role=f"ROLE_{x['role'].upper()}", origin=origin, **fields)


def feed(a, topic, log, ChatMessage):
    out = stream.Feed(a.brokers, topic)
    for x in log:
        out.put(f"{x['shop_id']}/{x.get('buyer_id', '')}".encode(), as_message(x, ChatMessage).SerializeToString(), x["partition"],
                x["record_ms"])
    out.flush()


def run(a, side, window):
    """`chatsieve run` until nothing becomes due any more."""
    process = side.start(0, (f"profiles={','.join(kpi_agree.PROFILES)}", f"clock.window={window}d"))
    side.wait(process)
    state.stop(process)


def by_sql(a, side, KpiRow):
    """None where chdb is not installed."""
    session = sql.load_chdb(a.tools)
    rows = [(0, key, KpiRow.FromString(value)) for key, value in side.records("kpi")]
    return kpi_table.by_sql(sql.ClickHouse(session, a.proto), rows) if session else None


def without_empty(rows):
    return {k: v for k, v in rows.items() if any(v)}


def compare(a, folder):
    stem, window = f"live.{os.getpid()}.{int(time.time())}", 1 + a.seed % 2 * 6
    log = list(kpi_log.make(random.Random(a.seed), a.count, kpi_agree.STARTS[a.seed % 3], partitions=a.partitions))
    want = kpi_model.rows_of(log, kpi_profiles.Profiles(kpi_agree.PROFILES), window * kpi_model.DAY_MS)
    stream.create_topics(a.brokers, a.partitions, f"{stem}.in", config={"retention.ms": "-1"})
    feed(a, f"{stem}.in", log, proto.load_message(a.proto, "chat_message", "ChatMessage"))
    side = state.Side(a, stem, "live", folder)
    run(a, side, window)
    got = without_empty(kpi_table.by_program(a, side.topics["kpi"], "--agents"))
    wrong = kpi_agree.differ(f"chatsieve kpi, seed {a.seed}, {len(log)} messages, window {window} d", got, want)
    shown = by_sql(a, side, proto.load_message(a.proto, "kpi", "KpiRow"))
    if shown is None:
        print("clickhouse: chdb is not installed, left out")
        return wrong + (not want)
    return wrong + kpi_agree.differ("clickhouse", without_empty(shown), want) + (not want)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("brokers", "program", "proto", "tools"):
        p.add_argument(f"--{name}", required=True)
    p.add_argument("--count", type=int, default=20000, help="messages")
    p.add_argument("--partitions", type=int, default=3)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    folder = tempfile.mkdtemp(prefix="chatsieve-live-")
    try:
        wrong = compare(a, folder)
    except Exception:
        with open(os.path.join(folder, "live.log"), "rb") as log:
            print(log.read()[-3000:].decode(errors="replace"))
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
