r"""What of a text is written twice: repeated lines and paragraphs, colours, long rules.

The first line says what the signs below stand for; only what is used is named::

    [toin text: folded; §=ESC[31m; "×2" repeats the line above 2 times more; "〃2 x" repeats 2 lines from "x…"]
    § red
    the same
    ×2
    a paragraph that comes
    again further down
    in between
    〃2 a paragraph that comes

A line that would be mistaken for notation gets a backslash in front. Runs of spaces before
a line end, of empty lines and of one ASCII sign are one token each, however long: they stay.
"""  # noqa: E501

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import methodcaller

_OPENING = "[toin text: folded; "
_REPEATED = '"×2" repeats the line above 2 times more'
_AGAIN = '"〃2 x" repeats 2 lines from "x…"'
_RULED = "⟦─×9⟧ is ─ 9 times"
_SPECIAL = ("×", "〃", "\\")
_SPECIAL_START = methodcaller("startswith", _SPECIAL)
_SIGNS = "§¤¶°±¬¦µ¿¡·¢£¥¢¨¸¹²³ºª"
_ESCAPE = re.compile(r"\x1b(\[[0-9;?]{0,16}[A-Za-z])")
_NAMED = re.compile(r"(.)=ESC(\[[0-9;?]{0,16}[A-Za-z])", re.DOTALL)
_RUN = re.compile(r"([^\x00-\x7f\s])\1{11,}")
_RUN_SHORT = re.compile(r"⟦([^\x00-\x7f\s])×(\d{1,8})⟧")
_REFERENCE = re.compile(r"〃(\d{1,8}) (.*)", re.DOTALL)
_PREFIXES = (24, 48)
_SAVED, _SAVED_SHARE = 80, 0.04
_FEWEST_ESCAPES, _SAVED_EACH, _SAVED_BY_RUN = 3, 12, 8
_MOST_REPEATED = 50_000_000


def fold(text: str) -> str | None:
    """``text`` folded; None where nothing is to be folded, or where it would not be exact."""
    clauses: list[str] = []
    short = _coloured(text, clauses)
    short = _ruled(short, clauses)
    rows = short.split("\n")
    out, repeats, again = _rows(rows)
    if repeats:
        clauses.append(_REPEATED)
    if again:
        clauses.append(_AGAIN)
    if not clauses:
        return None
    folded = f"{_OPENING}{'; '.join(clauses)}]\n" + "\n".join(out)
    return folded if len(folded) < len(text) and unfold(folded) == text else None


def unfold(text: str) -> str | None:
    """The text that ``fold`` was given; None where ``text`` does not come from it."""
    head, newline, body = text.partition("\n")
    if not newline or not head.startswith(_OPENING) or not head.endswith("]"):
        return None
    clauses = head[len(_OPENING) : -1].split("; ")
    try:
        whole = "\n".join(_unrows(body.split("\n")))
    except (ValueError, LookupError):
        return None
    if _RULED in clauses:
        whole = _RUN_SHORT.sub(lambda run: run[1] * int(run[2]), whole)
    for named in filter(None, map(_NAMED.fullmatch, clauses)):
        whole = whole.replace(named[1], f"\x1b{named[2]}")
    return whole


def _coloured(text: str, clauses: list[str]) -> str:
    """Frequent colours of a terminal as one sign each."""
    if "\x1b" not in text:
        return text
    counts = Counter(_ESCAPE.findall(text))
    frequent = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    free = [sign for sign in dict.fromkeys(_SIGNS) if sign not in text]
    for (escape, number), sign in zip(frequent, free, strict=False):
        if number < _FEWEST_ESCAPES:
            break
        text = text.replace(f"\x1b{escape}", sign)
        clauses.append(f"{sign}=ESC{escape}")
    return text


def _ruled(text: str, clauses: list[str]) -> str:
    """Long runs of one sign beyond ASCII by their length; of other signs a run is one token."""
    if text.isascii() or "⟦" in text:
        return text
    short, number = _RUN.subn(lambda run: f"⟦{run[1]}×{len(run[0])}⟧", text)
    if number:
        clauses.append(_RULED)
    return short


def _rows(rows: Sequence[str]) -> tuple[list[str], bool, bool]:
    """The rows as written, and whether lines and stretches of lines are repeated by a sign."""
    first = _first_places(rows)
    candidates = [at for at, row in enumerate(rows) if first[row] != at]
    starts = {n: _first_places([row[:n] for row in rows]) for n in _PREFIXES if candidates}
    escaped = any(map(_SPECIAL_START, rows))
    plain = [f"\\{row}" if _SPECIAL_START(row) else row for row in rows] if escaped else rows
    out: list[str] = []
    repeats = again = False
    done = 0
    for at in candidates:
        if at < done or not rows[at]:
            continue
        row = rows[at]
        if rows[at - 1] == row:
            end = at + 1
            while end < len(rows) and rows[end] == row:
                end += 1
            if (end - at) * (len(row) + 1) <= _SAVED_BY_RUN:
                continue
            written = f"×{end - at}"
            repeats = True
        else:
            size, reference = _block(rows, at, first[row], starts)
            if not size:
                continue
            end = at + size
            written = f"〃{size} {reference}"
            again = True
        out.extend(plain[done:at])
        out.append(written)
        done = end
    out.extend(plain[done:])
    return out, repeats, again


def _first_places(rows: Sequence[str]) -> dict[str, int]:
    """Where each row stands first."""
    return dict(zip(reversed(rows), range(len(rows) - 1, -1, -1), strict=True))


def _block(
    rows: Sequence[str], at: int, first: int, starts: Mapping[int, Mapping[str, int]]
) -> tuple[int, str]:
    """How many rows from ``at`` on stood at ``first``, and the reference to them; 0 for none."""
    size = saved = 0
    while first + size < at and at + size < len(rows) and rows[first + size] == rows[at + size]:
        saved += len(rows[at + size]) + 1
        size += 1
    row = rows[at]
    for length in (*_PREFIXES, len(row)):
        reference = row[:length]
        if saved < len(reference) + _SAVED_EACH:
            break
        known = starts[length] if length in starts and len(reference) == length else None
        if known is None or known[reference] == first:
            return size, reference
    return 0, ""


def _unrows(rows: Sequence[str]) -> list[str]:
    whole: list[str] = []
    lookup = _Lookup(whole)
    for row in rows:
        first = row[:1]
        if first == "×":
            times = int(row[1:])
            if times + len(whole) > _MOST_REPEATED:
                raise ValueError(row)
            whole.extend([whole[-1]] * times)
        elif first == "〃":
            found = _REFERENCE.fullmatch(row)
            if found is None:
                raise ValueError(row)
            start, size = lookup.find(found[2]), int(found[1])
            if start + size > len(whole):
                raise ValueError(row)
            whole.extend(whole[start : start + size])
        elif first == "\\":
            whole.append(row[1:])
        else:
            whole.append(row)
    return whole


class _Lookup:
    """Where rows with a given beginning first stood, among those restored so far."""

    def __init__(self, rows: list[str]) -> None:
        self._rows = rows
        self._known = 0
        self._places: dict[int, dict[str, int]] = {length: {} for length in (0, *_PREFIXES)}

    def find(self, reference: str) -> int:
        """The first row that a reference means.

        Raises:
            KeyError: there is none.
        """
        whole, *starts = self._places.values()
        for at in range(self._known, len(self._rows)):
            row = self._rows[at]
            whole.setdefault(row, at)
            for length, places in zip(_PREFIXES, starts, strict=True):
                if len(row) >= length:
                    places.setdefault(row[:length], at)
        self._known = len(self._rows)
        places = self._places.get(len(reference), whole)
        return places[reference] if reference in places else whole[reference]


def repeats(text: str) -> bool:
    """Whether a look at ``text`` makes folding worth a try."""
    if "\x1b" in text or (not text.isascii() and _RUN.search(text)):
        return True
    rows = text.split("\n")
    if len(set(rows)) == len(rows):
        return False
    saved = sum([(number - 1) * len(row) for row, number in Counter(rows).items() if number > 1])
    return saved >= max(_SAVED, _SAVED_SHARE * len(text))
