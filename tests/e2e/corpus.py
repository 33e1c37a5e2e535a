"""Input for the end-to-end checks: real chat where it is present, generated chat, and poison."""
import os
import random
import subprocess

from stream import read_frames

ROLES = {"buyer": 1, "agent": 2, "robot": 3, "system": 5}


def key_of(chat):
    return f"{chat.platform}/{chat.shop_id}/{chat.buyer_id}".encode()


def real_chat(path, ChatMessage):
    """The 6,021 messages of a JD corpus, spread over conversations; times are made up, 7 s apart."""
    if not os.path.exists(path):
        return
    now = 1700000000000
    with open(path, encoding="utf-8") as f:
        for n, line in enumerate(f):
            session, seq, role, _, _, text = line.rstrip("\n").split("\t", 5)
            now += 7000
            platform = ("jd", "pdd", "taobao", "douyin", "suning")[int(session[:4], 16) % 5]
            yield ChatMessage(platform=platform, shop_id=f"shop{int(session[4:8], 16) % 40}", buyer_id=session,
                              agent_id="a1", conversation_id=session, message_id=f"{session}-{seq}",
                              role=ROLES.get(role, 2), origin=1, sent_ms=now, text=text)


def generated_chat(program, count, seed, folder, ChatMessage):
    """`count` messages of the program's own generator."""
    path = os.path.join(folder, "generated.pb")
    with open(path, "wb") as out:
        subprocess.run([program, "generate", "--count", str(count), "--seed", str(seed), "--format", "protobuf"],
                       stdout=out, check=True)
    for frame in read_frames(path):
        yield ChatMessage.FromString(frame), frame


def truncated(rng, good, ChatMessage):
    """A head of the message. One that happens to parse must still have its time: without it the broker's stands in, which
    an offline run cannot know."""
    while True:
        head = good[:rng.randrange(1, len(good))]
        try:
            if ChatMessage.FromString(head).sent_ms:
                return head
        except Exception:
            return head


def poison(rng, good, ChatMessage):
    """One record that cannot be annotated, or only just: made from the bytes of a good one."""
    kind = rng.randrange(8)
    if kind == 0:
        return None
    if kind == 1:
        return b""
    if kind == 2:
        return truncated(rng, good, ChatMessage)
    if kind == 3:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(1, 80)))
    if kind == 4:
        return good + b"\x38\x63"  # role = 99
    if kind == 5:
        return good + b"\x52\x06\xe5\xbe\xae\xff\xe4\xbf"  # text that is not UTF-8
    if kind == 6:
        return good + b"\x52\x07\xe5\xbe\xae\x00\xe4\xbf\xa1"  # 微 NUL 信
    return good + b"\x0a\x02\xff\xfe"  # platform that is not UTF-8


def records(program, chat_path, count, seed, folder, ChatMessage):
    """(key, value) pairs: real chat, then generated chat, with poison and keyless records mixed in."""
    rng = random.Random(seed)
    n_real = 0
    for chat in real_chat(chat_path, ChatMessage):
        n_real += 1
        yield key_of(chat), chat.SerializeToString()
    print(f"  real chat: {n_real} messages" if n_real else "  real chat: not present, generated chat only", flush=True)
    for chat, frame in generated_chat(program, count, seed, folder, ChatMessage):
        key = key_of(chat)
        yield key, frame
        if rng.randrange(997) == 0:
            yield rng.choice([key, None]), poison(rng, frame, ChatMessage)
