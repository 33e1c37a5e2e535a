#!/usr/bin/python3
"""Instructions a message, counted by callgrind, against the recorded baseline.

Counts do not depend on what else the machine does, so a change of more than 5 % is a change of the code. They do depend on
compiler and libraries: the baseline holds for the tool versions in its head, elsewhere the counts are only printed.

usage: instructions.py BUILD_DIR [--record]     exit 0 fine, 1 slower than the baseline, 77 cannot be counted here
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BASELINE = os.path.join(HERE, "instructions.txt")
ENGINE_MESSAGES, FILTER_MESSAGES, TOLERANCE = 20000, 20000, 1.05


def tools(build):
    """What the counts depend on, in one line."""
    cache = open(os.path.join(build, "CMakeCache.txt")).read()
    compiler = re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$", cache, re.M).group(1)
    gcc = subprocess.run([compiler, "-dumpfullversion"], capture_output=True, text=True).stdout.strip()
    # As valgrind sees the processor: it may not know all that this one can.
    versions = subprocess.run(["valgrind", "-q", "--tool=none", os.path.join(build, "bin/chatsieve"), "--version"],
                              capture_output=True, text=True).stdout
    return f"gcc {gcc}, " + ", ".join(line for line in versions.split("\n")[1:] if line)


def count(function, command, tries=3):
    """Instructions executed inside `function` and what it calls. A run that does not come to its end is tried again: on
    a full machine callgrind itself may fail, which says nothing about the code."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind.out")
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
                               f"--toggle-collect={function}", *command], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, cwd=folder)  # where no corpus lies beside it
        found = re.search(r"Collected : (\d+)", done.stderr)
        if done.returncode or not found or int(found.group(1)) == 0:
            if tries > 1:
                return count(function, command, tries - 1)
            raise RuntimeError(f"{' '.join(command)} under callgrind: exit {done.returncode}\n{done.stderr[-2000:]}")
        return int(found.group(1))


def measure(build):
    """{name: instructions a message}, on chat and words that the programs make up themselves."""
    program = os.path.join(build, "bin/chatsieve")
    with tempfile.NamedTemporaryFile() as chat:
        subprocess.run([program, "generate", "--count", str(FILTER_MESSAGES), "--seed", "1", "--format", "protobuf"],
                       stdout=chat, check=True)
        stages = count("cs_filter_run", [program, "scan", "--input-format", "protobuf", "--output-format", "protobuf",
                                         chat.name])
    engine = count("run_full", [os.path.join(build, "bench/bench_engine"), "--once", str(ENGINE_MESSAGES)])
    return {"fold, scan and spans of 5,000 terms": engine / ENGINE_MESSAGES,
            "all stages, shipped rules": stages / FILTER_MESSAGES}


def read_baseline():
    lines = open(BASELINE, encoding="utf-8").read().splitlines()
    rows = dict(line.rsplit(None, 1) for line in lines[1:] if line)
    return lines[0].removeprefix("# "), {name: float(value) for name, value in rows.items()}


def main():
    build = os.path.abspath(sys.argv[1])
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not installed")
        return 77
    have, now = tools(build), measure(build)
    if "--record" in sys.argv:
        with open(BASELINE, "w", encoding="utf-8") as f:
            f.write(f"# {have}\n" + "".join(f"{name} {value:.0f}\n" for name, value in now.items()))
    made_with, baseline = read_baseline()
    slower = 0
    for name, value in now.items():
        print(f"{value:7.0f} instructions a message, baseline {baseline[name]:.0f}: {name}")
        slower += value > baseline[name] * TOLERANCE
    if have != made_with:
        print(f"not compared: the baseline was made with {made_with}, this is {have}")
        return 77
    if slower:
        print("slower than the baseline; if that is worth it, record a new one with --record and say why in the commit")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
