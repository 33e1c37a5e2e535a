#!/usr/bin/python3
"""The counters of the clock against the model of the rules (kpi_model.py) over made-up logs: every row of every metric must be
the same.

`--program`: by `chatsieve scan --kpi`; sent times are the log's times. `--clock`: by the clock alone, with records that come
late, several partitions, timers that run ahead and snapshots in between. With all shipped profiles and those of
tests/e2e/profiles, around the days on which rules change.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
try:
    import kpi_log
    import kpi_model
    import kpi_profiles
except ImportError as e:
    print(f"skipped: {e}")
    sys.exit(77)

PROFILES = [kpi_profiles.SHIPPED, os.path.join(HERE, "profiles")]
STARTS = ["2022-02-25", "2022-03-10", "2022-06-18"]  # the rule of taobao changes, New York's clocks, suning ends
PACK = os.path.join(HERE, "..", "chatsieve", "pack.yaml")


def by_scan(program, path, until, window):
    command = [program, "scan", "--rules", PACK, "--set", f"profiles={','.join(PROFILES)}", "--set", f"clock.window={window}d",
               "--kpi", "--json", "--agents", "--until", str(until), path]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"scan: exit {done.returncode}\n{done.stderr}")
    rows = (json.loads(line) for line in done.stdout.splitlines())
    return {(r["platform"], r["shop_id"], r["agent_id"], r["service_day"], r["metric"], r["profile"]):
            (r["numerator"], r["denominator"], r["maximum"]) for r in rows if r["numerator"] or r["denominator"] or r["maximum"]}


def differ(name, got, want):
    """How many rows are not the same; tells the first of each metric."""
    wrong = [k for k in sorted(set(got) | set(want)) if got.get(k) != want.get(k)]
    metrics = sorted({k[4:] for k in want})
    print(f"{name}: {len(want)} rows of {len(metrics)} metrics, {len(wrong)} differ")
    told = {}
    for k in wrong:
        if told.setdefault(k[4:], k) == k:
            print(f"  {k}: {got.get(k)}, by the rules {want.get(k)}")
    return len(wrong)


def as_rows(text):
    """Counters as they were published, one after the other: the last of a key counts, partitions add up."""
    latest, sums = {}, {}
    for line in text.splitlines():
        *key, n, d, m = line.split("\t")
        latest[tuple(key)] = (int(n), int(d), int(m))
    for (_, platform, shop, agent, day, *metric), (n, d, m) in latest.items():
        key = (platform, shop, agent, f"{day[:4]}-{day[4:6]}-{day[6:]}", *metric)
        was = sums.get(key, (0, 0, 0))
        sums[key] = (was[0] + n, was[1] + d, max(was[2], m))
    return {k: v for k, v in sums.items() if any(v)}


def by_sql(session, text):
    """The shipped tables and views over the same counters: (rows, limits met, 30 days)."""
    import sql
    database = sql.ClickHouse(session, HERE)
    path = os.path.join(database.folder, "rows.tsv")
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(f"{n}\t{line}\n" for n, line in enumerate(text.splitlines()))
    database.session.query(
        "INSERT INTO kpi_rows (source_topic, unit, source_offset, source_partition, platform, shop_id, agent_id, service_day, metric, "
        f"profile, numerator, denominator, maximum) SELECT 't', '', * FROM file('{path}', 'TSV', 'o Int64, p Int32, a String, b String, "
        "c String, d Int32, e String, f String, n Int64, m Int64, x Int64')")
    rows = database.rows("SELECT platform, shop_id, agent_id, day, metric, profile, numerator, denominator, maximum FROM kpi "
                         "WHERE numerator OR denominator OR maximum")
    met = database.rows("SELECT platform, shop_id, day, metric, profile, name FROM kpi_limits_met")
    month = database.rows("SELECT platform, shop_id, agent_id, day, metric, numerator, denominator FROM kpi_30_days")
    return ({tuple(r[:6]): tuple(map(int, r[6:])) for r in rows}, {tuple(r) for r in met},
            {tuple(r[:5]): tuple(map(int, r[5:])) for r in month})


def limits_met(rows, profiles):
    """Bands and penalties of the profiles' own files."""
    out = set()
    for (platform, shop, agent, day, metric, profile), (n, d, _) in rows.items():
        m = next(m for p in profiles.all if p.name == profile for m in p.metrics if m["id"] == metric)
        bands, penalty = m.get("bands", []), m.get("penalty")
        for b in [bands] if isinstance(bands, dict) else bands:
            low, high = (float(str(b[k]).rstrip("%")) / 100 for k in ("from", "below"))
            if not agent and d >= b["least"] and low * d <= n < high * d:
                out.add((platform, shop, day, metric, profile, b["name"]))
        if penalty and not agent and d >= penalty["asked"] and d - n >= penalty["failed"]:
            out.add((platform, shop, day, metric, profile, penalty["name"]))
    return out


def check_sql(session, text, want, profiles):
    got, met, month = by_sql(session, text)
    shipped = {m for m in limits_met(want, profiles) if m[4].split("@")[0] in ("pdd", "suning")}
    sums = {}
    for (platform, shop, agent, day, metric, _), (n, d, _) in want.items():
        for k in range(30):
            key = (platform, shop, agent, kpi_profiles.date_of(kpi_profiles.day_number(day) + k), metric)
            sums[key] = tuple(map(sum, zip(sums.get(key, (0, 0)), (n, d))))
    wrong = [k for k in month if month[k] != sums.get(k, (0, 0))]
    print(f"clickhouse: {len(met)} limits met, {len(met ^ shipped)} differ; {len(month)} sums of 30 days, {len(wrong)} differ")
    return differ("clickhouse", got, want) + len(met ^ shipped) + len(wrong) + (not month)


def by_clock(program, log, window, seed):
    fields = ("partition", "record_ms", "sent_ms", "role", "origin", "platform", "shop_id", "buyer_id", "agent_id", "event", "message_id",
              "text")
    lines = "".join("\t".join(str(x.get(f, "")) for f in fields) + "\n" for x in log)
    done = subprocess.run([program, ",".join(PROFILES), str(window * kpi_model.DAY_MS), str(seed)], input=lines, capture_output=True,
                          text=True)
    if done.returncode:
        raise RuntimeError(f"clock: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def one_scan(a, seed, window, profiles):
    log = list(kpi_log.make(random.Random(seed), a.count, STARTS[seed % len(STARTS)]))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as f:
        f.writelines(kpi_log.as_input(x) for x in log)
        f.flush()
        got = by_scan(a.program, f.name, max(x["sent_ms"] for x in log) + 30 * kpi_model.DAY_MS, window)
    for x in log:
        del x["record_ms"], x["partition"]
    return got, kpi_model.rows_of(log, profiles, window * kpi_model.DAY_MS)


def one_clock(a, seed, window, profiles):
    log = list(kpi_log.make(random.Random(seed), a.count, STARTS[seed % len(STARTS)], partitions=3))
    published, want = by_clock(a.clock, log, window, seed), kpi_model.rows_of(log, profiles, window * kpi_model.DAY_MS)
    if a.session and check_sql(a.session, published, want, profiles):
        raise RuntimeError("the shipped SQL shows other numbers")
    return as_rows(published), want


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--program")
    p.add_argument("--clock")
    p.add_argument("--tools", help="where chdb is: the shipped SQL over the counters, too")
    p.add_argument("--count", type=int, default=int(os.environ.get("CS_KPI_MESSAGES", "30000")), help="messages of a seed")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--seeds", type=int, default=3)
    a = p.parse_args()
    a.session = None
    if a.tools:
        import sql  # it wants packages that the rest does not
        a.session = sql.load_chdb(a.tools)
    profiles, failed = kpi_profiles.Profiles(PROFILES), 0
    for seed in range(a.seed, a.seed + a.seeds):
        for by in [one_scan] * bool(a.program) + [one_clock] * bool(a.clock):
            begin, window = time.time(), 1 + seed % 2 * 6
            got, want = by(a, seed, window, profiles)
            took = time.time() - begin
            failed += differ(f"{by.__name__[4:]}, seed {seed}, {a.count} messages, window {window} d, {took:.0f} s", got, want)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
