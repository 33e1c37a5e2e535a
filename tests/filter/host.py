#!/usr/bin/python3
"""A foreign stream host: load libchatsieve.so by its C ABI, feed it protobuf made by Google's runtime, read the answer.

usage: host.py LIBRARY PROTO_DIR PACK PROFILE
"""
import ctypes
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))


class Record(ctypes.Structure):
    _fields_ = [("value", ctypes.c_char_p), ("value_len", ctypes.c_size_t), ("offset", ctypes.c_int64),
                ("record_ms", ctypes.c_int64), ("partition", ctypes.c_int32)]


class Event(ctypes.Structure):
    _fields_ = [("value", ctypes.POINTER(ctypes.c_uint8)), ("value_len", ctypes.c_size_t), ("kind", ctypes.c_int)]


class Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("record_bytes_max", ctypes.c_size_t), ("text_bytes_max", ctypes.c_size_t),
                ("clock_window_ms", ctypes.c_int64), ("conversations_max", ctypes.c_uint32),
                ("hits_per_message", ctypes.c_uint32), ("input_json", ctypes.c_int), ("unused", ctypes.c_int),
                ("profiles", ctypes.c_void_p), ("mask", ctypes.c_int), ("told", ctypes.c_int)]


class Told(ctypes.Structure):
    _fields_ = [("key", ctypes.POINTER(ctypes.c_uint8)), ("value", ctypes.POINTER(ctypes.c_uint8)),
                ("key_len", ctypes.c_size_t), ("value_len", ctypes.c_size_t), ("partition", ctypes.c_int32),
                ("kind", ctypes.c_int)]


def with_profiles(lib, rules, proto_dir, profile, question):
    """A buyer asks, nobody answers, time goes on: what is told then."""
    from proto import load_message
    profiles, filter_, why = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.create_string_buffer(2048)
    paths = (ctypes.c_char_p * 1)(profile.encode())
    assert lib.chatsieve_profiles_load(paths, ctypes.c_size_t(1), why, ctypes.c_size_t(2048),
                                       ctypes.byref(profiles)) == 0, why.value
    options = Options(size=ctypes.sizeof(Options), profiles=profiles, told=1)
    assert lib.chatsieve_filter_new(rules, ctypes.byref(options), ctypes.byref(filter_)) == 0
    record, event = Record(question, len(question), 43, 1, 0), Event()
    assert lib.chatsieve_filter_run(filter_, b"t", ctypes.byref(record), ctypes.c_size_t(1), ctypes.byref(event)) == 0
    text, size = ctypes.POINTER(ctypes.c_uint8)(), ctypes.c_size_t()
    assert lib.chatsieve_event_text(ctypes.byref(event), ctypes.byref(text), ctypes.byref(size)) == 0
    assert ctypes.string_at(text, size.value).decode() == "在吗"
    assert lib.chatsieve_filter_advance(filter_, b"t", ctypes.c_int32(0), ctypes.c_int64(1000 * 1000)) == 0
    told, n = ctypes.POINTER(Told)(), ctypes.c_size_t()
    assert lib.chatsieve_filter_told(filter_, b"t", ctypes.byref(told), ctypes.byref(n)) == 0
    by_kind = {}
    for i in range(n.value):
        by_kind.setdefault(told[i].kind, []).append(ctypes.string_at(told[i].value, told[i].value_len))
    overdue = [load_message(proto_dir, "overdue", "OverdueEvent").FromString(v) for v in by_kind[2]]
    assert [o.event_id for o in overdue] == ["t/0/43/threshold/40000/slow"], overdue
    rows = [load_message(proto_dir, "kpi", "KpiRow").FromString(v) for v in by_kind[3]]
    assert all((r.profile, r.numerator, r.denominator, r.source_offset) == ("abi@1", 0, 1, 44) for r in rows), rows
    lib.chatsieve_filter_free(ctypes.byref(filter_))
    lib.chatsieve_profiles_free(ctypes.byref(profiles))


def main(library, proto_dir, pack, profile):
    from proto import load_proto
    ChatMessage, AnnotatedMessage, _ = load_proto(proto_dir)
    lib = ctypes.CDLL(library)
    rules, filter_, why = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.create_string_buffer(2048)
    paths = (ctypes.c_char_p * 1)(pack.encode())
    assert lib.chatsieve_rules_load(paths, ctypes.c_size_t(1), why, ctypes.c_size_t(2048), ctypes.byref(rules)) == 0, why.value
    assert lib.chatsieve_filter_new(rules, None, ctypes.byref(filter_)) == 0
    value = ChatMessage(platform="jd", shop_id="s", buyer_id="b", role=2, sent_ms=5, text="亲,微 信更方便").SerializeToString()
    record, event = Record(value, len(value), 42, 1, 0), Event()
    assert lib.chatsieve_filter_run(filter_, b"chat.messages", ctypes.byref(record), ctypes.c_size_t(1),
                                    ctypes.byref(event)) == 0
    got = AnnotatedMessage.FromString(ctypes.string_at(event.value, event.value_len))
    assert got.text == "亲,微 信更方便" and got.event_id == "chat.messages/0/42", got
    assert [v.matched_text for v in got.violations] == ["微 信"], got
    lib.chatsieve_filter_free(ctypes.byref(filter_))
    with_profiles(lib, rules, proto_dir, profile, ChatMessage(
        platform="jd", shop_id="s", buyer_id="b", role=1, sent_ms=5, text="在吗").SerializeToString())
    lib.chatsieve_rules_free(ctypes.byref(rules))
    print("libchatsieve answers a Python host")


if __name__ == "__main__":
    main(*sys.argv[1:])
