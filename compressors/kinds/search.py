r"""Output of grep, ripgrep and ag: matches with the files and lines they stand in.

Lossless: matches of one file follow one another under its path, files of one directory under
that. Lossy: every file with its number of matches; all matches of the files that answer the
query, the ones that differ from the others, the first and last of a file, and a share of the
rest. A line that is asked for stays whole, and so do all matches where they are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compressors.kinds import _lines
from compressors.kinds._lines_undo import raw
from compressors.kinds._search_layout import recognise
from compressors.kinds.base import Content, Cut, Focus, Passage
from compressors.kinds.base import Params as BaseParams

if TYPE_CHECKING:
    from compressors.kinds._search_rows import Hit


__all__ = ["NAME", "Params", "compress", "find", "recognise", "restore", "signature"]

NAME = "search"
_STRUCTURE = ("", "--")
# Flavours that name each file once already, or none.
_NAMED_ONCE = frozenset(("heading", "lines"))
_DROP_AT_LEAST, _DROP_SHARE = 240, 0.03


class Params(BaseParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of the matches stays.

    ``match_share`` is the share of matches and lines of context to keep, in (0, 1]; what must
    stay stays even where it is more.
    """

    match_share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a share that keeps nothing or more than all."""
        if not 0.0 < self.match_share <= 1.0:
            raise ValueError(f"match_share is {self.match_share}: give a share in (0, 1]")


def signature(parsed: str) -> str:
    """The flavour."""
    return f"{NAME}|{parsed}"


def compress(content: Content, params: Params, focus: Focus) -> Cut:
    """The matches grouped under their files and, where asked for, fewer of them."""
    from compressors.kinds import _search_groups, _search_json
    from compressors.kinds._search_rows import parse

    if params.passthrough:
        return _lines.as_it_is(content)
    flavour = content.parsed or "numbered"
    rows = content.text.split("\n")
    hits: list[Hit | None] | None = None
    if not params.lossless and params.match_share < 1.0 and flavour != "files":
        bare = [_lines.plain(row) for row in rows] if "\x1b" in content.text else rows
        hits = _search_json.parse(bare) if flavour == "json" else parse(bare, flavour)
        cut = _short(content.text, bare, hits, flavour, params.match_share, focus.query)
        if cut is not None:
            return cut
        hits = hits if bare is rows else None
    number = _lines.count(content.text)
    if flavour == "json":
        text = _search_json.group(NAME, content.text)
    elif flavour in _NAMED_ONCE:
        text = raw(NAME, content.text)
    else:
        text = _search_groups.group(NAME, content.text, rows, hits or parse(rows, flavour))
    return Cut(text, False, "lines", number, number)


def restore(text: str) -> str:
    """The matches that the lossless parameters made ``text`` of."""
    from compressors.kinds import _search_groups, _search_json

    messages = _search_json.ungroup(NAME, text)
    return _search_groups.ungroup(NAME, text) if messages is None else messages


def find(content: Content, query: str) -> list[Passage]:
    """The matches that answer ``query``, best first, with where they stood."""
    return _lines.find_rows(content.text, query)


def _short(
    text: str,
    rows: list[str],
    hits: list[Hit | None],
    flavour: str,
    share: float,
    query: str,
) -> Cut | None:
    """The matches that stay; None where leaving the others out saves next to nothing."""
    from compressors.kinds._search_keep import Study, kept_whole
    from compressors.kinds._search_short import write

    if kept_whole(hits, share):
        return None
    study = Study(hits)
    choice = study.choose(share, query)
    gone = [row for row in (*study.matches, *study.contexts) if row not in choice.kept]
    if sum([len(rows[row]) for row in gone]) < max(_DROP_AT_LEAST, _DROP_SHARE * len(text)):
        return None
    short, silent = write(NAME, study, choice, _messages(rows, hits, flavour), query)
    number = _lines.count(text)
    return Cut(short, True, "lines", number, number - len(gone) - silent)


def _messages(rows: list[str], hits: list[Hit | None], flavour: str) -> dict[int, str]:
    """The rows that are neither matches nor there to separate and head them."""
    from compressors.kinds import _search_json

    found = {
        number: row.rstrip("\r")
        for number, (row, hit) in enumerate(zip(rows, hits, strict=True))
        if hit is None and row.strip() not in _STRUCTURE
    }
    if flavour == "json":
        return {number: row for number, row in found.items() if not _search_json.structural(row)}
    if flavour == "heading":
        named = {hit.path for hit in hits if hit}
        return {number: row for number, row in found.items() if row not in named}
    return found
