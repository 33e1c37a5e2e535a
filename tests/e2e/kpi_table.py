#!/usr/bin/python3
"""`chatsieve kpi` over a real topic, against the shipped SQL in ClickHouse over the same bytes, and against plain sums.

The rows are made up here: several partitions, rows that come again with greater and, from a process that should have been
dead, with smaller offsets, names that need escaping.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import proto  # noqa: E402
import sql  # noqa: E402
import stream  # noqa: E402

PARTITIONS = 3
UNITS = {"reply_rate": "ratio", "mean_reply": "mean_ms", "reception": "count"}


def made_up(rng, KpiRow):
    """[(partition, key, row)] in the order of writing."""
    out = []
    for n in range(4000):
        metric = rng.choice(list(UNITS))
        row = KpiRow(metric=metric, profile=rng.choice(["jd@1", "jd@2"]), platform=rng.choice(["jd", "pdd"]),
                     shop_id=rng.choice(["shop1", "店/二", 'a"b%2F']), agent_id=rng.choice(["", "", "小红", "x/y"]),
                     service_day=rng.choice([20241123, 20241124]), source_topic="chat.messages",
                     source_partition=rng.randrange(PARTITIONS), unit=UNITS[metric],
                     source_offset=n if rng.random() < 0.9 else max(0, n - rng.randrange(2000)),
                     numerator=rng.randrange(1, 10**9), denominator=0 if metric == "reception" else rng.randrange(10**6),
                     maximum=rng.randrange(10**7) if metric == "mean_reply" else 0)
        key = "/".join([row.source_topic, str(row.source_partition), str(row.service_day), metric, row.profile,
                        row.platform, row.shop_id.replace("%", "%25").replace("/", "%2F"),
                        row.agent_id.replace("/", "%2F")])
        out.append((row.source_partition, key, row))
    return out


def expected(rows):
    """{(platform, shop, agent, day, metric, profile): (numerator, denominator, maximum)} by a plain loop."""
    latest, sums = {}, {}
    for _, key, r in rows:
        if key not in latest or r.source_offset >= latest[key].source_offset:
            latest[key] = r
    for r in latest.values():
        day = f"{r.service_day // 10000:04}-{r.service_day // 100 % 100:02}-{r.service_day % 100:02}"
        at = (r.platform, r.shop_id, r.agent_id, day, r.metric, r.profile)
        n, d, m = sums.get(at, (0, 0, 0))
        sums[at] = (n + r.numerator, d + r.denominator, max(m, r.maximum))
    return sums


def run(a, topic, *options):
    done = subprocess.run([a.program, "kpi", "--brokers", a.brokers, "--set", f"topics.kpi={topic}", *options],
                          capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(f"kpi {options}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def by_program(a, topic, *options):
    rows = [json.loads(line) for line in run(a, topic, "--json", *options).splitlines()]
    return {(r["platform"], r["shop_id"], r["agent_id"], r["service_day"], r["metric"], r["profile"]):
            (r["numerator"], r["denominator"], r["maximum"]) for r in rows}


def by_sql(database, rows):
    database.insert("kpi_rows", "kpi.proto", "KpiRow", [r.SerializeToString() for _, _, r in rows])
    got = database.rows("SELECT platform, shop_id, agent_id, day, metric, profile, numerator, denominator, maximum FROM kpi")
    return {tuple(r[:6]): tuple(int(v) for v in r[6:]) for r in got}


def differ(name, got, want):
    """1 if they are not the same, with the first differences told."""
    wrong = [k for k in sorted(set(got) | set(want)) if got.get(k) != want.get(k)]
    print(f"{name}: {len(got)} rows, {len(wrong)} differ")
    for k in wrong[:5]:
        print(f"  {k}: {got.get(k)}, not {want.get(k)}")
    return int(bool(wrong))


def run_readme(database):
    """The queries that the README shows."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")
    with open(path, encoding="utf-8") as f:
        blocks = re.findall(r"^```sql\n(.*?)^```$", f.read(), re.M | re.S)
    queries = [q for b in blocks for q in "".join(s for s in b.splitlines(True) if not s.startswith("--")).split(";") if q.strip()]
    answers = [len(database.rows(q)) for q in queries]
    print(f"README: {len(queries)} queries gave {answers} rows")
    return int(len(queries) < 4 or answers[0] == 0)


def check_choices(a, topic, want):
    failed = differ("one shop and day", by_program(a, topic, "--agents", "--shop", "店/二", "--day", "2024-11-24"),
                    {k: v for k, v in want.items() if k[1] == "店/二" and k[3] == "2024-11-24"})
    failed += differ("one platform, shops only", by_program(a, topic, "--platform", "pdd", "--day", "20241123"),
                     {k: v for k, v in want.items() if k[0] == "pdd" and k[2] == "" and k[3] == "2024-11-23"})
    table = run(a, topic, "--shop", "shop1", "--platform", "jd", "--day", "2024-11-24")
    n, d, _ = want[("jd", "shop1", "", "2024-11-24", "reply_rate", "jd@1")]
    shown = [f"{n} of {d}", f"{100 * n / d:.1f} %", "jd  shop shop1  2024-11-24", "[jd@1]"]
    lacking = [s for s in shown if s not in table]
    if lacking:
        print(f"the table lacks {lacking}:\n{table}")
    return failed + int(bool(lacking))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("brokers", "program", "proto", "tools"):
        p.add_argument(f"--{name}", required=True)
    a = p.parse_args()
    KpiRow = proto.load_message(a.proto, "kpi", "KpiRow")
    topic = f"kpi.{os.getpid()}.{int(time.time())}"
    rows = made_up(random.Random(11), KpiRow)
    stream.create_topics(a.brokers, PARTITIONS, topic)
    feed = stream.Feed(a.brokers, topic)
    for partition, key, row in rows:
        feed.put(key.encode(), row.SerializeToString(), partition)
    feed.put(b"strange", b"\xff\xff", 0)
    feed.put(b"tombstone", None, 0)
    feed.flush()
    want = expected(rows)
    failed = differ("chatsieve kpi", by_program(a, topic, "--agents"), want) + check_choices(a, topic, want)
    session = sql.load_chdb(a.tools)
    if session:
        database = sql.ClickHouse(session, a.proto)
        failed += differ("clickhouse", by_sql(database, rows), want) + run_readme(database)
    else:
        print("clickhouse: chdb is not installed, left out")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
