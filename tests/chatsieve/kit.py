"""What the black-box tests of the program share: run it, and talk about what it wrote."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("CHATSIEVE", "chatsieve")
PACK = str(HERE / "pack.yaml")

USAGE, DATA, NO_INPUT, UNAVAILABLE, IO, CONFIG = 64, 65, 66, 69, 74, 78


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.raw = done.stdout
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")
        for word in ("AddressSanitizer", "LeakSanitizer", "runtime error:"):
            if word in self.err:
                sys.stderr.write(self.err)

    @property
    def objects(self):
        return [json.loads(line) for line in self.out.splitlines()]


def run(*args, stdin=b"", timeout=120, cwd=None):
    """Run the program to its end."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    return Result(subprocess.run([PROGRAM, *args], input=stdin, capture_output=True, timeout=timeout, cwd=cwd))


def scan(*args, **kw):
    """`scan` with the small pack of these tests."""
    return run("scan", "--rules", PACK, *args, **kw)


def line(**fields):
    """One input line, with the fields that must be there."""
    return json.dumps({"platform": "jd", "role": "agent", **fields}, ensure_ascii=False) + "\n"


def varint(n):
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def field(number, value):
    """A protobuf field: bytes or text length-delimited, numbers as varint."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def frame(body):
    return varint(len(body)) + body


class Case(unittest.TestCase):
    def setUp(self):
        self._dir = tempfile.TemporaryDirectory()
        self.dir = pathlib.Path(self._dir.name)
        self.addCleanup(self._dir.cleanup)

    def file(self, name, content):
        path = self.dir / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)


def main():
    unittest.main(verbosity=1)
