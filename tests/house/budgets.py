"""The budgets of how our C reads, and who is over them."""
import re
from dataclasses import dataclass

FUNCTION_LINES, FUNCTION_MEDIAN, FUNCTION_MOST = 60, 12, 40  # none over, median, 90 % at most
FILE_LINES, HEADER_LINES = 500, 300
NESTING, PARAMETERS, CYCLOMATIC = 3, 5, 12
CONDITIONALS, FUNCTION_MACROS = 4, 3  # in one file
PURE_TABLE = 0.8                      # this share of lines inside initialisers

# Six parameters: the implementations of cs_transport_ops.open (context, worker, listener, and three results).
SIX_PARAMETERS = {"kafka_open", "memory_open"}

# The one room that may hold mutable globals: it owns the process (signals, the log level).
GLOBALS_ROOM = "plugin/chatsieve/"


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


def is_table(lines, table_lines):
    return lines > 0 and table_lines >= PURE_TABLE * lines


def function_findings(source, function):
    def over(what, value, limit):
        if value > limit:
            yield Finding(source.path, function.line, f"{function.name}: {what} {value}, at most {limit}")

    if not is_table(function.lines, function.table_lines):
        yield from over("lines", function.lines, FUNCTION_LINES)
    yield from over("levels of nesting", function.nesting, NESTING)
    yield from over("paths (cyclomatic)", function.cyclomatic, CYCLOMATIC)
    yield from over("parameters", function.params, PARAMETERS + (function.name in SIX_PARAMETERS))


def is_function_macro(text):
    return re.match(r"#\s*define\s+\w+\(", text) is not None


def is_conditional(text):
    return re.match(r"#\s*(if|elif)", text) is not None


def directive_findings(source):
    conditionals = [line for line, text in source.directives if is_conditional(text)]
    guard = source.path.endswith(".h") and bool(conditionals)
    if len(conditionals) - guard > CONDITIONALS:
        yield Finding(source.path, conditionals[-1], f"{len(conditionals)} #if, at most {CONDITIONALS}: keep them rare")
    macros = [line for line, text in source.directives if is_function_macro(text)]
    if len(macros) > FUNCTION_MACROS:
        yield Finding(source.path, macros[-1], f"{len(macros)} function-like macros, at most {FUNCTION_MACROS}")


def global_findings(source):
    if source.path.startswith("plugin/") and not source.path.startswith(GLOBALS_ROOM):
        for name, line in source.globals:
            yield Finding(source.path, line, f"mutable global '{name}'")
        for function in source.functions:
            for name, line in function.static_locals:
                yield Finding(source.path, line, f"mutable static '{name}' in {function.name}")


def source_findings(source):
    limit = HEADER_LINES if source.path.endswith(".h") else FILE_LINES
    if source.lines > limit and not is_table(source.lines, source.table_lines):
        yield Finding(source.path, limit + 1, f"{source.lines} lines, at most {limit}")
    for function in source.functions:
        yield from function_findings(source, function)
    for name, line, params in source.prototypes:
        if params > PARAMETERS + (name in SIX_PARAMETERS):
            yield Finding(source.path, line, f"{name}: parameters {params}, at most {PARAMETERS}")
    yield from directive_findings(source)
    yield from global_findings(source)


def distribution_findings(what, sources):
    sizes = sorted(f.lines for s in sources for f in s.functions)
    if not sizes:
        return
    median, most = sizes[len(sizes) // 2], sizes[min(len(sizes) - 1, len(sizes) * 9 // 10)]
    if median > FUNCTION_MEDIAN:
        yield Finding(what, 0, f"median function has {median} lines, at most {FUNCTION_MEDIAN}")
    if most > FUNCTION_MOST:
        yield Finding(what, 0, f"the 90 % quantile of functions is {most} lines, at most {FUNCTION_MOST}")


def check(sources):
    findings = []
    for folder in ("plugin/", "bench/", "tests/"):
        part = [s for s in sources if s.path.startswith(folder)]
        findings += distribution_findings(folder, part)
        for source in part:
            findings += source_findings(source)
    return findings
