"""Sentences written by hand, none of them from the templates of bench/detectors.py: each number, account or address is
found where it stands, by its detector alone, and nothing is found in the others.

    authored_test.py PROGRAM
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

SHARED = 0.8
DETECTORS = ("mobile", "landline", "service_number", "bank_card", "id_card", "qq", "wechat", "email", "url", "address")
RULE = ("  - {{id: {0}, category: c, severity: 1, platforms: all, actors: [buyer], detect: [{0}], "
        "message: {{zh: 测, en: found}}}}\n")


def read_rows():
    text = (pathlib.Path(__file__).resolve().parent / "authored.tsv").read_text("utf-8")
    for line in text.splitlines()[1:]:
        detector, sentence = line.split("\t")
        brace = re.search(r"\{(.*?)\}", sentence)
        yield detector, re.sub(r"[{}]", "", sentence), (brace.start(), brace.end() - 2) if brace else None


def scan(program, texts):
    lines = (json.dumps({"platform": "jd", "shop_id": "s", "buyer_id": f"b{i}", "role": "buyer", "sent_ms": 1_700_000_000_000 + i, "text": t})
             for i, t in enumerate(texts))
    with tempfile.TemporaryDirectory() as into:
        pack = "pack: {id: p, version: 1}\nrules:\n" + "".join(RULE.format(d) for d in DETECTORS)
        (pathlib.Path(into) / "p.yaml").write_text(pack, "utf-8")
        out = subprocess.run([program, "scan", "--rules", into, "--input-format", "jsonl"], input="\n".join(lines).encode(),
                             stdout=subprocess.PIPE, check=True).stdout
    return [[(v["rule_id"], v.get("char_begin", 0), v["char_end"]) for v in json.loads(line).get("violations", ())]
            for line in out.decode().splitlines()]


def is_right(hit, detector, span):
    shared = min(hit[2], span[1]) - max(hit[1], span[0])
    return hit[0] == detector and shared >= SHARED * (max(hit[2], span[1]) - min(hit[1], span[0]))


def main(program):
    rows, wrong = list(read_rows()), 0
    assert {r[0] for r in rows} == {*DETECTORS, "-"} and len(rows) > 150
    for (detector, text, span), hits in zip(rows, scan(program, [r[1] for r in rows]), strict=True):
        good = len(hits) == 1 and is_right(hits[0], detector, span) if span else not hits
        wrong += not good
        if not good:
            print(f"{detector}: {text}: {[(d, text[b:e]) for d, b, e in hits]}")
    print(f"{len(rows)} sentences, {wrong} wrong")
    return wrong != 0


sys.exit(main(sys.argv[1]))
