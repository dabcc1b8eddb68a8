"""Which of the blocks of one sort a reader asks for, and which need not be written at all.

Blocks of one sort are looked at as rows of a table: what stands out among these, tells of
errors or answers the query stays, and a share of the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from compressors.kinds._config_lines import BLANK, COMMENT, NOTE, Line
from compressors.kinds._config_siblings import Block, is_section, siblings
from compressors.kinds._json_columns import series
from compressors.kinds._json_errors import errors
from compressors.kinds._json_odd import odd
from compressors.kinds._json_text import Value
from compressors.kinds._lines_answers import answers, spread
from compressors.kinds._loud import loud, stems_of

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_MARKS = " \t\"',"
_LONGEST_NAME = 40
_WORTH = 2


class Asked(NamedTuple):
    """What a query says of the lines of a configuration.

    ``rows`` are the lines that answer it themselves, ``whole`` those of blocks that do, with
    the comments above; ``stay`` those of all blocks of one sort that stay, ``out`` those that
    are not written. ``notes`` say so, each in the place of one of these.
    """

    rows: set[int]
    whole: set[int]
    stay: set[int]
    out: set[int]
    notes: dict[int, Line]


def asked(lines: Sequence[Line], rows: Sequence[str], share: float, query: str) -> Asked:
    """What a query asks for; with a share below 1 blocks of one sort that it does not are out."""
    found = Asked(set(), set(), set(), set(), {})
    if not query.strip():
        return found
    apart: set[int] = set()
    for blocks in siblings(lines):
        _choose(lines, rows, blocks, share, query, found)
        for block in blocks:
            apart.update(range(block.above, block.end))
    apart -= found.whole
    numbers = [number for number in range(len(rows)) if number not in apart]
    answering = answers(query, [rows[number] for number in numbers]).must
    found.rows.update([numbers[place] for place in answering])
    return found


def _choose(
    lines: Sequence[Line],
    rows: Sequence[str],
    blocks: Sequence[Block],
    share: float,
    query: str,
    found: Asked,
) -> None:
    """Add what is to say of blocks of one sort."""
    texts = ["\n".join(rows[block.above : block.end]) for block in blocks]
    answering = answers(query, texts)
    for at in answering.must:
        found.whole.update(range(blocks[at].above, blocks[at].end))
    if share >= 1:
        return
    columns = series([_record(lines, block) for block in blocks])
    stay = odd(columns).rows | errors(columns).rows | _loud_comments(lines, blocks)
    stay |= answering.must or {0, len(blocks) - 1}
    others = dict.fromkeys([*answering.next, *spread(range(len(blocks)))])
    rest = [at for at in others if at not in stay]
    stay.update(rest[: max(0, ceil(share * len(blocks)) - len(stay))])
    for at in stay:
        found.stay.update(range(blocks[at].start, blocks[at].end))
    for run in _runs(lines, blocks, stay):
        note = _note(lines, [blocks[at] for at in run])
        if sum([len(texts[at]) for at in run]) > _WORTH * len(note.value):
            for at in run:
                found.out.update(range(blocks[at].above, blocks[at].end))
            first = blocks[run[0]].start
            found.out.discard(first)
            found.notes[first] = note


def _record(lines: Sequence[Line], block: Block) -> dict[str, Value]:
    """What a block sets, by how its lines begin; those that begin alike are counted."""
    record: dict[str, Value] = {"": block.name}
    times: dict[str, int] = {}
    for lead, value, _, sort, _, _ in lines[block.start : block.end]:
        if value and sort != COMMENT:
            time = times[lead] = times.get(lead, 0) + 1
            record[lead if time == 1 else f"{time}.{lead}"] = _value(value.strip(_MARKS))
    return record


def _value(text: str) -> Value:
    if text[-1:].isdigit() and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _loud_comments(lines: Sequence[Line], blocks: Sequence[Block]) -> set[int]:
    """The blocks with a comment, in them or right above, that warns, orders or deprecates."""
    comments = [
        (place, lines[number].value)
        for place, block in enumerate(blocks)
        for number in range(block.above, block.end)
        if lines[number].sort == COMMENT
    ]
    stems = stems_of([text for _, text in comments])
    return {place for place, text in comments if loud(text, stems)} if stems else set()


def _runs(lines: Sequence[Line], blocks: Sequence[Block], stay: set[int]) -> list[list[int]]:
    """The blocks that are not in ``stay``, together where nothing stands between them."""
    runs: list[list[int]] = []
    for at, block in enumerate(blocks):
        if at in stay:
            continue
        between = range(blocks[at - 1].end, block.above)
        if runs and runs[-1][-1] == at - 1 and all(lines[n].sort == BLANK for n in between):
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _note(lines: Sequence[Line], blocks: Sequence[Block]) -> Line:
    """What stands in the place of blocks, which it names where all have a short name."""
    line = lines[blocks[0].start]
    indent = line.lead[: len(line.lead) - len(line.lead.lstrip())]
    what = "item" if line.item else "section" if is_section(line) else "block"
    names = [block.name for block in blocks if 0 < len(block.name) <= _LONGEST_NAME]
    said = f": {', '.join(names)}" if len(names) == len(blocks) else ""
    told = f"… {len(blocks)} {what}{'s' if len(blocks) > 1 else ''} left out{said}"
    return Line(indent, told, line.depth, NOTE, False, "")
