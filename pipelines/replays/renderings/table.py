r"""Records as the rows of a table, one each, below the names of the columns.

Layouts: CSV as spreadsheets and exports write it, TSV as ``mysql --batch``, Markdown, the
tables of ``psql`` and ``mysql``, and columns aligned as ``kubectl get`` prints them. A cell
holds the text of its value, nested ones as JSON; line ends and backslashes are escaped
(``\n``, ``\\``), as are three blanks between aligned columns; a bar in Markdown is ``\|``. Where a
layout pads its cells, blanks around a value are not kept.

A record counts as found where its id stands in the column ``id`` of a row that has a cell
for every name, under a line of names that is still there; then each of its cells counts.
Of a text that the engine did not write, the last row has to end with its line: what ends
without may have lost the end of its last cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import chain, pairwise

from compressors.kinds import table
from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings._leaves import as_text, escaped, unescaped, without_marker
from pipelines.replays.renderings.base import Fields

# Columns that a database has beside those of the record: one value, or a few.
_AROUND = (
    ("state", ("active",)),
    ("tenant", ("eu-central",)),
    ("visibility", ("internal", "internal", "internal", "public")),
    ("revision", ("1", "2", "3", "4", "7")),
)

_APART = "   "
"""What stands between aligned columns, and in none of their cells."""
_APARTS = re.compile(r" {3,}")

_MOSTLY_BLANK = 3
"""A table this many times as long as its cells is exported instead of looked at."""

_HEAD = re.compile(r'(?m)^(?:\| *| *|")?(?:id|ID)"?(?: *\||[,;\t]| {2,})')
_ROWS_LEFT = re.compile(r"\[toin table: \d+ of \d+ rows(?:; (.*))?\]")
_SAME = re.compile(r"NAME(.)value is the same in every row")
_WORD = re.compile(r"(?:^|; )(.)a stands for its value")
_BELOW_BY = re.compile(r"below by (comma|semicolon|bar|tab|blank)")
_SAID = {"comma": ",", "semicolon": ";", "bar": "|", "tab": "\t", "blank": " "}
_DELIMITER = re.compile(r'"?id"?([,;\t])')
_HELD = re.compile(r"⟦([^⟧]*+)⟧|(\S++)")
_BLANK_BETWEEN = re.compile(r"⟦([^⟧]*+)⟧ |([^ ⟦]++) ")
_UP_TO_BAR = re.compile(r"((?:[^|\\]|\\.)*+)\|")


def render(records: Sequence[Record], draw: Draw) -> str:
    """The records as rows of one table, in one of the layouts."""
    layout = draw.one_of(_LAYOUTS)
    names = list(dict.fromkeys(name for record in records for name in record.fields))
    around = [pair for pair in _AROUND if pair[0] not in names and draw.below(3) == 0]
    rows = [
        [
            *[escaped(as_text(record.fields.get(name, ""))) for name in names],
            *[Draw("column", name, record.id).one_of(values) for name, values in around],
        ]
        for record in records
    ]
    names += [name for name, _ in around]
    drawn = layout(names, rows, draw)
    held = sum(len(cell) for row in rows for cell in row)
    return drawn if len(drawn) < _MOSTLY_BLANK * held else _csv(names, rows, draw)


def read(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """The cells by the names of their columns, of every row with one of the ids."""
    text, shortened = without_marker(text)
    left = _ROWS_LEFT.match(text) if shortened and "\n# " in text else None
    if left is not None:
        yield from _rows_left(text, left[1] or "", ids)
        return
    plain = text if shortened else table.restore(text)
    head = _HEAD.search(plain)
    end = plain.find("\n", head.start()) if head else -1
    if head is not None and end >= 0:
        names, cells = _reader(plain[head.start() : end])
        for row in _lines_with(ids, plain, end):
            yield from _named(names, cells(row), ids)


def _csv(names: Sequence[str], rows: Sequence[Sequence[str]], draw: Draw) -> str:
    out = io.StringIO()
    written = csv.writer(
        out,
        delimiter=draw.one_of((",", ",", ";")),
        quoting=draw.one_of((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        lineterminator=draw.one_of(("\n", "\r\n")),
    )
    written.writerows([names, *rows])
    return out.getvalue()


def _tsv(names: Sequence[str], rows: Sequence[Sequence[str]], draw: Draw) -> str:
    del draw
    return "".join(["\t".join(row) + "\n" for row in (names, *rows)])


def _markdown(names: Sequence[str], rows: Sequence[Sequence[str]], draw: Draw) -> str:
    rows = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    if draw.below(2):
        body = [names, ["---"] * len(names), *rows]
        return "".join([f"| {' | '.join(row)} |\n" for row in body])
    widths = [max(3, *map(len, column)) for column in zip(names, *rows, strict=True)]
    body = [names, ["-" * width for width in widths], *rows]
    return "".join([f"| {' | '.join(_padded(row, widths))} |\n" for row in body])


def _psql(names: Sequence[str], rows: Sequence[Sequence[str]], draw: Draw) -> str:
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    head = [name.center(width) for name, width in zip(names, widths, strict=True)]
    lines = [
        " " + " | ".join(head),
        "+".join(["-" * (width + 2) for width in widths]),
        *[(" " + " | ".join([*_padded(row, widths)[:-1], row[-1]])) for row in rows],
        f"({len(rows)} row{'s' * (len(rows) != 1)})",
        "",
    ]
    if draw.below(3) == 0:
        lines.append(f"Time: {draw.between(1, 90)}.{draw.between(100, 999)} ms")
    return "\n".join(lines) + "\n"


def _mysql(names: Sequence[str], rows: Sequence[Sequence[str]], draw: Draw) -> str:
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    rule = "".join([f"+{'-' * (width + 2)}" for width in widths]) + "+"
    drawn = [f"| {' | '.join(_padded(row, widths))} |" for row in (names, *rows)]
    spent = f"{len(rows)} row{'s' * (len(rows) != 1)} in set (0.{draw.below(40):02d} sec)"
    return "\n".join([rule, drawn[0], rule, *drawn[1:], rule, spent, ""])


def _aligned(names: Sequence[str], rows: Sequence[Sequence[str]], draw: Draw) -> str:
    del draw
    cells = [[cell.replace(_APART, "  \\u0020") for cell in row] for row in rows]
    body = [[name.upper() for name in names], *cells]
    widths = [max(map(len, column)) for column in zip(*body, strict=True)]
    return "".join([_APART.join([*_padded(row, widths)[:-1], row[-1]]) + "\n" for row in body])


_LAYOUTS: tuple[Callable[[Sequence[str], Sequence[Sequence[str]], Draw], str], ...] = (
    _csv, _csv, _tsv, _markdown, _psql, _mysql, _aligned,
)  # fmt: skip


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]


_Split = Callable[[str], Sequence[str]]


def _reader(head: str) -> tuple[Sequence[str], _Split]:
    """The names, and what takes a row below them apart."""
    bars = [at.start() for at in re.finditer(r"\|", head)]
    if head.startswith("| "):
        return _between_bars(head, bars), lambda row: _between_bars(row, bars)
    if bars:
        starts = [1, *[bar + 2 for bar in bars]]
        return [name.strip() for name in head.split("|")], lambda row: _placed(row, starts, " | ")
    delimiter = _DELIMITER.match(head)
    if delimiter is not None:
        split = _delimited(delimiter[1])
        return split(head), split
    starts = [at.start() for at in re.finditer(r"\S+", head)]
    return head.lower().split(), lambda row: _placed(row, starts, _APART)


def _delimited(delimiter: str) -> _Split:
    if delimiter == "\t":
        return lambda row: row.split("\t")
    return lambda row: next(csv.reader([row], delimiter=delimiter))


def _between_bars(row: str, places: Sequence[int]) -> Sequence[str]:
    """The cells of a row whose bars stand where those of the head do, or else are escaped."""
    if len(row) == places[-1] + 1 and all(row[at - 1 : at + 1] == " |" for at in places[1:]):
        return [row[start + 1 : end].strip() for start, end in pairwise(places)]
    return [cell.strip() for cell in _UP_TO_BAR.findall(row, 1)]


def _placed(row: str, starts: Sequence[int], between: str) -> Sequence[str]:
    """The cells of a row that begin where the names do."""
    if any(row[start - 3 : start] != between for start in starts[1:]):
        return ()
    return [row[start : end - 3].strip() for start, end in pairwise([*starts, len(row) + 3])]


def _lines_with(ids: Collection[str], text: str, start: int) -> Iterator[str]:
    """The whole lines of ``text`` from ``start`` on in which one of the ids stands."""
    for identifier in ids:
        at = text.find(identifier, start)
        while at >= 0:
            end = text.find("\n", at)
            if end < 0:
                break
            yield text[text.rfind("\n", 0, at) + 1 : end].rstrip("\r")
            at = text.find(identifier, end)


def _named(names: Sequence[str], cells: Sequence[str], ids: Collection[str]) -> Iterator[Fields]:
    """The cells of a row by name; nothing where it is no row of a record that is asked for."""
    if len(cells) == len(names):
        fields = {name: unescaped(cell) for name, cell in zip(names, cells, strict=True)}
        if fields.get("id") in ids:
            yield fields


def _rows_left(text: str, said: str, ids: Collection[str]) -> Iterator[Fields]:
    """The rows that the engine left, by what its header says of them."""
    words: dict[str, str] = {}
    mark = _WORD.search(said)
    names: Sequence[str] = ()
    fixed: dict[int, str] = {}
    split: _Split = str.split
    for line in text.split("\n")[1:]:
        if names:
            if any(identifier in line for identifier in ids):
                cells = [words.get(cell, cell) for cell in split(line)]
                for at, value in fixed.items():
                    cells.insert(at, value)
                yield from _named(*_apart(names, cells), ids)
                yield from _named(*_apart(names, _as_it_stood(line)), ids)
        elif line.startswith("# "):
            head, split = _head_left(line[2:], said)
            names, fixed = _constants(head, said)
            if split is _by_blanks:
                split = partial(_by_blanks, number=len(names) - len(fixed))
        elif mark is not None and line.startswith(mark[1]):
            word, _, value = line.partition("=")
            words[word] = value


def _apart(names: Sequence[str], cells: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Names and cells of aligned columns, of which the engine may take two for one.

    Where it parts a row in the middle of a cell, a cell of another column holds two: then the
    row has none.
    """
    if names[0] != "ID":
        return names, cells
    parts = [_APARTS.split(name.lower()) for name in names]
    held = [_APARTS.split(cell) for cell in cells]
    if list(map(len, parts)) != list(map(len, held)):
        return names, ()
    return list(chain(*parts)), list(chain(*held))


def _as_it_stood(row: str) -> Sequence[str]:
    """The cells of a row that did not fit the others and was left with its bars or blanks."""
    if row.startswith("| "):
        cells = _UP_TO_BAR.findall(row, 1)
    elif " | " in row:
        cells = row.split(" | ")
    else:
        cells = [cell for cell in row.split(_APART) if cell]
    return [cell.strip() for cell in cells]


def _head_left(head: str, said: str) -> tuple[Sequence[str], _Split]:
    """What the line of names says of each column, and what takes the rows below it apart."""
    below = _BELOW_BY.search(said)
    delimiter = _DELIMITER.match(head)
    if below is not None:
        split: _Split = partial(str.split, sep=_SAID[below[1]])
    elif delimiter is not None:
        split = _delimited(delimiter[1])
    else:
        return [held or name for held, name in _HELD.findall(head)], _by_blanks
    return split(head), split


def _constants(head: Sequence[str], said: str) -> tuple[Sequence[str], dict[int, str]]:
    """The names without what they say, and what they say of all rows, by place."""
    same = _SAME.search(said)
    parts = [name.partition(same[1]) if same else (name, "", "") for name in head]
    fixed = {at: value for at, (_, sign, value) in enumerate(parts) if sign}
    return [name for name, _, _ in parts], fixed


def _by_blanks(row: str, number: int = 0) -> Sequence[str]:
    """``number`` cells with a blank between them, the last of which goes on to the end."""
    cells: list[str] = []
    at = 0
    while len(cells) < number - 1:
        cell = _BLANK_BETWEEN.match(row, at)
        if cell is None:
            return ()
        cells.append(cell[1] if cell[1] is not None else cell[2])
        at = cell.end()
    return [*cells, row[at:]]
