r"""The notation in which blocks of one shape are written once, and the way back from it.

A block that recurs is defined with a sign where values differ, and each of them becomes
one line with what differs::

    [toin config: "~a 1 2" is the block from "~a=" to "~.", with 1, 2 for its *]
    ~a=
      *:
        image: nginx:1.25
        port: *
    ~.
    services:
    ~a web 8080
    ~a api 8081

``※1`` in a block is its first value again, ``x¦y`` for a line are two, both beginning as it
says. A row that would be mistaken for notation gets
a backslash in front.
"""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from compressors.kinds._config_blocks import Group
from compressors.kinds._config_lines import Line
from compressors.kinds._config_undo import LEGEND, PARTED, REPEATED, Signs
from compressors.kinds._lines import Rows

_HOLES = ("*", "◇", "○", "¤", "◌")
_AGAIN = ("※", "⁑", "◙", "◚")
_JOINTS = ("¦", "∥", "⁞", "⸱")
_SEVERAL = "\n"
_SPECIAL = ("~", "\\", "…")
# Where the common part of values may end.
_EDGES = " \"'/:=@,.-_()[]{}<>#"
_SHORTEST_AGAIN, _MOST_AGAIN = 3, 12


class Template(NamedTuple):
    """A definition: its name, its lines with signs, and the cells of each of its blocks.

    ``named``: the blocks begin with a key or the head of a section, not as items of a list.
    """

    name: str
    rows: list[str]
    cells: dict[int, list[str]]
    size: int
    named: bool


def templates(
    lines: Sequence[Line], groups: Sequence[Group], text: str
) -> tuple[list[Template], Signs]:
    """The definitions of groups, and the signs they use.

    Blocks whose values cannot be told apart once written are in no definition.
    """
    found = [
        next((mark for mark in marks if mark not in text), "")
        for marks in (_HOLES, _AGAIN, _JOINTS)
    ]
    signs = Signs(*found)
    if not signs.hole or not signs.joint:
        return [], signs
    made = [
        _template(lines, group, name, signs) for group, name in zip(groups, _names(), strict=False)
    ]
    return [template for template in made if template.cells], signs


def _names() -> Iterator[str]:
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield "~" + "".join(letters)


def _template(lines: Sequence[Line], group: Group, name: str, signs: Signs) -> Template:
    first = group.starts[0]
    rows: list[str] = []
    columns: list[list[str]] = []
    for offset, constant in enumerate(group.constants):
        line = lines[first + offset]
        keyed = group.keyed and offset == 0
        lead = line.lead[: len(line.lead) - len(line.lead.lstrip())] if keyed else line.lead
        if constant is not None:
            rows.append(lead + constant)
            continue
        before, values, after = _stripped(group.columns[offset], name=offset == 0)
        if after == _SEVERAL:
            after = ""
            values = [value.replace(f"\n{lead}", signs.joint) for value in values]
        repeated = _repeated(values, columns, signs.again) if signs.again else None
        if repeated is not None:
            repeated = repeated.replace(signs.joint, f"\n{lead}")
            rows.append(f"{lead}{before}{repeated}{after}")
            continue
        columns.append(values)
        rows.append(f"{lead}{before}{signs.hole}{after}")
    cells = [list(row) for row in zip(*columns, strict=True)] or [[] for _ in group.starts]
    named = dict(zip(group.starts, cells, strict=True))
    fit = {at: row for at, row in named.items() if _tellable(row)}
    return Template(name, rows, fit, group.size, not lines[first].item)


def _stripped(values: Sequence[str], *, name: bool) -> tuple[str, list[str], str]:
    """What is in front of all values, the values without, and what is behind all.

    No word or number is taken apart; of a ``name`` nothing is taken but signs.
    """
    if any("\n" in value for value in values):
        return "", list(values), _SEVERAL
    low, high = min(values), max(values)
    start = _alike(low, high)
    while start and (low[start - 1].isalnum() or low[start - 1] not in _EDGES):
        start -= 1
    if name:
        start = min(start, len(low) - len(low.lstrip(_EDGES)))
    rest = [value[start:] for value in values]
    back = [value[::-1] for value in rest]
    low, high = min(back), max(back)
    stop = _alike(low, high)
    while stop and (low[stop - 1].isalnum() or low[stop - 1] not in _EDGES):
        stop -= 1
    if name:
        stop = min(stop, len(low) - len(low.lstrip(_EDGES)))
    first = values[0]
    if not stop:
        return first[:start], rest, ""
    return first[:start], [value[:-stop] for value in rest], rest[0][-stop:]


def _alike(low: str, high: str) -> int:
    """How many characters two texts begin with alike."""
    for place, (one, other) in enumerate(zip(low, high, strict=False)):
        if one != other:
            return place
    return min(len(low), len(high))


def _repeated(values: Sequence[str], columns: Sequence[Sequence[str]], again: str) -> str | None:
    """The one form that ``values`` have once an earlier value in them is replaced, if any."""
    for number, names in enumerate(columns[:_MOST_AGAIN], start=1):
        name = names[0]
        if len(name) < _SHORTEST_AGAIN or name not in values[0]:
            continue
        form = values[0].replace(name, f"{again}{number}")
        refill = re.compile(re.escape(again) + "([0-9]+)")
        if [int(found) for found in refill.findall(form)] != [number] * form.count(again):
            continue
        if all(
            form.replace(f"{again}{number}", other) == value
            for value, other in zip(values, names, strict=True)
        ):
            return form
    return None


def _tellable(cells: Sequence[str]) -> bool:
    return not any("⟦" in cell or "⟧" in cell for cell in cells)


def reference(template: Template, cells: Sequence[str]) -> str:
    """The line that stands for a block."""
    written = [f"⟦{cell}⟧" if " " in cell or not cell else cell for cell in cells]
    return " ".join([template.name, *written])


def header(parts: Sequence[str], defined: Sequence[Template], signs: Signs) -> str:
    """The first line: what was left out, and what a reader must know of the notation."""
    said = [part for part in parts if part]
    if defined:
        said.append(f"{LEGEND}{signs.hole}")
        if signs.again and any(signs.again in row for one in defined for row in one.rows):
            said.append(f"{signs.again}{REPEATED}")
        if any(
            signs.joint in cell for one in defined for row in one.cells.values() for cell in row
        ):
            said.append(f"{signs.joint}{PARTED}")
    return f"[toin config: {'; '.join(said) or 'as lines'}]"


def definitions(defined: Sequence[Template], shown: Callable[[str], str] = str) -> Iterator[str]:
    """The definitions, each row as ``shown`` gives it."""
    for template in defined:
        yield f"{template.name}="
        for row in template.rows:
            yield "\\" + row if row.startswith(_SPECIAL) else shown(row)
        yield "~."


def literal(row: str) -> str:
    """A row as it stands, guarded where it looks like notation."""
    return "\\" + row if row.startswith(_SPECIAL) else row


def literals(line: Line) -> Iterator[str]:
    """The rows of a line as they stand."""
    yield from map(literal, (line.lead + line.value).split("\n"))


def encode(lines: Sequence[Line], groups: Sequence[Group], rows: Rows) -> str:
    """All rows in the notation, without asking whether that is shorter."""
    defined, signs = templates(lines, groups, rows.text())
    owner = {at: template for template in defined for at in template.cells}
    out = [header(["CRLF" if rows.crlf else ""], defined, signs), *definitions(defined)]
    number = 0
    while number < len(lines):
        template = owner.get(number)
        if template is None:
            out.extend(literals(lines[number]))
            number += 1
        else:
            out.append(reference(template, template.cells[number]))
            number += template.size
    return "\n".join(out)
