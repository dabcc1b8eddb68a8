"""Source code, told by cheap cues of each language; also as listed with line numbers."""

from __future__ import annotations

import re
from typing import NamedTuple

from compressors.kinds import _lines, _lines_folds, _lines_listing
from compressors.kinds.base import Content, Cut, Focus, Params, Passage

__all__ = ["NAME", "Params", "Source", "compress", "find", "recognise", "restore", "signature"]

NAME = "code"
_CUES = {
    "python": (
        r"(?:async )?def \w+\(|class \w+.*:$|from [\w.]+ import |import [\w.]+(?: as \w+)?$",
        r"@\w[\w.]*(?:\(.*)?$|(?:if|elif|for|while|with|try|except|else|finally)\b.*:$",
        r"return\b|self\.\w+|raise \w|\"\"\"|>>> |assert |\w+ = \w[\w.]*\(",
    ),
    "javascript": (
        r"(?:export )?(?:default )?(?:async )?function\b|(?:const|let|var) [\w{\[]",
        r"import .* from ['\"]|module\.exports|\}\);?$|\w[\w.]*\(.*=> [{(]$",
        r"export (?:default|const)|if \(.*\) \{$|return .*;$|\};?$",
    ),
    "typescript": (
        r"(?:export )?(?:interface|type|enum|abstract class) \w+|import type ",
        r"(?:private|public|readonly|protected) \w+\??: ",
        r"(?:const|let) \w+: ",
    ),
    "go": (
        r"package \w+$|func (?:\(\w+ \*?\w+\) )?\w+\(|type \w+ (?:struct|interface) \{",
        r"\w+(?:, \w+)* := |import \($|if err != nil \{|defer |go func|return .*nil|\}$",
    ),
    "rust": (
        r"(?:pub(?:\(\w+\))? )?(?:async )?fn \w+|(?:pub )?(?:struct|enum|trait|mod) \w+",
        r"impl\b|use [\w:]+(?:::|;)|let (?:mut )?\w+|#\[\w+|match .* \{$|\}$",
    ),
    "java": (
        r"(?:public|private|protected)\b.*[{;]$|import (?:static )?[\w.]+\*?;$",
        r"package [\w.]+;$|@Override|@\w+$|(?:final |static )+\w|return .*;$|\}$",
    ),
    "c": (
        r"#(?:include|define|ifdef|ifndef|endif|if|pragma)\b|typedef |using namespace",
        r"(?:static |extern |const |unsigned |struct )*(?:int|void|char|bool|float|double"
        r"|size_t|auto|\w+_t) \*?\w+.*[;{(,]$",
        r"template ?<|namespace \w+|return .*;$|\}$",
    ),
    "shell": (
        r"#!.*\bsh\b|(?:if|elif|while) \[|(?:fi|done|esac|then|do)$|echo |export \w+=",
        r"set -e|\w+\(\) \{$|local \w+=",
    ),
    "ruby": (
        r"def \w+[?!]?(?:\(.*\))?$|end$|require ['\"]|class \w+(?: < [\w:]+)?$|module \w+$",
        r"attr_\w+ :|\w+ do \|",
    ),
    "php": (
        r"<\?php|\$\w+ = |(?:public|private|protected) function|namespace [\w\\]+;",
        r"use [\w\\]+;",
    ),
    "sql": (
        r"(?i:select\b.*|insert into |create (?:table|index|view)\b|alter table )",
        r"(?i:update \w+ set |from \w+|where |order by )",
    ),
    "css": (r"[.#@]?[\w\-:.#, >]+ \{$|[\w-]+: [^;]+;$|\}$",),
}
_LANGUAGES = {name: re.compile(rf"\s*(?:{'|'.join(cues)})") for name, cues in _CUES.items()}
# A brace alone is no cue for one language among those that share it.
_SHARED = re.compile(r"\s*(?:[})\];]+|return .*;|)$")
_COMMENT = re.compile(r"\s*(?:#(?!include|define|if|end|!|\[|pragma)|//|/\*|\*|--|$)")
_ROWS, _CUES_NEEDED, _SHARE = 32, 3, 0.25


class Source(NamedTuple):
    """The language, and whether each line is listed with its number."""

    language: str
    listed: bool


def recognise(text: str) -> Source | None:
    """The language of a text that shows enough cues of one, else None."""
    rows = _lines.sample(text)
    listed = _lines_listing.listed(rows)
    if listed:
        rows = [_lines_listing.unnumbered(row) for row in rows]
    rows = [row for row in rows if not _COMMENT.match(row)]
    rows = rows[:: 1 + len(rows) // _ROWS]
    if not rows:
        return None
    telling = [row for row in rows if not _SHARED.match(row)]
    hits = {
        name: sum(cue.match(row) is not None for row in telling) for name, cue in _LANGUAGES.items()
    }
    if hits["typescript"]:
        hits["typescript"] += hits["javascript"]
    language = min(hits, key=lambda name: (-hits[name], name))
    if hits[language] < _CUES_NEEDED or hits[language] < _SHARE * len(rows):
        return None
    return Source(language, listed)


def signature(parsed: Source) -> str:
    """The language, and whether lines are numbered."""
    return f"{NAME}|{parsed.language}" + ("|listed" if parsed.listed else "")


def compress(content: Content, params: Params, focus: Focus) -> Cut:  # noqa: ARG001
    """The code without padding before its line numbers, or with runs of lines folded."""
    if isinstance(content.parsed, Source) and content.parsed.listed and not params.passthrough:
        text = _lines_listing.narrow(NAME, content.text)
        if text is not None:
            number = _lines.count(content.text)
            return Cut(text, False, "lines", number, number)
    return _lines_folds.compress(NAME, content, params)


def restore(text: str) -> str:
    """The code that the lossless parameters made ``text`` of."""
    listing = _lines_listing.widen(NAME, text)
    return _lines_folds.unfold(NAME, text) if listing is None else listing


def find(content: Content, query: str) -> list[Passage]:
    """The paragraphs of code that answer ``query``, best first, with where they stood."""
    return _lines.find_paragraphs(content.text, query)
