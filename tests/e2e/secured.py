#!/usr/bin/python3
"""`chatsieve run` against a real broker with logins and permissions, all through the `kafka:` block.

A wrong password and a user without permission are told with what to do; a user with permission gets its events. The
broker is one of its own, since the others let everybody in.
"""
import argparse
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import proto  # noqa: E402
import stream  # noqa: E402

LOGIN = ("org.apache.kafka.common.security.plain.PlainLoginModule required "
         'user_alice="alice-secret" user_bob="bob-secret";')
CONFIG = """brokers: 127.0.0.1:{port}
workers: 1
kafka:
  security.protocol: sasl_plaintext
  sasl.mechanism: PLAIN
  sasl.username: ${{CHAT_USER}}
  sasl.password: ${{CHAT_PASSWORD}}
"""


def broker(a, *arguments):
    subprocess.run([a.broker, "--home", a.home, "--name", "secured", *arguments], check=True, stdout=subprocess.DEVNULL)


def start(a):
    """Everybody may do everything on the plain port; on the port with logins only bob may."""
    listeners = f"PLAINTEXT://127.0.0.1:{a.port},SASLP://127.0.0.1:{a.port + 2}"
    settings = {
        "listeners": f"{listeners},CONTROLLER://127.0.0.1:{a.port + 1}",
        "advertised.listeners": listeners,
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASLP:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.saslp.plain.sasl.jaas.config": LOGIN,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:bob",
    }
    broker(a, "start", "--fresh", "--port", str(a.port), *(f"--set={k}={v}" for k, v in settings.items()))


def run(a, config, user, password, seconds):
    """Exit status and standard error; a run that goes on is stopped after `seconds`."""
    process = subprocess.Popen([a.program, "run", "-c", config, "--wait", "5"], stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "CHAT_USER": user, "CHAT_PASSWORD": password})
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.terminate()
    told = process.communicate(timeout=60)[1]
    return process.returncode, told


def check(name, got, status, words):
    """1 if a run did not end as it should."""
    lacking = [w for w in words if w not in got[1]]
    print(f"{name}: exit {got[0]}" + (f", not {status}" if got[0] != status else "") +
          (f", lacking {lacking}:\n{got[1]}" if lacking else ""))
    return int(got[0] != status or bool(lacking))


def feed(address, ChatMessage, count):
    stream.create_topics(address, 2, "chat.messages", "chat.annotated", "chat.deadletter", "chat.overdue", "chat.kpi",
                         "chat.state")
    out = stream.Feed(address, "chat.messages")
    for n in range(count):
        message = ChatMessage(platform="jd", shop_id="s", buyer_id=str(n), role=2, sent_ms=1 + n, text="加我微信")
        out.put(str(n).encode(), message.SerializeToString())
    out.flush()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("program", "proto", "broker", "home"):
        p.add_argument(f"--{name}", required=True)
    p.add_argument("--port", type=int, default=29492)
    a = p.parse_args()
    ChatMessage, AnnotatedMessage, _ = proto.load_proto(a.proto)
    plain = f"127.0.0.1:{a.port}"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write(CONFIG.format(port=a.port + 2))
        config.flush()
        start(a)
        try:
            feed(plain, ChatMessage, 50)
            failed = check("wrong password", run(a, config.name, "bob", "guess", 20), 77, ("refuses the login", "sasl.*"))
            failed += check("no permission", run(a, config.name, "alice", "alice-secret", 20), 77,
                            ("chat.messages is not permitted", "chat.annotated is not permitted", "kafka-acls.sh"))
            failed += check("permitted", run(a, config.name, "bob", "bob-secret", 8), 0, ("result=ok",))
            rows = [r for rows in stream.read_topic(plain, "chat.annotated").values() for r in rows]
            hits = sum("PAYMENT_NAME" in AnnotatedMessage.FromString(value).rule_ids for _, _, value in rows)
            print(f"{len(rows)} events, {hits} with the name of a payment service")
            failed += int((len(rows), hits) != (50, 50))
        finally:
            broker(a, "stop", "--wipe")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
