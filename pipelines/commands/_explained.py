"""An explained case, as a person reads it on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipelines.replays.explain import Explanation, Treated

_AROUND = 4
"""Lines that are shown on either side of a place."""

_WIDEST = 400
"""Characters of a line that are shown at most on either side of a name."""


def explained(found: Explanation) -> Iterator[RenderableType]:
    """The case, what each profile made of it, what was missing, before and after."""
    yield Text(f"\ncase {found.case}: {found.dataset} as {found.kind}", style="bold")
    yield Text(f"{found.source}; asked for by {found.manner}", style="dim")
    yield Text("what the engine was told", style="bold")
    yield Text(found.query or "nothing")
    if not found.solvable:
        yield Text("Not solved on the whole answer either, so it counts for nothing.")
    yield _profiles(found)
    yield Text(f"missing under {found.profile}", style="bold")
    yield Text("\n".join(f"  {part}" for part in found.missing) or "  nothing that is needed")
    for title, text in (("before", found.before), (f"after {found.profile}", found.after)):
        yield Rule(f"{title}: {len(text):,} characters", align="left")
        yield Text("\n".join(excerpt(text, found.names)), overflow="fold")


def excerpt(text: str, names: Sequence[str]) -> list[str]:
    """The lines of ``text`` around the first places of ``names``; gaps are counted.

    Where none of the names is there, its beginning.
    """
    lines = text.splitlines()
    places = {n for name in names[:4] for n, line in enumerate(lines) if name in line}
    first = sorted(places)[:6] or [0]
    near = {
        place
        for at in first
        for place in range(max(0, at - _AROUND), min(len(lines), at + _AROUND + 1))
    }
    shown: list[str] = []
    last = -1
    for place in sorted(near):
        shown += _gap(place - last - 1)
        shown.append(_cut(lines[place], names))
        last = place
    return [*shown, *_gap(len(lines) - last - 1)]


def _gap(count: int) -> list[str]:
    return [f"   ({count:,} more line{'s' * (count != 1)})"] if count else []


def _cut(line: str, names: Sequence[str]) -> str:
    if len(line) <= 2 * _WIDEST:
        return line
    at = max(0, next((line.find(name) for name in names if name in line), 0) - _WIDEST)
    end = at + 2 * _WIDEST
    before = f"({at:,} characters) " if at else ""
    after = f" ({len(line) - end:,} characters)" if end < len(line) else ""
    return f"{before}{line[at:end]}{after}"


def _profiles(found: Explanation) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("profile", "tokens", "still solved"):
        table.add_column(name, justify="right" if name == "tokens" else "left")
    table.add_row("the whole answer", f"{found.tokens_before:,}", "yes" if found.solvable else "no")
    for treated in found.profiles:
        table.add_row(escape(treated.profile), f"{treated.tokens_after:,}", _verdict(treated))
    return table


def _verdict(treated: Treated) -> str:
    match treated.solved, treated.reached:
        case True, _:
            return "yes"
        case False, "query":
            return f"no, but with {treated.tokens_returned:,} tokens that its handle gives"
        case False, "full":
            return "no, but with the whole original that its handle gives"
        case _:
            return "no"
