"""Help, versions, the manual page, and what happens on a wrong command line."""

import re
import shutil
import subprocess

from kit import *

COMMANDS = ["run", "check", "scan", "explain", "demo", "generate", "kpi", "help"]


class Help(Case):
    def test_overview(self):
        for args in ([], ["help"], ["--help"], ["-h"]):
            done = run(*args)
            self.assertEqual((done.code, done.err), (0, ""))
            for name in COMMANDS:
                self.assertRegex(done.out, rf"(?m)^  {name} +[A-Z].*\.$")

    def test_each_command(self):
        for name in COMMANDS:
            done = run("help", name)
            self.assertEqual(done.code, 0)
            self.assertEqual(done.out, run(name, "--help").out if name != "help" else done.out)
            self.assertTrue(done.out.startswith(f"Usage: chatsieve {name} "))
            for row in done.out.splitlines():
                self.assertLessEqual(len(row), 100, row)
            options = re.findall(r"(?m)^  (?:-\w, |    )--([a-z-]+)", done.out)
            self.assertIn("help", options)

    def test_settings_are_listed(self):
        self.assertIn("topics.annotated=TOPIC", run("help", "run").out)

    def test_version(self):
        out = run("--version").out
        self.assertRegex(out, r"^chatsieve \d+\.\d+\.\d+\nlibrdkafka \S+\n")
        self.assertIn("fold kernel", out)
        self.assertEqual(run("scan", "-V").out, out)


class Manual(Case):
    def test_names_everything(self):
        page = run("help", "--man").out.replace("\\-", "-")
        for name in COMMANDS:
            self.assertIn(f'.SS "chatsieve {name} ', page)
            for option in re.findall(r"--([a-z-]+)", run("help", name).out.split("Settings")[0].split("Exit")[0]):
                self.assertIn(f"--{option}", page)
        for code in ("64", "65", "66", "69", "70", "74", "77", "78"):
            self.assertIn(f".B {code}\n", page)

    def test_renders_without_warning(self):
        page = run("help", "--man").raw
        tools = [["mandoc", "-Tlint", "-Wwarning"], ["groff", "-man", "-Tutf8", "-ww", "-z"],
                 ["man", "--warnings", "-l", "-"]]
        tool = next((t for t in tools if shutil.which(t[0])), None)
        if not tool:
            self.skipTest("neither mandoc nor groff nor man is here")
        done = subprocess.run(tool, input=page, capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))


class WrongUsage(Case):
    ROWS = [
        (["scna"], 'there is no command "scna"', "scan"),
        (["help", "expalin"], 'there is no command "expalin"', "explain"),
        (["scan", "--platfrom", "x"], "--platfrom", "--platform"),
        (["scan", "--count", "3"], "does not take option --count", "help scan"),
        (["scan", "-z"], "no option -z", None),
        (["scan", "--rules"], "--rules needs a value", None),
        (["scan", "--summary=yes"], "--summary takes no value", None),
        (["scan", "--input-format", "xml"], '"xml"', "jsonl|protobuf|text"),
        (["demo", "--rate", "0"], "1 to 200000", None),
        (["demo", "--rate", "12x"], '"12x"', None),
        (["demo", "--seed", "99999999999999999999"], "--seed", None),
        (["check", "extra"], '"extra"', None),
        (["run"], "-c FILE or --brokers", None),
    ]

    def test_rows(self):
        for args, told, hint in self.ROWS:
            with self.subTest(args=args):
                done = run(*args)
                self.assertEqual((done.code, done.out), (USAGE, ""))
                self.assertIn(told, done.err)
                if hint:
                    self.assertIn(hint, done.err)

    def test_all_faults_at_once(self):
        err = run("scan", "--nope", "--matcher", "grep", "--partition", "-1").err
        self.assertEqual(err.count("error:"), 3, err)

    def test_closed_pipe(self):
        with subprocess.Popen([PROGRAM, "help", "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
            p.stdout.close()
            self.assertEqual(p.stderr.read(), b"")
            self.assertEqual(p.wait(), 0)


if __name__ == "__main__":
    main()
