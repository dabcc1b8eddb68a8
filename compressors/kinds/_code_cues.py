"""Which language a text is in, told by cheap cues of each, without a parse."""

from __future__ import annotations

import re

from compressors.kinds import _lines, _lines_listing

_CUES = {
    "python": (
        r"(?:async )?def \w+\(|class \w+.*:$|from [\w.]+ import |import [\w.]+(?: as \w+)?$",
        r"@\w[\w.]*(?:\(.*)?$|(?:if|elif|for|while|with|try|except|else|finally)\b.*:$",
        r"return\b|self\.\w+|raise \w|\"\"\"|>>> |assert |\w+ = \w[\w.]*\(",
    ),
    "javascript": (
        r"(?:export )?(?:default )?(?:async )?function\b",
        r"(?:const|let|var) (?:[\w$]+ ?[=;,:]|[{\[])",
        r"import .* from ['\"]|module\.exports|\}\);?$|\w[\w.]*\(.*=> [{(]$",
        r"export (?:default|const)|if \(.*\) \{$|return .*;$|\};?$",
        r"(?:module\.)?exports\b|this\.\w+|await |throw new |async |constructor ?\(",
        r"\w+ === |.*\brequire\(['\"]|\w+: function|delete \w+|['\"]use strict['\"]",
    ),
    "typescript": (
        r"(?:export )?(?:interface|type|enum|abstract class) \w+|import type ",
        r"(?:private|public|readonly|protected) \w+\??: ",
        r"(?:const|let) \w+: |.*\w\??: (?:string|number|boolean|void|any|unknown|[A-Z]\w*)\b.*\{$",
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
        r"package [\w.]+;$|@Override|@\w+$|final \w|.*\bthrows \w|(?:abstract )?class \w.*\{$",
    ),
    "c": (
        r"#(?:include|define|ifdef|ifndef|endif|if|pragma)\b|typedef |(?:struct|enum|union) \w+",
        r"(?:static |extern |const |unsigned |struct )*(?:int|void|char|bool|float|double"
        r"|size_t|auto|\w+_t) \*?\w+.*[;{(,]$",
        r"return .*;$|\}$|(?:if|for|while|switch) \(.*|case \w+:$|goto \w+;|.*\w->\w|\*\w+ = ",
    ),
    "cpp": (
        r"template ?<|(?:inline )?namespace\b.*\{$|class \w+\b.*[{;]$|#include <\w+>",
        r"using (?:namespace )?[\w:]+(?: =.*)?;$|(?:public|private|protected) ?:$",
        r".*\b(?:std|boost)::|\w+::~?\w+\(",
        r".*\b(?:constexpr|nullptr|override|noexcept|static_cast|explicit|virtual)\b",
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
_ROWS, _CUES_NEEDED, _CLEAR, _SHARE = 20, 3, 6, 0.04
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
    rows = [row for row in rows if not _COMMENT.match(row)]
    few = rows[:: 1 + len(rows) // _ROWS]
    hits = _hits(few)
    first, second = sorted(hits.values(), reverse=True)[:2]
    if len(few) < len(rows) and not (first >= _CLEAR and first >= 2 * second):
        few, hits = rows, _hits(rows)
    language = min(hits, key=lambda name: (-hits[name], name))
    if hits[language] < _CUES_NEEDED:
        return None
    ends = sum([row.endswith(_ENDS) for row in few]) if language in _BRACED else 0
    return None if max(hits[language], ends) < _SHARE * len(few) else (language, listed)


def _hits(rows: list[str]) -> dict[str, int]:
    """How many of ``rows`` show a cue of each language."""
    telling = [row for row in rows if not _SHARED.match(row)]
    text = "\n".join(telling)
    hits = {
        name: sum([cue.match(row) is not None for row in telling])
        if name not in _NEEDED or any(word in text for word in _NEEDED[name])
        else 0
        for name, cue in _LANGUAGES.items()
    }
    for name, base in _EXTENDS.items():
        if hits[name]:
            hits[name] += hits[base]
    return hits
