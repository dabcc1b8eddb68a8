"""Source code as tools show it: line numbers, headers of files, wrappers of harnesses.

What is no code is taken out of what gets parsed and put back where it stood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from compressors.kinds import _lines

_NUMBERED = re.compile(r" *+\d{1,9}+([\t:|→-]|( {1,2})|$)")
_AROUND = re.compile(
    r"</?(?:output|stdout|stderr|output_head|output_tail|result|observation|file|content)>\s*$"
    r"|<(?:returncode|exit_code|elided_chars|elapsed|path|type)>.*$"
    r"|\[File: .*\]\s*$|==> .* <==\s*$|\(\d+ more lines (?:above|below)\)\s*$|```\w*\s*$"
    r"|\[toin[: ].*\]\s*$"
)
_FIRSTS = "<[=(`"
_CUT = ("</output_head>", "<output_tail>")
_REMARKS = (("<warning>", "</warning>"), ("<elided_chars>", "</elided_chars>"))
_LONGEST_REMARK = 12


class Layout(NamedTuple):
    """A text's lines, and the code in them.

    ``heads[row]`` is how many characters of the row are its line number, -1 where the row
    is no code; ``code`` are the rows without these, empty where the row is no code. At
    ``breaks`` another file begins, or another part of one.
    """

    rows: list[str]
    crlf: bool
    heads: list[int]
    code: list[str]
    breaks: list[int]


def lay_out(text: str, *, listed: bool) -> Layout:
    """The rows of ``text``; ``listed`` says that they begin with their numbers."""
    rows, crlf = _lines.split(text)
    heads = _numbers(rows) if listed else [0] * len(rows)
    _leave_out(rows, heads)
    code = rows
    if any(heads):
        code = [
            row[head:] if head > 0 else row if not head else ""
            for row, head in zip(rows, heads, strict=True)
        ]
    return Layout(rows, crlf, heads, code, _breaks(heads, code))


def _numbers(rows: Sequence[str]) -> list[int]:
    """Where the code of each row begins; -1 where it has no number."""
    found = [_NUMBERED.match(row) for row in rows]
    # One space behind the number or two: what follows must not begin with the second.
    single = any(match and match[2] == " " and match.end() < len(match.string) for match in found)
    return [
        -1 if match is None else match.start(2) + 1 if single and match[2] == "  " else match.end()
        for match in found
    ]


def _leave_out(rows: Sequence[str], heads: list[int]) -> None:
    """Mark the rows that are no code in ``heads``."""
    special = [number for number, row in enumerate(rows) if row and row[0] in _FIRSTS]
    for number in special:
        row = rows[number]
        if _AROUND.match(row):
            heads[number] = -1
            if row.startswith(_CUT):
                # The harness counted characters: the rows at the cut are half rows.
                heads[max(0, number - 1)] = heads[min(number + 1, len(rows) - 1)] = -1
    for first, last in _REMARKS:
        begin = next((number for number in special if rows[number].startswith(first)), -1)
        if begin >= 0:
            for number in range(begin, min(len(rows), begin + _LONGEST_REMARK)):
                if last in rows[number]:
                    heads[begin : number + 1] = [-1] * (number + 1 - begin)
                    break


def _breaks(heads: Sequence[int], code: Sequence[str]) -> list[int]:
    """Where code goes on behind rows that are none."""
    ends = {number for number, head in enumerate(heads) if head < 0}
    told = [number for number, row in enumerate(code) if row.strip()] if ends else []
    if not told:
        return []
    first, last = told[0], told[-1]
    return [
        number for number in range(first + 1, last) if number not in ends and number - 1 in ends
    ]
