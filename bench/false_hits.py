#!/usr/bin/env python3
"""What the shipped packs hit in real chat, in comments and in words that must not be violations.

  false_hits.py --program CHATSIEVE --chat jd_chat.tsv [--comments cold_dev.tsv] [--words FILE] [--rules DIR] [--list]

Prints hits per 1,000 texts by evidence, for the packs as they ship and with every disguise allowed at each level of
readings. --list shows each hit of severity 3 and more in agents' messages of the packs as they ship, for a reader to
judge; the texts stay on this machine.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import tempfile

LEVELS = ("shipped", "main", "modern", "all")
EVIDENCE = ("exact", "folded", "gap", "pinyin", "homophone", "abbreviation", "split", "shape", "spin")


def chat(path):
    """Messages of the chat: (conversation, role, text), in order."""
    for row in path.read_text("utf-8").splitlines():
        cells = row.split("\t")
        if len(cells) >= 6 and cells[2] in ("buyer", "agent"):
            yield cells[0], cells[2], cells[5]


def corpora(args):
    """Name -> list of (conversation, role, text)."""
    said = list(chat(args.chat))
    found = {"agent": [s for s in said if s[1] == "agent"], "buyer": [s for s in said if s[1] == "buyer"]}
    if args.comments:
        rows = [r.split("\t", 1) for r in args.comments.read_text("utf-8").splitlines()[1:]]
        for label, name in (("0", "comments"), ("1", "offensive")):
            found[name] = [("", "agent", r[1]) for r in rows if r[0] == label and len(r) == 2]
    if args.words:
        found["words"] = [("", "agent", w) for w in args.words.read_text("utf-8").split()]
    return found


def opened(pack, level):
    """The pack with every disguise of the rules that have any, at this level of readings."""
    rules = re.split(r"(?m)^(?=  - id:)", pack)
    for i, rule in enumerate(rules):
        if re.search(r"(?m)^    disguises:", rule):
            rule = re.sub(r"(?m)^    (sound|evidence):.*\n", "", rule)
            rules[i] = re.sub(r"(?m)^    disguises:(.*\n)(      - .*\n)*", f"    disguises: all\n    sound: {level}\n", rule)
    return "".join(rules)


def packs_of(args, level, into):
    if level == "shipped":
        return args.rules
    for path in args.rules.glob("*.yaml"):
        (into / path.name).write_text(opened(path.read_text("utf-8"), level), "utf-8")
    return into


def scan(args, rules, texts):
    """One event a text."""
    lines = [json.dumps({"platform": args.platform, "shop_id": "s", "buyer_id": c or f"n{i}", "role": role,
                         "sent_ms": 1_700_000_000_000 + i * 1000, "text": text}) for i, (c, role, text) in enumerate(texts)]
    done = subprocess.run([args.program, "scan", "--rules", str(rules)], input="\n".join(lines).encode(),
                          capture_output=True)
    events = [json.loads(x) for x in done.stdout.decode().splitlines()]
    if len(events) != len(texts):
        raise SystemExit(done.stderr.decode()[-2000:])
    return events


def table(args, found):
    """(evidence, corpus, level) -> hits; also hits of severity 3 and more under evidence 'severe'."""
    hits = collections.Counter()
    for level in LEVELS:
        with tempfile.TemporaryDirectory() as into:
            rules = packs_of(args, level, pathlib.Path(into))
            for name, texts in found.items():
                for event in scan(args, rules, texts):
                    for v in event.get("violations", ()):
                        hits[v["evidence"], name, level] += 1
                        hits["severe", name, level] += v["severity"] >= 3
                        hits["total", name, level] += 1
    return hits


def show(found, hits):
    print(f"{'per 1,000':14}" + "".join(f"{name + ' ' + str(len(t)):>36}" for name, t in found.items()))
    print(f"{'':14}" + "".join(f"{level:>9}" for _ in found for level in LEVELS))
    for row in (*EVIDENCE, "total", "severe"):
        cells = (f"{1000 * hits[row, name, level] / len(texts):9.2f}" for name, texts in found.items() for level in LEVELS)
        print(f"{row:14}" + "".join(cells))


def show_list(args, texts):
    """Every hit of severity 3 and more, with what stands around it."""
    for event in scan(args, args.rules, texts):
        for v in event.get("violations", ()):
            if v["severity"] >= 3:
                b, e, text = v.get("char_begin", 0), v["char_end"], event["text"]
                print(f"{v['rule_id']} {v['severity']} {v['evidence']}\t{text[max(0, b - 24):b]}[{text[b:e]}]{text[e:e + 24]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--chat", required=True, type=pathlib.Path)
    parser.add_argument("--comments", type=pathlib.Path)
    parser.add_argument("--words", type=pathlib.Path)
    parser.add_argument("--rules", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent / "plugin/share/rules")
    parser.add_argument("--platform", default="jd")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    found = corpora(args)
    if args.list:
        show_list(args, found["agent"])
    else:
        show(found, table(args, found))


main()
