"""Where in a text something of another kind begins and ends: documents, fences, prompts, frames.

Every mark looked for starts a line or ends one, and is searched for by its first characters,
so that a text without any costs next to nothing. Spans are in order and apart.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from compressors._patterns import deferred

FEWEST = 160
"""Characters: what is shorter is not worth a part of its own."""

_MOST = 32
_CANDIDATES, _FAILURES = 256, 8
_DOCUMENT = deferred(r"\n[{\[](?=[ \t\r]*[\n\"{\[\d}\]tfn-])")
_OPENING = deferred(r"[{\[](?<=[: ].)(?<!= .)(?=[ \t]*\r?\n[ \t]+[\"{\[\d])")
_AFTER_HEAD = deferred(r"[^\n{\[]{1,200}?: ?(?=[{\[][ \t\r]*[\n\"{\[\d])")
_CLOSED = {
    "{": deferred(r"\}(?=[ \t\r]*(?:\n[^\s{}\[\],\"]|\n*\Z))"),
    "[": deferred(r"\](?=[ \t\r]*(?:\n[^\s{}\[\],\"]|\n*\Z))"),
}
_CLOSING = {"{": "}", "[": "]"}
_FENCE = deferred(r"\n(`{3,}+|~{3,}+)[ \t]*([\w+#.-]{0,20})[^\n`]*(?=\n)")
_PROMPT = deferred(
    r"\n(?:\$|[\w.-]{1,40}@[\w.-]{1,60}:[^\s$#]{0,200}[$#]|bash-[\d.]{0,5}[$#]"
    r"|PS [A-Z]:[^>\n]{0,200}>) ?(?=[^\s$])[^\n]*"
)
# One of these stands in every prompt.
_PROMPTS = ("\n$", "@", "\nbash-", "\nPS ")
_PATCH = deferred(r"\ndiff --(?:git|cc|combined) ")
_NO_PATCH = deferred(
    r"\n(?![ +\-@\\\n]|diff |index |new |deleted |old |rename |copy |(?:dis)?similarity |Binary "
    r"|GIT |\Z)"
)
_BARS = deferred(r"\n\|[^\n]+\|[ \t]*\n\|[ :|-]{3,}\|[ \t]*(?:\n\|[^\n]*)+")
# What harnesses put around an output, line by line.
_TAG = (
    r"</?(?:output|stdout|stderr|output_head|output_tail|results?|observation|response|tool_result"
    r"|tool_output|function_results)>|<(?:returncode|exit_code|elapsed|exit_status)>[^\n]{0,80}"
)
_KNOWN = (
    rf"{_TAG}|OBSERVATION:|Observation:|(?:STDOUT|STDERR|Output|stdout|stderr):"
    r"|Here's the result of running [^\n]{1,300}|\[File: [^\n]{1,300}\]"
    r"|\(\d+ more lines (?:above|below)\)|\((?:Open file|Current directory): [^\n]{0,300}\)"
    r"|bash-\$ ?|\[(?:The command|Python|Jupyter|Current|Command)[^\n]{0,300}\]"
)
_HEAD_KNOWN = deferred(rf"(?:(?:{_KNOWN})?[ \t\r]*\n){{1,6}}")
_TAIL_KNOWN = deferred(rf"(?:\n(?:{_KNOWN})?[ \t\r]*){{1,6}}\Z")
_HEAD_ANY = deferred(
    r"[^\s'\"{}=][^\n]{0,200}(?<!:)\n(?:[^\n]{0,200}\n){0,3}?"
    r"(?:[^\s'\"][^\n]{0,200}:)?[ \t\r]*\n\n?"
    r"|[A-Z#(\[<][^\n=(){}]{0,200}:[ \t\r]*\n\n?"
)
_TAIL_ANY = deferred(rf"(?:\n(?:{_KNOWN}|[(\[<.…][^\n]{{0,200}})?[ \t\r]*){{1,4}}\Z")
_TAIL_WITHIN, _TAIL_LINES = 1_600, 6
_HINTS = {
    "json": "json", "jsonc": "json", "jsonl": "json", "diff": "diff", "patch": "diff",
    "html": "html", "yaml": "config", "yml": "config", "toml": "config", "ini": "config",
    "csv": "table", "log": "log",
}  # fmt: skip


class Span(NamedTuple):
    """A stretch of a text, and the kind it is likely to be of, where something says so."""

    start: int
    end: int
    hint: str = ""


def documents(text: str, parses: Callable[[str], bool], *, inline: bool) -> Iterator[Span]:
    """Documents of JSON that begin with a line; with ``inline`` also those that end one begun.

    ``parses`` is asked for each candidate once, and for no more than a few that are none.
    """
    failures = found = at = 0
    for _ in range(_CANDIDATES):
        start = _next_document(text, at, inline=inline)
        if start < 0 or failures >= _FAILURES or found >= _MOST:
            return
        at = start + 1
        failed = True
        for end in _ends(text, start):
            if end - start < FEWEST:
                failed = False
                break
            if len(text) - end < FEWEST and not text[end:].strip():
                end = len(text)
            if parses(text[start:end]):
                found += 1
                yield Span(start, end, "json")
                at, failed = end, False
                break
        failures += failed


def _next_document(text: str, at: int, *, inline: bool) -> int:
    """Where the next candidate begins; -1 where there is none."""
    if at == 0:
        if text[:1] in _CLOSING:
            return 0
        head = _AFTER_HEAD.match(text)
        if head:
            return head.end()
    found = _DOCUMENT.search(text, max(0, at - 1))
    start = found.start() + 1 if found else -1
    opening = _OPENING.search(text, at, start if found else len(text)) if inline else None
    return opening.start() if opening else start


def _ends(text: str, start: int) -> Iterator[int]:
    """Where a document that begins at ``start`` may end, the likeliest first."""
    closing = _CLOSING[text[start]]
    line = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    first = text[start : end if end >= 0 else len(text)].rstrip()
    if first.endswith(closing):
        yield _lines_of_documents(text, start, start + len(first))
        return
    if end < 0:
        return
    begun = text[line:start]
    indent = begun[: len(begun) - len(begun.lstrip(" \t"))]
    close = text.find(f"\n{indent}{closing}", end)
    if close >= 0:
        yield close + 1 + len(indent) + 1
    closed = _CLOSED[text[start]].search(text, end)
    if closed and closed.end() != close + 2 + len(indent):
        yield closed.end()


def _lines_of_documents(text: str, start: int, end: int) -> int:
    """The end of the lines from ``start`` that are a document each."""
    opening, closing = text[start], _CLOSING[text[start]]
    while opening == "{" and text.startswith("\n{", end):
        line = text.find("\n", end + 1)
        row = text[end + 1 : line if line >= 0 else len(text)].rstrip()
        if not row.endswith(closing):
            break
        end = end + 1 + len(row)
    return end


def fences(text: str) -> Iterator[Span]:
    """What stands between the fences of code blocks that begin a line."""
    if "```" not in text and "~~~" not in text:
        return
    padded = f"\n{text}"
    at = found = 0
    while found < _MOST and (opened := _FENCE.search(padded, at)):
        closing = re.compile(rf"\n{opened[1]}[`~]*[ \t\r]*(?=\n|\Z)")
        closed = closing.search(padded, opened.end())
        if closed is None:
            return
        at = closed.end()
        if closed.start() - opened.end() > FEWEST:
            found += 1
            hint = _HINTS.get(opened[2].lower(), "code" if opened[2] else "")
            yield Span(opened.end(), closed.start() - 1, hint)


def outputs(text: str) -> Iterator[Span]:
    """What follows the prompts with a command of a session, each up to the next one."""
    if not any(sign in text for sign in ("$ ", "# ", "> ")):
        return
    padded = f"\n{text}"
    if not any(sign in padded for sign in _PROMPTS):
        return
    prompts = list(itertools.islice(_PROMPT.finditer(padded), _MOST))
    if not prompts:
        return
    ends = [*(found.start() for found in prompts[1:]), len(padded)]
    for prompt, end in zip(prompts, ends, strict=True):
        if end - prompt.end() > FEWEST:
            yield Span(prompt.end(), end - 1)


def inserts(text: str) -> Iterator[Span]:
    """Differences and tables drawn with bars within other text, in order."""
    padded = f"\n{text}"
    at = found = 0
    while found < _MOST:
        patch = _PATCH.search(padded, at)
        table = _BARS.search(padded, at, patch.start() if patch else len(padded))
        if table is not None:
            start, at, hint = table.start(), table.end(), "table"
        elif patch is not None:
            after = _NO_PATCH.search(padded, patch.end())
            start, at, hint = patch.start(), after.start() if after else len(padded), "diff"
        else:
            return
        if at - start > FEWEST:
            found += 1
            yield Span(start, at - 1, hint)


def frame(text: str, *, known: bool) -> Span:
    """``text`` without what a harness or a tool put before and after an output.

    ``known`` takes off only lines that are known to be put there; else a few lines up to
    one that ends with a colon, and a few bracketed ones at the end, come off too.
    """
    head = _HEAD_KNOWN.match(text)
    if not known and (head is None or not head[0].strip()):
        head = _HEAD_ANY.match(text)
    start = head.end() if head and head[0].strip() else 0
    last = _last_lines(text, max(start, len(text) - _TAIL_WITHIN), _TAIL_LINES)
    tail = (_TAIL_KNOWN if known else _TAIL_ANY).search(text, last)
    end = tail.start() if tail and tail[0].strip() else len(text)
    return Span(start, max(start, end))


def _last_lines(text: str, start: int, most: int) -> int:
    """Where the last ``most`` line ends begin; ``start`` where fewer follow it."""
    at = len(text)
    for _ in range(most):
        at = text.rfind("\n", start, at)
        if at < 0:
            return start
    return at
