"""`rules`: lint, test, stats and diff of packs."""

import re
import xml.etree.ElementTree

from kit import *

SHIPPED = str(HERE.parents[1] / "plugin" / "share" / "rules")

# Each mistake once; what `rules lint` says, at the line of the mark @n@ in the file.
MISTAKES = """pack: {id: planted, version: 1}
rules:
  - id: FIRST
    category: c
    severity: 2
    platforms: all
    terms: [微信付款, 下单就送, "下单 就送",                 @the same as@
      微信付款码,                                            @never matters@
      哈哈哈哈哈哈哈哈哈,                                    @ends in 9 equal characters@
      我,                                                    @single character@
      "。。。"]                                              @nothing is left@
    exempt: [下单就送,                                       @exempt phrase is the term@
      送礼]                                                  @protects nothing@
    message: {zh: 不可以, en: Not allowed}
    examples:
      hit: [微信付款,
        没有这样的词,                                        @must hit and does not@
        下单就送吧]
      clean: [你好,
        请微信付款,                                          @must stay clean and is hit@
        微信 付款]                                           @example of both hit and clean@
  - id: SECOND                                               @has no examples@
    category: c
    severity: 2
    platforms: all
    terms: [微信付款]                                        @is a term of rule FIRST, too@
    message: {zh: english only, en: English only}
  - id: SOUNDS
    category: d
    severity: 3
    platforms: all
    disguises: homophone
    terms: [加个,                                            @finds the ordinary word "价格"@
      "100%"]                                                @never looked for in disguise: it has a sign@
    message: {zh: 不可以, en: Not allowed}
    examples: {hit: [加个], clean: [你好]}
  - id: STRICT                                               @none of them counts@
    category: e
    severity: 3
    platforms: jd
    disguises: homophone
    evidence: gap
    terms: [淘宝]
    message: {zh: 不可以, en: Not allowed}
    examples: {hit: [淘宝], clean: [你好]}
  - id: CASE                                                 @platform "JD"@
    category: f
    severity: 3
    platforms: JD
    terms: [天猫]
    message: {zh: 不可以, en: 不可以}
    examples: {hit: [天猫], clean: [你好]}
  - id: BROKEN
    category: g
    severity: 9                                              @whole number from 1 to 5@
    platforms: all
    actor: buyer                                             @no key "actor"@
    evidence: fold                                           @no evidence level@
    regex: ['支付宝.{100,10000}',                            @counts too far@
      '支付宝[0-9]{6}',                                      @no example of rule BROKEN shows@
      '[0-9]{11}']                                           @every match must contain@
    message: {zh: 不可以}                                    @needs the key "en"@
    examples: {hit: [], clean: [你好]}                       @no examples under "hit"@
"""

MARK = re.compile(r" *@([^@\n]+)@$", re.M)

RULE = """  - {id: %s, category: c, severity: 2, platforms: all, terms: [%s], message: {zh: 不, en: No},
     examples: {hit: [%s], clean: [你好]}}
"""


def pack(name, *rules):
    return "pack: {id: %s, version: 1}\nrules:\n" % name + "".join(RULE % (r[0], r[1], r[1]) for r in rules)


class Lint(Case):
    def test_all_mistakes_in_one_run(self):
        path = self.file("planted.yaml", MARK.sub("", MISTAKES))
        done = run("rules", "lint", path)
        self.assertEqual(done.code, 1)
        lines = done.out.splitlines()
        planted = [(n, m.group(1)) for n, text in enumerate(MISTAKES.splitlines(), 1) for m in [MARK.search(text)] if m]
        self.assertGreaterEqual(len(planted), 20)
        for number, what in planted:
            told = [at for at, text in enumerate(lines) if text.startswith("%s:%d:" % (path, number)) and what in text]
            self.assertEqual(len(told), 1, (number, what, done.out))
            at = told[0]
            self.assertRegex(lines[at], r"^[^:]+:\d+:\d+: (error|warning): ")
            self.assertEqual(lines[at + 1], "%6d | %s" % (number, MARK.sub("", MISTAKES).splitlines()[number - 1]))
            self.assertRegex(lines[at + 2], r"^       \| [ ]*\^+$")
        self.assertRegex(lines[-1], r"^\d+ errors, \d+ warnings$")

    def test_suggestions(self):
        path = self.file("planted.yaml", MARK.sub("", MISTAKES))
        out = run("rules", "lint", path).out
        for hint in ('did you mean "actors"?', 'did you mean "folded"?', "put it under plain", "keep it in one of them",
                     'add "价格" to exempt, or leave homophone out of disguises', "chatsieve explain --near tells why"):
            self.assertIn("       = " + hint, out)

    def test_clean(self):
        path = self.file("clean.yaml", pack("clean", ("A", "微信付款"), ("B", "下单就送")))
        done = run("rules", "lint", path)
        self.assertEqual((done.code, done.out), (0, "0 errors, 0 warnings\n"))

    def test_a_longer_term_may_matter(self):
        """Where an exempt phrase protects the shorter one, or an edge or a clause keeps it from hitting."""
        keys = "category: c, severity: 2, platforms: all, message: {zh: 不, en: No}, examples: {hit: [%s], clean: [你好]}"
        rules = ["  - {id: A, terms: [最好, 最好看不过], exempt: [最好看], %s}\n" % (keys % "最好"),
                 "  - {id: B, terms: [vx, vxhao], %s}\n" % (keys % "vx"),
                 "  - {id: C, terms: [随便, 随便吧], whole_clause: true, %s}\n" % (keys % "随便"),
                 "  - {id: D, terms: [(请|)加我], %s}\n" % (keys % "加我"),
                 # 狗杂种 is looked for by sound, too; 澳门葡京 is asked for as context.
                 "  - {id: E, terms: [狗杂种], plain: [杂种], disguises: homophone, %s}\n" % (keys % "狗杂种"),
                 "  - {id: F, terms: ['@casino'], plain: [澳门], all: [{any: ['@casino']}], %s}\n" % (keys % "澳门葡京，澳门")]
        path = self.file("p.yaml", "pack: {id: p, version: 1}\nlists: {casino: [澳门葡京]}\nrules:\n" + "".join(rules))
        done = run("rules", "lint", path)
        self.assertEqual((done.code, done.out), (0, "0 errors, 0 warnings\n"))

    def test_one_word_in_two_rules(self):
        """Said unless one of them asks for more than the word."""
        keys = "category: c, severity: 2, platforms: all, message: {zh: 不, en: No}, examples: {hit: [%s], clean: [你好]}"
        for more, told in ("", 1), ("all: [{any: [加钱]}], ", 0):
            rules = "  - {id: A, terms: [发票], %s}\n  - {id: B, terms: [发票], %s%s}\n" % (
                keys % "发票", more, keys % "发票加钱")
            path = self.file("p.yaml", "pack: {id: p, version: 1}\nrules:\n" + rules)
            self.assertEqual(run("rules", "lint", path).out.count("is a term of rule A, too"), told)

    def test_shipped_packs_are_clean(self):
        done = run("rules", "lint", SHIPPED)
        self.assertEqual((done.code, done.out), (0, "0 errors, 0 warnings\n"))

    def test_thousands_with_one_ending(self):
        terms = ", ".join(chr(0x4E00 + i) + "微信号码" for i in range(1200))
        rule = "  - {id: A, category: c, severity: 2, platforms: all, terms: [%s], message: {zh: 不, en: No}, " \
               "examples: {hit: [一微信号码], clean: [你好]}}\n" % terms
        done = run("rules", "lint", self.file("p.yaml", "pack: {id: p, version: 1}\nrules:\n" + rule))
        self.assertEqual(done.out.count("1000 terms end in the same four characters"), 1)

    def test_corpus(self):
        path = self.file("p.yaml", pack("p", ("A", "包邮"), ("B", "下单就送")))
        corpus = self.file("c.txt", "".join("包邮吗\n" if i % 20 == 0 else "你好\n" for i in range(1000)))
        done = run("rules", "lint", path, "--corpus", corpus, "--input-format", "text")
        self.assertEqual(done.code, 1)
        self.assertIn('"包邮" of rule A is too broad: it hits 50 of 1000 messages of the corpus', done.out)
        self.assertIn("p.yaml:3:63: warning", done.out)
        self.assertIn("0 errors, 1 warning\n", done.out)

    def test_no_file(self):
        done = run("rules", "lint", str(self.dir / "none.yaml"))
        self.assertEqual(done.code, CONFIG)


TESTS = """tests:
  - {name: says the name, platform: jd, role: agent, text: 请微信付款, expect: A}
  - {name: "is <polite> & clean #1", text: 你好, expect: none}
  - name: a conversation
    messages:
      - {role: buyer, text: 微信付款可以吗}
      - {role: agent, sender: a1, at: 30s, text: 下单就送, expect: [B]}
      - {role: agent, sender: a1, at: 31s, text: 微信付款，下单就送, expect: [B, A]}
"""


class Tests(Case):
    def packs(self):
        return self.file("packs.yaml", pack("p", ("A", "微信付款"), ("B", "下单就送"), ("C", "好评返现")))

    def test_pass(self):
        done = run("rules", "test", self.packs(), self.file("a.test.yaml", TESTS))
        self.assertEqual((done.code, done.out), (0, "9 tests, 0 failed\n"))

    def test_a_directory_holds_both(self):
        self.packs()
        self.file("a.test.yaml", TESTS)
        self.assertEqual(run("rules", "test", str(self.dir)).out, "9 tests, 0 failed\n")
        self.assertEqual(run("rules", "lint", str(self.dir)).code, 0)

    def test_only_test_files_with_packs_of_their_own(self):
        done = run("rules", "test", "--rules", self.packs(), self.file("a.test.yaml", TESTS))
        self.assertEqual(done.out, "9 tests, 0 failed\n")

    def test_fail(self):
        wrong = TESTS.replace("expect: [B]}", "expect: [C]}").replace("expect: none", "expect: [A]")
        path = self.file("a.test.yaml", wrong)
        done = run("rules", "test", self.packs(), path)
        self.assertEqual(done.code, 1)
        self.assertIn('%s:3: %s: is <polite> & clean  1: A does not hit\n' % (path, path), done.out)
        self.assertIn('%s:7: %s: a conversation: C does not hit, B hits "下单就送"\n' % (path, path), done.out)
        self.assertIn("9 tests, 2 failed\n", done.out)

    def test_failing_example_and_silent_rule(self):
        text = pack("p", ("A", "微信付款"), ("B", "下单就送")).replace("hit: [下单就送]", "hit: [下单送]")
        path = self.file("p.yaml", text)
        done = run("rules", "test", path)
        self.assertEqual(done.code, 1)
        self.assertIn('%s:6: B: hits "下单送": does not hit on a platform that no rule names\n' % path, done.out)
        self.assertIn("never hit: B (%s:5)\n4 tests, 1 failed\n" % path, done.out)

    def test_tap(self):
        done = run("rules", "test", "--format", "tap", self.packs(), self.file("a.test.yaml", TESTS.replace("[B]", "[C]")))
        lines = done.out.splitlines()
        self.assertEqual((done.code, lines[0], lines[1]), (1, "TAP version 13", "1..9"))
        results = [text for text in lines if re.match(r"(not )?ok \d+ - ", text)]
        self.assertEqual([int(text.split("ok ")[1].split()[0]) for text in results], list(range(1, 10)))
        self.assertEqual(sum(text.startswith("not ") for text in results), 1)

    def test_junit(self):
        done = run("rules", "test", "--format", "junit", self.packs(), self.file("a.test.yaml", TESTS.replace("[B]", "[C]")))
        root = xml.etree.ElementTree.fromstring(done.raw)
        self.assertEqual((root.get("tests"), root.get("failures")), ("9", "1"))
        self.assertEqual(len(root.findall("testcase")), 9)
        self.assertIn("C does not hit", root.find("testcase/failure").get("message"))
        self.assertIn("is <polite> & clean #1", [c.get("name") for c in root.findall("testcase")])

    def test_broken_test_files(self):
        rows = [("tests: [{text: 你好}]", "this test expects nothing"),
                ("tests: [{txt: 你好, expect: A}]", 'did you mean "text"?'),
                ("tests: [{text: 你好, role: boss, expect: none}]", "there is no such role"),
                ("tests: [{text: 你好, expect: NONE_SUCH}]", 'there is no rule "NONE_SUCH"'),
                ("tests: [{messages: [{text: a, at: 5s}, {text: b, at: 1s, expect: none}]}]", "before the one above"),
                ("tests: [{messages: []}]", "messages must be a list"),
                ("tests: {}", 'needs the key "tests"'), ("[", "a.test.yaml")]
        packs = self.packs()
        for text, told in rows:
            done = run("rules", "test", packs, self.file("a.test.yaml", text + "\n"))
            self.assertEqual(done.code, CONFIG, text)
            self.assertIn(told, done.err.replace('\\"', '"'), text)
            self.assertIn("a.test.yaml:1" if text != "[" else "a.test.yaml", done.err, text)


class Stats(Case):
    def corpus(self):
        rows = [("buyer", "微信付款"), ("agent", "微信付款"), ("agent", "你好"), ("agent", "好的"), ("robot", "下单就送")] * 50
        return "".join(line(role=role, text=text) for role, text in rows)

    def table(self, out):
        rows = [text.split() for text in out.split("\n\n")[1].splitlines()]
        return {row[0]: dict(zip(rows[0], row)) for row in [r for r in rows[1:]]}, rows[0]

    def test_counts(self):
        packs = self.file("p.yaml", pack("p", ("A", "微信付款"), ("B", "下单就送"), ("C", "好评返现")))
        done = run("rules", "stats", "--rules", packs, self.file("c.jsonl", self.corpus()))
        self.assertEqual((done.code, done.err), (0, ""))
        self.assertIn("250 messages, buyer 50, agent 150, robot 50\n", done.out)
        body = [text.split() for text in done.out.split("\n\n")[1].splitlines()]
        self.assertEqual(body[0], ["rule", "hits", "per", "1000", "ns", "judged", "buyer", "agent", "robot"])
        rows = {row[0]: row[1:] for row in body[1:]}
        self.assertEqual([rows[r][0] for r in "ABC"], ["50", "50", "0"])
        self.assertEqual([rows[r][1] for r in "ABC"], ["200.00", "200.00", "0.00"])
        self.assertEqual([rows[r][3] for r in "ABC"], ["100", "50", "0"])
        self.assertEqual([rows["A"][4:], rows["B"][4:]], [["0.00", "333.33", "0.00"], ["0.00", "0.00", "1000.00"]])
        self.assertEqual(body[-1][0], "C")
        self.assertTrue(all(float(rows[r][2]) > 0 for r in "AB"))

    def test_columns_and_standard_input(self):
        packs = self.file("p.yaml", pack("p", ("A", "微信付款")))
        rows = "1\tagent\t微信付款\n2\tbuyer\t微信付款\n3\tagent\n"
        done = run("rules", "stats", "--rules", packs, "--input-format", "tsv", "--column", "3", "--role-column", "2",
                   stdin=rows)
        self.assertIn("3 messages, buyer 1, agent 2\n", done.out)
        self.assertRegex(done.out, r"\nA +1 +333.33 ")

    def test_no_corpus(self):
        done = run("rules", "stats", str(self.dir / "none.jsonl"))
        self.assertEqual(done.code, NO_INPUT)


class Diff(Case):
    def test_counts_and_samples(self):
        a = self.file("a.yaml", pack("a", ("A", "微信付款"), ("B", "下单就送")))
        b = self.file("b.yaml", pack("b", ("A", "微信付款"), ("C", "好评返现")))
        more = self.file("more.yaml", pack("more", ("D", "加我")))
        texts = ["亲，下单就送\t哦", "微信付款", "好评返现五元", "下单就送", "你好", "加我"]
        done = run("rules", "diff", a, b + "," + more, "--input-format", "text", "--samples", "1",
                   stdin="\n".join(texts) + "\n")
        self.assertEqual(done.code, 1)
        self.assertEqual(done.out, "B  +0 -2\n    - 亲，«下单就送» 哦  (exact, characters 2 to 6)\n"
                         "C  +1 -0\n    + «好评返现»五元  (exact, characters 0 to 4)\n"
                         "D  +1 -0\n    + «加我»  (exact, characters 0 to 2)\n"
                         "6 messages: 3 violations in 3 messages before, 3 in 3 after; 2 added, 2 dropped\n")

    def test_spans_that_move(self):
        a = self.file("a.yaml", pack("a", ("A", "微信付")))
        b = self.file("b.yaml", pack("b", ("A", "微信付款")))
        done = run("rules", "diff", a, b, stdin=line(text="微信付款"))
        self.assertIn("A  +1 -1\n", done.out)

    def test_equal(self):
        a = self.file("a.yaml", pack("a", ("A", "微信付款")))
        done = run("rules", "diff", a, a, self.file("c.jsonl", line(text="微信付款") * 3000))
        self.assertEqual((done.code, done.out), (0, "3000 messages: 3000 violations in 3000 messages before, "
                                                 "3000 in 3000 after; 0 added, 0 dropped\n"))

    def test_broken_pack(self):
        a = self.file("a.yaml", pack("a", ("A", "微信付款")))
        done = run("rules", "diff", a, self.file("b.yaml", "pack: 1\n"), stdin="")
        self.assertEqual(done.code, CONFIG)


class Usage(Case):
    def test_verbs(self):
        for args, told in ([], "rules needs lint, test, stats or diff"), (["lnt"], 'did you mean "lint"?'), (
                ["diff", "a"], "usage: chatsieve rules diff A B"):
            done = run("rules", *args)
            self.assertEqual(done.code, USAGE)
            self.assertIn(told, done.err)


if __name__ == "__main__":
    main()
