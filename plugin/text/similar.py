"""Which Han characters look alike: facts of Unihan and shared parts of split characters, weighed.

Nobody publishes one list of look-alikes with a free licence, so several weak witnesses vote: variants that Unicode
itself calls confusable, equal four-corner codes, Cangjie codes that differ in one letter, and splits that differ in
one part. Strokes that one character has more than the other count against a pair.
"""
from collections import defaultdict

KEEP = 16  # look-alikes of a character, at most
ENOUGH = 1.6  # votes
STROKE = 0.25  # what one stroke more or less counts against a pair
SIMPLE = 7  # strokes up to which a shape code and the number of strokes say nearly all
CROWD = 60  # a witness that unites more characters than this says nothing
VARIANTS = {"kSpoofingVariant": 5.0, "kZVariant": 4.0, "kSemanticVariant": 3.0}


def groups_of(pairs):
    """Characters by key, crowds left out."""
    groups = defaultdict(set)
    for key, char in pairs:
        groups[key].add(char)
    return [g for g in groups.values() if 2 <= len(g) <= CROWD]


def holes(parts):
    """A sequence with each of its elements left out in turn."""
    for i in range(len(parts)):
        yield (i, len(parts), *parts[:i], None, *parts[i + 1:])


class Votes:
    def __init__(self, strokes):
        self.strokes, self.count = strokes, defaultdict(float)

    def pair(self, a, b, weight):
        if a != b and a in self.strokes and b in self.strokes:
            self.count[a, b] += weight

    def group(self, chars, weight):
        for a in chars:
            for b in chars:
                self.pair(a, b, weight)

    def equal(self, chars, weight):
        """Simple characters of the same number of strokes."""
        for a in chars:
            simple = {b for b in chars if self.strokes.get(a) == self.strokes.get(b, SIMPLE + 1) <= SIMPLE}
            for b in simple:
                self.pair(a, b, weight)

    def result(self):
        best = defaultdict(list)
        for (a, b), votes in self.count.items():
            apart = abs(self.strokes[a] - self.strokes[b])
            score = votes - STROKE * apart
            if score >= ENOUGH:
                best[a].append((-score, apart, b))
        return {a: sorted(b for _, _, b in sorted(rows)[:KEEP]) for a, rows in best.items()}


def vote_splits(votes, splits):
    """Splits with one part exchanged: the more strokes the rest has, the more alike."""
    pairs = [(hole, char) for char, rows in splits.items() for parts in rows for hole in holes(parts)]
    groups = defaultdict(set)
    for hole, char in pairs:
        groups[hole].add(char)
    for hole, chars in groups.items():
        rest = sum(votes.strokes.get(p, 3) for p in hole[2:] if p)
        if len(chars) > CROWD:
            continue
        for a in chars:
            for b in chars:
                whole = max(votes.strokes.get(a, 99), votes.strokes.get(b, 99))
                votes.pair(a, b, 3.0 * min(1.0, rest / whole) + (0.6 if hole[1] >= 3 else 0.0))


def similar(src, splits):
    """Character -> its look-alikes, by code point."""
    strokes = {c: int(v.split()[0]) for c, v in src.unihan("IRGSources", "kTotalStrokes") if c < 0x10000}
    votes = Votes(strokes)
    for key, weight in VARIANTS.items():
        for char, value in src.unihan("Variants", key):
            for other in value.split():
                votes.pair(char, int(other.split("<")[0][2:], 16), weight)
                votes.pair(int(other.split("<")[0][2:], 16), char, weight)
    corner = [(v.split()[0], c) for c, v in src.unihan("DictionaryLikeData", "kFourCornerCode")]
    for group in groups_of(corner):
        votes.group(group, 1.2)
        votes.equal(group, 0.8)
    cangjie = [(v, c) for c, v in src.unihan("DictionaryLikeData", "kCangjie")]
    for group in groups_of(cangjie):
        votes.group(group, 2.0)
    for group in groups_of((hole, c) for v, c in cangjie if len(v) >= 3 for hole in holes(v)):
        votes.group(group, 1.3)
    vote_splits(votes, splits)
    return votes.result()
