"""Disguised offers and innocent talk near them, as agents write, with the packs that ship: what each platform finds."""

import collections
import json
import unittest

from kit import HERE, run

PLATFORMS = ("jd", "pdd", "taobao", "douyin", "suning")
RULES = HERE.parent.parent / "plugin/share/rules"
SEVERE = 3
FOUND_LEAST, WRONG_MOST = 0.92, 0.02  # of what a platform punishes; of innocent sentences on a platform


def sentences():
    """(platforms that punish it, kind, text)"""
    for line in (HERE / "disguised.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            where, kind, text = line.split("\t")
            yield {"all": PLATFORMS, "-": ()}.get(where, tuple(where.split(","))), kind, text


def severe(texts):
    """Platform -> whether each text has a violation that counts; each is of an agent and a buyer of its own."""
    said = [(p, t) for p in PLATFORMS for t in texts]
    lines = [json.dumps({"platform": p, "shop_id": "s", "agent_id": f"a{i}", "buyer_id": f"b{i}", "role": "agent",
                         "sent_ms": 1_700_000_000_000 + i * 1000, "text": t}) for i, (p, t) in enumerate(said)]
    done = run("scan", "--rules", str(RULES), stdin="\n".join(lines) + "\n")
    found = [any(v["severity"] >= SEVERE for v in e.get("violations", ())) for e in done.objects]
    return {p: found[i * len(texts):(i + 1) * len(texts)] for i, p in enumerate(PLATFORMS)}


class Disguised(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = list(sentences())
        cls.of = severe([text for _, _, text in cls.rows])

    def test_table(self):
        found, made, wrong = collections.Counter(), collections.Counter(), []
        for i, (where, kind, text) in enumerate(self.rows):
            for p in PLATFORMS:
                if p in where:
                    made[kind, p] += 1
                    found[kind, p] += self.of[p][i]
                elif not where and self.of[p][i]:
                    wrong.append((p, kind, text))
                if (p in where) != self.of[p][i] and (p in where or not where):
                    print("missed" if p in where else "wrong", p, kind, text)
        kinds = dict.fromkeys(k for k, _ in made)
        print(f"{'found / made':12}" + "".join(f"{p:>10}" for p in PLATFORMS))
        for k in kinds:
            print(f"{k:12}" + "".join(f"{found[k, p]:6}/{made[k, p]:3}" for p in PLATFORMS))
        innocent = sum(not where for where, _, _ in self.rows)
        print(f"{'innocent':12}" + "".join(f"{sum(w[0] == p for w in wrong):6}/{innocent:3}" for p in PLATFORMS))
        self.assertGreater(innocent, 190)
        for p in PLATFORMS:
            of = sum(made[k, p] for k in kinds)
            self.assertGreater(of, 100)
            self.assertGreaterEqual(sum(found[k, p] for k in kinds), FOUND_LEAST * of, p)
            self.assertLessEqual(sum(w[0] == p for w in wrong), WRONG_MOST * innocent, p)

    def test_a_name_that_may_be_said_is_no_offence(self):
        for i, (_, kind, text) in enumerate(self.rows):
            for p in ("taobao", "douyin", "suning"):
                if kind == "mention":
                    self.assertFalse(self.of[p][i], f"{p}: {text}")


if __name__ == "__main__":
    unittest.main()
