"""Source code: signatures, types, imports, docs and error paths stay, bodies go by rank."""

from __future__ import annotations

from compressors.kinds import _code_cues, _lines, _lines_folds, _lines_listing
from compressors.kinds import base as kinds
from compressors.kinds._code_grammar import GRAMMARS
from compressors.kinds._code_source import Source
from compressors.kinds.base import Content, Cut, Focus, Passage

__all__ = ["NAME", "Params", "Source", "compress", "find", "recognise", "restore", "signature"]

NAME = "code"
# So much of a longer text is parsed to see whether it is of the language that it looks like.
_LOOKED_AT, _LONG = 16_000, 64_000
# What a language turns out to be where it cannot be parsed as itself.
_WIDER = {"javascript": "typescript", "c": "cpp"}
# Leaving out so little is not worth a handle.
_DROP_AT_LEAST = 200
_DROP_SHARE = 0.02


class Params(kinds.Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of code to keep.

    ``body_share`` is the share of the lines that may be left out that are kept: bodies of
    functions, all but the first line of docs, elements of literals. Signatures, types,
    imports, error paths, marks such as TODO, what is odd among functions that are otherwise
    alike, and what the query names stay in any case. At 1.0 nothing is left out.
    """

    body_share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a share that keeps nothing or more than all."""
        if not 0.0 < self.body_share <= 1.0:
            raise ValueError(f"body_share is {self.body_share}: give a share in (0, 1]")


def recognise(text: str) -> Source | None:
    """Code in one of eight languages that can be parsed, else None.

    A few lines tell the language; only where they do is anything parsed.
    """
    found = _code_cues.recognise(text)
    if found is None or found[0] not in GRAMMARS:
        return None
    language, listed = found
    source = Source(text, language, listed=listed)
    if source.unfit:
        return source
    head = text if len(text) <= _LONG else text[: text.rfind("\n", 0, _LOOKED_AT) + 1]
    looked_at = source if head is text else Source(head, language, listed=listed)
    wider = _WIDER.get(language)
    if wider is not None and looked_at.tree.errors:
        other = Source(head, wider, listed=listed)
        if other.tree.errors < looked_at.tree.errors:
            looked_at = other
            source = other if head is text else Source(text, wider, listed=listed)
    return None if looked_at.broken else source


def signature(parsed: Source) -> str:
    """The language, and whether lines are numbered."""
    return f"{NAME}|{parsed.language}" + ("|listed" if parsed.listed else "")


def compress(content: Content, params: Params, focus: Focus) -> Cut:
    """The code without padding before its line numbers and, where asked for, fewer bodies."""
    if params.passthrough:
        return _lines.as_it_is(content)
    source = content.parsed
    if isinstance(source, Source) and not params.lossless and params.body_share < 1.0:
        cut = _cut(source, content.text, params.body_share, focus.query)
        if cut is not None:
            return cut
    if isinstance(source, Source) and source.listed:
        text = _lines_listing.narrow(NAME, content.text)
        if text is not None:
            number = _lines.count(content.text)
            return Cut(text, False, "lines", number, number)
    return _lines_folds.compress(NAME, content, params)


def _cut(source: Source, text: str, share: float, query: str) -> Cut | None:
    """The code with bodies left out, where that leaves out enough."""
    if not source.unfit and source.broken:
        return None
    shown = source.shown(query, share)
    if shown is None or len(text) - len(shown.text) < max(_DROP_AT_LEAST, _DROP_SHARE * len(text)):
        return None
    size = _lines.count(text)
    return Cut(shown.text, True, "lines", size, shown.rows - (text.endswith("\n")))


def restore(text: str) -> str:
    """The code that the lossless parameters made ``text`` of."""
    listing = _lines_listing.widen(NAME, text)
    return _lines_folds.unfold(NAME, text) if listing is None else listing


def find(content: Content, query: str) -> list[Passage]:
    """The functions the query names, then paragraphs that answer it, with where they stood."""
    from compressors.kinds import _code_find

    return _code_find.find(content, query)
