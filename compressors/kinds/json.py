"""JSON: arrays of objects and all that holds them, as tables; rows left out by what matters."""

from __future__ import annotations

from compressors.kinds._json_document import Document, parse_document
from compressors.kinds._json_reader import read, read_cut
from compressors.kinds._json_signature import signature_of
from compressors.kinds._search_layout import claims
from compressors.kinds.base import Content, Cut, Focus, Passage
from compressors.kinds.base import Params as BaseParams

NAME = "json"


class Params(BaseParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of each table, of each long array inside its rows and of each long string stays.

    ``row_share``: the share of rows, rounded up, beyond which only rows stay that must.
    ``text_share``: the share of the characters of long strings, likewise.
    ``preserve_fields``: keyed names of fields whose first 64 values each keep a row; which
    plain names these are, :class:`~compressors.kinds.base.Focus` tells.
    """

    row_share: float = 1.0
    text_share: float = 1.0
    preserve_fields: tuple[str, ...] = ()


def recognise(text: str) -> Document | None:
    """The document, or the documents one a line, that ``text`` is; None where it is none."""
    # What a search prints as JSON is a list of matches.
    return None if claims(text) else parse_document(text)


def signature(parsed: Document) -> str:
    """The digest of the shape: names and types at the top of the rows, no values."""
    return signature_of(parsed.value)


def compress(content: Content, params: Params, focus: Focus) -> Cut:
    """Tables for arrays, with all rows or with those that stay."""
    document = content.parsed
    total = document.rows
    if params.passthrough or not isinstance(document, Document):
        return Cut(content.text, False, "rows", total, total)
    if not params.lossless and (params.row_share < 1 or params.text_share < 1):
        cut = document.cut(params.row_share, params.text_share, focus)
        if cut is not None:
            text, left = cut
            return Cut(text, True, "rows", total, left)
    return Cut(document.lossless(), False, "rows", total, total)


def restore(text: str) -> str:
    """The original, to the character, from what the lossless parameters made of it."""
    original = read(text)
    return text if original is None else original


def left_in(text: str) -> str:
    """The document that is left in a text of any of the parameters, as JSON.

    For those who want to read it by machine; a text in no notation is given back unchanged.
    """
    body, _, last = text.rpartition("\n")
    left = read_cut(body if last.startswith("[toin: ") else text)
    return text if left is None else left


def find(content: Content, query: str) -> list[Passage]:
    """The rows that answer ``query``, best first, each as JSON with the fields that answer."""
    from compressors.kinds._json_find import passages

    return passages(content.parsed, query)
