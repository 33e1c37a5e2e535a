#!/usr/bin/env python3
"""Write the tables of plugin/text/readings.h, shapes.h and spins.h as one C file.

  gen_readings.py OUT.c --fold TEXT_TABLES.c [--unicode DIR] [--report]

Readings come from Debian's unicode-data (Unihan), everything else from the lists in data/. Everything is about *folded*
characters, as the texts that are searched: the fold is read from what gen_tables.py wrote.
"""
import argparse
import bz2
import os
import re
import sys
import unicodedata
import zipfile
from collections import defaultdict
from itertools import product

MAIN, MODERN, ALL = range(3)  # enum cs_sound
CODE_FACTOR, CODE_INVERSE = 40503, 30599  # as in alphabet.h
SOUND_SHIFT = 12  # as in readings.h
PARTS_MAX = 4  # as in shapes.h
RUNS_MAX = 64  # splits of one character
SPELLED = re.compile(r"[a-z]*[aeiouv][a-z]*")
HERE = os.path.dirname(os.path.abspath(__file__))


class Unihan:
    """The properties of the Unihan database, whatever form the package packs it in."""

    def __init__(self, directory):
        self.directory, self.text = directory, {}

    def load(self, name):
        path = os.path.join(self.directory, f"Unihan_{name}.txt")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                return f.read()
        if os.path.exists(path + ".bz2"):
            with bz2.open(path + ".bz2", "rt", encoding="utf-8") as f:
                return f.read()
        try:
            with zipfile.ZipFile(os.path.join(self.directory, "Unihan.zip")) as z:
                return z.read(f"Unihan_{name}.txt").decode("utf-8")
        except (OSError, KeyError):
            sys.exit(f"gen_readings: {path} is missing: install the package unicode-data")

    def unihan(self, name, key):
        if name not in self.text:
            self.text[name] = [line.split("\t") for line in self.load(name).splitlines()]
        for f in self.text[name]:
            if len(f) == 3 and f[1] == key:
                yield int(f[0][2:], 16), f[2]


class Fold:
    """The fold of a character to one unit, as the engine has it."""

    def __init__(self, path):
        with open(path, encoding="ascii") as f:
            source = f.read()
        self.unit = self.units(source, "cs_text_code[65536]")
        expanded = self.units(source, "cs_text_expansion_code[]")
        for row in re.findall(r"\{(\d+),(\d+),1\}", self.body(source, "cs_text_expansions[]")):
            if int(row[0]) < 0x10000:  # one code, but noticed by the fold
                self.unit[int(row[0])] = expanded[int(row[1])]

    @staticmethod
    def body(source, array):
        return re.search(re.escape(array) + r" = \{(.*?)\};", source, re.S).group(1).replace("\n", "")

    def units(self, source, array):
        return [int(v) * CODE_INVERSE & 0xFFFF for v in self.body(source, array).split(",") if v]

    def __call__(self, char):
        """The unit of a code point, or None where it is dropped or becomes several."""
        unit = self.unit[char] if char < 0x10000 else 0
        return None if unit in (0, 0xFFFE, 0xFDD0) else unit

    def all(self, text):
        """Units of a string, or None."""
        units = [self(ord(c)) for c in text]
        return None if None in units else tuple(units)


def toneless(pinyin):
    """zhōng -> zhong, lǚ -> lv; None for what is no syllable."""
    flat = unicodedata.normalize("NFD", pinyin.strip().lower())
    flat = flat.replace("u\u0308", "v").replace("e\u0302", "e")
    flat = "".join(c for c in flat if not unicodedata.combining(c))
    return flat if SPELLED.fullmatch(flat) else None


def raw_readings(src):
    """(character, syllable, level)"""
    for char, value in src.unihan("Readings", "kMandarin"):
        for i, pinyin in enumerate(value.split()):
            yield char, toneless(pinyin), MODERN if i else MAIN
    dictionaries = (("kTGHZ2013", MODERN), ("kXHC1983", MODERN), ("kHanyuPinyin", ALL))
    for key, level in dictionaries:
        for char, value in src.unihan("Readings", key):
            for entry in value.split():
                for pinyin in entry.split(":")[-1].split(","):
                    yield char, toneless(pinyin), level


def readings(src, fold):
    """Unit -> {syllable: level}. A folded class sounds like its representative; what its other members add is
    rare."""
    table = defaultdict(dict)
    for char, syllable, level in raw_readings(src):
        unit = fold(char)
        if syllable is None or unit is None:
            continue
        own = level if unit == char else ALL
        table[unit][syllable] = min(own, table[unit].get(syllable, ALL))
    for known in table.values():  # some characters are in the large dictionary only
        best = min(known.values())
        if best:
            known.update({s: MAIN for s, level in list(known.items())[:1] if level == best})
    return table


def data_rows(name):
    with open(os.path.join(HERE, "data", name), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                yield line.split()


def part_forms(fold):
    """Unit -> all forms in which that part is written, the one it is compared by first."""
    table = {}
    for forms in data_rows("parts.txt"):
        units = list(dict.fromkeys(u for u in map(fold, map(ord, forms)) if u))
        for unit in units:
            table[unit] = units
    return table


class Splits:
    """How characters are split: those of the list, parts split again or put together, every form of each part."""

    def __init__(self, fold):
        self.forms = part_forms(fold)
        self.known = defaultdict(set)
        for char, *rows in (*data_rows("splits.txt"), *data_rows("splits_more.txt")):
            unit = fold(ord(char))
            for row in filter(None, map(fold.all, rows)):
                if unit and unit not in row and len(row) <= PARTS_MAX:
                    self.known[unit].add(self.plain(row))
        self.whole = defaultdict(set)  # what a run of parts makes
        for unit, rows in self.known.items():
            for row in rows:
                self.whole[row].add(unit)

    def plain(self, row):
        return tuple(self.forms.get(p, [p])[0] for p in row)

    def split_again(self, row):
        for i, part in enumerate(row):
            for inner in self.known.get(part, ()):
                if len(inner) == 2 and len(row) < PARTS_MAX:
                    yield row[:i] + inner + row[i + 1:]

    def put_together(self, row):
        for i in range(len(row) - 1):
            for n in range(2, min(4, len(row) - i + 1)):
                if n < len(row):
                    for part in self.whole.get(row[i:i + n], ()):
                        yield row[:i] + self.plain((part,)) + row[i + n:]

    def of(self, unit):
        """All runs for a character, at most RUNS_MAX, those of the lists first, then those of the fewest parts."""
        rows = sorted(self.known[unit], key=lambda row: (len(row), row))
        more = {r for row in rows for r in (*self.put_together(row), *self.split_again(row))} - {*rows}
        more = sorted(more, key=lambda row: (len(row), row))
        runs = {}
        for row in rows + more:
            for run in product(*(self.forms.get(p, [p]) for p in row)):
                if unit not in run and len(runs) < RUNS_MAX:
                    runs[run] = True
        return list(runs)


def folded_splits(fold):
    """Unit -> runs of units."""
    splits = Splits(fold)
    return {unit: runs for unit in list(splits.known) if (runs := splits.of(unit))}


def folded_similar(fold):
    """Unit -> units, of those at a glance and of those that resemble. Only among characters that the fold keeps: what
    looks like a traditional form need not look like the simplified one."""
    tables = ({}, {})
    for char, *columns in data_rows("lookalikes.txt"):
        for table, others in zip(tables, columns):
            units = {ord(c) for c in others if fold(ord(c)) == ord(c)}
            if fold(ord(char)) == ord(char) and others != "-" and units:
                table[ord(char)] = units
    return tables


def array(out, declaration, values):
    out.write(f"const {declaration} = {{\n")
    for i in range(0, len(values), 24):
        out.write("".join(f"{v}," for v in values[i:i + 24]) + "\n")
    out.write("};\n")


def write_lists(out, name, lists):
    """Lists of 16-bit values by unit: pages of 256 offsets into one store, where a list begins with its length."""
    store, offsets, seen = [0], [0] * 65536, {(): 0}
    for unit, values in sorted(lists.items()):
        key = tuple(values)
        if key not in seen:
            seen[key] = len(store)
            store += [len(key), *key]
        offsets[unit] = seen[key]
    pages, index = {}, []
    for i in range(0, 65536, 256):
        index.append(pages.setdefault(tuple(offsets[i:i + 256]), len(pages)))
    array(out, f"uint8_t cs_text_{name}_page[256]", index)
    array(out, f"uint32_t cs_text_{name}_at[]", [v for page in pages for v in page])
    array(out, f"uint16_t cs_text_{name}[]", store)


def write_letters(out, fold):
    rows = [f"{{{ord(letter)},{fold(ord(char))}}}" for letter, char in data_rows("letters.txt")]
    array(out, "struct cs_letter cs_text_letter[]", rows)
    out.write(f"const uint32_t cs_text_letter_count = {len(rows)};\n")


def write_spins(out, fold):
    """Words by group, each as its group, begin in a store of units, and length."""
    store, rows = [], []
    for group, words in enumerate(data_rows("spins.txt")):
        for word in words:
            units = fold.all(word)
            rows.append(f"{{{group},{len(units)},{len(store)}}}")
            store += units
    array(out, "uint16_t cs_text_spin_unit[]", store)
    array(out, "struct cs_spin_row cs_text_spin[]", rows)
    out.write(f"const uint32_t cs_text_spin_count = {len(rows)};\n")


def write(out, a):
    src, fold = Unihan(a.unicode), Fold(a.fold)
    sounds, splits, (alike, far) = readings(src, fold), folded_splits(fold), folded_similar(fold)
    names = sorted({s for known in sounds.values() for s in known})
    ids = {s: i + 1 for i, s in enumerate(names)}
    out.write("/* Generated by gen_readings.py; do not edit. */\n")
    out.write("#include \"text/readings.h\"\n#include \"text/shapes.h\"\n#include \"text/disguise_tables.h\"\n")
    array(out, "char cs_text_syllable[][CS_SYLLABLE_LETTERS + 1]", ['""'] + [f'"{s}"' for s in names])
    out.write(f"const uint32_t cs_text_syllable_count = {len(names)};\n")
    write_lists(out, "reading", {u: sorted(ids[s] | level << SOUND_SHIFT for s, level in known.items())
                                 for u, known in sounds.items()})
    write_lists(out, "similar", {u: sorted(others) for u, others in alike.items()})
    write_lists(out, "resembling", {u: sorted(others) for u, others in far.items()})
    write_lists(out, "split", {u: [v for parts in sorted(rows) for v in (len(parts), *parts)]
                               for u, rows in splits.items()})
    write_letters(out, fold)
    write_spins(out, fold)
    if a.report:
        print(f"syllables {len(names)}, characters with readings {len(sounds)}, with splits {len(splits)}, "
              f"with look-alikes {len(alike)}")
        for char in a.show:
            u = ord(char)
            print(char, sounds.get(u), ["".join(map(chr, p)) for p in splits.get(u, ())],
                  *("".join(map(chr, sorted(t.get(u, ())))) for t in (alike, far)))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("out")
    ap.add_argument("--fold", required=True)
    ap.add_argument("--unicode", default="/usr/share/unicode")
    ap.add_argument("--report", action="store_true", help="tell how much was found")
    ap.add_argument("--show", default="", help="with --report: characters to show")
    a = ap.parse_args()
    with open(a.out + ".part", "w", encoding="ascii") as out:
        write(out, a)
    os.replace(a.out + ".part", a.out)


main()
