"""Which files are taken in: closed segments, and other tools' histories under their own names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from compressors.errors import InputRefused
from pipelines.ingest.remote import is_address, listed

Source = Path | str
"""A path, or the address of an object in a store."""

SUFFIXES = (".jsonl", ".jsonl.zst", ".parquet")
HISTORIES = ("toin.json", "history.db", "recall.db")
"""What histories of other tools are called in a folder; named alone, one may have any name."""

_NAMED_ALONE = (".json", ".db", ".sqlite", ".sqlite3")
_EXPECTED = "expected *.jsonl, *.jsonl.zst or *.parquet"
_UNFINISHED = ".part"


def find_segments(sources: Iterable[Source]) -> list[Source]:
    """The closed segments and histories that ``sources`` name or hold, each once, in order.

    Folders are searched whole; hidden files and those still being written are left alone.

    Raises:
        InputRefused: what is not there, a folder that cannot be read or holds no segment, or
            a file that is no closed segment. Nothing has been read by then.
        ConfigurationError: the part that reads an address is not installed.
    """
    found: dict[str, Source] = {}
    for source in sources:
        if isinstance(source, str) and is_address(source):
            found.update((address, address) for address in _at(source))
            continue
        path = Path(source)
        if path.is_dir():
            inside = closed_segments(path)
            if not inside:
                raise InputRefused(
                    f"the folder {path} holds no closed segment: {_EXPECTED}; write some with "
                    f"`toin traffic TRANSCRIPT --out {path}` or name another folder"
                )
            found.update((str(file.resolve()), file) for file in inside)
        elif path.exists():
            _refuse_unless_closed(path)
            found[str(path.resolve())] = path
        else:
            raise InputRefused(f"{path} does not exist; {_EXPECTED}, or a folder of them")
    return [found[place] for place in sorted(found)]


def closed_segments(directory: Path) -> list[Path]:
    """What is to be taken in of ``directory``, sorted; nothing where it does not exist."""
    return sorted(_walk(directory)) if directory.is_dir() else []


def _at(address: str) -> list[str]:
    found = listed(address)
    if found == [address]:
        return found
    inside = [each for each in found if _is_wanted(each, below=address)]
    if not inside:
        raise InputRefused(f"{address} holds no closed segment: {_EXPECTED}")
    return inside


def _is_wanted(address: str, *, below: str) -> bool:
    parts = address.removeprefix(below.rstrip("/")).strip("/").split("/")
    return not any(part.startswith(".") for part in parts) and _is_source(parts[-1])


def _is_source(name: str) -> bool:
    return name.endswith(SUFFIXES) or name in HISTORIES


def _walk(directory: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(directory, onerror=_refuse_folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if _is_source(name) and not name.startswith("."):
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
    if not name.endswith((*SUFFIXES, *_NAMED_ALONE)):
        raise InputRefused(f"{path} is no segment: {_EXPECTED}")
    if not path.is_file():
        raise InputRefused(f"{path} is no file; {_EXPECTED}, or a folder of them")
