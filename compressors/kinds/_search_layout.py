"""What output of a search looks like: its flavour, and how a row names its file and line."""

from __future__ import annotations

from compressors._patterns import deferred
from compressors.kinds import _lines, _lines_listing

_PATH = r"(?:[A-Za-z]:)?[\w./\\@+~%=,\[\]{}()#-]{1,300}?"
# A path has a directory or a suffix; times, versions and plain words have neither.
_FILE = (
    r"(?=(?:[A-Za-z]:)?[^\s:]*?(?:[/\\]|\.[A-Za-z]\w{0,9}[:=-]))(?=[^\s:]*[A-Za-z_])"
    rf"(?P<path>{_PATH})"
)
NUMBERED = deferred(rf"{_FILE}(?P<sep>[:=-])(?P<line>\d+)(?P=sep)")
UNNUMBERED = deferred(
    r"(?=[^\s:/]*+/[^\s:]*+:|[^\s:]+\.[A-Za-z]\w{0,4}:(?:\S|\s{2}))"
    rf"(?P<path>{_PATH}):(?!//|:\S)(?=.)"
)
LINE = deferred(r"\d{1,9}[:-](?!\d\d[:-])")
HEADING = deferred(rf"(?=[^\s:]*[/.])(?P<path>{_PATH})$")
ASIDE = deferred(r"--$|$|(?:grep|rg|ag|Binary file)\b.*")
# A row that names a file or a line does so in its first word; and rows that name none.
_NAMING = deferred(r"\n(?=[^\s:/=-]*+[:/=-])")
_ASIDES = deferred(r"\n(?:(?:--)?(?=\n|\Z)|(?:grep|rg|ag|Binary file)\b)")
_DIAGNOSIS = deferred(rf"{_PATH}:\d+:(?:\d+:)? (?:fatal error|error|warning|note|[EWFC]\d+)\b")
_SHARE = 0.6
_MESSAGES = '{"type":"begin","data":{"path":{"'
# Files that match, or that were found: paths with directories and nothing else.
_FOUND = deferred(r"(?:\./|/)?[\w.@+~%=,-]+(?:/[\w.@+~%=,-]+)+/?$")
_FEWEST_FILES, _FILES_SHARE = 4, 0.95


def claims(text: str) -> bool:
    """Whether ``text`` begins as ``rg --json`` does: JSON, but of matches."""
    return text.startswith(_MESSAGES)


def recognise(text: str) -> str | None:
    """The flavour of a list of matches, else None."""
    if claims(text):
        return "json"
    sample = _lines.sampled(text)
    fewest = _SHARE * (len(sample.rows) - len(_ASIDES.findall(sample.text)))
    if len(_NAMING.findall(sample.text)) < fewest:
        return None
    rows = [row for row in sample.rows if not ASIDE.match(row)]
    if not rows:
        return None
    if 5 * sum(_DIAGNOSIS.match(row) is not None for row in rows) >= len(rows):
        return None
    numbered = sum(NUMBERED.match(row) is not None for row in rows)
    if numbered >= _SHARE * len(rows):
        return "numbered"
    lines = sum(LINE.match(row) is not None for row in rows)
    if lines >= _SHARE * len(rows) and len(rows) > 1 and not _lines_listing.listed(rows):
        return "heading" if any(HEADING.match(row) for row in rows) else "lines"
    unnumbered = [found["path"] for row in rows if (found := UNNUMBERED.match(row))]
    if len(unnumbered) >= 0.8 * len(rows) and (len(rows) > 1 or "." in unnumbered[0][1:]):
        return "plain"
    files = sum(_FOUND.match(row) is not None for row in rows)
    return "files" if files >= max(_FEWEST_FILES, _FILES_SHARE * len(rows)) else None
