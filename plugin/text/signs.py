"""What signs are read as: own readings of data/rebus.txt, and the short names that Unicode's CLDR gives emoji."""
import bz2
import os
import re
import sys
import xml.etree.ElementTree as tree

HERE = os.path.dirname(os.path.abspath(__file__))
READINGS = 2  # of one sign, at most
SHORT = 2  # characters of a name that may stand for a word
HAN = re.compile("[\u4e00-\u9fff]+")
# Faces and gestures are moods, not words; skin tones are nothing by themselves.
MOODS = [range(0x1F600, 0x1F650), range(0x1F910, 0x1F918), range(0x1F920, 0x1F930), range(0x1F970, 0x1F97B),
         range(0x1FAE0, 0x1FAF9), range(0x1F3FB, 0x1F400)]
OPENING = "(（[［【〔{｛"


def read(unicode_dir, name, package):
    path = os.path.join(unicode_dir, name)
    for opener, end in ((open, ""), (bz2.open, ".bz2")):
        if os.path.exists(path + end):
            with opener(path + end, "rt", encoding="utf-8") as f:
                return f.read()
    sys.exit(f"signs: {path} is missing: install the package {package}")


def emoji(unicode_dir):
    """Code points of emoji beyond Latin-1."""
    found = set()
    for line in read(unicode_dir, "emoji/emoji-data.txt", "unicode-data").splitlines():
        m = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))? *; *Emoji *#", line)
        if m:
            found.update(range(int(m[1], 16), int(m[2] or m[1], 16) + 1))
    return {c for c in found if c > 0xFF and not any(c in r for r in MOODS)}


def names(unicode_dir):
    """Short Chinese names of single emoji."""
    known, text = emoji(unicode_dir), read(unicode_dir, "cldr/common/annotations/zh.xml", "unicode-cldr-core")
    for a in tree.fromstring(text.encode()).iter("annotation"):
        sign, name = a.get("cp"), a.text.strip()
        if a.get("type") == "tts" and len(sign) == 1 and ord(sign) in known:
            if len(name) <= SHORT and HAN.fullmatch(name):
                yield ord(sign), name


def own():
    with open(os.path.join(HERE, "data/rebus.txt"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                sign, *readings = line.split()
                yield ord(sign), readings


def signs(unicode_dir):
    """Sign -> its readings, most usual first."""
    table = {}
    for sign, readings in own():
        if sign in table:
            raise SystemExit(f"signs: {chr(sign)} stands twice in rebus.txt")
        table[sign] = readings
    for sign, name in names(unicode_dir):
        readings = table.setdefault(sign, [])
        if name not in readings:
            readings.append(name)
    return {sign: readings[:READINGS] for sign, readings in table.items()}
