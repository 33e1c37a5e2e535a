"""Checks that ask a tool: clang-format, clang-tidy, nm. A missing or different tool skips, visibly."""
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess

from budgets import Finding
from tree import tracked

LLVM = 14  # formatting differs between versions; this is the one of Debian 12


class Skip(Exception):
    """The check cannot be made here; the text says why."""


def llvm_tool(name):
    path = shutil.which(f"{name}-{LLVM}") or shutil.which(name)
    if not path:
        raise Skip(f"{name} is not installed")
    shown = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    version = re.search(r"version (\d+)", shown)
    if not version or int(version[1]) != LLVM:
        raise Skip(f"{name} is version {version[1] if version else '?'}, the rules are written for {LLVM}")
    return path


def check_format(root):
    tool = llvm_tool("clang-format")
    files = [p for p in tracked(root) if re.search(r"\.[ch]$", p) and p.startswith(("plugin/", "bench/", "tests/"))]
    done = subprocess.run([tool, "--dry-run", "-Werror", "--ferror-limit=1", *files], cwd=root, capture_output=True,
                          text=True)
    return [Finding(path, int(line), "clang-format would change this line")
            for path, line in re.findall(r"^(\S+?):(\d+):\d+: error:", done.stderr, re.MULTILINE)]


def tidy_one(tool, root, build, path):
    done = subprocess.run([tool, "-p", build, "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                           "--extra-arg=-Wno-error", root / path], cwd=root, capture_output=True, text=True)
    found = set(re.findall(rf"^{re.escape(str(root))}/(\S+?):(\d+):\d+: (?:error|warning): (.*)$", done.stdout, re.MULTILINE))
    if done.returncode and not found:
        return [Finding(path, 0, (done.stderr or done.stdout).strip()[-500:])]
    return [Finding(file, int(line), text) for file, line, text in sorted(found)]


def check_tidy(root, build):
    tool = llvm_tool("clang-tidy")
    compiled = {pathlib.Path(entry["file"]) for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text())}
    files = [p for p in tracked(root) if p.startswith("plugin/") and p.endswith(".c") and root / p in compiled]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda path: tidy_one(tool, root, build, path), files))
    return sorted({finding for result in results for finding in result}, key=str)


def symbol_findings(exported, declared):
    strange = sorted(name for name in exported if not name.startswith("chatsieve_"))
    findings = [Finding("libchatsieve.so", 0, f"exports {name}") for name in strange]
    if not exported:
        findings.append(Finding("libchatsieve.so", 0, "exports nothing"))
    findings += [Finding("chatsieve/filter.h", 0, f"{name} is declared but not exported")
                 for name in sorted(declared - exported)]
    return findings + [Finding("chatsieve/filter.h", 0, f"{name} is exported but not declared")
                       for name in sorted(exported - declared - set(strange))]


def check_symbols(root, build):
    library = pathlib.Path(build) / "lib" / "libchatsieve.so"
    header = root / "plugin/filter/include/chatsieve/filter.h"
    if not library.exists() or not header.exists():
        return [Finding(str(path), 0, "is missing") for path in (library, header) if not path.exists()]
    shown = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    exported = {line.split()[-1].split("@")[0] for line in shown.splitlines()}
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", header.read_text(), flags=re.DOTALL)
    return symbol_findings(exported, set(re.findall(r"\b(chatsieve_\w+)\s*\(", text)))
