"""Profiles as the model of the reply clock reads them: YAML, zones and dates by Python's own libraries."""
import datetime
import glob
import os
import re
import unicodedata
import zoneinfo

import yaml

SHIPPED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "plugin", "share", "profiles")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UNITS = {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000}
DAY_S = 86400
EPOCH = datetime.date(1970, 1, 1)


def duration(text):
    """Milliseconds of "90s" or "1h"."""
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)", str(text)).groups()
    return int(number) * UNITS[unit]


def day_number(date):
    if isinstance(date, str):
        date = datetime.date.fromisoformat(date)
    return (date - EPOCH).days


def date_of(day):
    return (EPOCH + datetime.timedelta(days=day)).isoformat()


def bare(text):
    """Letters and digits of a text, in small letters."""
    return "".join(c for c in text.lower() if unicodedata.category(c)[0] in "LN")


def window(entry):
    """(weekdays, begin, end) in seconds of the local day; an end not after its begin is on the next day."""
    days = range(7)
    if isinstance(entry, dict):
        days = [WEEKDAYS.index(d) for d in ([entry["days"]] if isinstance(entry["days"], str) else entry["days"])]
        entry = entry["time"]
    begin, end = (sum(int(x) * unit for x, unit in zip(t.split(":"), (3600, 60, 1))) for t in entry.split("-"))
    return set(days), begin, end if end > begin else end + DAY_S


class Profile:
    def __init__(self, text):
        y = yaml.safe_load(text)
        self.name = f"{y['profile']}@{y['version']}"
        self.platforms, self.shops = y["platforms"], y.get("shops", [])
        self.from_day = day_number(y["from"]) if "from" in y else -10**9
        self.until_day = day_number(y["until"]) if "until" in y else 10**9
        self.zone = zoneinfo.ZoneInfo(y["zone"])
        hours = y.get("hours", [])
        self.windows = [window(h) for h in (hours if isinstance(hours, list) else [hours])]
        self.replies = set(y.get("replies", ["human", "holding"]))
        self.whole, self.inside = {}, []
        for kind, texts in y.get("phrases", {}).items():
            for t in texts:
                if t.startswith("...") and t.endswith("..."):
                    self.inside.append((t[3:-3].lower(), kind))
                else:
                    self.whole.setdefault(bare(t), set()).add(kind)
        self.courtesy_opens = y.get("courtesy_opens", True)
        self.human_restarts = y.get("human_request_restarts", False)
        self.splits = y.get("transfer", "keeps") != "keeps"
        self.restarts = y.get("transfer") == "splits_and_restarts"
        self.leave_excluded = y.get("leave_messages", "counted") == "excluded"
        self.gap = duration(y.get("session_gap", "10m"))
        self.case = duration(y["case"]) if "case" in y else 0
        self.promise = duration(y["promise"]) if "promise" in y else 0
        self.settle = duration(y.get("promise_settle", "60s"))
        self.metrics = y["metrics"]
        self.moments, self.ends, self.said = {}, {}, {}

    def means(self, text):
        """Kinds of phrases that the text is, or holds."""
        if text not in self.said:
            low = text.lower()
            idle = set() if self.human_restarts else {"human_request"}
            self.said[text] = self.whole.get(bare(text), set()) - idle | {k for t, k in self.inside if t in low}
        return self.said[text]

    def open_at(self, day, second):
        return any((day + 3) % 7 in days and begin <= second < end for days, begin, end in self.windows)

    def moment(self, ms):
        """(service day, in hours): after midnight it is still the day before while its hours last."""
        minute = ms // 60000
        if minute not in self.moments:
            local = datetime.datetime.fromtimestamp(minute * 60, self.zone)
            day, second = day_number(local.date()), local.hour * 3600 + local.minute * 60
            before = self.open_at(day - 1, second + DAY_S)
            self.moments[minute] = (day - before, bool(before or not self.windows or self.open_at(day, second)))
        return self.moments[minute]

    def day_end(self, day):
        """The instant at which a service day is over: midnight, or later where its hours end later."""
        if day not in self.ends:
            last = max([DAY_S] + [end for days, _, end in self.windows if (day + 3) % 7 in days])
            date = EPOCH + datetime.timedelta(days=day + last // DAY_S)
            local = datetime.datetime.combine(date, datetime.time(last % DAY_S // 3600, last % 3600 // 60), self.zone)
            self.ends[day] = int(local.timestamp() * 1000)
        return self.ends[day]


class Profiles:
    """Those of the files and folders, in order."""

    def __init__(self, paths=(SHIPPED,)):
        self.all, self.found = [], {}
        for path in paths:
            for name in sorted(glob.glob(os.path.join(path, "*.yaml"))) if os.path.isdir(path) else [path]:
                with open(name, encoding="utf-8") as f:
                    self.all.append(Profile(f.read()))

    def find(self, platform, shop, ms):
        """In force on the service day: one that names the shop, then the platform, then any; of equals the last."""
        minute = (platform, shop, ms // 60000)
        if minute not in self.found:
            best = None
            for n, p in enumerate(self.all):
                named = platform in p.platforms
                applies = (named or "*" in p.platforms) and (not p.shops or shop in p.shops)
                rank = (bool(p.shops), named, n)
                if applies and p.from_day <= p.moment(ms)[0] < p.until_day and (best is None or rank > best[0]):
                    best = (rank, p)
            self.found[minute] = best[1]
        return self.found[minute]
