"""Evidence to decisions: one a slice, one default a kind. Pure: no file, no clock, no query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from compressors.book import BUILT_IN, Book, Slice
from compressors.errors import ConfigurationError
from compressors.profiles import Profile
from pipelines.choice import sample as samples
from pipelines.choice.case import Case, confidence
from pipelines.choice.live import ACTING, acting_profile, decide_live, look
from pipelines.choice.model import Certified, Choice, Decision, Evidence, Observed
from pipelines.choice.recorded import decide_recorded
from pipelines.choice.safe import SafeSet, default_of, safe_set_of
from pipelines.overrides import over
from pipelines.settings import Pin, Settings


def decide(
    evidence: Evidence,
    *,
    certificates: Sequence[Certified],
    settings: Settings,
    incumbents: Book | None,
    ladders: Mapping[str, Sequence[Profile]],
    engine: str,
) -> Choice:
    """One decision a slice, sorted, and one default a kind.

    Live evidence beats recorded: as soon as one slice has a row by it, slices known from
    recordings alone get none, since one file has one origin.

    Args:
        evidence: What ``gather`` brought.
        certificates: Of every profile tested, whatever became of it.
        settings: How much evidence is enough.
        incumbents: The publication in force when the evidence arose; None where there was none.
        ladders: Of each kind its profiles, mildest first.
        engine: Full digest of the engine that new canaries are drawn under.

    Raises:
        ConfigurationError: a pin names a profile that is not in its kind's safe set.
    """
    safe = {
        kind: safe_set_of(ladder, [c for c in certificates if c.kind == kind])
        for kind, ladder in sorted(ladders.items())
    }
    defaults = {kind: default_of(kind, members, evidence.learned) for kind, members in safe.items()}
    maker = _Maker(safe, defaults, settings, incumbents or BUILT_IN, engine, evidence.watermark)
    live = {
        of: maker.live(of, rows, evidence) for of, rows in _by_slice(evidence.live, safe).items()
    }
    recorded = _by_slice(evidence.recorded, safe)
    has_live_row = any(decision.published for decision in live.values())
    found = dict(live)
    for of, rows in recorded.items():
        if has_live_row and of not in live:
            found[of] = maker.set_aside(of, rows)
        elif not has_live_row:
            found[of] = maker.recorded(of, rows)
    decisions = tuple(found[of] for of in sorted(found))
    origin = "live" if has_live_row else "recorded" if any(d.published for d in decisions) else None
    watermarks = {"live": evidence.live_watermark, "recorded": evidence.recorded_watermark}
    return Choice(
        decisions=decisions,
        defaults=defaults,
        origin=origin,
        watermark=watermarks[origin] if origin else None,
    )


class _Maker:
    """Makes the case of each slice and has it decided."""

    def __init__(
        self,
        safe: Mapping[str, SafeSet],
        defaults: Mapping[str, Profile],
        settings: Settings,
        incumbents: Book,
        engine: str,
        watermark: datetime | None,
    ) -> None:
        self._safe = safe
        self._defaults = defaults
        self._settings = settings
        self._incumbents = incumbents
        self._engine = engine
        self._watermark = watermark
        self._pins = {Slice(*pin.slice): pin for pin in settings.pins}

    def recorded(self, of: Slice, rows: Sequence[Observed]) -> Decision:
        case = self._case(of, rows)
        return self._pinned(case, decide_recorded(case, rows), rows)

    def live(self, of: Slice, rows: Sequence[Observed], evidence: Evidence) -> Decision:
        if evidence.live_watermark is None:
            raise ValueError("live evidence has a watermark: that of its newest event")
        kind = rows[0].kind
        row = self._incumbents.row(*of)
        current = (
            row.profile
            if row
            else acting_profile(
                rows, ladder=self._safe[kind].ladder, default=self._incumbents.default(kind)
            )
        )
        case = self._case(of, rows)._replace(incumbent=current.name)
        seen = look(case, rows, watermark=evidence.live_watermark)
        decision = decide_live(case, seen, current=current, row=row, engine=self._engine)
        return self._pinned(case, decision, [r for r in seen.deciding if r.arm in ACTING])

    def set_aside(self, of: Slice, rows: Sequence[Observed]) -> Decision:
        case = self._case(of, rows)
        return case.unpublished(
            samples.sample(rows, settings=self._settings),
            reason="recorded_only",
            because="known from recordings alone, and this file is made from live traffic",
        )

    def _case(self, of: Slice, rows: Sequence[Observed]) -> Case:
        kind = rows[0].kind
        row = self._incumbents.row(*of)
        incumbent = row.profile if row else self._incumbents.default(kind)
        return Case(of, kind, self._safe[kind], self._defaults[kind], incumbent.name,
                    self._settings)  # fmt: skip

    def _pinned(self, case: Case, decision: Decision, rows: Sequence[Observed]) -> Decision:
        pin = self._pins.get(case.slice)
        if pin is None:
            return decision
        if over(pin.until, self._watermark):
            return _noted(decision, f"the pin to {pin.profile} ended with {pin.until}")
        if not decision.published:
            return _noted(decision, f"the pin to {pin.profile} waits for a row")
        profile = case.safe.named(pin.profile)
        if profile is None:
            raise ConfigurationError(_refusal(pin, case))
        own = samples.sample(
            [r for r in rows if r.profile_id == profile.id], settings=self._settings
        )
        weighed = samples.weigh(own, alpha=self._settings.alpha, settings=self._settings)
        kept = 0.0 if profile.safe else samples.p_kept(own, settings=self._settings)
        return msgspec.structs.replace(
            decision,
            profile=profile,
            reason="pinned",
            because=f"{profile.name} is pinned{_told(pin)}; else: {decision.because}",
            net_low=weighed.net.low,
            net_high=weighed.net.high,
            regret_low=weighed.regret.low,
            regret_high=weighed.regret.high,
            confidence=confidence(
                case.safe.p[profile.name], kept, samples.p_gains(own, settings=self._settings)
            ),
            canary=None,
        )


def _noted(decision: Decision, what: str) -> Decision:
    return msgspec.structs.replace(decision, because=f"{decision.because}; {what}")


def _told(pin: Pin) -> str:
    if not pin.why and not pin.until:
        return " in the settings"
    until = f" until {pin.until}" if pin.until else ""
    return f"{until} ({pin.why})" if pin.why else until


def _refusal(pin: Pin, case: Case) -> str:
    return (
        f"the pin of {'/'.join(case.slice)} names {pin.profile}, which is not in the safe set of "
        f"{case.kind}; choose one of {', '.join(m.name for m in case.safe.members)}, or end it "
        f"with `toin pin {'/'.join(case.slice)} --end`"
    )


def _by_slice(rows: Sequence[Observed], safe: Mapping[str, SafeSet]) -> dict[Slice, list[Observed]]:
    """The rows of each slice, of known kinds; of two kinds under one hash the commoner one."""
    found = {}
    for of, group in groupby(sorted(rows, key=_place), key=lambda row: row.slice):
        known = [row for row in group if row.kind in safe]
        if not known:
            continue
        counted = Counter(row.kind for row in known)
        commonest = min(counted, key=lambda kind: (-counted[kind], kind))
        found[of] = [row for row in known if row.kind == commonest]
    return found


def _place(row: Observed) -> tuple[object, ...]:
    return (row.slice, row.started, row.conversation, row.profile_id, row.arm, row.publication)
