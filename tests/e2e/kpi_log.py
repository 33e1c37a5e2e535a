"""Made-up logs for the reply clock: sessions of buyers around the edges of hours, days, limits and rules, as they arrive: late, twice,
out of order, by clocks that disagree, and into days that are closed."""
import datetime
import json

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
PLATFORMS = ["pdd", "taobao", "jd", "douyin", "suning", "tmall", "pinduoduo", "xiaohongshu"]
GAPS_S = [1, 2, 5, 10, 29, 30, 31, 40, 45, 60, 61, 90, 100, 120, 180, 181, 240, 300, 301, 599, 600, 601, 1800, 3600, 3601, 7200]
LEAPS_MS = [3599999, 3600000, 3600001, 7200000, 86400000, 108000000]  # of a record's clock, around the hour
EDGES_H = [0, 0, 2.5, 8, 8, 9, 9, 22, 23, 23, 24]  # of the local day
BUYER_TEXTS = ["在吗", "这个有货吗", "多久发货？", "好的", "谢谢~", "转人工", "thanks"]
AGENT_TEXTS = ["您好，有货的", "今天发出", "请稍等", "亲，请稍等~", "我查好了稍后回复您", "one moment", "发货后3天到"]
EVENTS = ["session_close", "session_close", "transfer", "transfer", "session_open", "case_open", "case_solved", "promise", "promise_kept",
          "complaint", "agent_online", "agent_offline"]


class Maker:
    def __init__(self, rng, start, days):
        self.rng, self.days = rng, days
        self.start = int(datetime.datetime.fromisoformat(start).replace(tzinfo=SHANGHAI).timestamp() * 1000)
        self.n = 0

    def begin(self):
        """When a session begins: at any time, or close to an edge."""
        r = self.rng
        day = self.start + r.randrange(self.days) * 86400000
        if r.random() < 0.4:
            return day + r.randrange(86400000)
        return day + int(r.choice(EDGES_H) * 3600000) + r.choice([-1, 0, 1, 999, -1000, r.randrange(-900000, 900000)])

    def message(self, fields, at, role):
        r = self.rng
        self.n += 1
        x = {**fields, "role": role, "sent_ms": at}
        if r.random() < 0.9:
            x["message_id"] = f"m{self.n}"
        if role == "buyer":
            x["text"] = r.choice(BUYER_TEXTS)
        elif role == "agent":
            x["text"] = r.choice(AGENT_TEXTS)
            x["origin"] = r.choice(["typed", "typed", "quick_reply", "typed", "auto_reply", "broadcast"])
        elif role == "system" and r.random() < 0.9:
            x["event"] = r.choice(EVENTS)
        else:
            x["text"] = r.choice(["自动回复：欢迎光临", "已为您转接", "[系统] 会话已结束", "您好"])
            if role == "robot" and r.random() < 0.2:
                x["origin"] = "auto_reply"
        if role in ("agent", "robot_assist") or x.get("event") in ("transfer", "agent_online", "agent_offline") or r.random() < 0.3:
            x["agent_id"] = r.choice(["小红", "小明", "agent-3", ""])
        if not x.get("agent_id"):
            x.pop("agent_id", None)
        return x

    def session(self):
        r = self.rng
        platform, shop = r.choice(PLATFORMS), r.randrange(5)
        # Some buyers write all the time, some once.
        fields = {"platform": platform, "shop_id": f"s{shop}", "buyer_id": f"买家{r.randrange(1 + r.randrange(3000))}"}
        at = self.begin()
        out = []
        for _ in range(1 + r.randrange(9)):
            role = r.choices(["buyer", "agent", "robot", "robot_assist", "system", "staff"], [46, 34, 6, 5, 8, 1])[0]
            if role == "system" and r.random() < 0.1:
                out.append({"platform": platform, "shop_id": f"s{shop}", "role": "system", "sent_ms": at,
                            "event": r.choice(["all_agents_offline", "agent_offline", "agent_online"]), "agent_id": r.choice(["小红", "小明"])})
            else:
                out.append(self.message(fields, at, role))
            gap = r.choice(GAPS_S) * 1000 if r.random() < 0.6 else r.randrange(90000)
            at += gap + (r.choice([-1, 1]) if r.random() < 0.1 else 0)
        return out + (self.afterthought(fields, at) if r.random() < 0.02 else [])

    def afterthought(self, fields, at):
        """Nobody says a word for days, but news keep the conversation in memory; then comes a word of its first day."""
        r, days = self.rng, self.rng.randrange(2, 13)
        out = [{**fields, "role": "system", "sent_ms": at + n * 72000000, "text": "您有新的物流信息"} for n in range(1, days * 6 // 5)]
        word = self.message(fields, at + r.randrange(-300000, 300000), r.choice(["buyer", "agent", "system"]))
        if word["role"] == "system":
            word["event"] = r.choice(["case_solved", "promise_kept", "transfer"])
        return out + [{**word, "delay": days * 86400000}]

    def arrivals(self, x):
        """The message as it comes into the log, once or twice, with the record's time."""
        r = self.rng
        delay = r.randrange(3000) if r.random() < 0.3 else 0
        if r.random() < 0.03:
            delay = r.randrange(600000)
        elif r.random() < 0.001:
            delay = r.randrange(1, 13) * 86400000  # late for good
        at = x["sent_ms"] + x.pop("delay", delay)
        if r.random() < 0.03:
            x["sent_ms"] += r.randrange(-8000, 5000)
        yield at, x
        if r.random() < 0.03:
            yield at + r.randrange(5000), x


def make(rng, n, start="2022-02-25", days=10, partitions=1):
    """About `n` input objects in the order of the log, with partition and record_ms."""
    maker, out = Maker(rng, start, days), []
    while len(out) < n:
        for x in maker.session():
            out += maker.arrivals(x)
    out.sort(key=lambda a: a[0])
    leap(rng, out)
    for at, x in out:
        yield {**x, "record_ms": at, "partition": hash_of(x) % partitions}


def hash_of(x):
    """A shop's buyer is always in one partition."""
    return sum((x["shop_id"] + x.get("buyer_id", "")).encode()) // 3


def leap(rng, out):
    """Some clocks are wrong: of a record alone, of some in a row, or with that of who sent it."""
    for n in rng.sample(range(len(out)), len(out) // 4000):
        ahead, agree = rng.choice(LEAPS_MS), rng.random() < 0.3
        for k in range(n, min(n + rng.choice([1, 1, 4]), len(out))):
            at, x = out[k]
            told = at + (rng.randrange(8 * 86400000) if rng.random() < 0.02 else ahead + rng.randrange(-2, 3))
            out[k] = told, {**x, "sent_ms": told - rng.choice([0, 3599999, 3600000, 3600001])} if agree else x


def as_input(x):
    return json.dumps({k: v for k, v in x.items() if k not in ("record_ms", "partition")}, ensure_ascii=False) + "\n"
