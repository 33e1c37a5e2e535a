#!/usr/bin/env python3
"""The broker script without a broker: what it refuses and how it says so, its settings, its wire requests."""
import importlib.machinery
import importlib.util
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import wire  # noqa: E402


def load_script():
    loader = importlib.machinery.SourceFileLoader("kafka_script", str(HERE / "kafka"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("kafka_script", loader))
    loader.exec_module(module)
    return module


kafka = load_script()


def run(home, *arguments, path=None):
    environment = dict(os.environ, **({"PATH": path} if path else {}))
    return subprocess.run([sys.executable, HERE / "kafka", "--home", home, *arguments], capture_output=True, text=True,
                          env=environment)


class OneAnswer(threading.Thread):
    """A server that takes one request and gives one canned answer, or hangs up in the middle of it."""

    def __init__(self, answer, cut=None):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.answer = (struct.pack(">ii", len(answer) + 4, 1) + answer)[:cut]
        self.request = b""

    def run(self):
        with self.listener, self.listener.accept()[0] as peer:
            size = struct.unpack(">i", peer.recv(4))[0]
            self.request = peer.recv(size)
            peer.sendall(self.answer)


def string(text):
    return struct.pack(">h", -1) if text is None else struct.pack(">h", len(text)) + text.encode()


METADATA = (struct.pack(">ii", 0, 2) + b"".join(struct.pack(">i", n) + string("h") + struct.pack(">i", 9) + string(None)
                                                for n in (2, 1)) + string("cluster") + struct.pack(">i", 2)
            + struct.pack(">ih", 1, 0) + string("a.b") + struct.pack(">bi", 0, 2)
            + b"".join(struct.pack(">hii", 0, index, leader) + struct.pack(">ii", 1, leader) * 2
                       for index, leader in ((1, -1), (0, 2))))


class Wire(unittest.TestCase):
    def ask(self, call, answer, cut=None):
        server = OneAnswer(answer, cut)
        server.start()
        try:
            return call(server.address)
        finally:
            server.join(5)

    def test_metadata(self):
        seen = self.ask(wire.metadata, METADATA)
        self.assertEqual(seen, {"nodes": [1, 2], "controller": 2, "topics": {"a.b": [2, -1]}})

    def test_an_answer_that_breaks_off_is_an_error(self):
        for cut in (2, 6, len(METADATA) // 2):
            with self.assertRaises(wire.WireError):
                self.ask(wire.metadata, METADATA, cut)

    def test_create_topic(self):
        def create(address):
            wire.create_topic(address, "t", 3, 1, {"k": "v"})
        self.ask(create, struct.pack(">ii", 0, 1) + string("t") + struct.pack(">h", 0) + string(None))
        with self.assertRaisesRegex(wire.WireError, "topic t: no such thing .error 40."):
            self.ask(create, struct.pack(">ii", 0, 1) + string("t") + struct.pack(">h", 40) + string("no such thing"))

    def test_nobody_there(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = listener.getsockname()
        with self.assertRaisesRegex(wire.WireError, str(address[1])):
            wire.metadata(address)


class Script(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)

    def refused(self, text, *arguments, path=None):
        done = run(self.home, *arguments, path=path)
        self.assertNotEqual(done.returncode, 0, arguments)
        self.assertIn(text, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done

    def test_not_running(self):
        done = run(self.home, "status")
        self.assertEqual((done.returncode, done.stdout), (3, "cluster 'main' is not running\n"))
        self.refused("start it first", "bootstrap")
        self.refused("start it first", "topic", "list")
        self.assertEqual(run(self.home, "stop", "--wipe").returncode, 0)

    def test_usage(self):
        self.refused("required: verb")
        self.refused("'../x' is not made of", "--name", "../x", "status")
        self.refused("'x' is not key=value", "start", "--set", "x")
        self.refused("invalid choice", "start", "--nodes", "2")

    def test_no_java(self):
        self.refused("install default-jre-headless", "start", path=str(self.home))
        self.assertEqual(list((self.home).glob("data/*")), [])

    def test_port_taken(self):
        cluster = kafka.Cluster(self.home, "main")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            cluster.plan("4.1.2", 1, port, [])
            with self.assertRaisesRegex(kafka.Trouble, f"port {port} is taken"):
                kafka.check_machine(cluster)

    def test_settings_of_three_nodes(self):
        cluster = kafka.Cluster(self.home, "main")
        cluster.plan("4.1.2", 3, 19092, ["num.partitions=1"])
        lines = kafka.properties(cluster, 2).splitlines()
        for line in ("node.id=2", "listeners=PLAINTEXT://127.0.0.1:19192,CONTROLLER://127.0.0.1:19193",
                     "controller.quorum.voters=1@127.0.0.1:19093,2@127.0.0.1:19193,3@127.0.0.1:19293",
                     "min.insync.replicas=2", "transaction.state.log.replication.factor=3", "num.partitions=1",
                     "share.coordinator.state.topic.min.isr=2"):
            self.assertIn(line, lines)
        self.assertEqual(cluster.bootstrap(), "127.0.0.1:19092,127.0.0.1:19192,127.0.0.1:19292")
        cluster.plan("3.9.2", 1, 19092, [])
        self.assertNotIn("share.coordinator", kafka.properties(cluster, 1))

    def test_a_recycled_process_id_is_not_ours(self):
        cluster = kafka.Cluster(self.home, "main")
        cluster.plan("4.1.2", 1, 19092, [])
        cluster.save()
        for content in (str(os.getpid()), "999999999", "nonsense", ""):
            (cluster.dir / "n1.pid").write_text(content)
            self.assertIsNone(cluster.pid(1), content)

    def test_other_settings_than_those_it_was_made_with(self):
        cluster = kafka.Cluster(self.home, "main")
        cluster.plan("4.1.2", 1, 19092, [])
        cluster.save()
        self.refused("was made with port 19092, not 20000", "start", "--port", "20000")


class ClusterId(unittest.TestCase):
    def test_is_never_taken_for_an_option(self):
        made = {kafka.new_cluster_id() for _ in range(5000)}  # one in 64 would begin with "-"
        self.assertEqual(len(made), 5000)
        self.assertEqual([x for x in made if x.startswith("-") or len(x) != 22], [])


if __name__ == "__main__":
    unittest.main()
