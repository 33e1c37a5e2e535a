"""`generate`: the same for the same seed, believable, and full of what the rules look for."""

import collections

from kit import *


def generate(count, *args):
    return run("generate", "--count", str(count), *args)


class Generate(Case):
    def test_seed(self):
        a, b, c = generate(5000), generate(5000, "--seed", "1"), generate(5000, "--seed", "2")
        self.assertTrue(a.raw == b.raw)
        self.assertTrue(a.raw != c.raw)

    def test_more_is_a_continuation(self):
        self.assertTrue(generate(2000).raw.startswith(generate(1000).raw))

    def test_shape(self):
        events = generate(20000).objects
        self.assertEqual(len(events), 20000)
        self.assertEqual([e["message_id"] for e in events], sorted({e["message_id"] for e in events}))
        times = [e["sent_ms"] for e in events]
        self.assertEqual(times, sorted(times))
        self.assertEqual({e["platform"] for e in events}, {"jd", "taobao", "pdd", "douyin", "suning"})
        self.assertGreaterEqual(len({e["shop_id"] for e in events}), 24)
        roles = collections.Counter(e["role"] for e in events)
        for role in ("buyer", "agent", "robot", "robot_assist", "system"):
            self.assertGreater(roles[role], 100, roles)
        for e in events:
            self.assertTrue(e["text"] and "$" not in e["text"] and "[" not in e["text"], e["text"])

    def test_count_and_start(self):
        self.assertEqual(generate(0).raw, b"")
        first = generate(1, "--start-ms", "5000000").objects[0]
        self.assertTrue(5000000 <= first["sent_ms"] < 5000000 + 60000)

    def test_violations_and_slow_replies(self):
        events = run("scan", stdin=generate(30000).raw).objects
        evidence = collections.Counter(v["evidence"] for e in events for v in e.get("violations", []))
        for level in ("exact", "folded", "gap"):
            self.assertGreater(evidence[level], 20, evidence)
        late = [e for e in events if e.get("response", {}).get("latency_ms", 0) > 60000]
        self.assertGreater(len(late), 20)
        speakers = {e["role"] for e in events if e.get("violations")}
        self.assertIn("agent", speakers)

    def test_honest_lines_stay_clean(self):
        """What buyers and robots say is lawful by intention: the shipped packs must agree, near enough."""
        events = run("scan", stdin=generate(30000).raw).objects
        wrong = [e["text"] for e in events if e["role"] != "agent" and e.get("violations")]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    main()
