"""Which files are closed segments: those that bear a final name and are not hidden."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from compressors.errors import InputRefused

SUFFIXES = (".jsonl", ".jsonl.zst", ".parquet")
_EXPECTED = "expected *.jsonl, *.jsonl.zst or *.parquet"
_UNFINISHED = ".part"


def find_segments(paths: Iterable[Path]) -> list[Path]:
    """The closed segments that ``paths`` name or hold, each file once, in order of their paths.

    Folders are searched whole; hidden files and those still being written are left alone.

    Raises:
        InputRefused: a path that is not there, a folder that cannot be read or holds no
            segment, or a file that is no closed segment. Nothing has been read by then.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = closed_segments(path)
            if not inside:
                raise InputRefused(
                    f"the folder {path} holds no closed segment: {_EXPECTED}; write some with "
                    f"`toin traffic TRANSCRIPT --out {path}` or name another folder"
                )
            found.update((file.resolve(), file) for file in inside)
        elif path.exists():
            _refuse_unless_closed(path)
            found[path.resolve()] = path
        else:
            raise InputRefused(f"{path} does not exist; {_EXPECTED}, or a folder of them")
    return [found[place] for place in sorted(found)]


def closed_segments(directory: Path) -> list[Path]:
    """The closed segments in and below ``directory``, sorted; none where it does not exist."""
    return sorted(_walk(directory)) if directory.is_dir() else []


def _walk(directory: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(directory, onerror=_refuse_folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield Path(root, name)


def _refuse_folder(error: OSError) -> None:
    raise InputRefused(
        f"the folder {error.filename} cannot be read ({error.strerror}); mend its permissions "
        "and run this again"
    ) from error


def _refuse_unless_closed(path: Path) -> None:
    name = path.name
    if name.startswith(".") or name.endswith(_UNFINISHED):
        raise InputRefused(
            f"{path} is still being written, or was left by a writer that was ended: it gets "
            "its final name when it is complete"
        )
    if not name.endswith(SUFFIXES):
        raise InputRefused(f"{path} is no segment: {_EXPECTED}")
    if not path.is_file():
        raise InputRefused(f"{path} is no file; {_EXPECTED}, or a folder of them")
