"""`run` without a broker: what it says and how it ends. With one it is tested elsewhere, end to end."""

import signal
import socket
import subprocess
import time

from kit import *


def unused_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Run(Case):
    def test_no_broker(self):
        done = run("run", "--rules", PACK, "--brokers", f"127.0.0.1:{unused_port()}", "--wait", "1")
        self.assertEqual(done.code, UNAVAILABLE, done.err)
        self.assertIn("level=error", done.err)
        self.assertIn("127.0.0.1", done.err)

    def test_log_is_logfmt(self):
        done = run("run", "--rules", PACK, "--brokers", f"127.0.0.1:{unused_port()}", "--wait", "1")
        for row in done.err.splitlines():
            self.assertRegex(row, r'^ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=[a-z]+ msg=("|\S)')

    def test_stop_while_waiting(self):
        with subprocess.Popen([PROGRAM, "run", "--rules", PACK, "--brokers", f"127.0.0.1:{unused_port()}"],
            stderr=subprocess.PIPE) as p:
            row = p.stderr.readline()
            self.assertTrue(row)
            while b"waiting for the broker" not in row:
                row = p.stderr.readline()
                self.assertTrue(row, "the program ended before it waited")
            p.send_signal(signal.SIGTERM)
            self.assertEqual(p.wait(timeout=30), 0)
            p.stderr.read()

    def test_configuration_first(self):
        config = self.file("c.yaml", "brokrs: x\n")
        begin = time.monotonic()
        done = run("run", "-c", config)
        self.assertEqual(done.code, CONFIG)
        self.assertIn("c.yaml:1:1", done.err)
        self.assertIn("did you mean", done.err)
        self.assertLess(time.monotonic() - begin, 60)


if __name__ == "__main__":
    main()
