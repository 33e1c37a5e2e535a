#!/usr/bin/env python3
"""What the README shows is what the program says: every console block is run and its output compared.

usage: readme_test.py PROGRAM README
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

# Files that the blocks check; the README shows only what is said of them.
BAD_YAML = "brokerz: kafka1:9092\ntopics: {input: a b}\nkafka: {acks: 1}\n"
GIFTS_YAML = """pack: {id: gifts, version: 1}
rules:
  - id: GIFT
    category: promise
    severity: 2
    platforms: all
    terms: [下单就送, 下单就送礼]
    message: {zh: 不要许诺赠品, en: Promise no gifts}
    examples: {hit: [下单就送], clean: [你好]}
"""


def blocks(readme):
    """(command, output) of every console block; a command goes on while its line ends in a pipe."""
    for body in re.findall(r"^```console\n(.*?)^```$", readme, re.M | re.S):
        lines = body.splitlines()
        n = 1
        while lines[n - 1].endswith("|"):
            n += 1
        yield "\n".join(lines[:n]).removeprefix("$ "), "\n".join(lines[n:])


def main(program, readme):
    if not shutil.which("jq"):
        print("skipped: jq is not installed")
        return 77
    with open(readme, encoding="utf-8") as f:
        shown = list(blocks(f.read()))
    wrong = 0 if len(shown) >= 3 else 1
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "bad.yaml"), "w", encoding="utf-8") as f:
            f.write(BAD_YAML)
        with open(os.path.join(folder, "gifts.yaml"), "w", encoding="utf-8") as f:
            f.write(GIFTS_YAML)
        for command, expected in shown:
            done = subprocess.run(["bash", "-c", command.replace("build/bin/chatsieve", f"'{program}'")], cwd=folder,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
            if done.stdout.rstrip("\n") != expected:
                wrong += 1
                print(f"$ {command}\nREADME:\n{expected}\nprogram:\n{done.stdout}")
    print(f"{len(shown)} console blocks, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2]))
