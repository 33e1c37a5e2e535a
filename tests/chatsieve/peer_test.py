"""Matching cases of other engines' tests (../shared/data/peer_cases.jsonl): every one passes or stands in
peer_exceptions.tsv with a reason, and none that passes stands there."""

import re

import peer
from kit import *

CASES = HERE.parents[2] / "shared" / "data" / "peer_cases.jsonl"
AT_ONCE = 60  # platforms that one rule set may name: 63


def exceptions():
    """Case id -> reason."""
    rows = (line.split("\t") for line in (HERE / "peer_exceptions.tsv").read_text("utf-8").splitlines()
            if line and not line.startswith("#"))
    return {case: reason for case, reason in rows}


class Peers:
    """Everything that went wrong, by case."""

    def __init__(self, directory):
        self.pack, self.wrong, self.ran = directory / "peer.yaml", {}, 0

    def answer(self, stories):
        """Run the program on these; cases whose rules are refused are taken out, with the reason."""
        while stories:
            text, owner = peer.pack(stories, 1)
            self.pack.write_text(text, "utf-8")
            done = run("scan", "--rules", str(self.pack), stdin="".join(
                line(platform=f"p{i}", text=s.message()) for i, s in enumerate(stories, 1)))
            if done.code == 0:
                return self.judge(stories, done.objects)
            places = re.findall(r'level=error msg="(.*)" at=\S*peer\.yaml:(\d+)', done.err)
            refused = {owner[int(number) - 1]: why for why, number in places}
            assert refused, done.err
            self.wrong.update({s.id: f"refused: {why}" for s, why in refused.items()})
            stories = [s for s in stories if s not in refused]

    def judge(self, stories, events):
        assert len(events) == len(stories), f"{len(events)} events for {len(stories)} cases"
        for story, event in zip(stories, events):
            self.ran += 1
            wrong = story.wrong(event)
            if wrong:
                self.wrong[story.id] = wrong

    def ask_shipped(self, story):
        """Ordinary sentences are clean with the shipped packs, whoever says them, on every platform."""
        said = [line(platform=p, role=r, text=story.message()) for p in ("jd", "pdd", "taobao", "douyin")
                for r in ("agent", "buyer")]
        for event in run("scan", stdin="".join(said)).objects:
            if event.get("violations"):
                self.wrong[story.id] = f"{event['platform']}: {event['rule_ids']}"
        self.ran += 1


class PeerCases(Case):
    def test_every_case_passes_or_has_its_reason(self):
        peers, stories = Peers(self.dir), []
        cases = [json.loads(x) for x in CASES.read_text("utf-8").splitlines()]
        for case in cases:
            try:
                stories.append(peer.Story(case))
            except peer.NotOurs as why:
                peers.wrong[case["id"]] = str(why)
        for story in (s for s in stories if s.shipped):
            peers.ask_shipped(story)
        own = [s for s in stories if not s.shipped]
        for at in range(0, len(own), AT_ONCE):
            peers.answer(own[at:at + AT_ONCE])
        self.assertEqual(len({c["id"] for c in cases}), len(cases))
        excepted = exceptions()
        report = [f"{case}\t{why}" for case, why in sorted(peers.wrong.items()) if case not in excepted]
        report += [f"{case} passes, and stands in peer_exceptions.tsv" for case in excepted if case not in peers.wrong]
        print(f"{len(cases)} cases, {len(cases) - len(peers.wrong)} pass, {len(excepted)} excepted with a reason")
        self.assertFalse(report, "\n" + "\n".join(report))


if not CASES.exists():
    print("no ../shared/data/peer_cases.jsonl here")
    sys.exit(77)
main()
