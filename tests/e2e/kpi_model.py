"""The response metrics told again in the plainest way, from what the rules say: keep every message, write down what became of
each turn, session, question, buyer and promise, and add up when the day is closed or the log ends: nothing can change any more.

Independent of chatsieve: no counter is ever corrected, no timer runs, and whoever waits is counted afterwards.
"""
import collections

from kpi_profiles import date_of, duration

FAR = float("inf")
RECENT_IDS, OPEN_ERRANDS, ASKED_MESSAGES = 2, 16, 256  # limits that the README states
HOUR_MS, DAY_MS = 3600000, 86400000
REPLIES = ("agent", "robot", "robot_assist")


class Turn:
    """A buyer waits; `spans` say with whom, [agent, from, to) in places of the log, and whether its day was still open."""

    def __init__(self, profile, agent, since, day, first):
        self.profile, self.since, self.day, self.first = profile, since, day, first
        self.agent, self.spans = agent, []
        self.robot = self.held = self.spoils_buyer = False
        self.reply = self.responder = None

    def begin(self, place, counts):
        self.spans.append([self.agent, place, FAR, counts])

    def end(self, place):
        self.spans[-1][2] = place

    @property
    def latency(self):
        return self.reply - self.since


class Session:
    def __init__(self, profile, m, counts, leave):
        self.profile, self.since, self.agent, self.day = profile, m.sent, m.agent, m.day
        self.counts, self.leave, self.spoke, self.reply = counts, leave, False, None

    def take(self, agent):
        """It is whose it was given to first, or who replied first."""
        if self.reply is None:
            self.agent = self.agent or agent

    @property
    def judged(self):
        return self.counts and not (self.leave and self.profile.leave_excluded)




class Message:
    """A line of the log with what its profile makes of it."""

    def __init__(self, x, profiles):
        self.role, self.text = x["role"], x.get("text", "")
        self.sent, self.now = x["sent_ms"], x.get("record_ms", x["sent_ms"])
        self.id = x.get("message_id", "")
        self.shop, self.partition = (x["platform"], x.get("shop_id", "")), x.get("partition", 0)
        self.buyer = x.get("buyer_id", "")
        self.profile = profiles.find(*self.shop, self.sent)
        self.day, self.in_hours = self.profile.moment(self.sent)
        self.means = self.profile.means(self.text) if self.text else set()
        self.event = x.get("event", "") or (self.role == "system" and next(iter(sorted(self.means)), "")) or ""
        speaker = self.role in ("buyer", "agent", "robot_assist") or self.event
        self.agent = x.get("agent_id", "") if speaker else ""
        self.speaks = bool(self.text) or (self.role != "system" and not self.event)
        automatic = x.get("origin") in ("auto_reply", "broadcast")
        self.responder = {"agent": "auto" if automatic else "holding" if "holding" in self.means else "human",
                          "robot": "auto" if automatic else "robot", "robot_assist": "robot_assist"}.get(self.role, "")


class Conversation:
    """What has been written down of a buyer of a shop."""

    def __init__(self, model, m):
        self.model, self.shop, self.partition = model, m.shop, m.partition
        self.profile = self.session = self.turn = None
        self.agent, self.latest, self.touched = "", -FAR, -FAR
        self.ids, self.asked, self.received = [], [], []
        self.turns, self.undone, self.sessions, self.asked_messages = [], [], [], []
        self.questions, self.promises, self.cases = [], [], []
        self.waiting_since = None

    # What is open, in the order of the log.

    def drop(self, m, buyer_too=True):
        """Nobody answers the open turn."""
        if self.turn:
            self.turn.end(self.model.tick())
            self.turn.spoils_buyer = buyer_too and self.turn.spoils_buyer
        self.turn = None

    def silence(self, m):
        self.drop(m)
        self.waiting_since = None
        self.questions = []

    def asked_day(self):
        """The day on which the buyer asked last, by the present profile."""
        return max((day for profile, day in self.asked if profile is self.profile), default=-FAR)

    def begin(self, m, since, day):
        first = not self.session or self.session.reply is None
        self.turn = Turn(self.profile, self.agent, since, day, first)
        self.wait()
        self.turn.spoils_buyer = self.asked_day() == day
        self.turns.append(self.turn)

    def wait(self):
        self.turn.begin(self.model.tick(), self.turn.day >= self.model.first_day[self.partition])

    def hand_over(self, m, told):
        self.agent = m.agent
        t = self.turn
        if not t or t.agent == m.agent:
            return
        if not t.agent or not self.profile.splits:
            t.end(self.model.tick())
            t.agent = m.agent
            self.wait()
            return
        spoils = t.spoils_buyer
        self.drop(m, buyer_too=False)
        self.begin(m, max(m.sent, self.waiting_since) if told and self.profile.restarts else t.since, t.day)
        self.turn.spoils_buyer = spoils

    def moves_on(self, m, counts):
        """The buyer comes back on another day, in another session: the old turn stays unanswered."""
        asks = m.role == "buyer" and m.speaks and counts
        return asks and m.day > self.turn.day and (not self.session or m.sent - self.latest > self.profile.gap)

    def follow_profile(self, m, counts):
        """Who waits is judged to the end by the profile under which the waiting began."""
        begins = m.role == "buyer" and m.speaks and counts and (not self.turn or self.moves_on(m, counts))
        if self.profile is m.profile or (self.waiting_since is not None and not begins):
            return
        self.drop(m)
        self.profile, self.session, self.questions = m.profile, None, []

    # What is said.

    def take(self, m, dated):
        if self.waiting_since is not None and m.now - self.waiting_since > self.model.window:
            self.silence(m)
        counts = m.in_hours and dated
        self.follow_profile(m, counts)
        silent = self.profile.gap < m.sent - self.latest
        if silent and m.role not in ("buyer", "system") and self.waiting_since is None:
            self.session = None  # what the shop says to nobody who waits is of no session
        self.take_event(m, dated)
        if m.role == "buyer" and m.speaks:
            self.buyer(m, counts, dated)
        elif m.responder in self.profile.replies and m.speaks:
            self.model.presence(m, "agent_online")
            self.reply(m, dated)
        elif m.role in REPLIES and self.waiting_since is not None and self.turn:
            self.turn.robot |= m.responder == "robot"
            self.turn.held |= m.responder == "holding"
        if m.role != "system" or m.event in ("session_open", "session_close"):
            self.latest = max(self.latest, m.sent)

    def take_event(self, m, dated):
        if m.event in ("agent_online", "agent_offline", "all_agents_offline"):
            self.model.presence(m, m.event)
        elif m.event == "session_open":
            self.session = None
        elif m.event == "session_close":
            self.silence(m)
        elif m.event == "transfer":
            self.hand_over(m, True)
        elif m.event == "complaint" and dated:
            self.model.complaints.append((m.profile, self.shop, m.day))
        elif m.event in ("case_open", "promise") and dated:
            self.errand(m, m.event)
        elif m.event == "case_solved":
            self.close(self.cases, m.sent, FAR)
        elif m.event == "promise_kept":
            self.close(self.promises, m.sent, FAR)

    def errand(self, m, kind):
        mine = self.promises if kind == "promise" else self.cases
        within = m.profile.promise if kind == "promise" else m.profile.case
        if not within or len([e for e in mine if e["closed"] is None]) >= OPEN_ERRANDS:
            return
        e = {"profile": m.profile, "agent": m.agent or self.agent, "day": m.day, "since": m.sent,
             "due": m.sent + within, "closed": None}
        mine.append(e)

    @staticmethod
    def close(errands, sent, before):
        for e in errands:
            if e["closed"] is None and e["since"] < before:
                e["closed"] = sent

    def buyer(self, m, counts, dated):
        if self.turn and self.moves_on(m, counts):
            self.drop(m)
            self.questions = []
        s = self.session
        if not s or m.sent - self.latest > self.profile.gap:
            s = self.session = Session(self.profile, m, counts, self.model.offline[m.partition, self.shop])
            self.sessions.append(s)
        s.take(m.agent)
        s.spoke = False
        if m.agent:
            self.hand_over(m, True)
        self.receive(m, dated)
        if "courtesy" in m.means and not self.profile.courtesy_opens and self.waiting_since is None:
            return
        if self.waiting_since is None:
            self.waiting_since = m.sent
        if counts and not (s.leave and self.profile.leave_excluded):
            self.ask(m)

    def ask(self, m):
        if self.turn and self.turn.robot and "human_request" in m.means and self.profile.human_restarts:
            self.undone.append(self.turns.pop())
            self.drop(m)
        later = self.turn and m.day > self.turn.day  # a turn that goes on over midnight is one of the day before
        if not later and m.day > self.asked_day():
            self.asked.append((self.profile, m.day))
        if not self.turn:
            self.begin(m, max(m.sent, self.waiting_since), m.day)
        q = {"turn": self.turn, "sent": m.sent, "day": m.day, "reply": None}
        self.questions = (self.questions + [q])[-ASKED_MESSAGES:]
        self.asked_messages.append(q)

    def receive(self, m, dated):
        """A conversation counts once a day, for the shop and for every agent who has it; not for a day that is past."""
        if not dated or (self.received and m.day < self.received[-1][1]):
            return
        for agent in {"", m.agent}:
            if (agent, m.day) not in [r[:2] for r in self.received]:
                self.received.append((agent, m.day))
                self.model.received.append((m.profile, self.shop, agent, m.day))

    def reply(self, m, dated):
        if m.agent:
            self.hand_over(m, False)
        self.receive(m, dated)
        if self.turn:
            self.turn.reply, self.turn.responder = m.sent, m.responder
            self.turn.end(self.model.tick())
            self.turn = None
        for q in self.questions:
            q["reply"] = m.sent
        self.questions = []
        if self.session:
            self.session.take(m.agent)
            self.session.spoke = True
            if self.session.reply is None:
                self.session.reply = m.sent
        self.waiting_since = None
        if m.responder == "human":
            self.close(self.promises, m.sent, m.sent - self.profile.settle)
        if "promise" in m.means and m.role == "agent" and not m.event and dated:
            self.errand(m, "promise")


class Log:
    """Take the messages in the order of the log. `window`: how long a conversation is remembered, in record time."""

    def __init__(self, profiles, window=DAY_MS):
        self.profiles, self.window, self.place = profiles, window, 0
        self.partitions = collections.defaultdict(collections.OrderedDict)  # conversations, the longest untouched first
        self.newest, self.claimed = (collections.defaultdict(lambda: -FAR) for _ in range(2))
        self.first_day = collections.defaultdict(lambda: -FAR)  # the days before it are closed
        self.rows = Rows()
        self.online = collections.defaultdict(dict)
        self.offline = collections.defaultdict(bool)
        self.conversations, self.received, self.complaints = [], [], []

    def tick(self):
        self.place += 1
        return self.place

    def presence(self, m, event):
        """Leave-message mode: nobody is there. Whoever comes or speaks ends it."""
        at = m.partition, m.shop
        known = self.online[at]
        if event == "all_agents_offline":
            known.update((agent, False) for agent in known)
        elif m.agent:
            known[m.agent] = event == "agent_online"
        none_left = bool(known) and not any(known.values())
        self.offline[at] = event == "all_agents_offline" or (event == "agent_offline" and (self.offline[at] or none_left))

    def forget(self, m):
        open_ones = self.partitions[m.partition]
        while open_ones:
            key, c = next(iter(open_ones.items()))
            if m.now - c.touched <= self.window:
                return
            open_ones.pop(key)
            if any(e["closed"] is None and e["due"] >= m.now for e in c.promises + c.cases):
                c.touched = m.now
                open_ones[key] = c
            else:
                c.silence(m)

    def close(self, partition, day):
        """The rows of days before `day` are what they are now; nothing that comes later changes them."""
        since, self.first_day[partition] = self.first_day[partition], max(day, self.first_day[partition])
        if day > since:
            for c in self.conversations:
                if c.partition == partition:
                    self.rows.settle(c, since, day)

    def finish(self):
        for c in self.conversations:
            self.rows.settle(c, self.first_day[c.partition], FAR)
        self.rows.finish(self)
        return self.rows.rows

    def conversation(self, m):
        open_ones = self.partitions[m.partition]
        key = m.shop, m.buyer
        if key not in open_ones:
            open_ones[key] = Conversation(self, m)
            self.conversations.append(open_ones[key])
        open_ones.move_to_end(key)
        return open_ones[key]

    def believe(self, m):
        """A record ahead of all before it is believed when its message was sent then, or as far as the next one says so, too."""
        p, told = m.partition, m.now
        newest, claimed = self.newest[p], self.claimed.pop(p, -FAR)
        ahead = told - newest
        if newest == -FAR or ahead <= HOUR_MS or (ahead <= 7 * DAY_MS and m.sent >= told - HOUR_MS):
            return
        self.claimed[p] = told
        m.now = max(newest, min(told, claimed))

    def add(self, x):
        m = Message(x, self.profiles)
        if not m.shop[1] or (not m.buyer and m.role != "system"):
            return
        if "record_ms" in x:  # a file without the log's times is taken as it is
            self.believe(m)
        newest = self.newest[m.partition] = max(self.newest[m.partition], m.now)
        today = newest // DAY_MS
        self.close(m.partition, today - min(self.window // DAY_MS, 400) - 2)
        dated = self.first_day[m.partition] <= m.day <= today + 2
        self.forget(m)
        if not m.buyer:
            if m.event in ("agent_online", "agent_offline", "all_agents_offline"):
                self.presence(m, m.event)
            return
        c = self.conversation(m)
        c.touched = m.now
        if m.id and m.id in c.ids:
            return
        if m.id:
            c.ids = (c.ids + [m.id])[-RECENT_IDS:]
        c.take(m, dated)


class Rows:
    """What the metrics of the profiles make of days that are over."""

    def __init__(self):
        self.rows = {}

    def settle(self, c, since, until):
        """What became of the days since <= day < until of a conversation."""
        def of(entries, day=lambda x: x.day):
            return [x for x in entries if since <= day(x) < until]

        for t in of(c.turns):
            self.turn(c.shop, t)
        for s in of(c.sessions):
            self.session(c.shop, s)
        for q in of(c.asked_messages, lambda q: q["day"]):
            self.message(c.shop, q)
        for profile, day in of(c.asked, lambda a: a[1]):
            self.buyer_day(c, profile, day)
        for e in of(c.promises, lambda e: e["day"]):
            self.promise(c.shop, e)
        for e in of(c.cases, lambda e: e["day"]):
            self.case(c.shop, e)

    def finish(self, log):
        """What counts at its own moment, and never changes."""
        shops = collections.defaultdict(list)
        for c in log.conversations:
            shops[c.partition, c.shop] += c.turns + c.undone
        for (_, shop), turns in shops.items():
            self.peaks(shop, turns)
        for profile, shop, agent, day in log.received:
            for m in self.of(profile, "reception"):
                self.add((profile, shop, agent, day), m, 1, sides=("agent" if agent else "shop",))
        for profile, shop, day in log.complaints:
            for m in self.of(profile, "complaints"):
                self.add((profile, shop, "", day), m, 1, sides=("shop",))

    def add(self, at, metric, numerator, denominator=0, maximum=0, sides=("shop", "agent")):
        profile, shop, agent, day = at
        kept = metric.get("rows", ["shop", "agent"])
        for side in [kept] if isinstance(kept, str) else kept:
            if side not in sides or (side == "agent" and not agent):
                continue
            key = (*shop, agent if side == "agent" else "", day, metric["id"], profile.name)
            n, d, m = self.rows.get(key, (0, 0, 0))
            self.rows[key] = (n + numerator, d + denominator, max(m, maximum))

    @staticmethod
    def of(profile, *measures, unit=None):
        return [m for m in profile.metrics if m["measure"] in measures and unit in (None, m.get("unit", "turn"))]

    def turn(self, shop, t):
        at = (t.profile, shop, t.agent, t.day)
        answered = t.reply is not None
        skewed = answered and t.latency < 0
        for m in self.of(t.profile, "reply_rate", "mean_reply", unit="turn"):
            if m.get("which", "all") != "all" and (m["which"] == "first") != t.first:
                continue
            if m.get("robot_only") == "excluded" and not answered and t.robot:
                continue
            counted = m.get("unanswered") != "excluded"
            if m["measure"] == "reply_rate":
                within = answered and 0 <= t.latency <= duration(m["within"])
                self.add(at, m, int(within), int(answered or counted))
            elif (answered or counted) and not skewed:
                cap = duration(m["cap"]) if "cap" in m else FAR
                ms = min(t.latency, cap) if answered else cap
                self.add(at, m, ms, 1, ms if answered else 0)  # the longest reply
        for m in self.of(t.profile, "unanswered"):
            self.add(at, m, int(not answered or t.reply >= t.profile.day_end(t.day)), 1)
        held = t.responder == "holding" if answered else t.held
        for m in self.of(t.profile, "holding"):
            self.add(at, m, int(held), int(held or t.responder == "human"))
        for m in self.of(t.profile, "skewed"):
            self.add(at, m, int(skewed), int(answered))
        for m in self.of(t.profile, "concurrency"):
            self.add(at, m, max(t.latency, 0) if answered else 0)

    def session(self, shop, s):
        at = (s.profile, shop, s.agent, s.day)
        for m in self.of(s.profile, "leave_messages") if s.counts else []:
            self.add(at, m, int(s.leave), 1)
        if not s.judged:
            return
        for m in self.of(s.profile, "last_word"):
            self.add(at, m, int(s.spoke), 1)
        ms = s.reply - s.since if s.reply is not None else None
        for m in self.of(s.profile, "reply_rate", "mean_reply", unit="session"):
            if m["measure"] == "mean_reply":
                if ms is not None and ms >= 0:
                    ms = min(ms, duration(m["cap"]) if "cap" in m else FAR)
                    self.add(at, m, ms, 1, ms)
            elif ms is not None or m.get("unanswered") != "excluded":
                self.add(at, m, int(ms is not None and 0 <= ms <= duration(m["within"])), 1)

    def message(self, shop, q):
        for m in self.of(q["turn"].profile, "reply_rate", unit="message"):
            within = q["reply"] is not None and 0 <= q["reply"] - q["sent"] <= duration(m["within"])
            self.add((q["turn"].profile, shop, q["turn"].agent, q["day"]), m, int(within), 1)

    def buyer_day(self, c, profile, day):
        mine = [t for t in c.turns if t.profile is profile and t.day == day and t.spoils_buyer]
        at = (profile, c.shop, "", day)
        for m in self.of(profile, "reply_rate", unit="buyer_day"):
            good = all(t.reply is not None and 0 <= t.latency <= duration(m["within"]) for t in mine)
            self.add(at, m, int(good), 1, sides=("shop",))
        for m in self.of(profile, "complaints"):
            self.add(at, m, 0, 1, sides=("shop",))

    def peaks(self, shop, turns):
        """How many waited at once, whenever one more began to."""
        changes = []
        for t in turns:
            for agent, since, until, counts in t.spans:
                changes += [(since, 1, agent, t, counts), (until, -1, agent, t, False)]
        waiting = collections.Counter()
        for _, by, agent, t, counts in sorted(changes, key=lambda c: c[0]):
            for side, who in (("shop", ""), ("agent", agent)):
                if side == "agent" and not agent:
                    continue
                waiting[side, who] += by
                for m in self.of(t.profile, "concurrency") if counts else []:
                    self.add((t.profile, shop, who, t.day), m, 0, 0, waiting[side, who], sides=(side,))

    def promise(self, shop, e):
        kept = e["closed"] is not None and e["closed"] < e["profile"].day_end(e["day"])
        for m in self.of(e["profile"], "promises"):
            self.add((e["profile"], shop, e["agent"], e["day"]), m, int(not kept), 1)

    def case(self, shop, e):
        solved = e["closed"] is not None and e["closed"] - e["since"] <= e["profile"].case
        for m in self.of(e["profile"], "cases"):
            self.add((e["profile"], shop, e["agent"], e["day"]), m, int(solved), 1)


def rows_of(lines, profiles, window=DAY_MS):
    """{(platform, shop, agent, day, metric, profile): (numerator, denominator, maximum)} of input objects, without empty rows."""
    log = Log(profiles, window)
    for x in lines:
        log.add(x)
    return {(*k[:3], date_of(k[3]), *k[4:]): v for k, v in log.finish().items() if any(v)}
