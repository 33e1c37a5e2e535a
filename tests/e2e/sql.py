"""The shipped SQL in an embedded ClickHouse (chdb from PyPI), fed with the bytes of topics through its Protobuf format.

Independent of chatsieve: schema, format, deduplication and sums are ClickHouse's.
"""
import os
import subprocess
import sys
import tempfile

from stream import write_frames

SQL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "plugin", "share", "sql")


def load_chdb(tools):
    """chdb from the system or from `tools`/python; None where it is not installed."""
    sys.path.append(os.path.join(tools, "python"))
    # It may be built for another processor: then it dies instead of raising.
    probe = subprocess.run([sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\nimport chdb\nchdb.query('SELECT 1')"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if probe.returncode:
        return None
    import chdb
    from chdb import session
    return session if chdb else None


def statements(path):
    with open(path, encoding="utf-8") as f:
        lines = [line for line in f if not line.startswith("--")]
    return [s.strip() for s in "".join(lines).split(";") if s.strip()]


class ClickHouse:
    """A database with the tables and views of clickhouse_tables.sql."""

    def __init__(self, session, proto_dir):
        self.folder = tempfile.mkdtemp(prefix="chatsieve-sql-")
        self.proto = proto_dir
        self.session = session.Session(os.path.join(self.folder, "db"))
        self.session.query("CREATE DATABASE IF NOT EXISTS chat")
        self.session.query("USE chat")
        for s in statements(os.path.join(SQL, "clickhouse_tables.sql")):
            self.session.query(s)

    def insert(self, table, schema, message, values):
        """Put protobuf messages into a table, whose columns are some of the message's fields."""
        path = os.path.join(self.folder, f"{table}.bin")
        write_frames(path, values)
        columns = [row[0] for row in self.rows(f"SELECT name FROM system.columns WHERE table = '{table}' AND "
                                               "database = 'chat' ORDER BY position")]
        self.session.query(f"INSERT INTO {table} SELECT {', '.join(columns)} FROM file('{path}', 'Protobuf') "
                           f"SETTINGS format_schema = '{self.proto}/chatsieve/v1/{schema}:{message}'")

    def rows(self, query):
        text = str(self.session.query(query, "TabSeparated"))
        return [line.split("\t") for line in text.splitlines()]
