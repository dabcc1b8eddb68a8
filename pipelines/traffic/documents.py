"""Files of recorded transcripts: which there are below a path, and the JSON objects in them."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from compressors.errors import InputRefused

ENDINGS = (".json", ".jsonl", ".traj", ".json.gz", ".jsonl.gz", ".traj.gz")
_LINES = (".jsonl", ".jsonl.gz")


@dataclass(frozen=True, slots=True)
class Entry:
    """One JSON value of a file: ``where`` names the file and the line or item for a person."""

    where: str
    place: int
    value: Any


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds. ``whole`` tells one JSON document from JSON lines.

    ``flaws`` are the lines that are no JSON, each as the sentence that refuses it.
    """

    entries: tuple[Entry, ...]
    whole: bool
    flaws: tuple[InputRefused, ...] = ()


def find_documents(path: Path) -> list[Path]:
    """``path`` itself, or the files below it that may hold transcripts, in name order.

    Raises:
        InputRefused: there is nothing at ``path``, or no such file below it.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InputRefused(
            f"{path}: no such file or directory; give a recorded transcript or a directory of them"
        )
    found = sorted(
        file for file in path.rglob("*") if file.name.endswith(ENDINGS) and file.is_file()
    )
    if not found:
        raise InputRefused(
            f"{path}: holds no transcript; expected files that end in {', '.join(ENDINGS)}, "
            "here or below"
        )
    return found


def read_document(file: Path) -> Document:
    """The JSON objects of ``file``.

    Raises:
        InputRefused: the file cannot be read, is cut off, is empty or holds no JSON.
    """
    data = _bytes(file)
    if not data.strip():
        raise InputRefused(f"{file}: is empty; record the transcript again or leave it out")
    if not file.name.endswith(_LINES):
        try:
            return _whole(file, orjson.loads(data))
        except orjson.JSONDecodeError as error:
            # Benchmarks like to name JSON lines `.json`: lines of objects are taken as such.
            lines = _lines(file, data)
            if len(lines.entries) < 2:
                raise InputRefused(
                    f"{file}, line {error.lineno}: is no JSON ({error.msg}); the file is damaged "
                    "or cut off, copy it again"
                ) from error
            return lines
    return _lines(file, data)


def _bytes(file: Path) -> bytes:
    try:
        if file.name.endswith(".gz"):
            with gzip.open(file) as stream:
                return stream.read()
        return file.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputRefused(
            f"{file}: is cut off or no gzip file ({error}); copy it again"
        ) from error
    except OSError as error:
        raise InputRefused(
            f"{file}: cannot be read ({error.strerror or error}); mend its permissions "
            "or leave it out"
        ) from error


def _whole(file: Path, value: Any) -> Document:
    if isinstance(value, list) and not _is_conversation(value):
        entries = tuple(
            Entry(where=f"{file}, item {place}", place=place, value=item)
            for place, item in enumerate(value, start=1)
        )
    else:
        shaped = {"messages": value} if isinstance(value, list) else value
        entries = (Entry(where=str(file), place=1, value=shaped),)
    return Document(entries=entries, whole=True)


def _is_conversation(values: list[Any]) -> bool:
    """Whether a bare list is one conversation's messages rather than several transcripts."""
    return bool(values) and all(
        isinstance(value, dict) and "role" in value and "messages" not in value for value in values
    )


def _lines(file: Path, data: bytes) -> Document:
    entries: list[Entry] = []
    flaws: list[InputRefused] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        where = f"{file}, line {number}"
        try:
            entries.append(Entry(where=where, place=number, value=orjson.loads(line)))
        except orjson.JSONDecodeError as error:
            flaws.append(
                InputRefused(
                    f"{where}: is no JSON ({error.msg} at column {error.colno}); the line is "
                    "damaged or cut off, record it again or take it out"
                )
            )
    return Document(entries=tuple(entries), whole=False, flaws=tuple(flaws))
