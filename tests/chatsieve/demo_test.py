"""`demo` without a terminal and with one: messages come back annotated, and the terminal is put back."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time
import unittest

from kit import *


class Plain(Case):
    def test_five_seconds(self):
        done = run("demo", "--seconds", "5", "--rate", "300", "--seed", "3")
        self.assertEqual((done.code, done.err), (0, ""), done.err)
        self.assertRegex(done.out.splitlines()[0], r"^brokers 127\.0\.0\.1:\d+, topics chat\.messages")
        self.assertIn("»", done.out)
        self.assertNotIn("\x1b", done.out)
        match = re.search(r"(\d+) messages sent, (\d+) annotated messages read back, (\d+) with violations "
                          r"\(\d+ violations\), (\d+) dead letters of (\d+) broken", done.out)
        self.assertTrue(match, done.out)
        sent, back, found, dead, broken = map(int, match.groups())
        self.assertGreater(back, 300)
        self.assertGreater(found, 0)
        self.assertEqual(dead, broken)
        self.assertEqual(back, sent - broken)
        self.assertRegex(done.out, r"first annotated message \d+ ms after the start")

    def test_signal(self):
        with subprocess.Popen([PROGRAM, "demo", "--rate", "100"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
            row = b""
            while b" annotated" not in row or b" 0 annotated" in row:
                row = p.stdout.readline()
                self.assertTrue(row, "the demo ended by itself")
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=60)
            self.assertEqual((p.returncode, err), (0, b""))
            self.assertIn(b"messages sent", out)

    def test_broken_rules(self):
        done = run("demo", "--rules", self.file("p.yaml", "rules: 5\n"))
        self.assertEqual((done.code, done.out), (CONFIG, ""))


class Terminal(Case):
    @classmethod
    def setUpClass(cls):
        try:
            for fd in os.openpty():
                os.close(fd)
        except OSError as why:
            raise unittest.SkipTest(f"no pseudo-terminals here: {why}")

    def look(self, rows, columns):
        """Everything that a terminal of this size gets in a short run."""
        pid, fd = pty.fork()
        if pid == 0:
            os.execv(PROGRAM, [PROGRAM, "demo", "--seconds", "4", "--rate", "300"])
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        out = b""
        try:
            while block := os.read(fd, 65536):
                out += block
        except OSError:
            pass
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out.decode("utf-8", "replace")

    def test_view(self):
        for rows, columns in ((40, 120), (24, 80), (8, 30)):
            with self.subTest(rows=rows, columns=columns):
                code, out = self.look(rows, columns)
                self.assertEqual(code, 0, out[-500:])
                self.assertIn("\x1b[?1049h", out)
                view, after = out.split("\x1b[?1049l")
                self.assertIn("\x1b[?25h", view[-40:])
                self.assertIn("messages sent", after)
                frames = view.split("\x1b[H")[1:]
                self.assertGreaterEqual(len(frames), 3)  # a busy machine under a sanitizer draws few
                for frame_ in frames:
                    self.assertLess(frame_.count("\r\n"), rows)
        self.assertIn("chatsieve demo", view)

    def test_hit_is_highlighted(self):
        _, out = self.look(40, 120)
        self.assertRegex(out, "\x1b\\[97;41m[^\x1b]+\x1b\\[0m")


if __name__ == "__main__":
    main()
