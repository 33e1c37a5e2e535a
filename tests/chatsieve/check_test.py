"""`check`: a good configuration is summed up, a broken one is told whole."""

from kit import *


class Good(Case):
    def test_shipped_rules(self):
        done = run("check")
        self.assertEqual(done.code, 0, done.err)
        for word in ("brokers", "rules", "terms", "matcher", "hash"):
            self.assertIn(word, done.out)

    def test_own_rules_and_settings(self):
        config = self.file("c.yaml", "brokers: kafka-1:9092\ntopics: {input: in.v1}\nkafka:\n  linger.ms: 5\n")
        done = run("check", "-c", config, "--rules", PACK)
        self.assertEqual((done.code, done.err), (0, ""))
        self.assertIn("kafka-1:9092", done.out)
        self.assertIn("in.v1", done.out)
        self.assertIn("3 in 1 pack: program-test@1", done.out)
        self.assertIn("6 and 3 exempt phrases", done.out)

    def test_set_wins_over_the_file(self):
        config = self.file("c.yaml", "group: one\n")
        done = run("check", "-c", config, "--rules", PACK, "--set", "group=two", "--brokers", "b:1")
        self.assertIn("group two", done.out)
        self.assertIn("b:1", done.out)

    def test_warnings_do_not_fail(self):
        pack = self.file("p.yaml", (HERE / "pack.yaml").read_text("utf-8").replace(
            "    examples: {hit: [加我微信], clean: [加我]}\n", ""))
        done = run("check", "--rules", pack)
        self.assertEqual(done.code, 0)
        self.assertIn("warning", done.err)


class Broken(Case):
    def test_everything_in_one_run(self):
        config = self.file("c.yaml", "brokrs: a:1\nworkers: many\nkafka:\n  linger.msec: 5\n  acks: 1\n")
        pack = self.file("p.yaml", "pack: {id: p, version: '1', language: zh}\nrules:\n"
                         "  - id: A\n    severty: 3\n    category: c\n")
        done = run("check", "-c", config, "--rules", pack)
        self.assertEqual((done.code, done.out), (CONFIG, ""))
        for word in ("c.yaml:1:1:", "brokers", "c.yaml:2:", "p.yaml:4:", "severity", "linger.ms", "acks", "^"):
            self.assertIn(word, done.err)
        self.assertRegex(done.err, r"\n([5-9]|\d\d) errors\n$")

    def test_broken_yaml(self):
        done = run("check", "-c", self.file("c.yaml", "topics: {input: a\nbrokers: ]\n"), "--rules", PACK)
        self.assertEqual(done.code, CONFIG)
        self.assertRegex(done.err, r"c\.yaml:\d+:\d+: error: ")

    def test_missing_files(self):
        done = run("check", "-c", str(self.dir / "none.yaml"))
        self.assertEqual(done.code, CONFIG)
        self.assertIn("none.yaml", done.err)
        done = run("check", "--rules", str(self.dir / "none"))
        self.assertEqual(done.code, CONFIG)
        self.assertIn("none", done.err)

    def test_bad_settings_on_the_command_line(self):
        for pair, word in (("grup=x", "group"), ("workers=-1", "workers"), ("novalue", "NAME=VALUE"),
            ("kafka.plugin.library.paths=x.so", "plugin.library.paths")):
            done = run("check", "--rules", PACK, "--set", pair)
            self.assertEqual(done.code, CONFIG, pair)
            self.assertIn(word, done.err)

    def test_unset_variable(self):
        done = run("check", "-c", self.file("c.yaml", "brokers: ${CS_TEST_IS_NOT_SET}\n"), "--rules", PACK)
        self.assertEqual(done.code, CONFIG)
        self.assertIn("CS_TEST_IS_NOT_SET", done.err)


if __name__ == "__main__":
    main()
