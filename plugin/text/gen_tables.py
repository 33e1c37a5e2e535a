#!/usr/bin/env python3
"""Write the character tables of plugin/text/tables.h as one C file.

  gen_tables.py OUT.c [--unicode DIR] [--opencc DIR] [--dict PROGRAM] [--report]

Sources are Debian's unicode-data, unicode-cldr-core (names of emoji, see signs.py) and libopencc-data (dumped with
opencc_dict). The fold of a character does not
depend on its neighbours: it is the fixed point of compatibility decomposition, case folding, styled letters and
digits, radicals and the traditional classes, from which ignorables and separators are then dropped. Because it
is a fixed point, folding what was folded changes nothing.
"""
import argparse
import bz2
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict

sys.dont_write_bytecode = True
from signs import OPENING, READINGS, signs

KEPT, IGNORABLE, SEPARATOR, SENTENCE = range(4)
LETTER, SIGN, DOUBT = 4, 8, 16  # bits beside the class
HAN, HAN_COUNT = 0x4E00, 20992  # as in tables.h
CODE_FACTOR, CODE_INVERSE = 40503, 30599  # as in alphabet.h
DELIMITER_BYTE = 0x1E  # as in tables.h
UNIT_DELIMITER, UNIT_EXPAND, UNIT_PAIR = 0xFFFF, 0xFFFE, 0xFDD0
EXPANSION_MAX = 6  # UTF-16 units; U+FDFA (15 letters) and U+FDFB (7) stay themselves
CLASS_WARN = 8  # a traditional class of more characters is a merge that went wrong

# Compatibility mappings that NFKC_Casefold has not: emoji-like letters in the enclosed blocks are named, not
# decomposed.
STYLED = re.compile(r"(?:CROSSED )?(?:NEGATIVE )?(?:CIRCLED|SQUARED) (?:LATIN CAPITAL LETTER )?([A-Z]{1,4})")
REGIONAL = re.compile(r"REGIONAL INDICATOR SYMBOL LETTER ([A-Z])")
SMALL_CAP = re.compile(r"LATIN LETTER SMALL CAPITAL ([A-Z])")
LATIN_WITH = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH .*|LATIN SMALL LETTER DOTLESS ([IJ])")
NUMBERED = re.compile(r"CIRCLED|KEYCAP")
EMOJI_END = re.compile(r"(?:HEAVY|BLACK|WHITE) (?:EXCLAMATION|QUESTION) MARK (?:SYMBOL|ORNAMENT)")
CASED = ("Latin", "Greek", "Cyrillic")


def rows(text):
    """Fields of a UCD file, comments and blank lines away."""
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        if line:
            yield [f.strip() for f in line.split(";")]


def points(field):
    first, _, last = field.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def hexes(field):
    return tuple(int(h, 16) for h in field.split())


class Sources:
    """Files of the two packages, whatever form they are packed in."""

    def __init__(self, unicode_dir, opencc_dir, opencc_dict):
        self.unicode_dir, self.opencc_dir, self.opencc_dict = unicode_dir, opencc_dir, opencc_dict

    def read(self, name):
        path = os.path.join(self.unicode_dir, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                return f.read()
        if os.path.exists(path + ".bz2"):
            with bz2.open(path + ".bz2", "rt", encoding="utf-8") as f:
                return f.read()
        archive = os.path.join(self.unicode_dir, "Unihan.zip")
        if name.startswith("Unihan_") and os.path.exists(archive):
            with zipfile.ZipFile(archive) as z:
                return z.read(name).decode("utf-8")
        sys.exit(f"gen_tables: {path} is missing: install the package unicode-data")

    def unihan(self, name, key):
        """(character, value) of one Unihan property."""
        for line in self.read(name).splitlines():
            f = line.split("\t")
            if len(f) == 3 and f[1] == key:
                yield int(f[0][2:], 16), f[2]

    def opencc(self, name):
        """(character, replacements) of the one-character rows of an OpenCC dictionary."""
        plain = os.path.join(self.opencc_dir, name + ".txt")
        if os.path.exists(plain):
            with open(plain, encoding="utf-8") as f:
                text = f.read()
        else:
            text = self.dump(os.path.join(self.opencc_dir, name + ".ocd2"))
        for line in text.splitlines():
            key, _, values = line.partition("\t")
            values = [ord(v) for v in values.split() if len(v) == 1]
            if len(key) == 1 and values:
                yield ord(key), values

    def dump(self, path):
        with tempfile.TemporaryDirectory() as d:
            out = os.path.join(d, "dict.txt")
            command = [self.opencc_dict, "-i", path, "-o", out, "-f", "ocd2", "-t", "text"]
            try:
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                with open(out, encoding="utf-8") as f:
                    return f.read()
            except (OSError, subprocess.CalledProcessError) as e:
                sys.exit(f"gen_tables: cannot dump {path}: {e}: install the packages opencc and libopencc-data")


class Ucd:
    """The properties of every code point that the fold looks at."""

    def __init__(self, src):
        self.category, self.name, self.number, self.decomposition = {}, {}, {}, {}
        self.read_unicode_data(src.read("UnicodeData.txt"))
        props = [r for r in rows(src.read("DerivedNormalizationProps.txt")) if r[1] == "NFKC_CF"]
        self.casefold = {c: hexes(r[2]) for r in props for c in points(r[0])}
        derived = rows(src.read("DerivedCoreProperties.txt"))
        self.invisible = {c for r in derived if r[1] == "Default_Ignorable_Code_Point" for c in points(r[0])}
        lists = list(rows(src.read("PropList.txt")))
        self.terminal = {c for r in lists if r[1] == "Sentence_Terminal" for c in points(r[0])}
        self.nonchar = {c for r in lists if r[1] == "Noncharacter_Code_Point" for c in points(r[0])}
        self.cased = {c for r in rows(src.read("Scripts.txt")) if r[1] in CASED for c in points(r[0])}
        equivalent = rows(src.read("EquivalentUnifiedIdeograph.txt"))
        radicals = [(c, int(r[1], 16)) for r in equivalent for c in points(r[0])]
        # Of a radical and a rare character beyond the BMP the former stays: it fits into one unit.
        stays = [(c, target) for c, target in radicals if target > 0xFFFF and c <= 0x2FDF]
        self.radical = {c: (target,) for c, target in radicals if (c, target) not in stays}
        self.radical.update({target: (c,) for c, target in stays})

    def read_unicode_data(self, text):
        first = None
        for r in (line.split(";") for line in text.splitlines()):
            cp, name = int(r[0], 16), r[1]
            if name.endswith(", First>"):
                first = cp
                continue
            for c in range(first if name.endswith(", Last>") else cp, cp + 1):
                self.category[c] = r[2]
            first = None
            self.name[cp] = name
            if r[8].isdigit():
                self.number[cp] = r[8]
            if r[5]:
                self.decomposition[cp] = hexes(r[5].split(">")[-1])

    def gc(self, cp):
        return self.category.get(cp, "Cn")


def traditional_classes(src, ucd, report):
    """Every character with a simplified, traditional or regional twin -> the representative of its class."""
    parent, indegree = {}, Counter()

    def root(x):
        while parent.setdefault(x, x) != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    def edge(a, b):
        if a != b and a not in ucd.casefold and b not in ucd.casefold:
            indegree[b] += 1
            parent[root(a)] = root(b)

    for cp, value in src.unihan("Unihan_Variants.txt", "kSimplifiedVariant"):
        for target in value.split():
            edge(cp, int(target.split("<")[0][2:], 16))
    for name in ("TSCharacters", "TWVariants", "HKVariants"):
        for cp, targets in src.opencc(name):
            for target in targets:
                edge(cp, target)
    ordinary = {cp for cp, _ in src.unihan("Unihan_Readings.txt", "kTGHZ2013")}
    members = defaultdict(list)
    for cp in parent:
        members[root(cp)].append(cp)
    fold = {}
    for group in members.values():
        best = max(group, key=lambda c: (c < 0x10000, c in ordinary, indegree[c], -c))
        fold.update({c: (best,) for c in group if c != best})
        if len(group) > CLASS_WARN:
            sys.exit("gen_tables: suspicious traditional class " + "".join(map(chr, group)))
    if report:
        report_classes(members.values(), ordinary, fold)
    return fold


def report_classes(groups, ordinary, fold):
    groups = sorted(groups, key=len, reverse=True)
    print(f"traditional classes: {len(groups)} of {len(fold) + len(groups)} characters; largest:")
    for g in groups[:12]:
        print("  " + "".join(map(chr, sorted(g))), "->", chr(fold.get(g[0], (g[0],))[0]))
    print("classes with more than one character of the standard simplified list:")
    merged = ["".join(chr(c) for c in sorted(g) if c in ordinary) for g in groups]
    print("  " + " ".join(sorted(m for m in merged if len(m) > 1)))


class Fold:
    def __init__(self, ucd, classes):
        self.ucd, self.classes, self.memo = ucd, classes, {}
        self.styled = {c: s for c in ucd.name if (s := self.style(c)) is not None}

    def style(self, cp):
        """Letters and digits of styles that have no decomposition, by name and numeric value."""
        name, gc = self.ucd.name[cp], self.ucd.gc(cp)
        if gc == "Nd" and cp > 0x39:
            return (0x30 + int(self.ucd.number[cp]),)
        if cp in self.ucd.casefold:
            return None
        if cp in self.ucd.number and gc in ("No", "So") and NUMBERED.search(name):
            return tuple(map(ord, self.ucd.number[cp]))
        if name == "KEYCAP TEN":
            return (0x31, 0x30)
        block = 0x1F100 <= cp <= 0x1F1FF
        m = (block and STYLED.fullmatch(name)) or REGIONAL.fullmatch(name) or SMALL_CAP.fullmatch(name)
        m = m or LATIN_WITH.fullmatch(name)
        return tuple(map(ord, next(g for g in m.groups() if g).lower())) if m else None

    def step(self, cp):
        if cp in self.ucd.invisible:
            return (cp,)  # classified by drop(); NFKC_Casefold would lose the fact
        for table in (self.styled, self.ucd.casefold, self.ucd.decomposition, self.ucd.radical, self.classes):
            if cp in table:
                return table[cp]
        return (cp,)

    def full(self, cp):
        """The fixed point of step(), before anything is dropped."""
        if cp not in self.memo:
            nxt = self.step(cp)
            self.memo[cp] = nxt if nxt == (cp,) else tuple(e for c in nxt for e in self.full(c))
        return self.memo[cp]

    def drop(self, cp):
        """Class of one code point that has no fold of its own."""
        gc = self.ucd.gc(cp)
        if cp in self.ucd.invisible or gc in ("Mn", "Me"):
            return IGNORABLE
        if gc == "So" and 0x2E80 <= cp <= 0x2FDF:  # radicals that are no character by themselves
            return KEPT
        spacing_mark = gc == "Lm" and 0x2B9 <= cp <= 0x2FF  # ˇ ˉ ˋ ː: letters by category, typed as decoration
        if gc[0] in "ZPS" or gc in ("Cc", "Cf", "Cs") or cp in self.ucd.nonchar or spacing_mark:
            return SEPARATOR
        return KEPT

    def ends_sentence(self, cp):
        if cp in (0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029, 0x3B, 0x2025, 0x2026, 0x22EF, 0xFE19):
            return True
        return cp in self.ucd.terminal or bool(EMOJI_END.fullmatch(self.ucd.name.get(cp, "")))

    def result(self, cp):
        """(class, kept code points)"""
        full = self.full(cp)
        kept = tuple(c for c in full if self.drop(c) == KEPT)
        if kept:
            return KEPT, kept if len(units(kept)) <= EXPANSION_MAX else (cp,)
        if full != (0x2E,) and cp != 0x2E and any(self.ends_sentence(c) for c in (cp, *full)):
            return SENTENCE, ()
        dropped = {self.drop(c) for c in full}
        return (IGNORABLE if dropped <= {IGNORABLE} else SEPARATOR), ()


def units(cps):
    out = []
    for c in cps:
        out += [c] if c < 0x10000 else [0xD800 + ((c - 0x10000) >> 10), 0xDC00 + (c & 0x3FF)]
    return out


def code(unit):
    return unit * CODE_FACTOR & 0xFFFF


def uncode(c):
    return c * CODE_INVERSE & 0xFFFF


def misread(char):
    """Which two of the bytes of two characters of UTF-8, E4-E9 80-BF 80-BF each, GBK reads as this one."""
    lead, trail = (char.encode("gbk", "replace") + b"\0")[:2]
    first, later = range(0xE4, 0xEA), range(0x80, 0xC0)
    kinds = ((first, later), (later, first), (later, later))
    return next((i + 1 for i, (a, b) in enumerate(kinds) if lead in a and trail in b), 0)


class Tables:
    def __init__(self, ucd, fold, read_as):
        self.direct = [0] * 0x110000  # one entry a code point
        self.classes = bytearray(0x110000)
        self.expansion = []  # (code point, units)
        for cp in range(0x110000):
            self.add(cp, *fold.result(cp))
        for cp in ucd.cased:
            if cp < 0x10000 and ucd.gc(cp)[0] == "L":
                self.classes[cp] |= LETTER
        self.add_signs(read_as)
        self.add_doubts()
        for cp in range(0xD800, 0xE000):  # the lower half of a pair looks the pair up, the upper is skipped
            self.direct[cp] = code(UNIT_EXPAND) if cp >= 0xDC00 else 0
        self.direct[DELIMITER_BYTE] = code(UNIT_DELIMITER)

    def add(self, cp, kind, kept):
        self.classes[cp] = kind
        out = units(kept)
        if not out:
            return
        if len(out) == 1:
            self.direct[cp] = code(out[0])
        elif kept == (cp,):
            self.direct[cp] = code(UNIT_PAIR)
        else:
            self.direct[cp] = code(UNIT_EXPAND)
            self.expansion.append((cp, out))
        # A text of n bytes folds to at most 2 n codes: fold.c reserves that much.
        assert len(out) <= 2 * len(chr(cp).encode("utf-8", "surrogatepass")), hex(cp)
        assert not {UNIT_DELIMITER, UNIT_EXPAND, UNIT_PAIR} & set(out), hex(cp)


    def add_doubts(self):
        """What other encodings are misread as, and letters with tones, which stand in notes that may be damaged."""
        self.misread = [misread(chr(HAN + i)) for i in range(HAN_COUNT)]
        tones = [c for c in range(0xC0, 0x1DD) if chr(c).isalpha() and chr(c) not in "øß"]
        greek = [c for c in range(0x391, 0x450) if chr(c).isalpha()]
        for cp in [0xFFFD, 0x951F, *tones, *greek, *(HAN + i for i, kind in enumerate(self.misread) if kind == 1)]:
            self.classes[cp] |= DOUBT
            if self.direct[cp] != code(UNIT_EXPAND):
                self.expansion.append((cp, [uncode(self.direct[cp])] if self.direct[cp] else []))
                self.direct[cp] = code(UNIT_EXPAND)
        self.expansion.sort()

    def add_signs(self, read_as):
        """Brackets and signs that are read as words are dropped, too, but looked at (views.c): brackets, which are common,
        before a character that may begin a note, the others wherever they stand."""
        self.signs = {cp: texts for cp, texts in sorted(read_as.items()) if self.classes[cp] == SEPARATOR}
        for cp in sorted({*self.signs, *map(ord, OPENING)}):
            self.classes[cp] |= SIGN
            if cp < 0x10000 and chr(cp) not in OPENING:
                self.direct[cp] = code(UNIT_EXPAND)
                self.expansion.append((cp, []))
        self.expansion.sort()


def pages(values):
    """Two-stage table of pages of 256 entries."""
    index, store, seen = [], [], {}
    for i in range(0, len(values), 256):
        page = tuple(values[i:i + 256])
        if page not in seen:
            seen[page] = len(seen)
            store.extend(page)
        index.append(seen[page])
    return index, store


def array(out, declaration, values):
    out.write(f"const {declaration} = {{\n")
    for i in range(0, len(values), 24):
        out.write("".join(f"{v}," for v in values[i:i + 24]) + "\n")
    out.write("};\n")


def row(mask):
    """Byte shuffle that moves the 16-bit lanes of `mask` to the front; 128 writes zero."""
    lanes = [i for i in range(8) if mask >> i & 1]
    shuffle = [b for i in lanes for b in (2 * i, 2 * i + 1)]
    return "{" + ",".join(map(str, shuffle + [128] * (16 - len(shuffle)))) + "}"


def write_signs(out, table):
    rows, store = [], ['""']
    for cp, texts in table.items():
        at = [len(store) + i for i in range(len(texts))] + [0] * (READINGS - len(texts))
        store += ['"' + "".join(f"\\{b:03o}" for b in text.encode()) + '"' for text in texts]
        rows.append(f"{{{cp},{{{at[0]},{at[1]}}}}}")
    array(out, "char *const cs_text_sign_name[]", store)
    array(out, "struct cs_text_sign cs_text_signs[]", rows)
    out.write(f"const uint32_t cs_text_sign_count = {len(rows)};\n")


def write(out, t):
    out.write("/* Generated by gen_tables.py; do not edit. */\n#include \"text/tables.h\"\n")
    array(out, "uint16_t cs_text_code[65536]", t.direct[:0x10000])
    index, store = pages(t.direct[0x10000:])
    array(out, "uint16_t cs_text_astral_page[4096]", index)
    array(out, "uint16_t cs_text_astral[]", store)
    index, store = pages(t.classes)
    array(out, "uint16_t cs_text_class_page[4352]", index)
    array(out, "uint8_t cs_text_class[]", store)
    flat, heads = [], []
    for cp, us in t.expansion:
        heads.append(f"{{{cp},{len(flat)},{len(us)}}}")
        flat += [code(u) for u in us]
    array(out, "struct cs_text_expansion cs_text_expansions[]", heads)
    array(out, "uint16_t cs_text_expansion_code[]", flat)
    out.write(f"const uint32_t cs_text_expansion_count = {len(heads)};\n")
    write_signs(out, t.signs)
    array(out, "uint8_t cs_text_misread[CS_TEXT_HAN_COUNT]", t.misread)
    array(out, "uint8_t cs_text_compress[256][16]", [row(m) for m in range(256)])


def report_tables(t, fold):
    count = Counter(c & 3 for c in t.classes)
    print("kept, ignorable, separator, sentence end:", [count[k] for k in range(4)])
    print(f"styled by name or value: {len(fold.styled)}; expansions: {len(t.expansion)}")
    long = [c for c in range(0x110000) if fold.full(c) != (c,) and fold.result(c)[1] == (c,)]
    print("kept unexpanded, too long:", " ".join(f"U+{c:04X}" for c in long))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("out")
    ap.add_argument("--unicode", default="/usr/share/unicode")
    ap.add_argument("--opencc", default="/usr/share/opencc")
    ap.add_argument("--dict", default="opencc_dict")
    ap.add_argument("--report", action="store_true", help="tell what was merged")
    a = ap.parse_args()
    src = Sources(a.unicode, a.opencc, a.dict)
    ucd = Ucd(src)
    fold = Fold(ucd, traditional_classes(src, ucd, a.report))
    tables = Tables(ucd, fold, signs(a.unicode))
    if a.report:
        report_tables(tables, fold)
    with open(a.out + ".part", "w", encoding="ascii") as out:
        write(out, tables)
    os.replace(a.out + ".part", a.out)


main()
