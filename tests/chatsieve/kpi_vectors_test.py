"""Response metrics through `scan --kpi`: published worked examples (kpi_cases.jsonl), and what the rules say beside
them. The expected numbers are counts by hand."""

import datetime
import json

from kit import HERE, Case, main, scan

ZONE = datetime.timezone(datetime.timedelta(hours=8))
METRIC = {
    "reply_rate_3min": "reply_rate_3min",
    "avg_reply_s": "mean_reply",
    "first_reply_30s_rate": "first_reply_30s",
    "effective_reply_rate_by_consumer": "effective_reply_rate",
    "human_reply_rate_3min": "human_reply_rate_3min",
}


def ms(text):
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def message(platform, e, i):
    m = {"platform": platform, "shop_id": "s", "buyer_id": e.get("buyer", "u"), "role": e["role"], "sent_ms": ms(e["at"])}
    m.update(text=e.get("text", f"text {i}"), message_id=e.get("id", f"m{i}"))
    if "agent" in e:
        m["agent_id"] = e["agent"]
    if e.get("mode") in ("auto_reply", "broadcast", "quick_reply"):
        m["origin"] = e["mode"]
    if e.get("mode") == "assist":
        m["role"] = "robot_assist"
    if "event" in e:
        m.update(event=e["event"], text="")
    if e.get("event") in ("all_agents_offline", "agent_online", "agent_offline"):
        del m["buyer_id"]
    return json.dumps(m) + "\n"


def add(sums, key, row):
    """Rows of several days or profiles add up."""
    n, d, most = sums.get(key, (0, 0, 0))
    sums[key] = (n + row["numerator"], d + row["denominator"], max(most, row["maximum"]))


def totals(platform, events):
    """{(agent, metric): (numerator, denominator, maximum)} over all days, and what became due."""
    until = max(ms(e["at"]) for e in events) + 60 * 3600000
    text = "".join(message(platform, e, i) for i, e in enumerate(events))
    sums, told = {}, []
    for x in scan("--kpi", "--json", "--overdue", "--agents", "--until", str(until), stdin=text).objects:
        if "metric" in x:
            add(sums, (x["agent_id"], x["metric"]), x)
        else:
            told.append(x)
    return sums, told


def run(platform, events, hours=30, agents=False):
    """The metrics by id (shop) or by agent and id, and what became due."""
    until = max(ms(e["at"]) for e in events) + hours * 3600000
    text = "".join(message(platform, e, i) for i, e in enumerate(events))
    options = ["--kpi", "--json", "--overdue", "--until", str(until)] + (["--agents"] if agents else [])
    done = scan(*options, stdin=text)
    rows = [x for x in done.objects if "metric" in x]
    key = (lambda x: (x.get("agent_id", ""), x["metric"])) if agents else (lambda x: x["metric"])
    return {key(x): (x.get("numerator", 0), x.get("denominator", 0)) for x in rows}, [
        x for x in done.objects if "metric" not in x
    ]


def due_times(told, name):
    return [datetime.datetime.fromtimestamp(x["due_ms"] / 1000, ZONE).isoformat() for x in told if x["limit_name"] == name]


CASES = [json.loads(line) for line in (HERE / "kpi_cases.jsonl").read_text("utf-8").splitlines()]


class Vectors(Case):
    def test_counted_by_hand(self):
        for case in CASES:
            if not case["id"].startswith("own/"):
                continue
            sums, told = totals(case["platform"], case["events"])
            want = {("", k): v for k, v in case["expect"].get("rows", {}).items()}
            for agent, rows in case["expect"].get("agents", {}).items():
                want.update(((agent, k), v) for k, v in rows.items())
            with self.subTest(case["id"], note=case["note"]):
                got = {k: list(sums.get(k, (0, 0, 0))[: len(v)]) for k, v in want.items()}
                self.assertEqual(got, want)
                for name, times in case["expect"].get("due", {}).items():
                    self.assertEqual(due_times(told, name), times, name)
                self.check_flags(case)

    def check_flags(self, case):
        wanted = case["expect"].get("flags", {})
        text = "".join(message(case["platform"], e, i) for i, e in enumerate(case["events"]))
        for place, flags in wanted.items():
            got = scan(stdin=text).objects[int(place)].get("flags", [])
            self.assertEqual(set(flags), set(got) & {"clock_skew", "out_of_order", "duplicate", "late"})

    def test_published(self):
        for case in CASES:
            if case["id"].startswith("own/"):
                continue
            with self.subTest(case["id"]):
                rows, told = run(case["platform"], case["events"])
                n, d = rows.get(METRIC.get(case["policy"].get("metric")), (0, 0))
                got = {"rounds": d, "sessions": d, "messages": d, "consumers": d, "within": n, "sum_s": n / 1000}
                got.update(rate=d and n / d, avg_s=d and n / d / 1000)
                got["leave_messages"] = rows.get("leave_message_rate", (0, 0))[0]
                got["alerts"] = due_times(told, "slow_reply_reminder")
                for name, want in case["expect"].items():
                    self.assertEqual(got[name], want, name)


def at(clock, role, day="2024-03-05", **more):
    return {"at": f"{day}T{clock}+08:00", "role": role, **more}


class Rules(Case):
    def test_unanswered_counts_with_the_cap_and_stays_in_the_denominator(self):
        rows, told = run("taobao", [at("10:00:00", "buyer")])
        self.assertEqual(rows["mean_reply"], (600000, 1))
        self.assertEqual(rows["reply_rate_3min"], (0, 1))
        self.assertEqual(rows["unanswered_at_day_end"], (1, 1))
        self.assertEqual(due_times(told, "reply_3min"), ["2024-03-05T10:02:30+08:00", "2024-03-05T10:03:00+08:00"])
        self.assertEqual(due_times(told, "day_end"), ["2024-03-06T00:00:00+08:00"])

    def test_sessions_of_the_robot_alone_leave_the_mean(self):
        events = [at("10:00:00", "buyer"), at("10:00:02", "robot")]
        self.assertNotIn("mean_reply", {k: v for k, v in run("taobao", events)[0].items() if v[1]})
        rows, _ = run("taobao", events + [at("10:00:31", "agent")])
        self.assertEqual(rows["mean_reply"], (31000, 1))

    def test_a_transfer_leaves_an_unanswered_turn_on_the_first_account(self):
        events = [at("10:00:00", "buyer", agent="A"), at("10:01:00", "system", agent="B", event="transfer")]
        rows, _ = run("taobao", events + [at("10:01:40", "agent", agent="B")], agents=True)
        self.assertEqual(rows["A", "mean_reply"], (600000, 1))
        self.assertEqual(rows["B", "mean_reply"], (100000, 1))
        self.assertEqual(rows["A", "reply_rate_3min"], (0, 1))
        self.assertEqual(rows["B", "reply_rate_3min"], (1, 1))
        rows, _ = run("douyin", events + [at("10:01:40", "agent", agent="B")], agents=True)
        self.assertEqual(rows["B", "mean_first_reply"], (100000, 1))

    def test_hours_are_half_open_and_the_older_rule_ends_at_midnight(self):
        for day, clock, n in (("2024-03-05", "22:59:59", 1), ("2024-03-05", "23:00:00", 0), ("2021-03-05", "23:00:00", 1),
                              ("2024-03-05", "07:59:59", 0), ("2024-03-05", "08:00:00", 1)):
            rows, _ = run("taobao", [at(clock, "buyer", day)])
            self.assertEqual(rows.get("reply_rate_3min", (0, 0))[1], n, (day, clock))

    def test_the_penalty_comes_when_the_fiftieth_expires(self):
        events = [at(f"{9 + k // 60:02}:{k % 60:02}:00", "buyer", buyer=f"b{k:03}") for k in range(100)]
        events += [at(f"{9 + k // 60:02}:{k % 60:02}:30", "agent", buyer=f"b{k:03}") for k in range(50)]
        events.sort(key=lambda e: e["at"])
        rows, told = run("pdd", events)
        self.assertEqual(rows["effective_reply_rate"], (50, 100))
        self.assertEqual(rows["reply_rate_5min"], (50, 100))
        self.assertEqual(due_times(told, "unanswered_buyers"), ["2024-03-05T11:39:00+08:00"])

    def test_a_buyer_counts_once_a_day_and_one_late_answer_spoils_it(self):
        events = [at("10:00:00", "buyer"), at("10:00:10", "agent"), at("11:00:00", "buyer"), at("12:00:01", "agent")]
        self.assertEqual(run("pdd", events)[0]["effective_reply_rate"], (0, 1))
        events[-1] = at("12:00:00", "agent")
        self.assertEqual(run("pdd", events)[0]["effective_reply_rate"], (1, 1))

    def test_a_buyer_counts_once_a_day_when_a_straggler_leads_to_another_rule_and_back(self):
        events = [at("00:00:10", "buyer", "2022-03-02"), at("00:00:20", "agent", "2022-03-02"), at("23:59:59", "agent", "2022-03-01"),
                  at("00:00:30", "buyer", "2022-03-02"), at("00:00:40", "agent", "2022-03-02")]
        text = "".join(message("douyin", e, i).replace('"s"', '"s2"') for i, e in enumerate(events))
        profiles = HERE / ".." / "e2e" / "profiles"
        rows = scan("--kpi", "--json", "--set", f"profiles={profiles}", "--until", str(ms(events[-1]["at"])), stdin=text).objects
        self.assertEqual([(x["numerator"], x["denominator"]) for x in rows if x["metric"] == "buyers"], [(1, 1)])

    def test_sessions_continue_within_the_gap_and_begin_anew_after_it(self):
        begin = [at("10:00:00", "buyer"), at("10:00:40", "agent"), at("10:05:00", "system", event="session_close")]
        rows, _ = run("jd", begin + [at("10:15:00", "buyer"), at("10:15:10", "agent")])
        self.assertEqual(rows["first_reply_30s"], (0, 1))
        rows, _ = run("jd", begin + [at("10:15:01", "buyer"), at("10:15:11", "agent")])
        self.assertEqual(rows["first_reply_30s"], (1, 2))

    def test_every_message_counts(self):
        events = [at("10:00:00", "buyer"), at("10:01:00", "buyer"), at("10:03:30", "agent")]
        rows, _ = run("douyin", events)
        self.assertEqual(rows["human_reply_rate_3min"], (1, 2))
        self.assertEqual(rows["human_reply_rate_2min"], (0, 2))

    def test_skew_is_never_fast_and_a_duplicate_moves_nothing(self):
        rows, _ = run("taobao", [at("10:00:10", "buyer"), at("10:00:00", "agent")])
        self.assertEqual(rows["reply_rate_3min"], (0, 1))
        self.assertEqual(rows["skewed"], (1, 1))
        self.assertEqual(rows.get("mean_reply", (0, 0)), (0, 0))
        text = "".join(message("taobao", at("10:00:00", "buyer"), 1) for _ in range(2))
        flags = [x.get("flags", []) for x in scan(stdin=text).objects]
        self.assertNotIn("duplicate", flags[0])
        self.assertIn("duplicate", flags[1])

    def test_messages_of_the_night_are_due_in_the_morning(self):
        _, told = run("taobao", [at("23:30:00", "buyer")])
        self.assertEqual(due_times(told, "offline_message"), ["2024-03-06T10:00:00+08:00"])
        _, told = run("taobao", [at("23:30:00", "buyer"), at("09:00:00", "agent", "2024-03-06")])
        self.assertEqual(due_times(told, "offline_message"), [])

    def test_cases_and_promises_have_their_times(self):
        case = [at("10:00:00", "system", event="case_open")]
        rows, told = run("taobao", case, hours=60)
        self.assertEqual(rows["cases_solved"], (0, 1))
        self.assertEqual(due_times(told, "case"), ["2024-03-07T10:00:00+08:00"])
        rows, _ = run("taobao", case + [at("09:00:00", "system", "2024-03-07", event="case_solved")])
        self.assertEqual(rows["cases_solved"], (1, 1))
        made = [at("10:00:00", "buyer"), at("10:00:05", "agent", agent="A", text="我查好了稍后回复您")]
        rows, told = run("taobao", made)
        self.assertEqual(rows["promises_open"], (1, 1))
        self.assertEqual(due_times(told, "promise"), ["2024-03-06T10:00:05+08:00"])
        rows, told = run("taobao", made + [at("15:00:00", "agent", agent="A")])
        self.assertEqual((rows["promises_open"], due_times(told, "promise")), ((0, 1), []))

    def test_holding_replies_and_the_last_word_and_receptions(self):
        events = [at("10:00:00", "buyer"), at("10:00:05", "agent", text="亲，请稍等~"), at("10:09:00", "buyer"),
                  at("10:10:00", "agent", agent="A"), at("10:11:00", "buyer")]
        rows, _ = run("jd", events, agents=True)
        self.assertEqual(rows["", "holding_share"], (1, 2))
        self.assertEqual(rows["", "last_word"], (0, 1))
        self.assertEqual(rows["", "reception"][0], 1)
        self.assertEqual(rows["A", "reception"][0], 1)

    def test_suning_ended(self):
        for day, metric in (("2022-06-20", "first_reply_45s"), ("2022-06-21", "reply_rate_40s")):
            rows, _ = run("suning", [at("10:00:00", "buyer", day), at("10:00:30", "agent", day)])
            self.assertEqual(rows[metric], (1, 1), day)


if __name__ == "__main__":
    main()
