"""Records as parts of a page: sections with a definition list, cards, or rows of a table.

A record's heading or first cell begins with its id, its last link leads to it. Texts stand
as such, everything else as JSON in ``<code>``. Around the main part is what pages have:
navigation, scripts, styles, a sidebar, a footer.

Found is, in markup, what stands whole under a field's name between two mentions of the
record; in a page that the engine made text of, what stands under the heading with the
record's id, or in the row that begins with it, under the names of the table's head. A text
may have an ellipsis where sentences stood, and white space within it counts as one space;
JSON counts whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from html import escape, unescape

from compressors.kinds import html
from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings._html_page import around
from pipelines.replays.renderings._written import CUT, is_plain, mention, own, read_value, written
from pipelines.replays.renderings.base import Fields

_TERM = re.compile(r"(?:<dt>(\w+)</dt><dd>|<p><strong>(\w+):</strong> )([^\n]*?)(?:</dd>|</p>)")
_CELL = re.compile(r"<t[dh](?: [^<>]*)?>([^\n]*?)</t[dh]>")
_CODE = ("<code>", "</code>")
_TICKS = ("`", "`")
_LABELLED = re.compile(r"^(?:- (\w+)\n  |(\w+): )(.*)$", re.MULTILINE)
_HEADING = re.compile(r"^(?:#+ |\[toin: |\[in the markup: )", re.MULTILINE)
_LINK = "permalink"

_Layout = Callable[[Sequence[Record], Draw], list[str]]


def render(records: Sequence[Record], draw: Draw) -> str:
    """The records as the main part of a page, one element each."""
    layout = draw.one_of(_LAYOUTS)
    return "\n".join(around(layout(records, draw), draw)) + "\n"


def read(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """The fields under each id, from markup or from the text that was made of it."""
    whole = html.restore(text)
    shown = whole.startswith("[toin html: page as text")
    names = _shown_names(whole) if shown else _names(whole)
    for identifier in ids:
        found = _shown(whole, identifier, names) if shown else _marked(whole, identifier, names)
        if found is not None:
            yield {"id": identifier, **found}


def _written(value: object) -> str:
    text = escape(written(value), quote=False)
    if is_plain(value) or not isinstance(value, str | dict | list):
        return text
    return text.join(_CODE)


def _title(record: Record) -> str:
    return escape(" ".join(f"{record.id}: {record.name}".split()), quote=False)


def _sections(records: Sequence[Record], draw: Draw) -> list[str]:
    del draw
    rows = ["<h1>Entries</h1>"]
    for record in records:
        rows += [
            f'<section class="entry" id="{record.id}">',
            f"<h2>{_title(record)}</h2>",
            "<dl>",
            *[f"<dt>{name}</dt><dd>{_written(value)}</dd>" for name, value in _others(record)],
            "</dl>",
            f'<p><a href="/entries/{record.id}">Permalink</a></p>',
            "</section>",
        ]
    return rows


def _cards(records: Sequence[Record], draw: Draw) -> list[str]:
    rows = ["<h1>Entries</h1>", '<div class="cards">']
    whole_lines = draw.below(2) == 0
    for record in records:
        card = [
            f'<article class="card card-wide" id="{record.id}">',
            f'<h3 class="card-title">{_title(record)}</h3>',
            *[
                f"<p><strong>{name}:</strong> {_written(value)}</p>"
                for name, value in _others(record)
            ],
            f'<a class="button" href="/entries/{record.id}">Open</a>',
            "</article>",
        ]
        rows += ["".join(card)] if whole_lines else card
    return [*rows, "</div>"]


def _table(records: Sequence[Record], draw: Draw) -> list[str]:
    names = list(dict.fromkeys(name for record in records for name, _ in _others(record)))
    rows = [
        "<h1>Entries</h1>",
        f"<p>{len(records)} entries, newest first.</p>",
        f'<table class="grid grid-{draw.between(1, 4)}">',
        "<thead>",
        "<tr>" + "".join(f"<th>{name}</th>" for name in ["id", *names, _LINK]) + "</tr>",
        "</thead>",
        "<tbody>",
    ]
    for record in records:
        values = dict(_others(record))
        cells = [_written(values[name]) if name in values else "" for name in names]
        cells = [record.id, *cells, f'<a href="/entries/{record.id}">open</a>']
        rows.append(
            f'<tr id="{record.id}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        )
    return [*rows, "</tbody>", "</table>"]


_LAYOUTS: tuple[_Layout, ...] = (_sections, _cards, _table)


def _others(record: Record) -> list[tuple[str, object]]:
    return [(name, value) for name, value in record.fields.items() if name != "id"]


def _names(page: str) -> list[str]:
    """The names in the head of the page's table; none where there is no table."""
    at = page.find("<tr><th>id</th>")
    return _CELL.findall(page[at : page.find("\n", at)]) if at >= 0 else []


def _marked(page: str, identifier: str, names: Sequence[str]) -> Fields | None:
    """What markup says of a record."""
    found = own(page, identifier)
    if found is None:
        return None
    start, end = found
    if page[start - 8 : start] == '<tr id="':
        cells = _CELL.findall(page, start, end)
        pairs = zip(names[: len(cells)], cells, strict=False)
        return _valued(((name, cell) for name, cell in pairs if name not in ("id", _LINK)), _CODE)
    terms = _TERM.finditer(page, start, end)
    return _valued(((term[1] or term[2], term[3]) for term in terms), _CODE)


def _shown_names(text: str) -> list[str]:
    """The names in the head of the table, of a page that is text."""
    at = text.find("\nid | ")
    return text[at + 1 : text.find("\n", at + 1)].split(" | ") if at >= 0 else []


def _shown(text: str, identifier: str, names: Sequence[str]) -> Fields | None:
    """What the text of a page says of a record."""
    at = mention(text, identifier)
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        stop = text.find("\n", at) % (len(text) + 1)
        if start == at and text.startswith(" | ", at + len(identifier)):
            return _valued(_row(text[start:stop], names), _TICKS)
        if text[start:at] in ("## ", "### "):
            following = _HEADING.search(text, at)
            end = following.start() if following else len(text)
            terms = _LABELLED.finditer(text, stop, end)
            return _valued(((term[1] or term[2], term[3]) for term in terms), _TICKS)
        at = mention(text, identifier, at + 1)
    return None


def _row(row: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The cells of a row with their names: all of them, or those before the first gap."""
    cells = row.split(" | ")
    whole = len(cells) == len(names)
    for name, cell in zip(names, cells, strict=False):
        head, cut, _ = cell.partition(CUT)
        if name not in ("id", _LINK):
            yield name, cell if whole else head + cut
        if cut and not whole:
            return


def _valued(pairs: Iterable[tuple[str, str]], code: tuple[str, str]) -> Fields:
    """The values that are whole, and texts that show where they are not."""
    opening, closing = code
    fields: dict[str, object] = {}
    for name, text in pairs:
        inner = text
        if text.startswith(opening) and text.endswith(closing):
            inner = text[len(opening) : -len(closing)]
        elif opening in text or closing in text:
            # The rest of a value that counts whole or not at all.
            continue
        inner = unescape(inner) if code is _CODE else inner.replace("\\|", "|")
        try:
            fields.setdefault(name, inner if inner.startswith(CUT) else read_value(inner))
        except ValueError:
            continue
    return fields
