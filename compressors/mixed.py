"""Content of several kinds: split, each part shortened by its own kind, put back in order.

A tool's preamble before its JSON, Markdown with blocks of code, a log with documents in
it, the outputs of a session, what a harness wraps around an output. What is of one kind
throughout is that kind's business alone, here as elsewhere.

The whole has one kind, that which holds most of its characters, and the signature of its
first part of that kind, so that an array has one signature with and without a sentence
before it. Parts of other kinds are shortened under the rung of their own ladder that has the
same place as the profile's, counted from ``lossless``: the last where there are fewer. Where a
profile keeps more than the rung it is named after, that is the place of the rung that keeps
as much. So no part loses under a profile what its own rung of that place would keep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from compressors import _mixed_blocks as blocks
from compressors import _mixed_notation as notation
from compressors import relevance
from compressors._mixed_blocks import Span
from compressors._mixed_notation import Piece
from compressors.detect import detect, recognised
from compressors.kinds import KINDS
from compressors.kinds.base import Content, Cut, Focus, Kind, Params, Passage
from compressors.profiles import BUILT_IN_DEFAULT, LADDERS, Profile, rung_of

__all__ = ["Mixed", "Part", "compress", "find", "read", "restore", "signature"]

_TEXT = "text"
# Kinds whose marks are clear: where the whole is one of them, nothing is cut out of it.
_CLEAR = frozenset({"json", "diff", "html", "search", "table"})
# Kinds that know what harnesses wrap around their lines, and one that cannot be wrapped.
_BY_LINE = frozenset({"json", "log", "search"})
_DETECTED, _MOST_DETECTED = 240, 16
_WORTH, _WORTH_EACH = 30, 12
_KEPT = 0.92
_PASSAGES = 8


class Part(msgspec.Struct, frozen=True):
    """A part of a content: where it starts, and whether it starts within a line."""

    content: Content
    start: int
    glued: bool


class Mixed(msgspec.Struct, frozen=True):
    """What recognition found out about content of several kinds: its parts, in order."""

    parts: tuple[Part, ...]


def read(text: str) -> Content:
    """The content with its kind; ``parsed`` is a :class:`Mixed` where it has several.

    Never raises.
    """
    return detect(text) if len(text) < blocks.FEWEST else _read(text)


def signature(content: Content, kinds: Mapping[str, Kind] = KINDS) -> str:
    """The signature of its kind: for several parts that of the first part of this kind."""
    if isinstance(content.parsed, Mixed):
        first = next(p.content for p in content.parsed.parts if p.content.kind == content.kind)
        return kinds[content.kind].signature(first.parsed)
    return kinds[content.kind].signature(content.parsed)


def compress(
    content: Content, profile: Profile, focus: Focus, *, kinds: Mapping[str, Kind] = KINDS
) -> Cut:
    """``content`` under ``profile``, each part of it under what that means for its kind."""
    mixed = content.parsed
    if not isinstance(mixed, Mixed):
        cut = kinds[profile.kind].compress(content, profile.params, focus)
        if cut.lossy or profile.params.passthrough or not cut.text.startswith(notation.OPENING):
            return cut
        return msgspec.structs.replace(cut, text=notation.raw(cut.text))
    if profile.params.passthrough:
        return Cut(content.text, False)
    cuts = [_cut(part.content, profile, focus, kinds) for part in mixed.parts]
    return _joined(content, mixed.parts, cuts)


def restore(kind: str, text: str, kinds: Mapping[str, Kind] = KINDS) -> str:
    """The original, to the character, from what a profile without loss made of it."""

    def part(of: str, written: str) -> str:
        return kinds[of].restore(written)

    try:
        original = notation.read(text, part)
    except KeyError:
        original = None
    return part(kind, text) if original is None else original


def find(content: Content, query: str, *, kinds: Mapping[str, Kind] = KINDS) -> list[Passage]:
    """The parts of ``content`` that answer ``query``, best first."""
    mixed = content.parsed
    if not isinstance(mixed, Mixed):
        return kinds[content.kind].find(content, query)
    total = len(content.text)
    found: list[Passage] = []
    for part in mixed.parts:
        size = len(part.content.text)
        for passage in kinds[part.content.kind].find(part.content, query):
            at = part.start + passage.position * size // 20
            found.append(Passage(passage.text, min(19, 20 * at // total), passage.fields))
    scores = relevance.rank(query, [passage.text for passage in found])
    best = sorted(range(len(found)), key=lambda number: (-scores[number], number))
    return [found[number] for number in best[:_PASSAGES]]


def corresponding(profile: Profile, kind: str) -> Params:
    """The parameters that ``profile`` means for a part of ``kind``."""
    if kind == profile.kind:
        return profile.params
    ladder = LADDERS[kind]
    own = LADDERS[profile.kind]
    place = rung_of(profile.name)
    while place > 1 and not _keeps(own[place].params, profile.params):
        place -= 1
    return ladder[min(place, len(ladder) - 1)].params


def _keeps(rung: Params, asked: Params) -> bool:
    """Whether ``rung`` keeps at least the shares that are asked for."""
    least = msgspec.structs.asdict(asked)
    return all(
        value >= least[name]
        for name, value in msgspec.structs.asdict(rung).items()
        if isinstance(value, float)
    )


def _read(text: str) -> Content:
    known: dict[Span, Content] = {}
    first, last = text.lstrip()[:1], text.rstrip()[-1:]
    whole = detect(text) if first in ("{", "[") and last in ("}", "]") else None
    if whole is not None and whole.kind in _CLEAR:
        return _assembled(text, _framed(text, whole), known, whole)
    spans = list(blocks.fences(text)) or list(blocks.outputs(text))
    marked = bool(spans)
    if not marked:
        spans = list(_documents(text, known, inline=False))
    # What begins with a document is no other kind: the rest need not be held against all.
    if whole is None and not (spans and spans[0].hint == "json" and _several_lines(text, spans)):
        whole = detect(text)
        if whole.kind in _CLEAR:
            return _assembled(text, _framed(text, whole), known, whole)
        if whole.kind == "log" and spans and not marked:
            return whole
    if not spans and whole is not None:
        spans = _spans(text, whole, known)
    return _assembled(text, spans, known, whole)


def _several_lines(text: str, spans: Sequence[Span]) -> bool:
    """Whether one of the documents is written over several lines: few logs hold such."""
    lines = (text[span.start : span.end].partition("\n") for span in spans)
    return any(rest and first.rstrip()[-1:] not in ("}", "]") for first, _, rest in lines)


def _documents(text: str, known: dict[Span, Content], *, inline: bool) -> Iterable[Span]:
    """The spans of documents, which are parsed on the way and once."""
    parsed: list[Content] = []

    def parses(piece: str) -> bool:
        document = recognised("json", piece)
        if document is not None:
            parsed.append(document)
        return document is not None

    for span in blocks.documents(text, parses, inline=inline):
        known[span] = parsed[-1]
        yield span


def _spans(text: str, whole: Content, known: dict[Span, Content]) -> list[Span]:
    """What within a text, a log, code or a configuration may be of another kind."""
    spans: list[Span] = []
    if whole.kind in (_TEXT, "log"):
        spans = list(_documents(text, known, inline=True))
    if not spans and whole.kind == _TEXT:
        spans = list(blocks.inserts(text))
    return spans or _framed(text, whole)


def _framed(text: str, whole: Content) -> list[Span]:
    """The output within what a harness put around it, if it did; kinds by line know of that."""
    if whole.kind in _BY_LINE:
        return []
    framed = blocks.frame(text, known=whole.kind != _TEXT)
    if framed.end - framed.start in range(blocks.FEWEST, len(text)):
        return [framed._replace(hint="" if whole.kind == _TEXT else whole.kind)]
    return []


def _assembled(
    text: str, spans: list[Span], known: dict[Span, Content], whole: Content | None
) -> Content:
    """The content with its parts, or as a whole where all of it is text or one part."""
    if not spans and whole is not None:
        return whole
    parts: list[Part] = []
    detections = _MOST_DETECTED
    for span in _filled(text, spans):
        content = known.get(span)
        if content is None and span.hint in KINDS:
            content = recognised(span.hint, text[span.start : span.end])
        if content is None and span.end - span.start >= _DETECTED and detections:
            detections -= 1
            found = detect(text[span.start : span.end])
            content = None if found.kind == _TEXT else found
        start = span.start
        if content is None:
            if parts and parts[-1].content.kind == _TEXT:
                start = parts.pop().start
            piece = text[start : span.end]
            content = recognised(_TEXT, piece) or Content(_TEXT, piece, None)
        before = parts[-1].start + len(parts[-1].content.text) if parts else -1
        parts.append(Part(content, start, start == before))
    if len(parts) < 2:
        return whole or detect(text)
    sizes: Counter[str] = Counter()
    for part in parts:
        sizes[part.content.kind] += len(part.content.text)
    kind = max(KINDS, key=lambda name: sizes[name])
    return Content(kind, text, Mixed(tuple(parts)))


def _filled(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The spans and what stands between them, without the line ends that part them."""
    at = 0
    for span in (*spans, Span(len(text), len(text))):
        gap = text[at : span.start]
        start = at + (at > 0 and gap[:1] == "\n")
        end = span.start - (span.start < len(text) and gap[-1:] == "\n")
        last = span.start == len(text)
        if gap and (gap != "\n" or last or not at):
            yield Span(start, end)
        if not last:
            yield span
        at = span.end


def _cut(content: Content, profile: Profile, focus: Focus, kinds: Mapping[str, Kind]) -> Cut:
    """A part under what ``profile`` means for its kind; whole where the loss saves little."""
    kind = kinds[content.kind]
    cut = kind.compress(content, corresponding(profile, content.kind), focus)
    if cut.lossy and len(cut.text) > _KEPT * len(content.text):
        return kind.compress(content, BUILT_IN_DEFAULT[content.kind].params, focus)
    return cut


def _joined(content: Content, parts: Sequence[Part], cuts: Sequence[Cut]) -> Cut:
    """The parts as cut, in order; items are those of the parts of the content's own kind."""
    own = [cut for part, cut in zip(parts, cuts, strict=True) if part.content.kind == content.kind]
    counts = [
        (cut.items_before, cut.items_after)
        for cut in own
        if cut.items_before is not None and cut.items_after is not None
    ]
    before = sum(count for count, _ in counts) if counts else None
    after = sum(count for _, count in counts) if counts else None
    lossy = any(cut.lossy for cut in cuts)
    saved = len(content.text) - sum(len(cut.text) + 1 for cut in cuts)
    if lossy:
        text = "\n".join(_delimited(parts, cuts))
    elif saved >= _WORTH + _WORTH_EACH * len(parts):
        text = notation.write(
            [
                Piece(part.content.kind, cut.text, part.glued)
                for part, cut in zip(parts, cuts, strict=True)
            ]
        )
    else:
        text = notation.raw(content.text, "[toin ")
    return Cut(text, lossy, own[0].unit, before, after)


def _delimited(parts: Sequence[Part], cuts: Sequence[Cut]) -> Iterator[str]:
    """The texts of cuts, with a line after one in a notation where plain text follows."""
    for number, cut in enumerate(cuts):
        yield cut.text
        following = cuts[number + 1].text if number + 1 < len(cuts) else "[toin "
        if cut.text.startswith("[toin ") and not following.startswith("[toin "):
            yield f"[toin {parts[number].content.kind}: ends here]"
