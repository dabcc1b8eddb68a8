"""What a run came to: the published snapshot and the two passes, as one object."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from compressors.errors import ConfigurationError
from compressors.home import Home
from pipelines.snapshot_schema import CURRENT, TABLES
from pipelines.traffic.record import SliceKey, TrafficReport

Row = Mapping[str, Any]

_SHORT = 16


@dataclass(frozen=True, slots=True)
class Change:
    """What a slice did in the first pass and does in the second. Tokens of acting arms.

    ``returned_*`` were asked for again. ``because`` is the decision's own sentence.
    """

    slice: SliceKey
    before: str
    after: str
    tokens: int
    out_first: int
    out_second: int
    returned_first: int
    returned_second: int
    because: str

    @property
    def moved(self) -> int:
        """Tokens, sent or asked for again, by which the two passes differ."""
        sent = abs(self.out_second - self.out_first)
        return sent + abs(self.returned_second - self.returned_first)


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run.

    Attributes:
        home: where everything is kept.
        demonstration: made from bundled data or under the public pepper.
        bundled: whether the traffic was the project's own.
        public: whether the home uses the public pepper.
        events: events in the home's warehouse; ``quarantined`` rows are none of them.
        slices: distinct slices among them.
        recommendations: rows of the file in place; ``publication_id`` is empty without one.
        conversations: the n of the net savings; ``net_low`` and ``net_high`` are their
            interval at ``level``, None where the home holds other conversations under the same
            file. Tokens are those of the acting arms of the last pass.
        first, second: the two passes over transcripts; None where there were none.
        first_low, first_high: the interval of the first pass's net savings, with
            ``first_conversations`` for its n.
        changes: slices with another profile in the second pass, the largest difference first.
        why: what became of the publication, in a sentence; empty where it went as usual.
        refused: transcripts that were given and could not be read.
        skipped: files of searched directories that are no transcripts.
        bad_rows: rows that went to quarantine now, by file, line and field.
    """

    home: Home
    demonstration: bool
    bundled: bool
    public: bool
    events: int
    quarantined: int
    slices: int
    recommendations: int
    publication_id: str
    tokens_before: int
    tokens_after: int
    tokens_returned: int
    conversations: int
    net_savings: float
    net_low: float | None
    net_high: float | None
    level: float
    first: TrafficReport | None
    second: TrafficReport | None
    first_low: float | None
    first_high: float | None
    first_conversations: int
    changes: tuple[Change, ...]
    decisions: tuple[Row, ...]
    certificates: tuple[Row, ...]
    answerability: tuple[Row, ...]
    model_accuracy: tuple[Row, ...]
    quarantine: tuple[Row, ...]
    refused: tuple[str, ...]
    skipped: tuple[str, ...]
    bad_rows: tuple[str, ...]
    why: str
    seconds: float

    def as_json(self) -> dict[str, object]:
        """The object that ``toin run --json`` prints."""
        return {
            "events": self.events,
            "quarantined": self.quarantined,
            "slices": self.slices,
            "recommendations": self.recommendations,
            "publication_id": self.publication_id,
            "recommendations_path": str(self.home.recommendations),
            "tokens_before": self.tokens_before,
            "tokens_after": self.tokens_after,
            "tokens_returned": self.tokens_returned,
            "net_savings": self.net_savings,
            "net_savings_interval": [self.net_low, self.net_high],
            "level": self.level,
            "conversations": self.conversations,
            "demonstration": self.demonstration,
            "certificates": [certificate_json(each) for each in self.certificates],
            "changes": [_change_json(change) for change in self.changes],
            "refused": list(self.refused),
            "skipped": list(self.skipped),
            "seconds": self.seconds,
        }


def certificate_json(row: Row) -> dict[str, object]:
    """A certificate as ``toin run`` and ``toin replay`` print it."""
    names = "kind profile dataset n harms epsilon p threshold certified status"
    return {name: row[name] for name in names.split()}


def _change_json(change: Change) -> dict[str, object]:
    return {
        "auth_mode": change.slice.auth_mode,
        "model_family": change.slice.model_family,
        "structure_hash": change.slice.structure_hash,
        "kind": change.slice.kind,
        "profile_before": change.before,
        "profile_after": change.after,
        "tokens_before": change.tokens,
        "tokens_after_first_pass": change.out_first,
        "tokens_after_second_pass": change.out_second,
        "because": change.because,
    }


def gather(
    home: Home,
    *,
    bundled: bool,
    public: bool,
    first: TrafficReport | None,
    second: TrafficReport | None,
    loaded: tuple[str, str],
    why: str,
    refused: Sequence[str],
    skipped: Sequence[str],
    bad_rows: Sequence[str],
    seconds: float,
) -> RunResult:
    """The result of a run from the snapshot that it published.

    ``loaded`` is how events name the publications of the two passes, empty for none.

    Raises:
        ConfigurationError: there is no snapshot, or it cannot be read.
    """
    snapshot = _Snapshot.current(home)
    savings = snapshot.rows("savings")
    totals = {row["publication"]: row for row in snapshot.rows("net") if row["scope"] == "all"}
    last = loaded[second is not None] if first else _newest(savings)
    net, net_first = totals.get(last, _NOTHING), totals.get(loaded[0], _NOTHING)
    made = second or first
    if made is not None:
        net = _of_pass(made, net)
    if first is not None:
        net_first = _of_pass(first, net_first)
    (ingest,) = snapshot.rows("ingest")
    decisions = snapshot.rows("decisions")
    current = next((row for row in snapshot.rows("publications") if row["current"]), None)
    content = tomllib.loads(current["content"]) if current else {}
    of_slices = snapshot.rows("slices")
    slices = {(row["auth_mode"], row["model_family"], row["structure_hash"]) for row in of_slices}
    return RunResult(
        home=home,
        demonstration=public or bool(current and current["demonstration"]),
        bundled=bundled,
        public=public,
        events=ingest["stored"],
        quarantined=ingest["quarantined"],
        slices=len(slices),
        recommendations=len(content.get("recommendation", ())),
        publication_id=current["id"] if current else "",
        tokens_before=net["tokens_before"],
        tokens_after=net["tokens_after"],
        tokens_returned=net["tokens_returned"],
        conversations=net["conversations"],
        net_savings=net["net"],
        net_low=net["low"],
        net_high=net["high"],
        level=net["level"],
        first=first,
        second=second,
        first_low=net_first["low"],
        first_high=net_first["high"],
        first_conversations=net_first["conversations"],
        changes=_changes(first, second, decisions),
        decisions=tuple(decisions),
        certificates=tuple(snapshot.rows("certificates")),
        answerability=tuple(snapshot.rows("answerability")),
        model_accuracy=tuple(snapshot.rows("model_accuracy")),
        quarantine=tuple(snapshot.rows("quarantine")),
        refused=tuple(refused),
        skipped=tuple(skipped),
        bad_rows=tuple(bad_rows),
        why=why,
        seconds=round(seconds, 1),
    )


@dataclass(frozen=True, slots=True)
class _Snapshot:
    directory: Path

    @classmethod
    def current(cls, home: Home) -> _Snapshot:
        pointer = home.snapshots / CURRENT
        try:
            return cls(home.snapshots / pointer.read_text(encoding="ascii").strip())
        except OSError as error:
            raise ConfigurationError(
                f"{pointer} cannot be read ({error.strerror}): no snapshot was published; "
                "see what failed above, mend it and run this again"
            ) from error

    def rows(self, name: str) -> list[Row]:
        """The rows of one table, in its own order."""
        frame = pl.read_parquet(self.directory / f"{name}.parquet").select(list(TABLES[name]))
        return list(frame.to_dicts())


_NOTHING: Row = {
    "tokens_before": 0,
    "tokens_after": 0,
    "tokens_returned": 0,
    "conversations": 0,
    "net": 0.0,
    "low": None,
    "high": None,
    "level": 0.95,
}


def _of_pass(made: TrafficReport, net: Row) -> Row:
    """The figures of one pass; its interval is that of ``net`` where nothing else is in that.

    A home that was used before holds more under the same file than one pass. Of the pass's
    conversations those count in which a tool returned something.
    """
    figures = made.total
    own = (figures.tokens_before, figures.tokens_after, figures.tokens_returned)
    alone = own == (net["tokens_before"], net["tokens_after"], net["tokens_returned"])
    saved = figures.tokens_before - figures.tokens_after - figures.tokens_returned
    return {
        "tokens_before": figures.tokens_before,
        "tokens_after": figures.tokens_after,
        "tokens_returned": figures.tokens_returned,
        "conversations": net["conversations"] if alone else made.conversations,
        "net": saved / figures.tokens_before if figures.tokens_before else 0.0,
        "low": net["low"] if alone else None,
        "high": net["high"] if alone else None,
        "level": net["level"],
    }


def _newest(savings: list[Row]) -> str:
    """The publication that the newest acting events were made under."""
    acting = [row for row in savings if row["arm"] != "trial"]
    newest = max(acting, key=lambda row: (row["day"], row["publication"]), default=None)
    return str(newest["publication"]) if newest else ""


def _changes(
    first: TrafficReport | None, second: TrafficReport | None, decisions: list[Row]
) -> tuple[Change, ...]:
    if first is None or second is None:
        return ()
    decided = {
        (row["auth_mode"], row["model_family"], row["structure_hash"]): row for row in decisions
    }
    changes = []
    for key, now in second.slices.items():
        was = first.slices[key]
        before, after = _most_used(was.profiles), _most_used(now.profiles)
        if before == after:
            continue  # at most a share of its units went to the control
        changes.append(
            Change(
                slice=key,
                before=before,
                after=after,
                tokens=now.tokens_before,
                out_first=was.tokens_after,
                out_second=now.tokens_after,
                returned_first=was.tokens_returned,
                returned_second=now.tokens_returned,
                because=_because(
                    decided.get((key.auth_mode, key.model_family, key.structure_hash)),
                    kind=key.kind,
                    default=after,
                ),
            )
        )
    return tuple(sorted(changes, key=lambda each: (-each.moved, -each.tokens, each.slice)))


def _because(decision: Row | None, *, kind: str, default: str) -> str:
    if decision is None:
        return ""
    if decision["published"]:
        return str(decision["because"])
    return (
        f"no row: the file's default for {kind} is now {default}, which of the profiles it may "
        f"use saves most on the learn part of the replays; of this slice, {decision['because']}"
    )


def _most_used(profiles: Mapping[str, int]) -> str:
    """The profile that most contents got; the control and a canary act on a few."""
    return max(sorted(profiles), key=lambda name: profiles[name])
