"""Records as functions or classes of a source file, in Python, JavaScript, TypeScript or Go.

A record's fields stand in its docstring or doc comment, as attributes of its class, or as a
literal in its body, the id first; the body ends by naming the id again. The file stands as
it is or with its lines numbered, as tools for reading files do it.

Found is what stands under a field's name, written as the id is, from the record's id on to
where it is named last; where the engine left something out, to where the next function or
type begins. A value stands on several lines only where these are numbered: JSON counts whole
or not at all, text up to the first gap, with an ellipsis for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from compressors.kinds import code
from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings._code_noise import head, helper
from pipelines.replays.renderings._code_styles import STYLES, Paper, from_python
from pipelines.replays.renderings._rows import document, folded
from pipelines.replays.renderings._written import CUT, is_plain, mention, own, read_value
from pipelines.replays.renderings.base import Fields

_LISTINGS = (None, None, None, "{:6d}\t{}", "{:6d}→{}", "{}:{}")
"""How a row is given with its number; None where it is given without."""

_NUMBER = re.compile(r" *(\d+)(?:\t|→|:)")
_ID = re.compile(r'(\s*(?:\* |//\t)?)(@|readonly |"?)id("?(?: = |: |=| ))"?')
_NOTE = re.compile(rf"\s*(?:\.\.\. +)?(?:[*#/]+ ?)?(?:{CUT} )?\d+ lines? left out(?:, like .*)?")
_NEXT = re.compile(
    r"(?:async |export |def |class |function |func |type |interface |const |var |let |@|/\*\*)"
)
_INSET = "    "
_CLOSING = re.compile(r"[}\]](?:`\))?[,;]?")


def render(records: Sequence[Record], draw: Draw) -> str:
    """The records as definitions of one file, unrelated functions among them."""
    language = draw.one_of(tuple(STYLES))
    style = draw.one_of(STYLES[language])
    listing = draw.one_of(_LISTINGS)
    paper = Paper(language, wide=listing is not None)
    apart = ["", ""] if language == "python" else [""]
    rows = head(language)
    answer = str(draw.below(2**32))
    for record in records:
        if draw.below(5) == 0:
            rows += [*apart, *helper(language, draw)]
        rows += [*apart, *style(record, paper, Draw("definition", answer, record.id))]
    if listing is not None:
        rows = [listing.format(number, row) for number, row in enumerate(rows, start=1)]
    return "\n".join(rows) + "\n"


def read(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """The fields that stand from each id on, in its function or class."""
    whole = code.restore(text)
    shortened = whole.startswith("[toin: ", whole.rfind("\n") + 1)
    for identifier in ids:
        rows = _rows(whole, identifier, shortened=shortened)
        first = (rows[0] or "") if rows else ""
        found = _ID.match(first)
        if found is not None and first.startswith(identifier, found.end()):
            base, mark, sep = found.groups()
            field = re.compile(rf"{re.escape(mark)}(\w+){re.escape(sep)}(.*)")
            inner = [
                None if row is None else row[len(base) :] if row.startswith(base) else ""
                for row in rows
            ]
            literal = "=" in sep or first.endswith(",")
            yield {"id": identifier, **_fields(inner, field, literal=literal)}


def _rows(text: str, identifier: str, *, shortened: bool) -> list[str | None]:
    """The rows of a record from its id on, without their numbers; None where some are missing."""
    if shortened:
        start = mention(text, identifier)
        end = len(text)
    else:
        start, end = own(text, identifier) or (-1, -1)
    if start < 0:
        return []
    start = text.rfind("\n", 0, start) + 1
    rows: list[str | None] = []
    numbered = _NUMBER.match(text, start) is not None
    expected = 0
    while 0 <= start < end:
        stop = text.find("\n", start)
        row = text[start : stop if stop >= 0 else len(text)]
        start = stop + 1 or end
        if numbered:
            found = _NUMBER.match(row)
            if found is None:
                break
            number, row = int(found[1]), row[found.end() :]
            if rows and number != expected:
                rows.append(None)
            expected = number + 1
        if shortened and _NEXT.match(row):
            return [*rows, ""]
        rows.append(None if shortened and _NOTE.fullmatch(row) else row)
    return rows


def _fields(rows: Sequence[str | None], field: re.Pattern[str], *, literal: bool) -> Fields:
    fields: dict[str, object] = {}
    for following, row in enumerate(rows[1:], start=2):
        found = field.fullmatch(row) if row is not None else None
        if found is None:
            continue
        value = _value(found[2], rows, following, literal=literal)
        if value is not None:
            try:
                fields.setdefault(found[1], read_value(value))
            except ValueError:
                continue
    return fields


def _value(first: str, rows: Sequence[str | None], start: int, *, literal: bool) -> str | None:
    """The text of a value that begins with ``first``; None where it is not whole."""
    inner = first.removeprefix("schema(`")
    if inner in ("{", "["):
        text = document(rows, start, inner, _CLOSING)
        return from_python(text) if text is not None and literal else text
    if literal:
        whole = inner.rstrip(",;")
        return from_python(whole if inner == first else whole.removesuffix("`)"))
    return folded(rows, start, _INSET, first) if is_plain(first) else first
