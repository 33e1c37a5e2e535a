#!/usr/bin/env python3
"""The house rules as tests: check.py NAME ROOT BUILD. Exit status 1 with findings, 77 when skipped."""
import pathlib
import sys

sys.dont_write_bytecode = True
import budgets  # noqa: E402
import csource  # noqa: E402
import rooms  # noqa: E402
import tools  # noqa: E402
import tree  # noqa: E402


def c_sources(root):
    return [csource.parse(path, (root / path).read_text(errors="replace")) for path in tree.tracked(root)
            if path.endswith((".c", ".h", ".inc"))]


CHECKS = {
    "rooms": lambda root, build: rooms.check(c_sources(root)),
    "budgets": lambda root, build: budgets.check(c_sources(root)),
    "layout": lambda root, build: tree.check_layout(root),
    "text": lambda root, build: tree.check_text(root),
    "scripts": lambda root, build: tree.check_scripts(root),
    "readme": tree.check_readme,
    "format": lambda root, build: tools.check_format(root),
    "symbols": tools.check_symbols,
    "tidy": tools.check_tidy,
}


def main(name, root, build):
    try:
        findings = CHECKS[name](pathlib.Path(root).resolve(), build)
    except tools.Skip as reason:
        print(f"skipped: {reason}")
        return 77
    for finding in findings:
        print(finding)
    print(f"{name}: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
