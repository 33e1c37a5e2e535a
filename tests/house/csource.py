"""Just enough of C to measure it: tokens, file-scope declarations, functions and their statements.

Preprocessor lines are set aside, so both branches of an #if are seen; that is fine for measuring, and #if is rare.
"""
import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"""
    (?P<space>[ \t\r\f\v]+|\\\n)
  | (?P<newline>\n)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*")
  | (?P<char>[uUL]?'(?:\\.|[^'\\\n])*')
  | (?P<name>[A-Za-z_]\w*)
  | (?P<number>\.?\d(?:[eEpP][+-]|[\w.'])*)
  | (?P<sign>\#\#|->|\+\+|--|<<=|>>=|<<|>>|&&|\|\||[-+*/%&|^=<>!]=|\.\.\.|.)
""", re.VERBOSE | re.DOTALL)
OPEN, CLOSE = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}
NOT_CALLS = {"if", "for", "while", "switch", "return", "sizeof", "__attribute__", "_Alignas", "_Alignof", "_Atomic",
             "_Static_assert", "__typeof__", "typeof", "__asm__", "alignas"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    line: int


@dataclass
class Function:
    name: str
    line: int
    params: int
    lines: int
    table_lines: int
    nesting: int
    cyclomatic: int
    static_locals: list


@dataclass
class Source:
    """One file, taken apart."""
    path: str
    lines: int = 0
    table_lines: int = 0
    directives: list = field(default_factory=list)  # (line, text), continuation lines joined
    functions: list = field(default_factory=list)
    prototypes: list = field(default_factory=list)  # (name, line, params)
    globals: list = field(default_factory=list)     # (name, line) of mutable file-scope objects


def tokenize(text):
    """Tokens of a file, and its preprocessor directives as (line, text)."""
    tokens, directives, line, at, fresh = [], [], 1, 0, True
    while at < len(text):
        if fresh and text[at] == "#":
            end = at
            while (stop := text.find("\n", end)) >= 0 and text[stop - 1] == "\\":
                end = stop + 1
            stop = len(text) if stop < 0 else stop
            directives.append((line, text[at:stop].replace("\\\n", " ")))
            line += text.count("\n", at, stop)
            at = stop
            continue
        match = TOKEN.match(text, at)
        kind = match.lastgroup
        if kind == "newline":
            fresh = True
        elif kind not in ("space", "comment"):
            tokens.append(Token(kind, match[0], line))
            fresh = False
        line += match[0].count("\n")
        at = match.end()
    return tokens, directives


def closing(tokens, at):
    """Index of the bracket that closes the one at `at` (the last token when it is missing)."""
    depth = 0
    for i in range(at, len(tokens)):
        if tokens[i].text in OPEN and tokens[i].kind == "sign":
            depth += 1
        elif tokens[i].text in CLOSE and tokens[i].kind == "sign":
            depth -= 1
            if depth == 0:
                return i
    return len(tokens) - 1


def span_lines(tokens, begin, end):
    return tokens[end].line - tokens[begin].line + 1


class Body:
    """Statements of one function: how deep blocks nest, how many paths there are."""

    def __init__(self, tokens):
        self.tokens, self.at = tokens, 0
        self.deepest, self.paths, self.table_lines, self.static_locals = 0, 1, 0, []

    def text(self):
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def group(self):
        """Pass over the bracket group that starts here, counting the paths in it."""
        end = closing(self.tokens, self.at)
        self.count(self.at, end)
        self.at = end + 1

    def count(self, begin, end):
        self.paths += sum(t.text in ("&&", "||", "?") for t in self.tokens[begin:end + 1])

    def block(self, depth):
        self.deepest = max(self.deepest, depth)
        self.at += 1
        while self.at < len(self.tokens) and self.text() != "}":
            self.statement(depth)
        self.at += 1

    def controlled(self, depth):
        """What an if or a loop governs: a block counts one level, and so does a bare nested control statement."""
        if self.text() == "{":
            self.block(depth + 1)
            return
        if self.text() in ("if", "for", "while", "switch", "do"):
            self.deepest = max(self.deepest, depth + 1)
            self.statement(depth + 1)
            return
        self.statement(depth)

    def statement(self, depth):
        word = self.text()
        if word == "{":
            self.block(depth + 1)
        elif word == "if":
            self.branch(depth)
        elif word in ("for", "while", "switch"):
            self.paths += word != "switch"
            self.at += 1
            self.group()
            self.controlled(depth)
        elif word == "do":
            self.paths += 1
            self.at += 1
            self.controlled(depth)
            self.simple()
        elif word in ("case", "default"):
            self.paths += word == "case"
            self.label()
        else:
            self.simple()

    def branch(self, depth):
        self.paths += 1
        self.at += 1
        self.group()
        self.controlled(depth)
        if self.text() == "else":
            self.at += 1
            if self.text() == "if":
                self.branch(depth)
            else:
                self.controlled(depth)

    def label(self):
        while self.at < len(self.tokens) and self.text() != ":":
            self.at += 1
        self.at += 1

    def simple(self):
        """An expression or a declaration, up to its semicolon."""
        begin = self.at
        while self.at < len(self.tokens) and self.text() not in (";", "}"):
            if self.text() in OPEN and self.tokens[self.at].kind == "sign":
                end = closing(self.tokens, self.at)
                if self.text() == "{":
                    self.table_lines += span_lines(self.tokens, self.at, end)
                self.at = end
            self.at += 1
        end = min(self.at, len(self.tokens) - 1)
        self.count(begin, end)
        if self.tokens[begin].text == "static":
            name, _ = mutable_object(self.tokens[begin:end])
            if name:
                self.static_locals.append((name, self.tokens[begin].line))
        if self.text() == ";":
            self.at += 1


def strip_groups(tokens):
    """The declaration without attributes, initialisers, subscripts, bodies and parameter lists of pointers."""
    kept, i = [], 0
    while i < len(tokens):
        text = tokens[i].text
        if text in ("__attribute__", "_Alignas", "_Static_assert", "__asm__"):
            i += 1
            if i < len(tokens) and tokens[i].text == "(":
                i = closing(tokens, i)
        elif text == "{":
            kept.append(Token("body", "{}", tokens[i].line))
            i = closing(tokens, i)
        elif text == "[" or (text == "(" and kept and kept[-1].text == ")"):
            i = closing(tokens, i)
        elif text == "=":
            while i + 1 < len(tokens) and tokens[i + 1].text != ",":
                i += 1
                if tokens[i].text in OPEN:
                    i = closing(tokens, i)
        else:
            kept.append(tokens[i])
        i += 1
    return kept


def mutable_object(tokens):
    """(name, token) of the first mutable object that a declaration defines, or (None, None)."""
    kept = strip_groups(tokens)
    words = [t.text for t in kept]
    if len(words) < 2 or words[0] == "typedef" or words[-1] == "{}" or words[-2] in ("struct", "union", "enum"):
        return None, None
    declarators = [[]]
    for token in kept:
        if token.text == ",":
            declarators.append([])
        else:
            declarators[-1].append(token)
    first = [t.text for t in declarators[0]]
    base_const = "const" in (first[:first.index("*")] if "*" in first else first)
    for declarator in declarators:
        texts = [t.text for t in declarator]
        if "*" in texts:
            last = len(texts) - 1 - texts[::-1].index("*")
            frozen = "const" in texts[last:]
        else:
            frozen = base_const
        declared = [t for t in declarator if t.kind == "name" and t.text not in ("const", "volatile", "restrict")]
        if not frozen and declared:
            return declared[-1].text, declared[-1]
    return None, None


def parameters(tokens, at):
    """How many parameters the list at `at` has; an ellipsis is none."""
    end, depth, count, last = closing(tokens, at), 0, 0, []
    for token in tokens[at + 1:end]:
        depth += (token.text in OPEN) - (token.text in CLOSE)
        if token.text == "," and depth == 0:
            count, last = count + 1, []
        else:
            last.append(token.text)
    if not last or last == ["void"] and count == 0:
        return count
    return count + (last != ["..."])


def parameter_list(tokens):
    """Index of the `(` of the function that this declaration declares, else None."""
    i = 0
    while i < len(tokens):
        text = tokens[i].text
        if text == "=":
            return None
        if text == "(":
            before = tokens[i - 1] if i else None
            pointer = i + 1 < len(tokens) and tokens[i + 1].text == "*"
            if before and before.kind == "name" and before.text not in NOT_CALLS and not pointer:
                return i
            i = closing(tokens, i)
        elif text in ("{", "["):
            i = closing(tokens, i)
        i += 1
    return None


def measure_function(head, at, body):
    """`head` is the declaration, head[at] its `(`, `body` the tokens from `{` to `}`."""
    reader = Body(body)
    reader.block(0)
    name = head[at - 1].text
    if name == "Test":  # Criterion's Test(suite, name)
        name = "_".join(t.text for t in head[at + 1:closing(head, at)][:3:2])
    return Function(name, head[at - 1].line, parameters(head, at), span_lines(body, 0, -1), reader.table_lines,
                    reader.deepest, reader.paths, reader.static_locals)


def declaration(source, tokens):
    """A declaration at file scope that ended with a semicolon."""
    if not tokens or tokens[0].text == "typedef":
        return
    at = parameter_list(tokens)
    if at is not None:
        source.prototypes.append((tokens[at - 1].text, tokens[at - 1].line, parameters(tokens, at)))
        return
    name, token = mutable_object(tokens)
    if name:
        source.globals.append((name, token.line))


def parse(path, text):
    tokens, directives = tokenize(text)
    source = Source(path, text.count("\n") + (not text.endswith("\n")), directives=directives)
    start = i = 0
    while i < len(tokens):
        word = tokens[i].text if tokens[i].kind == "sign" else ""
        if word == ";":
            declaration(source, tokens[start:i])
            start = i + 1
        elif word == "{":
            head, end = tokens[start:i], closing(tokens, i)
            at = parameter_list(head)
            if at is not None:
                source.functions.append(measure_function(head, at, tokens[i:end + 1]))
                start = end + 1
            elif any(t.text == "=" for t in head):
                source.table_lines += span_lines(tokens, i, end)
            i = end
        elif word in ("(", "["):
            i = closing(tokens, i)
        i += 1
    return source
