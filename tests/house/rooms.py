"""The include graph: which room may look into which, and through which door a dependency enters."""
import posixpath
import re

from budgets import Finding

LEVELS = {"base": 0, "record": 1, "config": 1, "text": 2, "codec": 2, "clock": 2, "rules": 3, "detect": 3, "scan": 4, "annotate": 5,
          "filter": 6, "kafka": 6, "pipeline": 7, "chatsieve": 8}
# Siblings that may look in all the same: settings speak of records, never the other way round.
SIBLINGS = {("config", "record")}

# Header pattern -> the rooms whose door it is.
DOORS = [
    (r"hs(/.*)?\.h|hs/.*", {"scan"}),
    (r"librdkafka/.*", {"kafka"}),
    (r"protobuf-c/.*|.*\.pb-c\.h", {"codec"}),
    (r"jansson\.h", {"codec"}),
    (r"yaml\.h", {"config"}),
    (r"xxhash\.h|mimalloc\.h", {"base"}),
    (r"microhttpd\.h", {"chatsieve"}),
]
# What the C library, the kernel and the compiler bring.
SYSTEM = re.compile(
    r"(assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|stdalign|stdarg|stdatomic|"
    r"stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|time|uchar|wchar|wctype|"
    r"dirent|dlfcn|endian|fcntl|fnmatch|ftw|getopt|glob|grp|libgen|netdb|poll|pthread|pwd|sched|semaphore|spawn|"
    r"sysexits|syslog|termios|ucontext|unistd|x86intrin|immintrin|cpuid|[a-z]mmintrin|arm_neon|"
    r"(sys|net|netinet|arpa|linux|bits)/[\w/]+)\.h")
INCLUDE = re.compile(r'#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def room_of(path):
    """Room of plugin/ROOM/…, else None."""
    parts = path.split("/")
    return parts[1] if parts[0] == "plugin" and len(parts) > 2 else None


def includes(source):
    """(line, name, is_quoted) of every include."""
    for line, text in source.directives:
        match = INCLUDE.match(text)
        if match:
            yield line, match[1] or match[2], match[1] is not None


def door_rooms(name):
    for pattern, rooms in DOORS:
        if re.fullmatch(pattern, name):
            return rooms
    return None


def target_room(path, name):
    """The room that a quoted include of `path` looks into."""
    if name == "chatsieve/filter.h":  # the public header, by the name that users include
        return "filter"
    head = name.split("/")[0]
    return head if "/" in name and head in LEVELS else room_of(path)


def quoted_findings(path, line, name):
    room = room_of(path)
    if name.startswith((".", "tests/", "bench/")):
        yield Finding(path, line, f'"{name}": name a header as room/header.h; nothing shipped looks into tests or benches')
        return
    target = target_room(path, name)
    if target == room or (room, target) in SIBLINGS:
        return
    if LEVELS[target] >= LEVELS[room]:
        yield Finding(path, line, f'"{name}": {room} (level {LEVELS[room]}) must not look into '
                                  f"{target} (level {LEVELS[target]})")


def source_findings(source):
    room = room_of(source.path)
    if room not in LEVELS:
        yield Finding(source.path, 1, f"'{room}' is not a room" if room else "C lives in a room: plugin/ROOM/")
        return
    for line, name, quoted in includes(source):
        doors = door_rooms(name)
        if doors is not None:
            if room not in doors:
                yield Finding(source.path, line, f"{name}: its door is {', '.join(sorted(doors))}, not {room}")
        elif quoted:
            yield from quoted_findings(source.path, line, name)
        elif not SYSTEM.fullmatch(name) and name != "chatsieve/filter.h":
            yield Finding(source.path, line, f"<{name}>: unknown dependency; give it a door")


def header_graph(sources):
    paths = {s.path for s in sources}
    for source in sources:
        for line, name, quoted in includes(source):
            target = posixpath.join("plugin", name)
            if quoted and target in paths:
                yield source.path, target, line


def cycle_findings(sources):
    """Headers that include each other in a ring."""
    edges = {}
    for source, target, line in header_graph(sources):
        edges.setdefault(source, []).append((target, line))
    done, active = set(), []

    def visit(path):
        done.add(path)
        active.append(path)
        for target, line in edges.get(path, ()):
            if target in active:
                yield Finding(path, line, "include ring: " + " -> ".join(active[active.index(target):] + [target]))
            elif target not in done:
                yield from visit(target)
        active.pop()

    for path in sorted(edges):
        if path not in done:
            yield from visit(path)


def check(sources):
    shipped = [s for s in sources if s.path.startswith("plugin/")]
    findings = [f for s in shipped for f in source_findings(s)]
    return findings + list(cycle_findings(shipped))
