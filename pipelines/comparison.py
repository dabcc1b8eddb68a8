"""Two publications side by side: which slices differ, in what, and on what evidence. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from compressors.book import Book, CertificateRow, Row, Slice

Change = Literal["added", "removed", "changed", "evidence"]
"""What became of a row; ``evidence``: it says the same on other evidence."""


class RowState(msgspec.Struct, frozen=True, kw_only=True):
    """One row as people compare it: what it does, and what that rests on."""

    profile: str
    params: Mapping[str, Any]
    canary: str | None
    canary_share: int | None
    reason: str
    confidence: float
    conversations: int
    instances: int
    net_savings: tuple[float, float]
    regret: tuple[float, float]
    because: str | None = None

    @property
    def does(self) -> tuple[Any, ...]:
        """What an engine does because of it."""
        return (self.profile, self.params, self.canary, self.canary_share)


class SliceChange(msgspec.Struct, frozen=True, kw_only=True):
    """A slice of which the two publications do not say the same."""

    slice: str
    change: Change
    before: RowState | None
    after: RowState | None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """All that differs from one publication to another.

    ``head`` and ``defaults`` hold pairs of before and after by name; ``certificates`` pairs of
    sentences by profile and data set.
    """

    a: str
    b: str
    head: Mapping[str, tuple[Any, Any]]
    defaults: Mapping[str, tuple[str, str]]
    certificates: Mapping[str, tuple[str | None, str | None]]
    slices: tuple[SliceChange, ...]
    unchanged: int

    @property
    def nothing(self) -> bool:
        """Whether an engine would do the same with both, and on the same evidence."""
        return not (self.head or self.defaults or self.certificates or self.slices)


Because = Callable[[Slice], str | None]


def difference(
    a: Book, b: Book, *, because_a: Because = lambda _: None, because_b: Because = lambda _: None
) -> Difference:
    """What changes from ``a`` to ``b``; the functions give the sentence that decided a slice."""
    rows_a, rows_b = a.rows, b.rows
    slices = tuple(_slices(rows_a, rows_b, because_a, because_b))
    return Difference(
        a=a.publication.id if a.publication else a.source,
        b=b.publication.id if b.publication else b.source,
        head=_differing(_head(a), _head(b)),
        defaults=_differing(
            {kind: _profile_text(p.name, p.overrides) for kind, p in sorted(a.defaults.items())},
            {kind: _profile_text(p.name, p.overrides) for kind, p in sorted(b.defaults.items())},
        ),
        certificates=_differing(_certificates(a), _certificates(b)),
        slices=slices,
        unchanged=len(rows_a.keys() | rows_b.keys()) - len(slices),
    )


def _slices(
    a: Mapping[Slice, Row], b: Mapping[Slice, Row], because_a: Because, because_b: Because
) -> Iterator[SliceChange]:
    for of in sorted(a.keys() | b.keys()):
        if a.get(of) == b.get(of):
            continue
        before = _state(a[of], because_a(of)) if of in a else None
        after = _state(b[of], because_b(of)) if of in b else None
        change: Change = "evidence"
        if before is None or after is None:
            change = "added" if before is None else "removed"
        elif before.does != after.does:
            change = "changed"
        yield SliceChange(slice="/".join(of), change=change, before=before, after=after)


def _state(row: Row, because: str | None) -> RowState:
    return RowState(
        profile=row.profile.name,
        params=row.profile.overrides,
        canary=row.canary.profile.name if row.canary else None,
        canary_share=row.canary.share if row.canary else None,
        reason=row.reason,
        confidence=row.confidence,
        conversations=row.observations,
        instances=row.evidence.instances,
        net_savings=row.evidence.net_savings,
        regret=row.evidence.regret,
        because=because,
    )


def _head(book: Book) -> dict[str, Any]:
    head = book.publication
    if head is None:
        return {}
    named = msgspec.to_builtins(head)
    del named["id"]
    return dict(sorted(named.items()))


def _certificates(book: Book) -> dict[str, str]:
    return {f"{c.profile} on {c.dataset}": _certificate(c) for c in book.certificates}


def _certificate(c: CertificateRow) -> str:
    return f"{c.status}, {c.harms} harms of {c.n}, p = {c.p}, block {c.block}, version {c.version}"


def _profile_text(name: str, params: Mapping[str, Any]) -> str:
    told = ", ".join(f"{key} = {value}" for key, value in sorted(params.items()))
    return f"{name} ({told})" if told else name


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = [*a, *(name for name in b if name not in a)]
    return {name: (a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)}


def as_text(difference: Difference, *, every: bool = False) -> Iterator[str]:
    """Lines for a person; rows that differ in evidence alone are counted, unless ``every``."""
    yield f"from {_short(difference.a)} to {_short(difference.b)}"
    for title, pairs in (
        ("file", difference.head),
        ("defaults", difference.defaults),
        ("certificates", difference.certificates),
    ):
        if pairs:
            yield f"\n{title}"
            for name, (before, after) in pairs.items():
                yield f"  {name}: {_shown(before)} -> {_shown(after)}"
    shown = [one for one in difference.slices if every or one.change != "evidence"]
    if shown:
        yield "\nslices"
    for one in shown:
        yield f"  {one.slice}: {one.change}"
        for word, state in (("was", one.before), ("is", one.after)):
            if state is not None:
                yield from _state_lines(word, state)
    silent = len(difference.slices) - len(shown)
    if silent:
        yield f"\n{silent} slices do the same on other evidence; `--all` shows them"
    yield (
        f"\n{difference.unchanged} slices are unchanged"
        if not difference.nothing
        else ("nothing differs")
    )


def _state_lines(word: str, state: RowState) -> Iterator[str]:
    canary = f", canary {state.canary} on {state.canary_share} per mille" if state.canary else ""
    yield f"    {word} {_profile_text(state.profile, state.params)}{canary}"
    net, regret = state.net_savings, state.regret
    yield (
        f"      {state.reason}: net savings {net[0]:.1%} to {net[1]:.1%}, regret {regret[0]:.1%} "
        f"to {regret[1]:.1%}, {state.conversations} conversations of {state.instances} instances, "
        f"confidence {state.confidence}"
    )
    if state.because:
        yield f"      {state.because}"


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    text = str(value)
    return f"{text[:23]}…" if text.startswith("sha256:") else text


def _short(identifier: str) -> str:
    return identifier.removeprefix("sha256:")[:16] if identifier[:7] == "sha256:" else identifier
