"""Regex rules: what is refused and where, and the spans of random expressions against Python's `re`.

The oracle knows nothing of the program: it takes the characters that are kept, asks `re` for every pair of begin and
end whether the expression matches exactly there, and keeps the leftmost-longest pairs that no gap, sentence end or
word forbids."""

import random
import re

from kit import *

HEAD = "pack: {id: p, version: 1}\nrules:\n"
RULE = """  - id: R%d
    category: c
    severity: 2
    platforms: all
    actors: any
    message: {zh: 一, en: one}
    examples: {hit: [x], clean: [y]}
"""


def pack(*expressions, extra=""):
    rules = (RULE % i + extra + "    regex: ['%s']\n" % e for i, e in enumerate(expressions))
    return HEAD + "".join(rules)


class Refusals(Case):
    # expression, column of the caret within it (from 0), part of the message
    ROWS = [
        (r"\b.{100,10000}\b", 3, "counts too far"),
        (r"(a{1,1000}){1,1000}", 2, "counts too far"),
        (r"微信(a{1,64}){1,64}", 0, "repeats written out"),
        (r"微信((((((){64}){64}){64}){64}){64})", 0, "repeats written out"),
        (r"(x+x+)+y", None, None),
        (r"(x*)*y", 0, "every match must contain"),
        (r"\d{11}", 0, "every match must contain"),
        (r"微|信用", 0, "every match must contain"),
        (r".*", 0, "every match must contain"),
        (r" ", 0, "every match must contain"),
        (r"微信{70}", 2, "counts too far"),
        (r"微信{9,3}", 2, "wrong way round"),
        (r"微信(?=好)", 2, "look-around"),
        (r"微信(?>好)", 2, "atomic"),
        (r"微信(?R)", 2, "recursion"),
        (r"(微信)\1", 4, "back-references"),
        (r"微信好++", 4, "possessive"),
        (r"微信[好", 2, "not closed"),
        (r"微信(好", 2, "not closed"),
        (r"微信)", 2, "closes nothing"),
        (r"微信[z-a]", 3, "wrong way round"),
        (r"微信[[:digit:]]", 3, "named classes"),
        (r"微信[㍿]", 3, "folds to several"),
        (r"微信\p{Han}", 2, "not supported"),
        (r"微信\x{110000}", 2, "no character"),
        (r"*微信", 0, "nothing to repeat"),
        ("(" * 17 + "微信" + ")" * 17, 16, "nested too deeply"),
        ("微信" + "|" * 256, None, "too many alternatives"),
        ("微信" + "a" * 507, 0, "too long"),
    ]

    def test_each_has_its_place(self):
        path = self.file("bad.yaml", pack(*(row[0] for row in self.ROWS)))
        done = run("check", "--rules", path)
        self.assertEqual(done.code, CONFIG)
        lines = done.err.splitlines()
        rule_lines = len(pack("x").splitlines()) - len(HEAD.splitlines())
        for i, (expression, column, message) in enumerate(self.ROWS):
            line = len(HEAD.splitlines()) + (i + 1) * rule_lines
            told = [at for at, text in enumerate(lines) if text.startswith("%s:%d:" % (path, line))]
            if message is None:
                self.assertEqual(told, [], expression)
                continue
            self.assertEqual(len(told), 1, (expression, done.err))
            self.assertIn(message, lines[told[0]])
            self.assertIn(expression[:40], lines[told[0] + 1])
            self.assertIn("^", lines[told[0] + 2])
            if column is not None:
                self.assertTrue(lines[told[0]].startswith("%s:%d:%d: error:" % (path, line, 14 + column)), lines[told[0]])

    def test_hostile_but_legal_compile_at_once(self):
        legal = ["微信" + "(a.*)*" * 80, "微信" + ".?" * 120, "微信" + "[^a]?" * 95, "微信(x+x+)+y{1,64}",
                 "微信" + "(.*微|.*信)*" * 20, "|".join("微信%c.*" % (0x4E00 + i) for i in range(30))]
        path = self.file("slow.yaml", pack(*legal))
        done = run("check", "--rules", path, timeout=60)
        self.assertEqual(done.code, 0, done.err)


# A bounded grammar over a small alphabet, with a literal that serves as gate somewhere in it.
KEPT = "甲乙丙ab12"
DROPPED = [" ", ".", "-", "。", "…"]


def piece(rnd, depth):
    kind = rnd.random()
    if depth == 0 or kind < 0.4:
        return rnd.choice(["甲", "乙", "丙", "a", "b", "1", ".", "[甲乙]", "[^甲]", "[a-b]", r"\d", r"\w", r"\W", "[1-2甲]"])
    if kind < 0.6:
        return "(?:%s|%s)" % (sequence(rnd, depth - 1), sequence(rnd, depth - 1))
    return "(?:%s)%s" % (sequence(rnd, depth - 1), rnd.choice(["?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}"]))


def sequence(rnd, depth):
    return "".join(piece(rnd, depth) for _ in range(rnd.randint(1, 3)))


def expression(rnd):
    parts = [sequence(rnd, 2) if rnd.random() < 0.8 else "", rnd.choice(["甲乙", "乙a", "(?:甲乙|丙丙)", "1甲", "ab"]),
             sequence(rnd, 2) if rnd.random() < 0.8 else ""]
    return rnd.choice(["", "", "^"]) + "".join(parts)


def text(rnd):
    out = ""
    for _ in range(rnd.randint(2, 12)):
        out += rnd.choice(KEPT if rnd.random() < 0.6 else ["甲乙", "乙a", "丙丙", "1甲", "ab", "甲乙丙"])
        if rnd.random() < 0.25:
            out += "".join(rnd.choice(DROPPED) for _ in range(rnd.randint(1, 4)))
    return out


class Kept:
    """The characters of a text that are kept, and what stands between them."""

    def __init__(self, whole):
        self.at = [i for i, c in enumerate(whole) if c in KEPT]
        self.form = "".join(whole[i] for i in self.at)
        self.between = [whole[a + 1:b] for a, b in zip(self.at, self.at[1:])]

    def barred(self, k):
        gap = self.between[k - 1]
        return len(gap) > 2 or "。" in gap or "…" in gap

    def joined(self, k):
        if k == 0 or k == len(self.form):
            return False
        left, right, gap = self.form[k - 1], self.form[k], self.between[k - 1]
        digits = left.isdigit() and right.isdigit()
        letters = left in "ab" and right in "ab"
        return (digits or letters) if not gap else digits and gap == "."

    def matches(self, regex):
        out, start = [], 0
        while start < len(self.form):
            end = self.longest(regex, start)
            if end:
                out.append((self.at[start], self.at[end - 1] + 1))
            start = end or start + 1
        return out

    def longest(self, regex, start):
        if self.joined(start):
            return None
        limit = start + 1
        while limit < len(self.form) and not self.barred(limit):
            limit += 1
        for end in range(limit, start, -1):
            if not self.joined(end) and regex.fullmatch(self.form, start, end):
                return end
        return None


class AgainstRe(Case):
    def run_seed(self, seed, matcher):
        rnd = random.Random(seed)
        expressions = [expression(rnd) for _ in range(40)]
        texts = [text(rnd) for _ in range(120)]
        path = self.file("random.yaml", pack(*expressions))
        done = run("scan", "--rules", path, "--matcher", matcher, "--input-format", "text", stdin="\n".join(texts) + "\n")
        self.assertEqual((done.code, done.err), (0, ""))
        found = 0
        for whole, event in zip(texts, done.objects):
            kept = Kept(whole)
            got = {}
            for v in event.get("violations", []):
                got.setdefault(int(v["rule_id"][1:]), []).append((v.get("char_begin", 0), v["char_end"]))
                self.assertEqual(v["matched_text"], whole[v.get("char_begin", 0):v["char_end"]])
            for i, e in enumerate(expressions):
                wanted = kept.matches(re.compile(e, re.ASCII))
                self.assertEqual(got.get(i, []), wanted, (seed, e, whole, kept.form))
                found += len(wanted)
        return found

    def test_hyperscan(self):
        found = sum(self.run_seed(seed, "hyperscan") for seed in range(12))
        self.assertGreater(found, 3000)

    def test_reference(self):
        self.run_seed(100, "reference")


class Spans(Case):
    def one(self, regex, said, extra=""):
        path = self.file("one.yaml", pack(regex, extra=extra))
        done = run("scan", "--rules", path, "--input-format", "text", stdin=said + "\n")
        self.assertEqual(done.code, 0, done.err)
        return [(v["evidence"], v["matched_text"]) for v in done.objects[0].get("violations", [])]

    def test_rows(self):
        rows = [
            (r"加\s*(微信|VX)[:： ]?\d{4,}", "加 微 信：１２３４５", "", [("gap", "加 微 信：１２３４５")]),
            (r"加(微信|vx)\d{4,}", "加ＶＸ12345", "", [("folded", "加ＶＸ12345")]),
            (r"加(微信|vx)\d{4,}", "加vx12345", "", [("exact", "加vx12345")]),
            (r"加(微信|vx)\d{4,}", "加v\u200bx12345", "", [("folded", "加v\u200bx12345")]),
            (r"加(微信|vx)\d{4,}", "加v x12345", "    evidence: folded\n", []),
            (r"加(微信|vx)\d{4,}", "加ＶＸ12345", "    evidence: exact\n", []),
            (r"返现\d+%", "返现20％", "", [("exact", "返现20％")]),
            (r"￥\d+返现", "原价¥5返现", "", [("exact", "¥5返现")]),
            (r"返现\d+%", "返现20元", "", []),
            (r"微信.{0,4}号", "微信。号", "", []),
            (r"微信.{0,4}号", "微信。号", "    cross_sentence: true\n", [("gap", "微信。号")]),
            (r"微信。?号", "微信。号", "", [("exact", "微信。号")]),
            (r"微信号", "微   信号", "    gap: 3\n", [("gap", "微   信号")]),
            (r"微信号?", "微信好", "    whole_clause: true\n", []),
            (r"微信号?", "好，微信号！", "    whole_clause: true\n", [("exact", "微信号")]),
            (r"寶貝[0-9]", "宝贝3", "", [("exact", "宝贝3")]),
            (r"vx\d*", "avx1 vx12 vxy", "", [("exact", "vx12")]),
            (r"^微信", "a微信", "", []),
            (r"微信$", "微信号", "", []),
            (r"微信\b\w+", "微信ab", "", [("exact", "微信ab")]),
            (r"微信.*", "微信" + "好" * 300, "", [("exact", "微信" + "好" * 254)]),
            (r"微信|微信号码", "微信号码微信", "", [("exact", "微信号码"), ("exact", "微信")]),
        ]
        for regex, said, extra, wanted in rows:
            self.assertEqual(self.one(regex, said, extra), wanted, (regex, said))

    def test_exempt_actor_platform(self):
        path = self.file("one.yaml", pack("加微信[0-9]+", extra="    exempt: [加微信客服, 加微信10086]\n").replace(
            "actors: any", "actors: buyer").replace("platforms: all", "platforms: jd"))
        said = [("buyer", "jd", 1), ("agent", "jd", 0), ("buyer", "pdd", 0)]
        lines = "".join(line(text="加微信123", role=r, platform=p) for r, p, _ in said)
        done = run("scan", "--rules", path, stdin=lines + line(text="加微信10086", role="buyer"))
        counts = [len(e.get("violations", [])) for e in done.objects]
        self.assertEqual(counts, [n for _, _, n in said] + [0])

    def test_longest_of_rule_wins_over_its_terms(self):
        self.assertEqual(self.one("加微信[0-9]+", "加微信123", "    terms: [微信]\n"), [("exact", "加微信123")])

    def test_flood(self):
        """Much text that nearly matches is judged in time, and what stands behind it is found."""
        for regex in ("返现(.{0,64}加我)?", "返现.{0,64}加我", "(返|现)*返现x"):
            found = self.one(regex, "返现" * 40000 + "x。返现y加我")
            self.assertTrue(found, regex)


if __name__ == "__main__":
    main()
