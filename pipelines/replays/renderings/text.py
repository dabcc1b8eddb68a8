r"""Records told in sentences, among others about the same work.

Layouts: a report with a paragraph for each record, Markdown with a heading for each and a
line for every longer field, and a list with an item for each. A paragraph and an item are one
line, as editors save them, and every line of Markdown says the id. Short fields stand together
in a sentence, longer ones in quotes, the last of them without up to the end of the line; of
nested fields every value has a sentence of its own. Within values, curly quotes and
backslashes have a backslash in front, and line ends are ``\n``.

A field counts as found where its name stands on a line with the id in front. In quotes it
counts up to the closing one, or up to the first gap that the engine left in it: what follows
a gap may belong to another field. At the end of a line all that is left of it counts, since
nothing else can stand there; a gap is one sign there, and words next to it that may be half
of a number do not count. Of a text that the engine did not write, a line has to end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from compressors.kinds import text as kind
from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings._leaves import (
    PATH,
    Path,
    as_text,
    dotted,
    escaped,
    leaves,
    nested,
    path_of,
    quoted,
    unescaped,
    without_marker,
)
from pipelines.replays.renderings.base import Fields

_CURLY = "“”"
_TITLES = {"title": "titled", "name": "named"}
_NAMES = {word: name for name, word in _TITLES.items()}
_PLAIN = r"[\w@/+-]+(?:[.:][\w@/+-]+)*"
_SHORT = re.compile(_PLAIN)
_WORD = re.compile(r"[A-Za-z_]\w*")
_DEPTH = 3

_HEADING = re.compile(r"## ([\w-]+)(?:: (.*)| \((.*)\))")
_ABOUT = re.compile(r"(?:- |In )?([\w-]+)([ ,.].*)")
_OF = re.compile(rf"The “({PATH})” of ([\w-]+): (.*)")
_TITLED = re.compile(r"(?: is|,) (titled|named) “((?:[^“”\\]|\\.)*+)”")
_HAS = re.compile(rf"[ .](?: It has|has|with) ((?:\w+ {_PLAIN}(?:, |\.))+)")
_SHORTS = re.compile(rf"(\w+) ({_PLAIN})(?:, |\.)")
_LABEL = re.compile(rf"“({PATH})”( is | has |: )")
_INNER = re.compile(rf"({PATH}) ")
_CLOSED = re.compile(r"“((?:[^“”\\]|\\.)*+)”")
_OPEN = re.compile(r"“((?:[^“”\\…]|\\.|…(?!\d))*+)…\d")
_GAP = re.compile(r"…\d+")
_BY_LINE = re.compile(r"\[toin text: \d+ of \d+ lines")
_COUNTS = re.compile(r" {1,2}\[×\d+\]")
# A sentence ends before a gap and begins behind it; other words may be cut off from theirs.
_HALF_BEFORE = re.compile(r"(?<![.!?\"”’)])\s*\S+(?<![.!?\"”’)])\s*$")
_HALF_BEHIND = re.compile(r"^\s*[^\sA-Z\"“‘(]\S*")
_DECODER = json.JSONDecoder()

_REPORTS = (
    "Minutes of the content board. The entries below were looked at since the last meeting.",
    "This is the weekly summary for the editors. It lists what is in the collection at present.",
    "Export of the knowledge base as text. Every paragraph is one entry.",
)
_REMARKS = (
    "The board thanked everybody who sent corrections.",
    "Two of the editors were away, so some entries still wait for a second reading.",
    "A longer discussion of the layout was put off until the next meeting.",
    "Those who want to add an entry should write to the desk first.",
    "The entries from here on come from the old collection and keep their ids.",
    "Typing errors are corrected without notice.",
)
_CLOSINGS = (
    "The next meeting is on the first Tuesday of the month.",
    "Questions about single entries go to whoever is named in them.",
    "That is all for this time.",
)


def render(records: Sequence[Record], draw: Draw) -> str:
    """The records as sentences of a document, in one of the layouts."""
    layout = draw.one_of((_report, _report, _markdown, _list))
    lines = [draw.one_of(_REPORTS), ""]
    if layout is not _report or draw.below(2):
        lines = [f"# {draw.one_of(('Collection', 'Entries', 'Knowledge base'))}", "", *lines]
    for record in records:
        if draw.below(9) == 0:
            lines += [draw.one_of(_REMARKS), ""]
        lines += layout(record)
    lines += ["", draw.one_of(_CLOSINGS)]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def read(text: str, ids: Collection[str]) -> Iterator[Fields]:
    """What is told of each of the ids, on all lines that say it first."""
    text, shortened = without_marker(text)
    if not shortened or _BY_LINE.match(text):
        text = kind.restore(text)
    if shortened:
        text = _COUNTS.sub("", text)
    for identifier in ids:
        found = [
            pair
            for line in _lines_of(identifier, text)
            for pair in _told(line, identifier, shortened=shortened)
        ]
        if found:
            yield {**nested(found), "id": identifier}


class _Parts(NamedTuple):
    """The fields of a record by how they are told.

    ``title`` and ``short`` are told in the first sentences, ``long`` ones in one each, ``inner``
    are mappings with the path that leads to them, ``last`` goes on to the end of the line.
    """

    title: tuple[str, str] | None
    short: list[str]
    long: list[tuple[str, object]]
    inner: list[tuple[Path, Fields]]
    last: tuple[str, str] | None


def _parts(record: Record) -> _Parts:
    titles = [(n, v) for n, v in record.fields.items() if n in _TITLES and isinstance(v, str)]
    title = titles[0] if titles else None
    short: list[str] = []
    long: list[tuple[str, object]] = []
    inner: list[tuple[Path, Fields]] = []
    for name, value in record.fields.items():
        if name == "id" or (title and name == title[0]):
            continue
        if isinstance(value, Mapping) and value:
            inner.extend(_inner((name,), value))
        elif _WORD.fullmatch(name) and _SHORT.fullmatch(as_text(value)):
            short.append(f"{name} {as_text(value)}")
        else:
            long.append((name, value))
    last = None
    if long and not inner and isinstance(long[-1][1], str):
        name, text = long.pop()
        last = name, str(text)
    return _Parts(title, short, long, inner, last)


def _inner(path: Path, fields: Fields) -> Iterator[tuple[Path, Fields]]:
    """What a mapping holds itself, then what the mappings in it hold, down to the third level."""
    deeper = {
        name: value
        for name, value in fields.items()
        if len(path) < _DEPTH and isinstance(value, Mapping) and value
    }
    own = {name: value for name, value in fields.items() if name not in deeper}
    if own:
        yield path, own
    for name, value in deeper.items():
        yield from _inner((*path, name), value)


def _report(record: Record) -> list[str]:
    return [_paragraph(record, " is"), ""]


def _list(record: Record) -> list[str]:
    return ["- " + _paragraph(record, ",")]


def _paragraph(record: Record, joint: str) -> str:
    """All about a record on one line."""
    parts = _parts(record)
    told = f"{record.id}{joint} {_titled(*parts.title)}." if parts.title else f"{record.id}."
    if parts.short:
        told += f" It has {', '.join(parts.short)}."
    for sentence in _sentences(parts):
        told += f" {sentence[0].upper()}{sentence[1:]}"
    if parts.last:
        name, value = parts.last
        told += f" As for the “{_label((name,))}”: {escaped(value, signs=_CURLY)}"
    return told


def _titled(name: str, title: str) -> str:
    return f"{_TITLES[name]} “{escaped(title, signs=_CURLY)}”"


def _sentences(parts: _Parts) -> Iterator[str]:
    """A sentence for each longer field, and for each mapping."""
    for name, value in parts.long:
        yield f"the “{_label((name,))}” is {_value(value)}."
    for path, fields in parts.inner:
        pairs = [f"{_label(inner)} {_value(value)}" for inner, value in leaves(fields)]
        yield f"the “{_label(path)}” has {', '.join(pairs)}."


def _markdown(record: Record) -> list[str]:
    """A heading, and below it lines that each say the id."""
    parts = _parts(record)
    heading = f"## {record.id}"
    if parts.title:
        name, title = parts.title
        title = escaped(title, signs=_CURLY)
        heading += f": {title}" if name == "title" else f" ({title})"
    lines = [heading, ""]
    if parts.short:
        lines += [f"{record.id} has {', '.join(parts.short)}.", ""]
    lines += [line for told in _sentences(parts) for line in (f"In {record.id}, {told}", "")]
    if parts.last:
        name, value = parts.last
        lines += [
            f"The “{_label((name,))}” of {record.id}: {escaped(value, signs=_CURLY)}",
            "",
        ]
    return lines


def _label(path: Path) -> str:
    return _straight(dotted(path))


def _value(value: object) -> str:
    if isinstance(value, str):
        return f"“{escaped(value, signs=_CURLY)}”"
    return _straight(quoted(value))


def _straight(written: str) -> str:
    """JSON without the signs that have a meaning here."""
    for sign in _CURLY:
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written


def _lines_of(identifier: str, text: str) -> Iterator[str]:
    """The whole lines in which ``identifier`` stands."""
    at = text.find(identifier)
    while at >= 0:
        end = text.find("\n", at)
        if end < 0:
            return
        yield text[text.rfind("\n", 0, at) + 1 : end]
        at = text.find(identifier, end)


def _told(line: str, identifier: str, *, shortened: bool) -> Iterator[tuple[Path, object]]:
    """The fields that a line tells of the record, as far as it is about that one."""
    if (of := _OF.fullmatch(line)) is not None:
        if of[2] == identifier:
            yield path_of(of[1]), _to_the_end(of[3], shortened=shortened)
    elif (heading := _HEADING.fullmatch(line)) is not None:
        if heading[1] == identifier and not (shortened and _GAP.search(line)):
            name = "title" if heading[2] is not None else "name"
            yield (name,), unescaped(heading[2] or heading[3] or "")
    elif (about := _ABOUT.fullmatch(line)) is not None and about[1] == identifier:
        yield from _body(about[2], shortened=shortened)


def _body(body: str, *, shortened: bool) -> Iterator[tuple[Path, object]]:
    """The fields that stand on a line behind the id."""
    gap = _GAP.search(body) if shortened else None
    start = body[: gap.start()] if gap else body
    at = 0
    if (titled := _TITLED.match(start)) is not None:
        at = titled.end()
        yield (_NAMES[titled[1]],), unescaped(titled[2])
    if (has := _HAS.match(start, at)) is not None:
        at = has.end()
        for name, value in _SHORTS.findall(has[1]):
            yield (name,), value
    while (label := _LABEL.search(body, at)) is not None:
        at = label.end()
        path = path_of(label[1])
        if label[2] == ": ":
            yield path, _to_the_end(body[at:], shortened=shortened)
            return
        if label[2] == " is ":
            pair = _read_value(body, at, shortened=shortened)
            at = pair.end
            if pair.found:
                yield path, pair.value
            continue
        while (name := _INNER.match(body, at)) is not None:
            pair = _read_value(body, name.end(), shortened=shortened)
            at = pair.end
            if pair.found:
                yield (*path, *path_of(name[1])), pair.value
            if not pair.whole or not body.startswith(", ", at):
                break
            at += 2


class _Read(NamedTuple):
    """A value that begins somewhere: whether it was found and is whole, and where it ends."""

    found: bool
    whole: bool
    value: object
    end: int


def _read_value(body: str, at: int, *, shortened: bool) -> _Read:
    """The value that :func:`_value` wrote at this place, or what is left of it."""
    if body[at : at + 1] != "“":
        try:
            value, end = _DECODER.raw_decode(body, at)
        except json.JSONDecodeError:
            return _Read(False, False, None, at)
        if shortened and _GAP.search(body, at, end):
            return _Read(False, False, None, at)
        return _Read(True, True, value, end)
    if shortened and (cut := _OPEN.match(body, at)) is not None:
        left = _HALF_BEFORE.sub("", cut[1]).rstrip()
        return _Read(True, False, unescaped(left) + " …", cut.end())
    if (closed := _CLOSED.match(body, at)) is not None:
        return _Read(True, True, unescaped(closed[1]), closed.end())
    return _Read(False, False, None, at)


def _to_the_end(written: str, *, shortened: bool) -> str:
    """What is left of a value that goes on to the end of its line."""
    if not shortened or "…" not in written:
        return unescaped(written)
    first, *others = _GAP.split(written)
    parts = [first, *[_HALF_BEHIND.sub("", part) for part in others]]
    parts[:-1] = [_HALF_BEFORE.sub("", part).rstrip() + " " for part in parts[:-1]]
    return unescaped("…".join(parts))
