"""What the codec writes, read by Google's own protobuf: protoc on the command line and the Python runtime.

    schema.py PROTO_DIR GOLDEN_DIR FILTER_PROGRAM

Golden events must decode to the text beside them; random messages made in Python must come back with the same
values, unknown fields included; invalid UTF-8 must be readable; events as JSON must say what the bytes say.
Exit status 77 means that a tool is missing here.
"""
import base64
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

try:
    from google.protobuf import json_format
except ImportError:
    print("SKIP: python3-protobuf is not installed for", sys.executable)
    sys.exit(77)

SCHEMAS = {"annotated": ("AnnotatedMessage", "annotated_message"), "deadletter": ("DeadLetter", "dead_letter")}
WORDS = ["", "jd", "买家", "a b", "é" * 50, "加微信😀", "x" * 300]


def compile_schema(proto_dir):
    out = tempfile.mkdtemp(prefix="codec-proto-")
    files = sorted(glob.glob(os.path.join(proto_dir, "chatsieve/v1/*.proto")))
    subprocess.run(["protoc", f"-I{proto_dir}", f"--python_out={out}", *files], check=True)
    sys.path.insert(0, out)
    from chatsieve.v1 import annotated_message_pb2, chat_message_pb2, dead_letter_pb2
    return chat_message_pb2.ChatMessage, annotated_message_pb2.AnnotatedMessage, dead_letter_pb2.DeadLetter


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes(out) + bytes([n])


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def run_filter(program, records, *arguments):
    stdin = b"".join(varint(len(r)) + r for r in records)
    return subprocess.run([program, *arguments], input=stdin, stdout=subprocess.PIPE, check=True).stdout


def events(data):
    at = 0
    while at < len(data):
        output = data[at]
        size, at = read_varint(data, at + 1)
        yield output, data[at:at + size]
        at += size


def check_golden(proto_dir, golden_dir):
    files = sorted(glob.glob(os.path.join(golden_dir, "*.bin")))
    assert len(files) >= 5, files
    for path in files:
        message, stem = SCHEMAS[os.path.basename(path).split("_")[0]]
        with open(path, "rb") as f:
            text = subprocess.run(["protoc", f"-I{proto_dir}", f"--decode=chatsieve.v1.{message}",
                                   f"chatsieve/v1/{stem}.proto"], stdin=f, stdout=subprocess.PIPE, check=True).stdout
        with open(path[:-4] + ".txt", "rb") as f:
            assert f.read() == text, f"{path}: protoc reads\n{text.decode()}"


def golden(golden_dir, name, message):
    with open(os.path.join(golden_dir, name + ".bin"), "rb") as f:
        return message.FromString(f.read())


def check_golden_values(golden_dir, annotated, dead_letter):
    m = golden(golden_dir, "annotated_violations", annotated)
    assert [v.rule_id for v in m.violations] == list(m.rule_ids) == ["jd.steer", "jd.payment"]
    assert m.max_severity == 5 and m.violation_count == 2
    for v in m.violations:
        assert m.text.encode()[v.byte_begin:v.byte_end].decode() == v.matched_text == m.text[v.char_begin:v.char_end]
    assert [list(v.earlier_event_ids) for v in m.violations] == [["chat.messages/3/998", "chat.messages/3/12"], []]
    assert m.response.turn == annotated.TURN_ANSWERS and list(m.response.threshold_s) == [40, 60]
    m = golden(golden_dir, "annotated_invalid_utf8", annotated)
    assert m.text == "加\ufffdv\0\ufffdz" == m.raw_text.decode("utf-8", "replace"), repr(m.text)
    assert "invalid_utf8" in m.flags and not m.HasField("response")
    m = golden(golden_dir, "annotated_forged", annotated)
    assert m.text == "ok" and m.event_id == "chat.messages/3/1000" and m.max_severity == 0
    m = golden(golden_dir, "deadletter_bad_field", dead_letter)
    assert m.reason == "bad_field" and "shop_id" in m.detail and m.record_key == b"key"


def random_message(chat, rng):
    m = chat(platform=rng.choice(WORDS[1:]), role=rng.randint(1, 6), origin=rng.randint(0, 4),
             account_kind=rng.randint(0, 2), sent_ms=rng.choice([0, 1, 1700000000000, 2**63 - 1]))
    for field in ("shop_id", "buyer_id", "agent_id", "conversation_id", "message_id", "source_system", "order_id", "event"):
        setattr(m, field, rng.choice(WORDS))
    m.text = "".join(chr(rng.choice([0, 10, 34, 65, 0x52A0, 0x1F600, 0xFFFD])) for _ in range(rng.randint(0, 40)))
    return m


def unknown_fields(rng):
    number = rng.choice([15, 31, 47, 2000])
    return varint(number << 3 | 2) + varint(3) + b"\xff\x00z" if rng.random() < 0.5 else b""


def check_random(program, chat, annotated):
    rng = random.Random(3)
    sent = [random_message(chat, rng) for _ in range(3000)]
    tails = [unknown_fields(rng) for _ in sent]
    got = list(events(run_filter(program, [m.SerializeToString() + t for m, t in zip(sent, tails)])))
    assert len(got) == len(sent)
    for i, (m, tail, (output, data)) in enumerate(zip(sent, tails, got)):
        assert output == 0, i
        back = annotated.FromString(data)
        for field in chat.DESCRIPTOR.fields:
            assert getattr(m, field.name) == getattr(back, field.name), (i, field.name)
        assert tail in data and back.event_id == f"chat.messages/3/{1000 + i % 1024}", i
        assert list(back.flags) == ([] if m.sent_ms else ["no_sent_time"]), i


def check_invalid_utf8(program, chat, annotated):
    rng = random.Random(5)
    texts = [bytes(rng.choice([0x41, 0x80, 0xC3, 0xE5, 0x8A, 0xA0, 0xED, 0xF0, 0x9F, 0xFF]) for _ in range(12))
             for _ in range(2000)]
    head = chat(platform="jd", role=2).SerializeToString()
    records = [head + b"\x52" + varint(len(t)) + t + b"\x7A\x01u" for t in texts]
    for text, (output, data) in zip(texts, events(run_filter(program, records))):
        back = annotated.FromString(data)  # refuses invalid UTF-8
        assert output == 0 and back.text == text.decode("utf-8", "replace"), text
        try:
            text.decode()
            assert "invalid_utf8" not in back.flags and back.raw_text == b"", text
        except UnicodeDecodeError:
            assert "invalid_utf8" in back.flags and back.raw_text == text, text
        assert b"\x7A\x01u" in data


def check_json(program, chat, annotated):
    """JSON written by Google's library is read; JSON written here means the same as the bytes."""
    rng = random.Random(7)
    sent = [random_message(chat, rng) for _ in range(500)]
    written = [json_format.MessageToJson(m, preserving_proto_field_name=i % 2 == 0).encode()
               for i, m in enumerate(sent)]
    lines = run_filter(program, written, "json").decode().splitlines()
    assert len(lines) == len(sent)
    for m, line in zip(sent, lines):
        event = json.loads(line)
        for field in chat.DESCRIPTOR.fields:
            want = getattr(m, field.name)
            if field.enum_type and want:
                prefix = field.enum_type.values_by_number[0].name[:-len("UNSPECIFIED")]
                want = field.enum_type.values_by_number[want].name[len(prefix):].lower()
            assert event.get(field.name, field.default_value) == want, (field.name, line)
        assert event["event_id"].startswith("chat.messages/3/"), line


def main(proto_dir, golden_dir, program):
    chat, annotated, dead_letter = compile_schema(proto_dir)
    check_golden(proto_dir, golden_dir)
    check_golden_values(golden_dir, annotated, dead_letter)
    check_random(program, chat, annotated)
    check_invalid_utf8(program, chat, annotated)
    check_json(program, chat, annotated)
    output, data = next(events(run_filter(program, [b"\x0a\x05x"])))
    letter = dead_letter.FromString(data)
    assert output == 1 and letter.payload == b"\x0a\x05x" and letter.reason == "malformed"
    line = json.loads(run_filter(program, [b"nonsense"], "json"))
    assert base64.b64decode(line["payload"]) == b"nonsense"
    print("ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
