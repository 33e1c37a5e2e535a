"""The tree itself: what may lie where, modes, and words that must not be in it."""
import os
import pathlib
import re
import subprocess

from budgets import Finding

TOP = {"plugin", "proto", "bench", "tests", "CMakeLists.txt", "README.md", "LICENSE", "run", ".ci", ".clang-format",
       ".clang-tidy", ".gitignore", ".editorconfig"}
REQUIRED = TOP
CODE = re.compile(r"\.(c|h|cc|cpp|py|sh|js|java|go|rs|proto|cmake)$")
CODE_HOMES = ("plugin/", "proto/", "bench/", "tests/")
# Hosts that texts may point at: standards, projects that we name, and examples. No download place is among them.
HOSTS = re.compile(r"(www\.)?(unicode|apache|iana|rfc-editor|debian|prometheus|kubernetes|w3|freedesktop)\.org|"
                   r"(kafka|maven)\.apache\.org|github\.com|json-schema\.org|\$\{?\w+\}?|%s|"
                   r"(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)|.*\.?example(\.(com|org|net|cn))?|.*\.(invalid|test)")
URL = re.compile(r"https?://([^/\s\"'<>:)]+)")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/")
UNFINISHED = re.compile("TO" r"DO\b|FIX" r"ME\b|\bXX" r"X\b")


def tracked(root):
    """Paths of the project, by git where the tree is a clone, else by walking; build trees left out."""
    listing = subprocess.run(["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached", "--others",
                              "--exclude-standard"], capture_output=True) if (root / ".git").exists() else None
    if listing and listing.returncode == 0:
        names = listing.stdout.decode().split("\0")
        return sorted({name for name in names if name and (root / name).is_file()})
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f not in (".git", "build", "__pycache__") and not f.startswith("build-")]
        found += [os.path.relpath(os.path.join(folder, file), root) for file in files]
    return sorted(found)


def read(root, path):
    """The text of a file, or None when it is binary."""
    data = (root / path).read_bytes()
    if b"\0" in data:
        return None
    return data.decode(errors="replace")


def layout(paths):
    findings = [Finding(p, 0, f"'{p.split('/')[0]}' does not belong at the top level")
                for p in paths if p.split("/")[0] not in TOP]
    findings += [Finding(p, 0, "code lives in plugin/, proto/, bench/ or tests/")
                 for p in paths if CODE.search(p) and not p.startswith(CODE_HOMES)]
    present = {p.split("/")[0] for p in paths}
    return findings + [Finding(name, 0, "is missing") for name in sorted(REQUIRED - present)]


def words(path, text):
    """Unfinished work, addresses of download places, paths of one machine."""
    for number, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield Finding(path, number, "unfinished work: do it, or open an issue")
        for host in URL.findall(line):
            if not HOSTS.fullmatch(host):
                yield Finding(path, number, f"host {host}: name the thing, not where one machine gets it")
        if MACHINE_PATH.search(line):
            yield Finding(path, number, "an absolute path of one machine")


def whitespace(path, text):
    if text and not text.endswith("\n"):
        yield Finding(path, text.count("\n") + 1, "no line feed at the end")
    for number, line in enumerate(text.split("\n"), 1):
        if line.endswith((" ", "\t", "\r")):
            yield Finding(path, number, "blanks at the end of the line")


def is_fixture(path):
    """Test data may hold anything."""
    return "/data/" in path or "/golden/" in path or "/corpus/" in path


def script(path, text, mode):
    executable = bool(mode & 0o111)
    if text.startswith("#!") and not executable:
        yield Finding(path, 1, "has #! but is not executable")
    if executable and not text.startswith("#!"):
        yield Finding(path, 1, "is executable but has no #!")


def shell_syntax(root, path, text):
    first = text.split("\n", 1)[0]
    if not re.match(r"#!.*\b(bash|sh|dash)\b", first):
        return
    shell = "bash" if "bash" in first else "sh"
    done = subprocess.run([shell, "-n", root / path], capture_output=True, text=True)
    if done.returncode:
        yield Finding(path, 1, done.stderr.strip())


def check_layout(root):
    return layout(tracked(root))


def check_text(root):
    findings = []
    for path in tracked(root):
        text = read(root, path)
        if text is not None and not is_fixture(path):
            findings += words(path, text) if path != "LICENSE" else ()
            findings += whitespace(path, text)
    return findings


def check_scripts(root):
    findings = []
    for path in tracked(root):
        text = read(root, path)
        if text is not None:
            findings += script(path, text, (root / path).stat().st_mode)
            findings += shell_syntax(root, path, text)
    return findings


def front_verbs(root):
    """The verbs that ./run prints."""
    usage = subprocess.run([root / "run"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  (\w+) ", usage, re.MULTILINE))


def code_of(text):
    """(line number, command) of everything that is set as code: fenced lines and `inline` spans."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced:
            yield from ((number, part) for part in re.split(r"[|;&]+", line))
        else:
            yield from ((number, span) for span in re.findall(r"`([^`]+)`", line))


def readme_findings(text, verbs, commands, exists):
    """Every ./run verb, sub-command and relative link of the README must be real. `commands` None: not built."""
    for number, code in code_of(text):
        verb = re.match(r"\W*\./run (\w+)", code)
        if verb and verb[1] not in verbs:
            yield Finding("README.md", number, f"./run has no verb '{verb[1]}'")
        command = re.match(r"[\s$]*(?:\S*/)?chatsieve ([a-z]+)\b", code)
        if command and commands is not None and command[1] not in commands:
            yield Finding("README.md", number, f"chatsieve has no sub-command '{command[1]}'")
    for number, line in enumerate(text.splitlines(), 1):
        for target in re.findall(r"\]\(([^)#\s]+)", line):
            if "://" not in target and not exists(target):
                yield Finding("README.md", number, f"link to {target}, which does not exist")


def check_readme(root, build):
    text = (root / "README.md").read_text() if (root / "README.md").exists() else None
    if text is None:
        return [Finding("README.md", 0, "is missing")]
    program = pathlib.Path(build) / "bin" / "chatsieve"
    commands = None
    if program.exists():
        shown = subprocess.run([program, "help"], capture_output=True, text=True)
        commands = set(re.findall(r"^  +([a-z]+)\b", shown.stdout + shown.stderr, re.MULTILINE)) | {"help"}
    return list(readme_findings(text, front_verbs(root), commands, lambda target: (root / target).exists()))
