"""The schema for Python: made by protoc from the .proto files at test time, read by Google's own runtime."""
import glob
import importlib
import os
import subprocess
import sys
import tempfile


def load_message(proto_dir, stem, name):
    """Message `name` of the file `stem`.proto."""
    module = f"chatsieve.v1.{stem}_pb2"
    if "chatsieve.v1" not in sys.modules:
        out = tempfile.mkdtemp(prefix="chatsieve-proto-")
        files = sorted(glob.glob(os.path.join(proto_dir, "chatsieve/v1/*.proto")))
        subprocess.run(["protoc", f"-I{proto_dir}", f"--python_out={out}", *files], check=True)
        sys.path.insert(0, out)
    return getattr(importlib.import_module(module), name)


def load_proto(proto_dir):
    """(ChatMessage, AnnotatedMessage, DeadLetter)."""
    return (load_message(proto_dir, "chat_message", "ChatMessage"),
            load_message(proto_dir, "annotated_message", "AnnotatedMessage"),
            load_message(proto_dir, "dead_letter", "DeadLetter"))
