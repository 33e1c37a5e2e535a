#!/usr/bin/python3
"""A foreign stream host: load libchatsieve.so by its C ABI, feed it protobuf made by Google's runtime, read the answer.

usage: host.py LIBRARY PROTO_DIR PACK
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


def main(library, proto_dir, pack):
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
    lib.chatsieve_rules_free(ctypes.byref(rules))
    print("libchatsieve answers a Python host")


if __name__ == "__main__":
    main(*sys.argv[1:])
