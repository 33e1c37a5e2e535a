"""Matching cases of other engines' tests, told in our own terms: a rule pack, a text, and what is expected.

A case names words, exceptions and options; here they become rules of a platform of their own, so that one run of the
program answers many cases. What the options mean in our rules:

- policies that report overlapping words: a rule a word; all others: one rule of all words (the longest wins);
- skipped characters: gap 32 across sentence ends; none: gap 0;
- no word boundaries: our rules always respect the edges of Latin words and numbers, so such a case is written in an
  alphabet without edges, a Han character a letter;
- a transformation of a text into another one: a rule with the one text as its term must find the other one whole.
"""

import re
import string

HAN = ("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄" "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹"
       "金木水火土日月星云风")
LETTERS = str.maketrans(string.ascii_lowercase + string.ascii_uppercase + string.digits, HAN)
DETECTORS = {"email": "email", "url": "url", "url_noprefix": "url"}


class NotOurs(Exception):
    """The case asks for something that rules cannot say; the text names it."""


def quoted(text):
    """A YAML scalar that holds exactly these characters; brackets are alternatives in a term."""
    escapes = {'"': '\\"', "\\": "\\\\", "\0": "\\0", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(escapes.get(c, c) for c in text) + '"'


def tag_name(tag):
    """A category is a plain name."""
    return tag.encode().hex()


class Rule:
    def __init__(self, terms, **keys):
        self.terms, self.keys = list(terms), keys

    def lines(self, name, platform):
        keys = {"category": "peer", "severity": "1", "platforms": platform, "actors": "any",
                "message": "{zh: 一, en: one}", "examples": "{hit: x, clean: y}", **self.keys}
        yield f"  - id: {name}"
        yield from (f"    {key}: {value}" for key, value in keys.items())
        if self.terms:
            yield f"    terms: [{', '.join(map(quoted, self.terms))}]"


class Story:
    """One case: its rules, its text, and how what was found is judged."""

    def __init__(self, case):
        self.case, self.id, self.text, self.expect = case, case["id"], case["text"], case["expect"]
        self.options = case["options"]
        self.plain = self.options.get("boundary") == "none" or self.options.get("normalise") == "none"
        self.shipped = case["kind"] == "fp_regression" and not case.get("lexicon")
        self.rules = [] if self.shipped else list(getattr(self, case["kind"])())

    # --- words -------------------------------------------------------------------------------------------------------

    def written(self, text):
        """The text in the alphabet of the case."""
        if not self.plain:
            return text
        same = self.options.get("case") == 1 or "case" not in self.options and self.options.get("normalise") != "none"
        return (text.lower() if same else text).translate(LETTERS)

    def keys(self):
        skip = self.options.get("skip", "none")
        keys = {"gap": "0"} if skip == "none" else {"gap": "32", "cross_sentence": "true"}
        allow = [self.written(word) for word in self.case.get("allow", ())]
        if allow:
            keys["exempt"] = f"[{', '.join(map(quoted, allow))}]"
        return keys

    def match(self):
        words = list(dict.fromkeys(self.case.get("lexicon", ())))
        if "syntax" in self.options:
            yield from (Rule([], regex=f"[{quoted(self.written(w))}]", **self.keys()) for w in words)
            return
        if self.case.get("lexicon") and set(words) <= set(self.case.get("allow", ())):
            return  # every word is allowed by itself: nothing is left to look for
        words = [self.written(w) for w in words]
        tags = self.options.get("tags", {})
        overlapping = self.options.get("match_policy") == "overlapping_all" or self.expect.keys() & {"words_in_order"}
        if tags:
            yield from (Rule([w], **{**self.keys(), "category": tag_name(t)}) for w in words for t in tags[w])
        elif overlapping:
            yield from (Rule([w], **self.keys()) for w in words)
        elif words:
            yield Rule(words, **self.keys())

    replace = match

    # Words that a pack's author would except for the everyday words around them.
    AROUND = ["路口", "路口交通", "可靠", "计算", "少算了", "大麻烦", "最近", "第一次", "一级能效"]

    def fp_regression(self):
        words = self.case["lexicon"]
        around = [w for w in self.AROUND if any(term in w or w in self.text for term in words)]
        around = [w for w in around if any(term in w for term in words)]
        yield Rule(words, **({"exempt": f"[{', '.join(map(quoted, around))}]"} if around else {}))

    def detector(self):
        for name in self.options["detectors"]:
            digits = re.fullmatch(r"digits>=(\d+)", name)
            if digits:
                yield Rule([], regex="['[0-9]{%s,}']" % digits[1])
            elif name in DETECTORS:
                yield Rule([], detect=f"[{DETECTORS[name]}]")
            else:
                raise NotOurs(f"no detector {name}")

    # --- logic -------------------------------------------------------------------------------------------------------

    PROCESS = {"None": {"gap": "0"}, "Delete": {"gap": "32", "cross_sentence": "true"}, "Normalize": {"gap": "0"},
               "VariantNorm": {"gap": "0"}, "EmojiNorm": {"gap": "0"}, "pt": {"gap": "0"},
               "Romanize": {"gap": "0", "disguises": "[pinyin, homophone]", "sound": "modern"},
               "RomanizeChar": {"gap": "0", "disguises": "[pinyin, homophone]", "sound": "modern"}}

    def logic(self):
        self.plain = not any("\\b" in r["pattern"] for r in self.case["rules"]) and \
            all(set(r["process"].split("|")) <= {"None", "Delete"} for r in self.case["rules"])
        for rule in self.case["rules"]:
            yield from self.logic_rule(rule)

    def logic_rule(self, rule):
        keys = {}
        for step in rule["process"].split("|"):
            if step not in self.PROCESS:
                raise NotOurs(f"no transformation {step}")
            keys.update({k: v for k, v in self.PROCESS[step].items() if (k, v) != ("gap", "0") or k not in keys})
        parts = re.split(r"([&~])", rule["pattern"])
        segments = [("&", parts[0])] + list(zip(parts[1::2], parts[2::2]))
        both = [tuple(filter(None, s.split("|"))) for sign, s in segments if sign == "&"]
        never = [tuple(filter(None, s.split("|"))) for sign, s in segments if sign == "~"]
        both, never = [s for s in both if s], [s for s in never if s]
        if not both:
            return  # nothing to look for: a rule needs a term
        if len(both) == 1 and not never and rule["pattern"].count("\\b") == 1:
            # An edge on one side only: the open side takes in the rest of the word.
            pattern = rule["pattern"]
            pattern = pattern + "[a-z]*" if pattern.startswith("\\b") else "[a-z]*" + pattern
            yield Rule([], **keys, regex=f"[{quoted(pattern)}]")
            return
        anchor = both[0]
        conditions = {s: both.count(s) for s in both if s != anchor}
        if both.count(anchor) > 1:
            keys["count"] = str(both.count(anchor))
        if conditions:
            keys["all"] = self.conditions(conditions)
        if never:
            keys["none"] = self.conditions({s: never.count(s) for s in never})
        yield Rule([self.edged(w) for w in anchor], **keys)

    def conditions(self, segments):
        one = ("{any: [%s], count: %d}" % (", ".join(quoted(self.edged(w)) for w in words), count)
               for words, count in segments.items())
        return f"[{', '.join(one)}]"

    def edged(self, word):
        """Latin words have edges on both sides or, in the other alphabet, none."""
        left, right = word.startswith("\\b"), word.endswith("\\b")
        if left != right:
            raise NotOurs("a word boundary on one side only")
        return self.written(word.replace("\\b", ""))

    # --- transformations ---------------------------------------------------------------------------------------------

    SOUNDS = {"disguises": "[pinyin, homophone]", "sound": "modern"}
    TRANSFORMS = {"pinyin": SOUNDS, "pinyin_name": SOUNDS, "Romanize": SOUNDS, "RomanizeChar": SOUNDS,
                  "pinyin_initials": {"disguises": "[abbreviation]"}, "t2s": {}, "s2tw": {}, "fullwidth": {},
                  "VariantNorm": {}, "Delete": {}, "Normalize": {}, "VariantNorm|Delete|Normalize": {},
                  "VariantNorm|Delete": {}, "EmojiNorm": {"disguises": "all"}}

    def transform(self):
        name = self.options["transform"]
        if name not in self.TRANSFORMS:
            raise NotOurs(f"no transformation {name}")
        keys = {"cross_sentence": "true", **self.TRANSFORMS[name]}
        back = "disguises" in keys  # the term is what is disguised, and what comes out is the disguise
        term = self.text if back else self.expect["output"]
        self.text = self.expect["output"] if back else self.text
        yield Rule([term], **keys)

    def pinyin_search(self):
        words = self.case["lexicon"]
        yield from (Rule([w], disguises="all", sound="modern", gap="2" if self.options.get("space_gap") else "0")
                    for w in words)

    # --- the answer --------------------------------------------------------------------------------------------------

    def message(self):
        return self.text if self.shipped else self.written(self.text)

    def found(self, event):
        """(begin, end, rule, category) of every violation, in order."""
        return sorted((v.get("char_begin", 0), v["char_end"], v["rule_id"], v["category"], v["term"])
                      for v in event.get("violations", ()))

    def wrong(self, event):
        """What differs from the expectation, or None."""
        found = self.found(event)
        for key, want in self.expect.items():
            got = getattr(self, "got_" + key)(found)
            want = self.wanted(key, want)
            if got != want:
                return f"{key}: {got!r}, not {want!r}"
        return None

    def wanted(self, key, want):
        if key == "hits":
            return sorted((*h.get("span", h.get("span_bytes")), *(["+".join(sorted(map(tag_name, h["tags"])))] if "tags" in h else []))
                          for h in want)
        if key == "output":
            text = self.message()
            kept = [i for i, c in enumerate(text) if not c.isspace()]
            return (kept[0], kept[-1] + 1)
        return sorted(want) if key == "words_unordered" else want

    def got_hits(self, found):
        spans = sorted({(b, e) for b, e, *_ in found})
        if not any("tags" in h for h in self.expect["hits"]):
            return spans
        return [(b, e, "+".join(sorted({f[3] for f in found if f[:2] == (b, e)}))) for b, e in spans]

    def got_output(self, found):
        return (found[0][0], max(f[1] for f in found)) if found else None

    def got_match(self, found):
        return bool(found)

    def got_rule_hits(self, found):
        return len({f[2] for f in found})

    def got_count(self, found):
        return len(found) if self.expect["count"] is not None else None

    def got_first(self, found):
        return self.text[found[0][0]:found[0][1]] if found else None

    def got_words_unordered(self, found):
        return sorted({self.text[f[0]:f[1]] for f in found})

    def got_words_in_order(self, found):
        return [self.text[f[0]:f[1]].upper() if self.text.isupper() else self.text[f[0]:f[1]] for f in found]

    def got_leading_results(self, found):
        return [f[4] for f in found][:len(self.expect["leading_results"])]

    def got_replaced(self, found):
        masked = list(self.text)
        for begin, end, *_ in found:
            masked[begin:end] = self.options["replace_char"] * (end - begin)
        return "".join(masked)


def pack(stories, first):
    """One pack for these cases: case i speaks on platform p<first + i>. Also the case of each line, from 1."""
    lines, owner = ["pack: {id: peer, version: 1}", "rules:"], [None, None]
    for i, story in enumerate(stories):
        for k, rule in enumerate(story.rules):
            new = list(rule.lines(f"R{first + i}_{k}", f"p{first + i}"))
            lines += new
            owner += [story] * len(new)
    return "\n".join(lines) + "\n", owner
