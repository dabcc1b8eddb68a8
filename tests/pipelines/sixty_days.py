"""Many slices for sixty days, with a truth that changes: the choice decides every evening.

Every day each slice has conversations under what the publication in force says, drawn from the
slice's truth; every evening ``decide`` makes of all conversations the next publication, which is
in force from midnight. What is counted is judged by the truth, which the choice never sees.

The truth of a slice, after 15, 30 and 45 days drawn anew in one of three cases:

- Regret. The boldest certified profile is asked for again at a rate from Beta(1, 60) below the
  limit, but in 5 % of the slices at the limit or above: half of these at the limit itself, the
  others at up to four times as much. Each milder lossy profile has half of the next bolder one's.
- Savings. Each kind has its own share that lossless saves, a fifth or more, and its own gain a
  rung; in every third kind the boldest rung gains nothing over the one before. In a tenth of the
  slices compression costs more than it saves, whatever the profile. What is asked for again is
  brought back whole.
"""

from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from choice_world import BASE, ENGINE, Cert, key

from compressors._book_file import EvidenceRow
from compressors.book import Book, Row, Slice
from compressors.profiles import LADDERS
from pipelines.choice import Evidence, Observed, decide

DAYS = 60
CHANGES = (15, 30, 45)
LOSSY = 3
"""Certified lossy rungs a kind: the first three."""
INSTANCES = 12


class Truth(NamedTuple):
    """Of one slice: by rung the share saved before any regret, the rate of regret, and what is
    left of the savings."""

    saves: list[float]
    regret: list[float]
    net: list[float]

    def best(self, limit):
        """The most that a profile saves whose regret is below the limit; 0 for passing."""
        return max(n for n, r in zip(self.net, self.regret, strict=True) if r < limit)


def drawn_truth(rng, kind, limit):
    place = sorted(LADDERS).index(kind)
    lossless, step = 0.2 + 0.02 * place, 0.12 + 0.02 * (place % 4)
    gains = [0.0, lossless, *(lossless + step * (rung + 1) for rung in range(LOSSY))]
    if place % 3 == 0:
        gains[-1] = gains[-2]
    if rng.random() < 0.1:
        gains = [0.0] + [-0.3 + gain / 4 for gain in gains[1:]]
    if rng.random() < 0.05:
        rate = limit if rng.random() < 0.5 else limit * rng.uniform(1, 4)
    else:
        rate = 1.0
        while rate >= limit:
            rate = rng.beta(1, 60)
    regret = [0.0, 0.0, *(rate / 2 ** (LOSSY - 1 - rung) for rung in range(LOSSY))]
    return Truth(gains, regret, [g - r for g, r in zip(gains, regret, strict=True)])


def drawn_history(rng, kind, limit):
    """The truth of a slice on each of the days."""
    days = []
    for day in range(DAYS):
        anew = day == 0 or (day in CHANGES and rng.random() < 1 / 3)
        days.append(drawn_truth(rng, kind, limit) if anew else days[-1])
    return days


def history_of(number, *, seed, limit):
    """Kind, and truth on each day, of the slice of this number: the same whoever is beside it."""
    kinds = sorted(LADDERS)
    kind = kinds[number % len(kinds)]
    return kind, drawn_history(np.random.default_rng([seed, number, 0]), kind, limit)


class Report(NamedTuple):
    """What came of it.

    ``promotions`` and ``false_promotions`` count canaries, ``void_trials`` the trials of a bolder
    profile, at most one a slice and window, in which a promotion would have been false: its
    regret is not below the limit, or it saves no more. ``skips`` are the lengths, in days, of
    stretches in which a slice was skipped though a certified profile would have saved.
    ``reached`` is what was saved net, as a share of the best certified choice's.
    """

    promotions: int
    false_promotions: int
    void_trials: int
    skips: list[int]
    reached: float


class _Trial:
    """One run of a canary, as the truth has it: sums over its conversations."""

    def __init__(self, profile, *, bolder):
        self.profile, self.bolder = profile, bolder
        self.n = 0
        self.regret = self.gain = 0.0

    def add(self, truth, canary, other, count):
        self.n += count
        self.regret += count * truth.regret[canary]
        self.gain += count * (truth.net[canary] - truth.net[other])

    def void(self, limit):
        lossy = not self.profile.safe
        return bool(self.n) and (
            self.gain <= 1e-9 or (lossy and self.regret / self.n >= limit - 1e-9)
        )


class World:
    """The slices of these numbers, their truth and their conversations."""

    def __init__(self, numbers, *, seed, daily, settings):
        self.daily, self.settings = daily, settings
        self.numbers = list(numbers)
        told = [history_of(i, seed=seed, limit=settings.regret_limit) for i in self.numbers]
        self.kinds, self.history = zip(*told, strict=True)
        self.rngs = [np.random.default_rng([seed, i, 1]) for i in self.numbers]
        self.slices = [Slice("payg", "gpt-5", key("slice", i) + "0" * 8) for i in self.numbers]
        self.rows = [[] for _ in self.numbers]
        self.book = Book()
        self.certificates = [
            Cert(kind, profile.name, profile.id, rung, "drawn", certified=True)
            for kind, ladder in LADDERS.items()
            for rung, profile in enumerate(ladder)
            if 2 <= rung < 2 + LOSSY
        ]
        # On the learn part of every other kind the boldest leaves least, and is its default.
        self.learned = {
            (kind, LADDERS[kind][1 + LOSSY].id): (1000, 500) for kind in sorted(LADDERS)[::2]
        }  # fmt: skip
        self.trials = {}
        self.ended = []
        self.promotions = self.false_promotions = 0
        self.skipped = defaultdict(int)
        self.skips = []
        self.saved = self.best = 0.0

    def run(self):
        for day in range(DAYS):
            for i in range(len(self.slices)):
                self._day(i, day)
            self._evening(day)
        self.ended += self.trials.values()
        self.skips += self.skipped.values()
        limit = self.settings.regret_limit
        void = sum(trial.bolder and trial.void(limit) for trial in self.ended)
        return Report(self.promotions, self.false_promotions, void, sorted(self.skips),
                      self.saved / self.best)  # fmt: skip

    def _day(self, i, day):
        rng, truth, of = self.rngs[i], self.history[i][day], self.slices[i]
        row = self.book.rows.get(of)
        acting = row.profile if row else self.book.default(self.kinds[i])
        ladder = LADDERS[self.kinds[i]]
        n = int(rng.poisson(self.daily))
        arms = ["recommended" if row else "default"] * n
        if row:
            control, share = self.settings.control_share / 1000, self.settings.canary_share / 1000
            for c in np.flatnonzero(rng.random(n) < control):
                arms[c] = "control"
            if row.canary:
                for c in np.flatnonzero(rng.random(n) < share):
                    arms[c] = "canary" if arms[c] != "control" else "control"
        drawn_for = defaultdict(lambda: row.canary.experiment if row.canary else "", control="")
        profiles = {"control": ladder[0], "canary": row and row.canary and row.canary.profile}
        of_arm = [profiles.get(arm) or acting for arm in arms]
        rungs = np.array([ladder.index(profile) for profile in of_arm], dtype=np.int64)
        rates = np.array(truth.regret)[rungs]
        before = (2000 + rng.exponential(4000, n)).astype(int)
        own = np.where(rates > 0, rng.beta(4 * rates + 1e-12, 4 * (1 - rates)), 0.0)
        regrets = rng.binomial(4, own)
        shares = np.clip(np.array(truth.saves)[rungs] + rng.normal(0, 0.05, n) * (rungs > 0), -1, 1)
        saved = (before * (shares - regrets / 4)).astype(int)
        minutes = np.sort(rng.random(n)) * 1440
        instances = rng.integers(0, INSTANCES, n).tolist()
        for c in range(n):
            arm, profile = arms[c], of_arm[c]
            self.rows[i].append(
                Observed(
                    slice=of, kind=self.kinds[i], profile=profile.name, profile_id=profile.id,
                    arm=arm, experiment=drawn_for[arm] if row else "",
                    unit="", publication=f"day {day}", conversation=f"{i:04d}-{day:02d}-{c:04d}",
                    instance=f"i{instances[c]}",
                    started=BASE + timedelta(days=day, minutes=float(minutes[c])),
                    counted=4, regrets=int(regrets[c]), before=int(before[c]), saved=int(saved[c]),
                )
            )  # fmt: skip
        self._account(i, truth, row, acting, rungs, arms)

    def _account(self, i, truth, row, acting, rungs, arms):
        ladder = LADDERS[self.kinds[i]]
        best = truth.best(self.settings.regret_limit)
        self.best += best * len(rungs)
        self.saved += float(np.array(truth.net)[rungs].sum())
        wrong = row is not None and acting.params.passthrough and best > 0
        if wrong:
            self.skipped[i] += 1
        elif i in self.skipped:
            self.skips.append(self.skipped.pop(i))
        tried = row.canary.profile if row and row.canary else None
        trial = self.trials.get(i)
        if trial is not None and trial.profile != tried:
            self.ended.append(self.trials.pop(i))
        if tried is not None:
            canary, other = ladder.index(tried), ladder.index(acting)
            trial = self.trials.setdefault(i, _Trial(tried, bolder=canary > other))
            trial.add(truth, canary, other, arms.count("canary"))

    def _evening(self, day):
        settings = self.settings
        watermark = BASE + timedelta(days=day + 1)
        kept = 2 * max(settings.half_life_days, settings.canary_window_days)
        since = watermark - timedelta(days=kept)
        self.rows = [[row for row in rows if row.started >= since] for rows in self.rows]
        choice = decide(
            Evidence(
                live=tuple(row for rows in self.rows for row in rows),
                recorded=(),
                live_watermark=watermark,
                recorded_watermark=None,
                learned=self.learned,
            ),
            certificates=self.certificates,
            settings=settings,
            incumbents=self.book,
            ladders=LADDERS,
            engine=ENGINE,
        )
        places = {of: i for i, of in enumerate(self.slices)}
        for made in choice.rows:
            if made.reason == "canary_promoted":
                trial = self.trials.pop(places[made.slice])
                assert trial.profile == made.profile
                self.promotions += 1
                self.false_promotions += trial.void(settings.regret_limit)
                self.ended.append(trial)
        told = EvidenceRow(reason="certified", instances=9, net_savings=(0, 0), regret=(0, 0),
                           level=0.95)  # fmt: skip
        rows = {
            made.slice: Row(made.profile, made.profile.params.passthrough, made.canary,
                            made.confidence, made.conversations, told)
            for made in choice.rows
        }  # fmt: skip
        self.book = Book(rows=rows, defaults=choice.defaults)
