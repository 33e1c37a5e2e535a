"""`scan`: golden cases, every input that cannot be decoded, formats, limits, pipes."""

import json
import os
import subprocess

from kit import *

GOLDEN = ["--topic", "chat", "--partition", "3", "--first-offset", "100"]


class Golden(Case):
    def test_golden(self):
        done = scan(*GOLDEN, str(HERE / "golden_in.jsonl"))
        self.assertEqual((done.code, done.err), (0, ""))
        wanted = [json.loads(x) for x in (HERE / "golden_out.jsonl").read_text("utf-8").splitlines()]
        self.assertEqual(len(done.objects), len(wanted))
        for got, want in zip(done.objects, wanted):
            self.assertEqual(got.pop("ruleset_version"), "program-test@1")
            self.assertRegex(got.pop("ruleset_hash"), "^[0-9a-f]{16}$")
            self.assertEqual(got, want)

    def test_spans_point_to_the_original(self):
        for event in scan(str(HERE / "golden_in.jsonl")).objects:
            text = event["text"]
            for v in event.get("violations", []):
                begin, end = v.get("byte_begin", 0), v["byte_end"]
                self.assertEqual(text.encode()[begin:end].decode(), v["matched_text"])
                self.assertEqual(text[v.get("char_begin", 0) : v["char_end"]], v["matched_text"])

    def test_coordinates(self):
        path = self.file("day 1.jsonl", line(text="a") + line(text="b"))
        ids = [e["event_id"] for e in scan(path).objects]
        self.assertEqual(ids, ["day 1.jsonl/0/0", "day 1.jsonl/0/1"])
        self.assertEqual(scan(stdin=line(text="a")).objects[0]["event_id"], "stdin/0/0")
        self.assertEqual(scan("-", stdin=line(text="a")).objects[0]["source_topic"], "stdin")

    def test_several_files_in_order(self):
        a, b = self.file("a", line(text="1")), self.file("b", line(text="2"))
        self.assertEqual([e["text"] for e in scan(b, a).objects], ["2", "1"])

    def test_both_matchers_agree(self):
        chat = run("generate", "--count", "20000", "--seed", "11").raw
        fast = scan("--matcher", "hyperscan", stdin=chat)
        plain = scan("--matcher", "reference", stdin=chat)
        self.assertEqual((fast.code, plain.code), (0, 0))
        self.assertTrue(fast.raw == plain.raw, "the two matchers differ")
        found = sum(e.get("violation_count", 0) for e in fast.objects)
        self.assertGreater(found, 50)

    def test_summary(self):
        done = scan("--summary", stdin=line(text="微信QQ") + "{\n" + line(text="好"))
        self.assertIn("3 records, 1 not decodable, 1 with violations, 2 violations", done.err)
        self.assertRegex(done.err, r"\n +2  PAYMENT_NAME\n")


class BadInput(Case):
    """Every row is one bad line between two good ones: reported with place and reason, and the rest goes on."""

    ROWS = [
        ("empty line", b"", "empty"),
        ("not JSON", b"hello", "malformed"),
        ("cut JSON", b'{"platform":"jd","role":"agent","te', "malformed"),
        ("an array", b'["jd"]', "malformed"),
        ("a number for a text", b'{"platform":"jd","role":"agent","text":5}', None),
        ("invalid UTF-8 in a name", b'{"platform":"j\xff","role":"agent","text":"a"}', None),
        ("no platform", b'{"role":"agent","text":"a"}', "no_platform"),
        ("no role", b'{"platform":"jd","text":"a"}', "unknown_role"),
        ("unknown role", b'{"platform":"jd","role":"boss","text":"a"}', None),
        ("NUL in a name", b'{"platform":"jd\\u0000","role":"agent","text":"a"}', None),
        ("text over the limit", b'{"platform":"jd","role":"agent","text":"' + b"x" * 300000 + b'"}', "too_long"),
        ("record over the limit", b'{"platform":"jd","role":"agent","text":"' + b"x" * 3000000 + b'"}', "too_long"),
    ]

    def test_rows(self):
        good = line(text="微信").encode()
        for name, bad, reason in self.ROWS:
            with self.subTest(name):
                done = scan(stdin=good + bad + b"\n" + good)
                self.assertEqual(done.code, DATA, name)
                self.assertEqual([e["event_id"] for e in done.objects], ["stdin/0/0", "stdin/0/2"])
                self.assertRegex(done.err, rf"^stdin:2: {reason or '[a-z_]+'}(: .+)?\n$")

    def test_text_is_never_told(self):
        done = scan(stdin='{"platform":"jd","role":"agent","text":"SECRET')
        self.assertEqual(done.code, DATA)
        self.assertNotIn("SECRET", done.err)

    def test_invalid_utf8_in_a_text_is_repaired(self):
        done = scan(stdin=b'{"platform":"jd","role":"agent","text":"\xe5\xbe\xae\xff\xe4\xbf\xa1"}\n')
        self.assertIn(done.code, (0, DATA))
        if done.code == 0:
            self.assertIn("invalid_utf8", done.objects[0]["flags"])

    def test_nul_inside_a_text_hides_nothing(self):
        done = scan(stdin=line(text="\0微\0信"))
        self.assertEqual(done.code, 0)
        self.assertEqual(done.objects[0]["violations"][0]["term"], "微信")

    def test_last_line_without_end_and_foreign_line_ends(self):
        text = "\ufeff" + line(text="a").replace("\n", "\r\n") + line(text="b").rstrip("\n")
        done = scan(stdin=text)
        self.assertEqual((done.code, [e["text"] for e in done.objects]), (0, ["a", "b"]))

    def test_empty_input(self):
        done = scan(stdin=b"")
        self.assertEqual((done.code, done.out, done.err), (0, "", ""))

    def test_deadletters(self):
        path = self.dir / "dead.jsonl"
        done = scan("--deadletters", str(path), stdin="{}\n" + line(text="a") + "oops\n")
        self.assertEqual(done.code, DATA)
        dead = [json.loads(x) for x in path.read_text().splitlines()]
        self.assertEqual([d["event_id"] for d in dead], ["stdin/0/0", "stdin/0/2"])
        self.assertEqual(dead[1]["reason"], "malformed")

    def test_missing_file_and_the_rest_goes_on(self):
        there = self.file("there", line(text="a"))
        done = scan(str(self.dir / "not there"), there)
        self.assertEqual((done.code, len(done.objects)), (NO_INPUT, 1))
        self.assertIn("cannot open", done.err)

    def test_directory(self):
        done = scan(str(self.dir))
        self.assertEqual(done.code, IO)
        self.assertIn("directory", done.err)

    def test_broken_rules(self):
        pack = self.file("p.yaml", "pack: {id: x}\nrules: [{id: A}]\n")
        done = run("scan", "--rules", pack, stdin=line(text="a"))
        self.assertEqual((done.code, done.out), (CONFIG, ""))

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            code = subprocess.run([PROGRAM, "scan", "--rules", PACK], input=line(text="a").encode(), stdout=full,
                stderr=subprocess.PIPE).returncode
        self.assertEqual(code, IO)


class Protobuf(Case):
    GOOD = field(1, "jd") + field(7, 2) + field(10, "微信")

    def frames(self, *bodies, tail=b""):
        return scan("--input-format", "protobuf", stdin=b"".join(map(frame, bodies)) + tail)

    def test_rows(self):
        rows = [
            ("empty", b""),
            ("cut", self.GOOD[:-2]),
            ("wrong wire type", field(1, 7) + field(7, 2)),
            ("no platform", field(7, 2)),
            ("no role", field(1, "jd")),
            ("role 99", field(1, "jd") + field(7, 99)),
            ("invalid UTF-8 in a name", field(1, b"\xff") + field(7, 2)),
        ]
        for name, bad in rows:
            with self.subTest(name):
                done = self.frames(self.GOOD, bad, self.GOOD)
                self.assertEqual(done.code, DATA)
                self.assertEqual([e["event_id"] for e in done.objects], ["stdin/0/0", "stdin/0/2"])
                self.assertRegex(done.err, r"^stdin:2: [a-z_]+(: .+)?\n$")

    def test_truncated_file(self):
        done = self.frames(self.GOOD, tail=frame(self.GOOD)[:-1])
        self.assertEqual((done.code, len(done.objects)), (DATA, 1))
        self.assertIn("stdin:2: malformed: the file ends inside a record", done.err)

    def test_no_sane_length(self):
        for tail in (b"\xff" * 12, varint(1 << 40)):
            done = self.frames(self.GOOD, tail=tail + b"rest")
            self.assertEqual((done.code, len(done.objects)), (DATA, 1))
            self.assertIn("stdin:2: malformed: not a record length", done.err)

    def test_invalid_utf8_in_a_text(self):
        done = self.frames(field(1, "jd") + field(7, 2) + field(10, b"\xe5\xbe\xae\xff\xe4\xbf\xa1"))
        self.assertEqual(done.code, 0)
        self.assertIn("invalid_utf8", done.objects[0]["flags"])

    def test_same_as_json(self):
        args = ["generate", "--count", "3000", "--seed", "5"]
        a = scan("--topic", "t", stdin=run(*args).raw)
        b = scan("--topic", "t", "--input-format", "protobuf", stdin=run(*args, "--format", "protobuf").raw)
        self.assertEqual((a.code, b.code), (0, 0))
        self.assertEqual(a.objects, b.objects)

    def test_output_is_framed(self):
        done = scan("--output-format", "protobuf", stdin=line(text="微信") * 3)
        raw, n = done.raw, 0
        while raw:
            size = shift = used = 0
            while True:
                byte = raw[used]
                size |= (byte & 0x7F) << shift
                shift, used = shift + 7, used + 1
                if byte < 0x80:
                    break
            self.assertIn("微信".encode(), raw[used : used + size])
            raw, n = raw[used + size :], n + 1
        self.assertEqual(n, 3)


class Text(Case):
    def test_platform_and_role(self):
        done = scan("--input-format", "text", stdin="加微信\n\n宝贝\n")
        self.assertEqual([e.get("violation_count", 0) for e in done.objects], [1, 0, 0])
        done = scan("--input-format", "text", "--platform", "pdd", "--role", "agent", stdin="加微信\n宝贝")
        self.assertEqual([e.get("violation_count", 0) for e in done.objects], [1, 1])
        done = scan("--input-format", "text", "--role", "buyer", stdin="加微信\n")
        self.assertEqual(done.objects[0]["role"], "buyer")
        self.assertNotIn("violations", done.objects[0])


class Pipes(Case):
    def test_answers_come_at_once(self):
        """A record that was written is answered before the next one is there."""
        with subprocess.Popen([PROGRAM, "scan", "--rules", PACK], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE) as p:
            for text in ("微信", "好"):
                p.stdin.write(line(text=text).encode())
                p.stdin.flush()
                self.assertEqual(json.loads(p.stdout.readline())["text"], text)
            p.stdin.close()
            self.assertEqual(p.wait(), 0)

    def test_reader_that_leaves(self):
        chat = self.file("chat", line(text="微信") * 50000)
        with subprocess.Popen([PROGRAM, "scan", "--rules", PACK, chat], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE) as p:
            p.stdout.close()
            self.assertEqual(p.stderr.read(), b"")
            self.assertEqual(p.wait(), 0)

    def test_batches_keep_order(self):
        """More than one batch, and lines over many reads."""
        chat = b"".join(line(text="x" * (i % 700), message_id=str(i)).encode() for i in range(5000))
        ids = [e.get("message_id") for e in scan(stdin=chat).objects]
        self.assertEqual(ids, [str(i) for i in range(5000)])


if __name__ == "__main__":
    main()
