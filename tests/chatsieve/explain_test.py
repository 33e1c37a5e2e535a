"""`explain`: what is told about a text."""

from kit import *


def explain(text, *args):
    return run("explain", "--rules", PACK, *args, text)


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
