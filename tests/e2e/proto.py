"""The schema for Python: made by protoc from the .proto files at test time, read by Google's own runtime."""
import importlib
import os
import subprocess
import sys
import tempfile


def load_proto(proto_dir):
    """Compile the schema for Python and return (ChatMessage, AnnotatedMessage, DeadLetter)."""
    out = tempfile.mkdtemp(prefix="chatsieve-proto-")
    files = [os.path.join(proto_dir, "chatsieve/v1", f)
             for f in ("chat_message.proto", "annotated_message.proto", "dead_letter.proto")]
    subprocess.run(["protoc", f"-I{proto_dir}", f"--python_out={out}", *files], check=True)
    sys.path.insert(0, out)
    module = lambda name: importlib.import_module(f"chatsieve.v1.{name}_pb2")
    return (module("chat_message").ChatMessage, module("annotated_message").AnnotatedMessage,
            module("dead_letter").DeadLetter)
