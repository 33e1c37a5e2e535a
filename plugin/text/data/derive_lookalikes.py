#!/usr/bin/env python3
"""Write lookalikes.txt: for each ordinary character the ones that are taken for it.

  derive_lookalikes.py UNICODE_DIR STROKE_DICT SPLITS... > lookalikes.txt

Nobody publishes such a list with a free licence, so characters are measured: how much of the order of their strokes they
share (longest common subsequence; STROKE_DICT is stroke.dict.yaml of Debian's rime-data-stroke), whether they have the
same radical, and how much of them is a part that both have, however deep it stands in either (SPLITS are splits.txt and
splits_more.txt). Three lists are made of each character: what is drawn alike, what shares a part, and what does some of
both; of equals the more frequent is likelier to be typed (kHanyuPinlu). Characters that Unicode itself calls confusable
or variants are always among them. Takes some minutes.
"""
import bz2
import math
import os
import re
import sys
from collections import defaultdict
from typing import NamedTuple

HEAD = """\
# Look-alikes: a character, then those that are taken for it at a glance, then those that resemble it ("-": none).
# Derived by derive_lookalikes.py from Unicode's Unihan database (Unicode licence), splits.txt (CC BY 3.0) and by comparing
# the stroke orders of rime-stroke (LGPL-3), of which nothing is contained.
"""
BY_STROKES, BY_PART, BY_BOTH, VARIANTS, NEAR = 20, 36, 12, 4, 6  # look-alikes of each kind, at most
RARE, RARE_BY_PART = 3, 10  # of those that hardly ever occur, so that they cost nothing but room
STROKES_LEAST, STROKES_TOO_LEAST, RARE_LEAST = 0.75, 0.65, 0.88
PART_LEAST, RARE_PART_LEAST = 0.34, 0.45  # a shared radical alone is no likeness
EQUAL_STROKES = 0.7  # of characters that mean the same
SAME_RADICAL, FREQUENT, STROKES_TOO = 0.1, 0.2, 0.3  # what these count beside a share of strokes or of a part
APART = 8  # strokes that look-alikes may differ in
SPLIT_APART = 2  # strokes by which a character and its parts may differ
CROWD = 2500  # a part of more characters than this says nothing


def unihan(directory, name, *keys):
    with bz2.open(os.path.join(directory, f"Unihan_{name}.txt.bz2"), "rt", encoding="utf-8") as f:
        for line in f:
            fields = line.rstrip("\n").split("\t")
            if len(fields) == 3 and fields[1] in keys and len(fields[0]) == 6:
                yield int(fields[0][2:], 16), fields[2]


class Facts:
    """What is known about each character."""

    def __init__(self, unicode_dir, stroke_dict, *splits):
        gb = {c: int(v.split()[0]) for c, v in unihan(unicode_dir, "OtherMappings", "kGB0")}
        self.wanted = sorted(gb)
        self.common = {c for c, cell in gb.items() if cell < 5600}  # the first level of GB 2312
        self.known = {c for c, _ in unihan(unicode_dir, "Readings", "kTGHZ2013", "kXHC1983")} | set(gb)
        self.count = {c: int(v.split()[0]) for c, v in unihan(unicode_dir, "IRGSources", "kTotalStrokes")}
        self.radical = {c: v.split()[0].split(".")[0].rstrip("'")
                        for name in ("RadicalStrokeCounts", "IRGSources")
                        for c, v in unihan(unicode_dir, name, "kRSUnicode")}
        self.variants = self.read_variants(unicode_dir, "kSpoofingVariant", "kZVariant")
        self.equal = self.read_variants(unicode_dir, "kSemanticVariant")  # of meaning, which may look quite different
        self.strokes = dict(self.read_strokes(stroke_dict))
        self.parts = defaultdict(list)
        for path in splits:
            for c, rows in self.read_splits(path):
                self.parts[c] += rows
        self.parts.update({c: [row for row in rows if self.adds_up(c, row)] or rows for c, rows in self.parts.items()})
        self.inner = {c: self.find_parts(c, set()) for c in list(self.parts)}
        said = {c: sum(map(int, re.findall(r"\((\d+)\)", v))) for c, v in unihan(unicode_dir, "Readings", "kHanyuPinlu")}
        most = math.log1p(max(said.values()))
        self.frequent = defaultdict(float, {c: math.log1p(n) / most for c, n in said.items()})  # 0 to 1

    def adds_up(self, c, row):
        """False for a split into other forms of the parts, such as 艸 for 艹."""
        return abs(sum(self.count.get(p, 2) for p in row) - self.count.get(c, 0)) <= SPLIT_APART

    @staticmethod
    def read_variants(unicode_dir, *keys):
        table = defaultdict(set)
        for c, value in unihan(unicode_dir, "Variants", *keys):
            for other in (int(v.split("<")[0][2:], 16) for v in value.split()):
                table[c].add(other)
                table[other].add(c)
        return table

    def read_strokes(self, path):
        with open(path, encoding="utf-8") as f:
            rows = [line.split("\t") for line in f.read().split("\n...\n", 1)[1].splitlines()]
        for row in reversed(rows):
            if len(row) >= 2 and len(row[0]) == 1 and set(row[1]) <= set("hspnz"):
                yield ord(row[0]), row[1]

    @staticmethod
    def read_splits(path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                if not line.startswith("#"):
                    char, *rows = line.split()
                    yield ord(char), [frozenset(map(ord, row)) for row in rows]

    def candidates(self):
        """Groups of characters that share something, by what they share."""
        groups = defaultdict(set)
        for c in self.strokes:
            if c > 0xFFFF or c not in self.count:
                continue
            groups["radical", self.radical.get(c)].add(c)
            groups["part", c].add(c)
            for p in self.all_parts(c):
                groups["part", p].add(c)
        return groups

    def find_parts(self, c, above):
        """Of all depths; deeper than the first only those of some strokes."""
        found = {p for row in self.parts.get(c, ()) for p in row} - above
        for p in list(found):
            found |= {q for q in self.find_parts(p, above | {c, p}) if self.count.get(q, 0) >= 3}
        return found

    def all_parts(self, c):
        return self.inner.get(c, set())

    def shared_part(self, a, b):
        """Strokes of what is part of both."""
        both = (self.all_parts(a) | {a}) & (self.all_parts(b) | {b})
        best = max((self.count.get(p, 2) for p in both), default=0)
        for x in self.parts.get(a, ()):
            for y in self.parts.get(b, ()):
                best = max(best, sum(self.count.get(p, 2) for p in x & y))
        return min(best, self.count[a], self.count[b])


def shared_strokes(a, b):
    """Twice the longest common subsequence by both lengths (bit-parallel, Hyyro 2004)."""
    place = defaultdict(int)
    for i, stroke in enumerate(a):
        place[stroke] |= 1 << i
    v = mask = (1 << len(a)) - 1
    for stroke in b:
        u = v & place[stroke]
        v = ((v + u) | (v - u)) & mask
    return 2 * bin(~v & mask).count("1") / (len(a) + len(b))


class Pair(NamedTuple):
    """A look-alike, what it shares with the character, and how it ranks."""
    char: int
    strokes: float
    part: float  # of the larger one
    by_strokes: float
    by_part: float
    by_both: float


def pair_of(facts, char, c):
    strokes, shared = shared_strokes(facts.strokes[char], facts.strokes[c]), facts.shared_part(char, c)
    mean = 2 * shared / (facts.count[char] + facts.count[c])
    drawn = strokes + SAME_RADICAL * (facts.radical.get(c) == facts.radical.get(char))
    frequent = FREQUENT * facts.frequent[c]
    return Pair(c, strokes, shared / max(facts.count[char], facts.count[c]), drawn + frequent,
                mean + STROKES_TOO * strokes + frequent, drawn + mean / 2 + frequent)


def measured(facts, groups, char):
    keys = [("radical", facts.radical.get(char)), ("part", char), *(("part", p) for p in facts.all_parts(char))]
    near = {c for key in keys if len(groups[key]) <= CROWD for c in groups[key]}
    for c in near - {char}:
        if abs(facts.count[c] - facts.count[char]) <= APART:
            yield pair_of(facts, char, c)


def is_near(facts, char, pair):
    """True for what is taken for the character at a glance."""
    same_radical = facts.radical.get(char) == facts.radical.get(pair.char)
    apart, strokes = abs(facts.count[char] - facts.count[pair.char]), min(facts.count[char], facts.count[pair.char])
    few = pair.strokes >= 0.92 and (same_radical or pair.part >= 0.5) and apart <= 1
    much = pair.strokes >= 0.8 and pair.part >= 0.55 and same_radical and strokes >= 9
    inside = pair.part >= 0.75 and pair.strokes >= 0.8 and strokes >= 9
    return few or much or inside or pair.part >= 0.85


def best(pairs, share, score, least, most):
    """The best of those that share enough."""
    enough = sorted((p for p in pairs if getattr(p, share) >= least), key=lambda p: (-getattr(p, score), p.char))
    return enough[:most]


def lookalikes(facts, groups, char):
    """(at a glance, resembling)"""
    pairs = list(measured(facts, groups, char))
    known = [p for p in pairs if p.char in facts.known]
    least = 1 if char in facts.common else 2 / 3
    chosen = best(known, "strokes", "by_strokes", STROKES_LEAST, int(BY_STROKES * least))
    chosen += best(known, "part", "by_part", PART_LEAST, int(BY_PART * least))
    drawn_too = [p for p in known if p.strokes >= STROKES_TOO_LEAST]
    chosen += best(drawn_too, "part", "by_both", PART_LEAST, int(BY_BOTH * least))
    rare = [p for p in pairs if p.char not in facts.known]
    chosen += best(rare, "strokes", "by_strokes", RARE_LEAST, RARE)
    chosen += best(rare, "part", "by_part", RARE_PART_LEAST, RARE_BY_PART)
    ranked = sorted(set(chosen), key=lambda p: (-p.by_both, p.char))
    equal = {p.char for p in pairs if p.char in facts.equal[char] and (p.strokes >= EQUAL_STROKES or p.part >= RARE_PART_LEAST)}
    variants = facts.variants[char] & facts.strokes.keys() - {char} | equal
    variants = sorted(variants, key=lambda c: (c not in facts.known, c))
    near = [p.char for p in ranked if is_near(facts, char, p)]
    near = list(dict.fromkeys(variants[:VARIANTS] + near[:NEAR]))
    return near, [p.char for p in ranked if p.char not in near]


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    facts = Facts(*sys.argv[1:])
    groups = facts.candidates()
    sys.stdout.write(HEAD)
    for char in facts.wanted:
        found = lookalikes(facts, groups, char) if char in facts.strokes else ((), ())
        if any(found):
            print(chr(char), *("".join(map(chr, some)) or "-" for some in found))


main()
