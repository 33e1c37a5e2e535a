"""What must come out: the same stages run offline with the reference matcher, and the checks that compare."""
import os
import subprocess
import time

from stream import read_frames, without_fields, write_frames

# Broker time and key are not known offline: record_ms of both events, record_key of a dead letter. The records were
# written minutes ago, so that the present time stands in for all of them where time decides: what is late, what expired.
ANNOTATED_UNKNOWN, DEAD_UNKNOWN = {36}, {5, 8}


class Differences:
    """Counts what is wrong and keeps the first few examples."""

    def __init__(self):
        self.count, self.shown = 0, []

    def add(self, text):
        self.count += 1
        if len(self.shown) < 10:
            self.shown.append(text)

    def report(self):
        for text in self.shown:
            print("  WRONG:", text)
        return self.count


def offline(program, rules, topic, partition, values, folder):
    """Run `scan` on the values of one partition; returns (annotated frames, dead-letter frames), in order."""
    stem = os.path.join(folder, f"{topic}-{partition}")
    write_frames(stem + ".in", [v or b"" for v in values])
    with open(stem + ".out", "wb") as out, open(stem + ".err", "wb") as err:
        done = subprocess.run(
            [program, "scan", "--matcher", "reference", "--input-format", "protobuf", "--output-format", "protobuf",
             "--record-time", str(int(time.time() * 1000)), "--topic", topic, "--partition", str(partition), "--first-offset", "0", "--deadletters",
             stem + ".dead", *(["--rules", rules] if rules else []), stem + ".in"], stdout=out, stderr=err)
    if done.returncode not in (0, 65):
        raise RuntimeError(f"scan ended with {done.returncode}: " + open(stem + ".err").read()[-2000:])
    dead = list(read_frames(stem + ".dead")) if os.path.exists(stem + ".dead") else []
    return list(read_frames(stem + ".out")), dead


def collect(records, parse, wrong, what):
    """{(partition, source offset): bytes} of an output topic; duplicates must be identical, order kept.

    Returns also how many duplicates there were."""
    seen, duplicates = {}, 0
    for partition, rows in records.items():
        highest = -1
        for _, _, value in rows:
            event = parse(value)
            at = (event.source_partition, event.source_offset)
            if event.source_partition != partition:
                wrong.add(f"{what} {event.event_id} stands in partition {partition}")
            if at in seen:
                duplicates += 1
                if seen[at] != value:
                    wrong.add(f"{what} {event.event_id}: a duplicate differs from the first copy")
                continue
            if event.source_offset < highest:
                wrong.add(f"{what} {event.event_id} came after offset {highest}: order lost")
            highest = max(highest, event.source_offset)
            seen[at] = value
    return seen, duplicates


def is_earlier(event_id, event):
    where, offset = event_id.rsplit("/", 1)
    return where == event.event_id.rsplit("/", 1)[0] and 0 <= int(offset) < event.source_offset


def check_annotation(event, wrong):
    """Invariants that any reader of the topic may rely on."""
    body = event.raw_text or event.text.encode()
    for v in event.violations:
        if any(not is_earlier(i, event) for i in v.earlier_event_ids):
            wrong.add(f"{event.event_id}: names {list(v.earlier_event_ids)}, which are not earlier ones of its partition")
        if not 0 <= v.byte_begin < v.byte_end <= len(body):
            wrong.add(f"{event.event_id}: span {v.byte_begin}-{v.byte_end} of {len(body)} bytes")
        elif not event.raw_text:
            if body[v.byte_begin:v.byte_end].decode().replace("\0", "\ufffd") != v.matched_text:
                wrong.add(f"{event.event_id}: matched_text is not what stands at its byte span")
            if event.text[v.char_begin:v.char_end].replace("\0", "\ufffd") != v.matched_text:
                wrong.add(f"{event.event_id}: matched_text is not what stands at its character span")
    if event.violation_count != len(event.violations):
        wrong.add(f"{event.event_id}: violation_count")
    if event.max_severity != max((v.severity for v in event.violations), default=0):
        wrong.add(f"{event.event_id}: max_severity")
    if sorted(event.rule_ids) != sorted({v.rule_id for v in event.violations}):
        wrong.add(f"{event.event_id}: rule_ids")


def same(got, frame, unknown, value):
    """Equal but for what cannot be known offline; a file has no null value, only an empty one: `detail` tells them apart."""
    drop = unknown | {7} if value is None else unknown
    return without_fields(got, drop) == without_fields(frame, drop)


def compare(program, rules, topic, inputs, annotated, dead, parse, wrong, folder):
    """Every input has exactly one output, equal to the offline one. Returns (annotated, dead, violations)."""
    counts = [0, 0, 0]
    for partition, rows in inputs.items():
        if [r[0] for r in rows] != list(range(len(rows))):
            raise RuntimeError(f"{topic}/{partition}: the input itself has holes")
        want_live, want_dead = offline(program, rules, topic, partition, [r[2] for r in rows], folder)
        for frames, have, unknown, kind in ((want_live, annotated, ANNOTATED_UNKNOWN, 0),
                                            (want_dead, dead, DEAD_UNKNOWN, 1)):
            for frame in frames:
                event = parse[kind](frame)
                got = have.pop((partition, event.source_offset), None)
                counts[kind] += 1
                if got is None:
                    wrong.add(f"{event.event_id}: no output")
                elif not same(got, frame, unknown, rows[event.source_offset][2]):
                    wrong.add(f"{event.event_id}: differs from the offline run:\n{parse[kind](got)}--- offline:\n{event}")
                elif kind == 0:
                    check_annotation(event, wrong)
                    counts[2] += len(event.violations)
        if len(want_live) + len(want_dead) != len(rows):
            wrong.add(f"{topic}/{partition}: {len(rows)} inputs, offline {len(want_live)} + {len(want_dead)}")
    for at in list(annotated) + list(dead):
        wrong.add(f"partition {at[0]}, offset {at[1]}: an output without an input, or of the wrong kind")
    return counts
