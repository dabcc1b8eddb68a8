"""Configuration: YAML, TOML, INI, environment variables, properties.

Lossless: blocks of one shape are written once, each of them then as a line with what
differs. Lossy: comments are folded but for those that warn, order or deprecate; long
values are shortened around what is loud; of many blocks of one shape and of the items of
long lists those stay that are unlike the others, first and last, and a share of the rest.

Where something is asked for, the blocks that answer stay whole. Of those of the same sort,
which are items of a list or sections or keys with like bodies, the others are left out but
for what stands out among them and a share, and a note names them. Where nothing is asked
for every key stays, also of blocks left out, but for those below ``managedFields``, which
the server of Kubernetes writes for itself. Nothing changes its place. Secrets are content
like any other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compressors._patterns import deferred
from compressors.kinds import _lines, _lines_folds, _lines_notation
from compressors.kinds._lines_forms import Forms
from compressors.kinds.base import Content, Cut, Focus, Passage
from compressors.kinds.base import Params as BaseParams

# What reads a configuration is loaded with the first one: its expressions take time to
# compile, and many processes that compress never see one.
if TYPE_CHECKING:
    from compressors.kinds._config_lines import Line

__all__ = ["NAME", "Params", "Settings", "compress", "find", "recognise", "restore", "signature"]

NAME = "config"
_LOOKED_AT = 12_000
_KEYS = 400
_SHARE = 0.8
_WORTH = 0.92
_FLAT = frozenset({"env", "properties", "ini"})
_COMMENT = deferred(r"\s*(?:[#;]|//|$)")
_SECTION = deferred(r"\s*\[\[?\"?([\w.:/ @\"'-]+)\]?\]\s*(?:[#;].*)?$")
_VARIABLE = deferred(r"(?:export )?([A-Z_][A-Z0-9_]*)=")
_ASSIGNMENT = deferred(r"\s*([\w.\-\"'/ ]{1,80}?)\s*=(?!=)\s*(.*)")
_TYPED = deferred(r"(?:\"|'|\[|\{|true$|false$|[+-]?\d)")
_MAPPING = deferred(
    r"( *)(?:- )*([\"']?[A-Za-z_./$@*<][\w./$@*<>-]*+(?: [\w./()-]++){0,3}[\"']?) ?:(?: +(.*)|$)"
)
_SENTENCE = deferred(r"[^\W\d_][^\s:]* (?:\S+ ){4}.*[.!?][\"”)]?\s*$")
# A value that goes on in the lines below, and where such a value ends.
_SCALAR = deferred(r"(?::|-) +(?:[&!]\S+ +)*[|>][-+0-9]{0,3}\s*(?:#.*)?$|= *[\[{]\s*(?:#.*)?$")
_WITHIN = (
    deferred(r"[:-] [|>][-+]?\r?\n"),
    deferred(r"= *(?:[\[{]\r?\n|\"\"\"|''')"),
)
_CLOSING = ("]", "}", "],", "},")
_FENCES = ('"""', "'''")
_MOST_ROWS = 160
_PASSAGES = 8
_ITEM = deferred(r" *- \S| *-$")


class Params(BaseParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of a configuration stays beside what is asked for.

    ``comment_share``: of the lines of comments that neither warn nor order, in [0, 1].
    ``block_share``: of blocks of one shape or sort, and of the items of long lists, that are
    like the others, in (0, 1]. ``value_share``: of the characters of long values and the lines
    of long texts, in (0, 1].
    """

    comment_share: float = 1.0
    block_share: float = 1.0
    value_share: float = 1.0

    def __post_init__(self) -> None:
        """Refuse shares out of range."""
        if not 0.0 <= self.comment_share <= 1.0:
            raise ValueError(f"comment_share is {self.comment_share}: give a share in [0, 1]")
        for name in ("block_share", "value_share"):
            share = getattr(self, name)
            if not 0.0 < share <= 1.0:
                raise ValueError(f"{name} is {share}: give a share in (0, 1]")


class Settings:
    """A recognised configuration: its flavour, and the keys of its outer level.

    What else is worked out of it is worked out when asked for, and once.
    """

    __slots__ = ("_lines", "_lossless", "_rows", "flavour", "keys", "text")

    def __init__(self, flavour: str, keys: tuple[str, ...], text: str = "") -> None:
        self.flavour = flavour
        self.keys = keys
        self.text = text
        self._rows: _lines.Rows | None = None
        self._lines: list[Line] | None = None
        self._lossless: str | None = None

    @property
    def rows(self) -> _lines.Rows:
        """The lines as they stand."""
        if self._rows is None:
            self._rows = _lines.split(self.text)
        return self._rows

    @property
    def lines(self) -> list[Line]:
        """The lines taken apart."""
        if self._lines is None:
            from compressors.kinds._config_lines import take_apart

            self._lines = take_apart(self.rows.rows, self.flavour)
        return self._lines

    @property
    def lossless(self) -> str:
        """The shortest of the texts from which this one can be restored."""
        if self._lossless is None:
            self._lossless = self._shortest()
        return self._lossless

    def _shortest(self) -> str:
        from compressors.kinds._config_blocks import groups_of
        from compressors.kinds._config_lines import merge
        from compressors.kinds._config_notation import encode
        from compressors.kinds._config_undo import decode

        merged = merge(self.lines, range(len(self.lines))).lines
        groups = groups_of(merged, fewest=2)
        if groups:
            short = encode(merged, groups, self.rows)
            if len(short) <= _WORTH * len(self.text) and decode(short) == self.text:
                return short
        if self.flavour in _FLAT:
            return _lines_notation.shorter(NAME, self.text, Forms(self.text))
        return _lines_folds.fold(NAME, self.text)


def recognise(text: str) -> Settings | None:
    """Flavour and keys of a text that sets things for the most part, else None."""
    head = text[:_LOOKED_AT]
    rows = [row for row in _lines.sample(head) if not _COMMENT.match(row)]
    if len(rows) < 2:
        return None
    found = _variables(rows) or _sections(rows) or _mappings(rows)
    if found is None and any(sign.search(head) for sign in _WITHIN):
        rows = _outer(head.split("\n")[:_MOST_ROWS])
        found = _sections(rows) or _mappings(rows) if len(rows) > 1 else None
    if found is not None:
        found.text = text
    return found


def signature(parsed: Settings) -> str:
    """Flavour and key set."""
    return f"{NAME}|{parsed.flavour}|{','.join(parsed.keys)}"


def compress(content: Content, params: Params, focus: Focus) -> Cut:
    """The configuration with repeated blocks written once and, where asked for, folded."""
    if params.passthrough:
        return _lines.as_it_is(content)
    settings = (
        content.parsed
        if isinstance(content.parsed, Settings)
        else Settings("yaml", (), content.text)
    )
    size = _lines.count(content.text)
    shares = (params.comment_share, params.block_share, params.value_share)
    if params.lossless or min(shares) >= 1:
        return Cut(settings.lossless, False, "lines", size, size)
    from compressors.kinds._config_write import Shares, write

    text, left = write(settings.lines, Shares(*shares), settings.rows.rows, focus.query)
    return Cut(text, True, "lines", size, min(size, left))


def restore(text: str) -> str:
    """The configuration that the lossless parameters made ``text`` of."""
    from compressors.kinds._config_undo import decode

    original = decode(text)
    if original is not None:
        return original
    if _lines_folds.folded(NAME, text):
        return _lines_folds.unfold(NAME, text)
    lined = _lines_notation.decode(NAME, text)
    return _lines_folds.unfold(NAME, text) if lined == text else lined


def find(content: Content, query: str) -> list[Passage]:
    """The lines that answer ``query``, best first, each below those that it belongs to."""
    settings = content.parsed
    if not isinstance(settings, Settings):
        return _lines.find_rows(content.text, query)
    from compressors.kinds._config_lines import above

    rows = settings.rows.rows
    total = len(rows)
    return [
        Passage(
            "\n".join(rows[at] for at in (*above(settings.lines, number), number)),
            _lines.twentieth(number, total),
        )
        for number in _lines.best(query, rows, limit=_PASSAGES)
    ]


def _outer(rows: list[str]) -> list[str]:
    """Rows without comments and without those inside a value of several lines."""
    outer: list[str] = []
    within = -1
    fence = ""
    for row in rows:
        width = len(row) - len(row.lstrip())
        if fence:
            fence = "" if fence in row else fence
        elif within >= 0 and (width > within or not row.strip() or row.strip() in _CLOSING):
            continue
        elif not _COMMENT.match(row):
            within = -1
            outer.append(row)
            if _SCALAR.search(row):
                within = width
            else:
                fence = next((sign for sign in _FENCES if row.count(sign) == 1), "")
    return outer


def _set(flavour: str, keys: list[str]) -> Settings:
    return Settings(flavour, tuple(sorted(set(keys))[:_KEYS]))


def _variables(rows: list[str]) -> Settings | None:
    names = [found[1] for row in rows if "=" in row and (found := _VARIABLE.match(row))]
    return _set("env", names) if len(names) >= max(2, _SHARE * len(rows)) else None


def _sections(rows: list[str]) -> Settings | None:
    """INI, TOML and properties: sections, or assignments alone."""
    sections = [found[1] for row in rows if "[" in row and (found := _SECTION.match(row))]
    pairs = [found for row in rows if "=" in row and (found := _ASSIGNMENT.match(row))]
    if len(pairs) < 2 or len(pairs) + len(sections) < _SHARE * len(rows):
        return None
    if not sections:
        # Without a section only plain keys tell a configuration from code.
        plain = [pair[1] for pair in pairs if re.fullmatch(r"[\w.\-]+", pair[1])]
        dotted = sum("." in name for name in plain)
        return _set("properties", plain) if 2 * dotted >= len(rows) else None
    typed = sum(_TYPED.match(pair[2]) is not None for pair in pairs)
    keys = sections + [pair[1].strip() for pair in pairs]
    return _set("toml" if typed == len(pairs) else "ini", keys)


def _mappings(rows: list[str]) -> Settings | None:
    """YAML: keys, list items and what is indented below them."""
    found = [_MAPPING.match(row) if ":" in row else None for row in rows]
    pairs = [match for match in found if match]
    items = sum(
        match is None and _ITEM.match(row) is not None
        for match, row in zip(found, rows, strict=True)
    )
    marker = rows[0].startswith("---")
    if len(pairs) < 2 or len(pairs) + items + marker < _SHARE * len(rows):
        return None
    names = [match[2].strip("\"'") for match in pairs]
    # Reports of commands say "Raid Level : raid1": a setting's name has no spaces.
    if 4 * len(pairs) < len(rows) or 10 * sum(" " in name for name in names) > 3 * len(names):
        return None
    if not any(match[3] or match[1] for match in pairs):
        return None
    # "Anna: Whoever comes first makes the tea." is said, not set.
    if 2 * sum(_SENTENCE.match(match[3] or "") is not None for match in pairs) > len(pairs):
        return None
    outer = min(len(match[1]) for match in pairs)
    return _set(
        "yaml", [name for match, name in zip(pairs, names, strict=True) if len(match[1]) == outer]
    )
