"""Which language a text is in, told by cheap cues of each, without a parse."""

from __future__ import annotations

import re
from collections import Counter

from compressors.kinds import _lines, _lines_listing

# ``.*`` is quick where a plain letter or sign follows: what must stand before that is looked
# at from behind.
_CUES = {
    "python": (
        r"(?:async )?def \w+\(|class \w+.*:$|from [\w.]+ import |import [\w.]+(?: as \w+)?$",
        r"@\w[\w.]*(?:\(.*)?$|(?:if|elif|for|while|with|try|except|else|finally)\b.*:$",
        r"return\b|self\.\w+|raise \w|\"\"\"|>>> |assert |\w+ = \w[\w.]*\(",
    ),
    "javascript": (
        r"(?:export )?(?:default )?(?:async )?function\b",
        r"export (?:default )?(?:abstract )?class\b|class \w+ extends [\w.]+ \{$",
        r"(?:const|let|var) (?:[\w$]+ ?[=;,:]|[{\[])",
        r"import .* from ['\"]|module\.exports|\}\);?$|\w[\w.]*\(.*=> [{(]$",
        r"export (?:default|const)|if \(.*\) \{$|return .*;$|\};?$",
        r"(?:module\.)?exports\b|this\.\w+|await |throw new |async |constructor ?\(",
        r"\w+ === |.*require\((?<=\brequire\()['\"]|\w+: function|delete \w+|['\"]use strict['\"]",
    ),
    "typescript": (
        r"(?:export )?(?:interface|type|enum|abstract class) \w+|import type ",
        r"(?:private|public|readonly|protected) \w+\??: |readonly \w+ = ",
        r"(?:const|let) \w+: ",
        r"(?=.*\{$).*: (?:(?<=\w: )|(?<=\w\?: ))"
        r"(?:string|number|boolean|void|any|unknown|[A-Z]\w*)\b.*\{$",
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
        r"(?:public|private|protected) (?!:).*[{;]$|import (?:static )?[\w.]+\*?;$",
        r"package [\w.]+;$|@Override|@\w+$|final \w|.*throws (?<=\bthrows )\w",
        r"(?:abstract )?class \w.*\{$",
    ),
    "c": (
        r"#(?:include|define|ifdef|ifndef|endif|if|pragma)\b|typedef |(?:struct|enum|union) \w+",
        r"(?:static |extern |const |unsigned |struct )*(?:int|void|char|bool|float|double"
        r"|size_t|auto|\w+_t) \*?\w+.*[;{(,]$",
        r"return .*;$|\}$|(?:if|for|while|switch) \(.*|case \w+:$|goto \w+;",
        r".*->(?<=\w->)\w|\*\w+ = ",
    ),
    "cpp": (
        r"template ?<|(?:inline )?namespace\b.*\{$|class \w+\b.*[{;]$|#include <\w+>",
        r"using (?:namespace )?[\w:]+(?: =.*)?;$|(?:public|private|protected) ?:$",
        r".*::(?:(?<=\bstd::)|(?<=\bboost::))|\w+::~?\w+\(",
        *(rf".*{word}(?<=\b{word})\b" for word in ("constexpr", "nullptr", "override", "noexcept")),
        *(rf".*{word}(?<=\b{word})\b" for word in ("static_cast", "explicit", "virtual")),
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
    "css": (
        # Words that begin a block of code begin no selector.
        r"(?!(?:export|default|abstract|class|interface|enum|type|struct|union|namespace|module"
        r"|package|trait|impl|mod|unsafe|public|private|protected|internal|static|final|async"
        r"|function|func|fn|else|try|finally|do|loop|switch|match|select|return|defer|go)\b)"
        r"[.#@]?[\w\-:.#, >]+ \{$|[\w-]+: [^;\n]+;$|\}$",
    ),
}
_LANGUAGES = {
    name: re.compile(rf"\n(?:{'|'.join(cues)})", re.MULTILINE) for name, cues in _CUES.items()
}
# A brace alone is no cue for one language among those that share it.
_SHARED = re.compile(r"(?:[})\];]+|return .*;|)$")
_COMMENT = re.compile(r"#(?!include|define|if|end|!|\[|pragma)|//|/\*|\*|--|$")
_ROWS, _CUES_NEEDED, _CLEAR, _SHARE = 20, 3, 6, 0.04
# Where most rows are remarks like this, few others are left to show cues.
_REMARK, _CUES_AMONG_REMARKS = "//", 2
# A text without any of these shows no cue of the language worth counting.
_NEEDED: dict[str, tuple[str, ...]] = {
    "javascript": ("{", ";"),
    "typescript": (
        *("interface ", "type ", "enum ", "class ", "const ", "let "),
        *("private ", "public ", "readonly ", "protected "),
    ),
    "go": ("package ", "func ", ":=", "import (", "defer ", "nil", "struct {", "interface {"),
    "rust": (
        *("fn ", "struct ", "enum ", "trait ", "mod ", "impl", "use ", "let ", "#["),
        "match ",
    ),
    "java": (";", "{"),
    "c": (";", "#include", "#define", "#if", "#endif", "#pragma"),
    "cpp": ("::", ";", "template", "namespace"),
    "shell": ("fi", "echo ", "[ ", "done", "esac", "export ", "#!", "() {", "set -e", "local "),
    "ruby": ("end", "require ", "attr_"),
    "php": ("<?php", "$", "function ", "namespace "),
    "sql": (
        *("elect", "ELECT", "nsert ", "NSERT ", "reate ", "REATE ", "lter ", "LTER "),
        *("pdate ", "PDATE "),
    ),
    "css": ("{",),
}
# Rows of these languages mostly end like this.
_BRACED = frozenset(("c", "cpp", "go", "java", "javascript", "rust", "typescript"))
_ENDS = (";", "{", "}", ");", "},", "(")
# Languages whose marks another has too, beside marks of its own.
_EXTENDS = {"typescript": "javascript", "cpp": "c", "java": "c"}


def recognise(text: str) -> tuple[str, bool] | None:
    """The language of a text that shows enough cues of one, and whether its lines are numbered."""
    rows = _lines.sample(text)
    listed = _lines_listing.listed(rows)
    if listed:
        rows = [_lines_listing.unnumbered(row) for row in rows]
    # Without indentation, which patterns would try to give back space by space.
    rows = list(map(str.lstrip, rows))
    remarks = 2 * sum([row.startswith(_REMARK) for row in rows]) > len(rows)
    rows = [row for row in rows if not _COMMENT.match(row)]
    step = 1 + len(rows) // _ROWS
    few = rows[::step]
    counts = _counts(few)
    hits = _hits(counts)
    first, second = sorted(hits.values(), reverse=True)[:2]
    if len(few) < len(rows) and not (first >= _CLEAR and first >= 2 * second):
        others = rows.copy()
        del others[::step]
        counts.update(_counts(others))
        few, hits = rows, _hits(counts)
    language = min(hits, key=lambda name: (-hits[name], name))
    if hits[language] < (_CUES_AMONG_REMARKS if remarks else _CUES_NEEDED):
        return None
    ends = sum([row.endswith(_ENDS) for row in few]) if language in _BRACED else 0
    return None if max(hits[language], ends) < _SHARE * len(few) else (language, listed)


def _counts(rows: list[str]) -> Counter[str]:
    """How many of ``rows`` show a cue of each language, apart from those it shares."""
    text = "\n" + "\n".join([row for row in rows if not _SHARED.match(row)])
    return Counter(
        {
            name: len(cue.findall(text))
            for name, cue in _LANGUAGES.items()
            if name not in _NEEDED or any(word in text for word in _NEEDED[name])
        }
    )


def _hits(counts: Counter[str]) -> dict[str, int]:
    """How many rows show a cue of each language or of the one that it extends."""
    hits = {name: counts[name] for name in _LANGUAGES}
    for name, base in _EXTENDS.items():
        if hits[name]:
            hits[name] += hits[base]
    return hits
