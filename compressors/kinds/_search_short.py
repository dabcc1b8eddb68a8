"""Matches that stay, under their files, with the number of those that do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from compressors.kinds._lines_answers import spread
from compressors.kinds._lines_clip import Clip
from compressors.kinds._lines_differing import differing
from compressors.kinds._search_groups import FILE, WITHIN
from compressors.kinds._search_keep import Choice, Study
from compressors.kinds._search_rows import Hit

_MESSAGES = 20
# A line that is asked for stays whole, unless it is of a file that no one reads by the line.
_WHOLE = 8_000


class Shown(NamedTuple):
    """A file, its matches in all, those of its rows to show, and which of them to show whole."""

    path: str
    total: int
    matches: int
    rows: list[Hit]
    whole: list[bool]

    @property
    def place(self) -> str:
        """The directory, without the slash at its end."""
        return self.path.rpartition("/")[0]

    @property
    def tally(self) -> str:
        """How many matches there were, where not all are shown."""
        return f" ×{self.total}" if self.matches < self.total else ""


def write(
    name: str, study: Study, choice: Choice, messages: Mapping[int, str], query: str
) -> tuple[str, int]:
    """The text of what is kept of a search, and how many messages it leaves out."""
    files = _shown(study, choice)
    total = len(study.matches)
    left = sum(file.matches for file in files)
    told = _told(list(messages.values()))
    silent = len(messages) - len(told)
    first = next((row for row, hit in enumerate(study.hits) if hit), 0)
    places = [row for number, row in enumerate(messages) if number in told]
    body = [
        *[messages[row] for row in places if row < first],
        *_body(files, query),
        *[messages[row] for row in places if row >= first],
    ]
    notes = [f"{left} of {total} matches in {len(study.files)} files"]
    if study.contexts:
        shown = sum(len(file.rows) - file.matches for file in files)
        notes.append(f"{shown} of {len(study.contexts)} lines of context")
    if study.numbers:
        notes = [f"the other {total - left} of {total} files have 0"]
    elif left < total:
        notes.append('"×9": 9 matches in that file')
    if any(row.startswith(FILE) and row.endswith("/") for row in body):
        notes.append(f'"{WITHIN}a" and "/a" below "{FILE}dir/" are dir/a')
    if any("]…" in row for row in body):
        notes.append('"…[9]…": 9 characters left out')
    if silent:
        notes.append(f"{silent} of {len(messages)} messages left out")
    return "\n".join([f"[toin {name}: {'; '.join(notes)}]", *body]), silent


def _shown(study: Study, choice: Choice) -> list[Shown]:
    rows: dict[str, list[int]] = {}
    for row, hit in enumerate(study.hits):
        if hit is not None:
            members = rows.setdefault(hit.path, [])
            if row in choice.kept:
                members.append(row)
    shown: list[Shown] = []
    for path, members in rows.items():
        hits = [hit for row in members if (hit := study.hits[row])]
        total = len(study.files.get(path, ()))
        if hits or not study.numbers:
            whole = [row in choice.asked for row in members]
            shown.append(Shown(path, total, sum([hit.sep == ":" for hit in hits]), hits, whole))
    return shown


def _body(files: Sequence[Shown], query: str) -> Iterator[str]:
    clip = Clip(query)
    place = ""
    for number, file in enumerate(files):
        here = file.place
        following = files[number + 1].place if number + 1 < len(files) else ""
        if here and here != place and here == following:
            place = here
            yield f"{FILE}{here}/"
        inside = bool(here) and here == place
        lone = bool(file.path) and len(file.rows) == 1 and file.total == 1
        lines = list(_lines(file, clip, under=not lone))
        if lone:
            short = file.path[len(here) :] if inside else file.path
            yield short + "".join(lines)
            continue
        if file.path:
            mark = WITHIN + file.path[len(here) + 1 :] if inside else FILE + file.path
            yield mark + file.tally
        yield from lines


def _lines(file: Shown, clip: Clip, *, under: bool) -> Iterator[str]:
    """The rows of a file behind or ``under`` its path."""
    for hit, whole in zip(file.rows, file.whole, strict=True):
        text = hit.text.rstrip("\r")
        if not whole or len(text) > _WHOLE:
            text = clip(text)
        if hit.number:
            yield f"{'' if under else hit.sep}{hit.number}{hit.sep}{text}"
        else:
            yield hit.sep + text


def _told(messages: Sequence[str]) -> set[int]:
    """Which messages to show."""
    if len(messages) <= _MESSAGES:
        return set(range(len(messages)))
    always = {0, len(messages) - 1, *differing(messages)}
    rest = [at for at in spread(range(len(messages))) if at not in always]
    return {*always, *rest[: max(0, _MESSAGES - len(always))]}
