"""`explain`: what is told about a text."""

from kit import *


def explain(text, *args):
    return run("explain", "--rules", PACK, *args, text)


NEAR = """pack: {id: near, version: 1}
rules:
  - {id: PHRASE, category: c, severity: 2, platforms: all, terms: [随便你去投诉, 白送礼, abcdefg],
     message: {zh: 一, en: one}, examples: {hit: [随便你去投诉], clean: [好]}}
  - {id: SOUND, category: c, severity: 2, platforms: all, terms: [微信], disguises: [pinyin],
     message: {zh: 一, en: one}, examples: {hit: [微信], clean: [好]}}
  - {id: RARE, category: c, severity: 2, platforms: all, terms: [银行], disguises: [homophone], plain: [支付宝],
     message: {zh: 一, en: one}, examples: {hit: [银行], clean: [好]}}
  - {id: STRICT, category: c, severity: 2, platforms: all, terms: [淘宝], disguises: all, evidence: gap,
     message: {zh: 一, en: one}, examples: {hit: [淘宝], clean: [好]}}
  - {id: OTHERS, category: c, severity: 2, platforms: pdd, terms: [亲爱], message: {zh: 一, en: one},
     examples: {hit: [亲爱], clean: [好]}}
  - {id: CLAUSE, category: c, severity: 2, platforms: all, terms: [闭嘴], whole_clause: true,
     message: {zh: 一, en: one}, examples: {hit: [闭嘴], clean: [好]}}
  - {id: NUMBER, category: c, severity: 2, platforms: all, regex: ['加号码[0-9]{3,}'], terms: ["100%"],
     message: {zh: 一, en: one}, examples: {hit: [加号码123], clean: [好]}}
"""


class Near(Case):
    def near(self, text, *args):
        pack = self.file("near.yaml", NEAR)
        done = run("explain", "--near", "--rules", pack, *args, text)
        self.assertEqual((done.code, done.err), (0, ""))
        rows = done.out.split("near misses:\n")[1].splitlines()
        return [" ".join(a.split()) + " | " + b.split(";")[0].strip() for a, b in zip(rows[::2], rows[1::2])] or rows

    def test_why_not(self):
        rows = [
            ("那随便去投诉吧", "PHRASE term 随便你去投诉 one character is missing: 你", "随便去投诉", (1, 6)),
            ("随便谁去投诉", "PHRASE term 随便你去投诉 one character is another: 谁 for 你", "随便谁去投诉", (0, 6)),
            ("好白送大礼", "PHRASE term 白送礼 one character too many: 大", "白送大礼", (1, 5)),
            ("ab_cdxefg", "PHRASE term abcdefg one character too many: x", "ab_cdxefg", (0, 9)),
            ("微   信", "SOUND term 微信 a gap of 3; the rule allows 2 (gap)", "微   信", (0, 5)),
            ("微。信", "SOUND term 微信 a sentence ends inside; the rule does not allow it (cross_sentence)",
             "微。信", (0, 3)),
            ("加威信", "SOUND term 微信 disguised; the rule does not look for that (disguises: homophone)", "威信", (1, 3)),
            ("吱付宝", "RARE term 支付宝 disguised, and the term is only looked for as it is written (plain)",
             "吱付宝", (0, 3)),
            ("逃宝", "STRICT term 淘宝 evidence homophone; the rule asks for gap or stronger (evidence)", "逃宝", (0, 2)),
            ("亲爱的", "OTHERS term 亲爱 the rule is for other platforms (platforms)", "亲爱", (0, 2)),
            ("你闭嘴吧", "CLAUSE term 闭嘴 other words stand around it; the rule asks for a whole clause", "闭嘴", (1, 3)),
            ("请加号码12", "NUMBER term 加号码[0-9]{3,} a part of the expression is there, the rest does not match",
             "加号码1", (1, 5)),
            ("100分", "NUMBER term 100% a sign of the term is missing", "100", (0, 3)),
        ]
        for text, why, part, (begin, end) in rows:
            self.assertEqual(self.near(text), ['%s | "%s" at characters %d to %d' % (why, part, begin, end)], text)

    def test_actor(self):
        self.assertIn("the rule is not for the role buyer (actors)", self.near("微信", "--role", "buyer")[0])

    def test_nothing_near(self):
        for text in ("今天天气很好", "微信", "随便你去投诉", "去", ""):
            self.assertEqual(self.near(text), ["  none"], text)

    def test_bounded(self):
        pack = self.file("near.yaml", NEAR)
        done = run("explain", "--near", "--rules", pack, "随便去投诉，" * 1000)
        self.assertEqual(done.out.count("one character is missing"), 20)
        self.assertIn("  and 380 more\n  only the first 2000 characters were looked at\n", done.out)


class Explain(Case):
    def test_characters(self):
        done = explain("寶Ｑ.\u200b。😀a")
        self.assertEqual((done.code, done.err), (0, ""))
        rows = [line.split() for line in done.out.splitlines()[:7]]
        wanted = [("U+5BF6", "kept as 宝"), ("U+FF31", "kept as q"), ("U+002E", "dropped: separator"),
                  ("U+200B", "dropped: ignorable (zero width space)"), ("U+3002", "dropped: sentence end"),
                  ("U+1F600", "dropped: separator"), ("U+0061", "kept")]
        for row, (code, fate) in zip(rows, wanted):
            self.assertEqual((row[1], " ".join(row[2:])), (code, fate))

    def test_hit(self):
        out = explain("加微.信", "--platform", "pdd").out
        self.assertIn("violation  T_PAYMENT", out)
        self.assertIn("term 微信", out)
        self.assertIn("evidence gap", out)
        self.assertIn('"微.信" at characters 1 to 4, bytes 3 to 10; rule at pack.yaml:8', out)
        self.assertIn("不得提及第三方支付", out)

    def test_read_as(self):
        out = explain("➕微(wēi)信").out
        self.assertIn("read as:        加微信\n", out)
        self.assertIn("evidence gap", out)
        self.assertIn('"微(wēi)信" at characters 1 to 8', out)
        self.assertNotIn("read as", explain("微 信(好)").out)

    def test_why_not(self):
        rows = [
            ("第一时间", [], "exempt: 第一时间"),
            ("微信", ["--platform", "taobao"], "platform"),
            ("微信", ["--role", "buyer"], "clean"),
            ("微......信", [], "gap"),
            ("微。信", [], "sentence"),
            ("aqqa", [], "clean"),
        ]
        for text, args, word in rows:
            with self.subTest(text=text, args=args):
                hits = explain(text, *args).out.split("hits of platform")[1]
                self.assertNotIn("violation ", hits)
                self.assertIn("clean ", hits)
                self.assertIn(word, hits)

    def test_nothing(self):
        out = explain("你好").out
        self.assertIn("canonical form: 你好", out)
        self.assertTrue(out.endswith("\n  none\n"))

    def test_unknown_platform_is_told(self):
        self.assertIn("no rule names the platform moon", explain("你好", "--platform", "moon").out)

    def test_empty_text(self):
        self.assertEqual(explain("").code, 0)

    def test_invalid_utf8(self):
        done = run("explain", "--rules", PACK, b"\xe5\xbe\xae\xff\xe4\xbf\xa1".decode("utf-8", "surrogateescape"))
        self.assertEqual(done.code, 0)
        self.assertIn("byte FF", done.out)
        self.assertIn("ill-formed", done.out)

    def test_text_cannot_steer_the_terminal(self):
        for colour in ("never", "always"):
            done = explain("微\x1b[2J信\u202e\x9b", "--color", colour)
            self.assertNotIn("\x1b[2J", done.out)
            self.assertNotIn("\u202e", done.out)
            self.assertNotIn("\x9b", done.out)

    def test_colours(self):
        self.assertIn("\x1b[97;41m微信\x1b[0m", explain("加微信吧", "--color", "always").out)
        self.assertNotIn("\x1b", explain("加微信吧").out)

    def test_both_matchers(self):
        text = "加微信，最好第一時間給寶貝"
        a, b = explain(text, "--matcher", "reference"), explain(text, "--matcher", "hyperscan")
        self.assertEqual(a.out, b.out)

    def test_without_text(self):
        self.assertEqual(run("explain").code, USAGE)
        self.assertEqual(run("explain", "a", "b").code, USAGE)

    def test_text_that_looks_like_an_option(self):
        self.assertEqual(run("explain", "--rules", PACK, "--", "--微信").code, 0)


if __name__ == "__main__":
    main()
