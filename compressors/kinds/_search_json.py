r"""What ``rg --json`` prints: a message a line, of which matches and their lines are content.

Lossless: the file once, and of each message the values alone, where the whole message can be
written again from them::

    [toin search: rg --json; "▸ path" begins a file, "12 340 4-10:…" is line 12 at byte 340, …]
    ▸ src/app.py
    12 340 0-6:import os
    = 0 36296 0.000036s 1 1 367 1151 2 2
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from compressors.kinds._lines_undo import RAW, raw
from compressors.kinds._search_rows import Hit

_LEGEND = (
    'rg --json; "▸ path" begins a file, "12 340 4-10:x" is its line 12 at byte 340 with a match '
    'from 4 to 10, "12 340-x" a line of context, "= …" its statistics'
)
_FILE, _END = "▸ ", "= "
_MATCH = re.compile(r"(\d+) (\d+)(?: (\d+-\d+(?:,\d+-\d+)*))?([:-])")
_STATS = (
    "searches",
    "searches_with_match",
    "bytes_searched",
    "bytes_printed",
    "matched_lines",
    "matches",
)
_SEPS = {":": "match", "-": "context"}


def parse(rows: Sequence[str]) -> list[Hit | None]:
    """Of every row the line it tells of, None for other messages."""
    hits: list[Hit | None] = []
    for row in rows:
        message = _message(row)
        data = message.get("data") if message else None
        hit = None
        if message and message.get("type") in ("match", "context") and isinstance(data, dict):
            path, line = _text(data.get("path")), _text(data.get("lines"))
            number = data.get("line_number")
            if path is not None and line is not None:
                sep = ":" if message["type"] == "match" else "-"
                written = str(number) if isinstance(number, int) else ""
                hit = Hit(path, sep, written, line.rstrip("\n").replace("\n", "⏎"), 0)
        hits.append(hit)
    return hits


def structural(row: str) -> bool:
    """Whether a row only opens or closes a file or sums up, which files and counts say too."""
    message = _message(row)
    return message is not None and message.get("type") in ("begin", "end", "summary")


def group(name: str, text: str) -> str:
    """``text`` in the notation where that is exact, else ``text`` itself."""
    short = "\n".join([f"[toin {name}: {_LEGEND}]", *_body(text.split("\n"))])
    return short if len(short) < len(text) and ungroup(name, short) == text else raw(name, text)


def ungroup(name: str, text: str) -> str | None:
    """The text that ``group`` was given; None where it is not in the notation."""
    head, newline, rest = text.partition("\n")
    if not newline or head == f"[toin {name}: {RAW}]" or head != f"[toin {name}: {_LEGEND}]":
        return None
    out = []
    path = ""
    for row in rest.split("\n"):
        if row.startswith("\\"):
            out.append(row[1:])
        elif row.startswith(_FILE):
            path = row[len(_FILE) :]
            out.append(_begin(path) or row)
        elif row.startswith(_END):
            out.append(_end(path, row[len(_END) :].split(" ")) or row)
        elif found := _MATCH.match(row):
            out.append(_line(path, found, row[found.end() :]) or row)
        else:
            out.append(row)
    return "\n".join(out)


def _body(rows: Sequence[str]) -> Iterator[str]:
    path = ""
    for row in rows:
        message = _message(row)
        short = _short(message) if message else None
        if short and short.startswith(_FILE):
            path = short[len(_FILE) :]
            yield short if "\n" not in path and _begin(path) == row else "\\" + row
        elif short and "\n" not in short and _again(path, short) == row:
            yield short
        else:
            special = row.startswith(("\\", _FILE, _END)) or _MATCH.match(row)
            yield "\\" + row if special else row


def _again(path: str, short: str) -> str | None:
    if short.startswith(_END):
        return _end(path, short[len(_END) :].split(" "))
    found = _MATCH.match(short)
    return _line(path, found, short[found.end() :]) if found else None


def _message(row: str) -> dict[str, Any] | None:
    if not row.startswith("{"):
        return None
    try:
        message = orjson.loads(row)
    except (ValueError, UnicodeEncodeError):
        return None
    return message if isinstance(message, dict) else None


def _text(part: Any) -> str | None:
    text = part.get("text") if isinstance(part, dict) else None
    return text if isinstance(text, str) else None


def _short(message: dict[str, Any]) -> str | None:
    """A message's values; None where it has not the members that are expected."""
    try:
        data = message["data"]
        if message["type"] == "begin":
            return _FILE + str(data["path"]["text"])
        if message["type"] == "end":
            stats, elapsed = data["stats"], data["stats"]["elapsed"]
            values = [elapsed["secs"], elapsed["nanos"], elapsed["human"]]
            return _END + " ".join(map(str, [*values, *[stats[name] for name in _STATS]]))
        spans = ",".join(f"{part['start']}-{part['end']}" for part in data["submatches"])
        sep = ":" if message["type"] == "match" else "-"
        place = f"{data['line_number']} {data['absolute_offset']}"
        line = str(data["lines"]["text"]).removesuffix("\n")
    except (LookupError, TypeError):
        return None
    return f"{place}{' ' if spans else ''}{spans}{sep}{line}"


def _begin(path: str) -> str | None:
    return _dump({"type": "begin", "data": {"path": {"text": path}}})


def _end(path: str, values: Sequence[str]) -> str | None:
    if len(values) != 3 + len(_STATS):
        return None
    try:
        secs, nanos, *counts = [int(value) for value in (*values[:2], *values[3:])]
    except ValueError:
        return None
    elapsed = {"secs": secs, "nanos": nanos, "human": values[2]}
    stats = {"elapsed": elapsed, **dict(zip(_STATS, counts, strict=True))}
    data = {"path": {"text": path}, "binary_offset": None, "stats": stats}
    return _dump({"type": "end", "data": data})


def _line(path: str, found: re.Match[str], line: str) -> str | None:
    text = line + "\n"
    try:
        raw_line = text.encode()
        matches = []
        for span in found[3].split(",") if found[3] else ():
            start, _, end = span.partition("-")
            part = raw_line[int(start) : int(end)].decode()
            matches.append({"match": {"text": part}, "start": int(start), "end": int(end)})
        data = {
            "path": {"text": path},
            "lines": {"text": text},
            "line_number": int(found[1]),
            "absolute_offset": int(found[2]),
            "submatches": matches,
        }
    except ValueError:
        return None
    return _dump({"type": _SEPS[found[4]], "data": data})


def _dump(message: dict[str, Any]) -> str | None:
    try:
        return orjson.dumps(message).decode()
    except (TypeError, ValueError):
        return None
