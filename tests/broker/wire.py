"""The few requests of the Kafka protocol that a start script needs, so that no JVM is started to ask.

Versions are fixed to ones that brokers 3.9 and 4.x both speak: Metadata 4, CreateTopics 2.
"""
import socket
import struct


class WireError(Exception):
    """The broker cannot be reached, or refused; the text says which."""


def _string(text):
    data = text.encode()
    return struct.pack(">h", len(data)) + data


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        (value,) = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return value

    def string(self):
        size = self.number("h")
        if size < 0:
            return None
        self.at += size
        return self.data[self.at - size:self.at].decode()

    def array(self, item):
        return [item() for _ in range(self.number("i"))]


def _receive(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            raise OSError("connection closed")
        data += more
    return data


def _ask(address, key, version, body, timeout):
    head = struct.pack(">hhi", key, version, 1) + _string("chatsieve-broker-script")
    try:
        with socket.create_connection(address, timeout=timeout) as sock:
            sock.sendall(struct.pack(">i", len(head + body)) + head + body)
            (size,) = struct.unpack(">i", _receive(sock, 4))
            reader = _Reader(_receive(sock, size))
    except OSError as error:
        raise WireError(f"{address[0]}:{address[1]}: {error}") from error
    reader.number("i")
    return reader


def metadata(address, timeout=5):
    """{"nodes": [id…], "controller": id, "topics": {name: [leader of partition 0, 1, …]}}"""
    reader = _ask(address, 3, 4, struct.pack(">ib", -1, 0), timeout)
    reader.number("i")

    def node():
        number = reader.number("i")
        reader.string(), reader.number("i"), reader.string()
        return number

    def partition():
        reader.number("h")
        index, leader = reader.number("i"), reader.number("i")
        for _ in ("replicas", "in sync"):
            reader.array(lambda: reader.number("i"))
        return index, leader

    def topic():
        reader.number("h")
        name = reader.string()
        reader.number("b")
        return name, [leader for _, leader in sorted(reader.array(partition))]

    nodes = reader.array(node)
    reader.string()
    controller = reader.number("i")
    return {"nodes": sorted(nodes), "controller": controller, "topics": dict(reader.array(topic))}


def create_topic(address, name, partitions, replicas, configs, timeout=30):
    body = struct.pack(">i", 1) + _string(name) + struct.pack(">ih", partitions, replicas)
    body += struct.pack(">ii", 0, len(configs))
    for key, value in configs.items():
        body += _string(key) + _string(value)
    reader = _ask(address, 19, 2, body + struct.pack(">ib", timeout * 1000, 0), timeout + 5)
    reader.number("i")
    for _, code, text in reader.array(lambda: (reader.string(), reader.number("h"), reader.string())):
        if code:
            raise WireError(f"topic {name}: {text or 'refused'} (error {code})")
