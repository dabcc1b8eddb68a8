"""The identity of an engine: what its output bytes can depend on, in one digest."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec
import orjson

from compressors.kinds._code_grammar import GRAMMARS

SHORT = 16

# Of the package's files, those that run or are read while compressing. The proxies of
# `serving` carry text and shape none; the packaged publication names this very digest.
_SUFFIXES = (".json", ".onnx", ".py", ".toml")
_LEFT_OUT = frozenset({"__pycache__", "_defaults", "serving"})


@cache
def engine_digest() -> str:
    """SHA-256, 64 hex digits, of the engine's sources, its artefacts and the libraries it uses.

    Certificates hold for one such digest. Paths are sorted and newlines normalised, so that
    every checkout and wheel of one version agree. Read once a process: what was loaded is
    what runs.
    """
    libraries = {"msgspec": msgspec.__version__, "orjson": orjson.__version__, **_grammars()}
    return digest_of(Path(__file__).parent, libraries=libraries)


def _grammars() -> dict[str, str]:
    """The versions of the parser and its grammars, by the names of their modules.

    Read off the names of their installed metadata: to import them, or the standard library's
    reader of metadata, would cost a start more than all else here.
    """
    modules = ["tree_sitter", *sorted({grammar.package[0] for grammar in GRAMMARS.values()})]
    specs = [find_spec(module) for module in modules]
    places = {Path(spec.origin).parent.parent for spec in specs if spec and spec.origin}
    names = sorted(path.name for place in places for path in place.glob("tree_sitter*.dist-info"))
    return {
        module: ",".join(name for name in names if name.startswith(f"{module}-"))
        for module in modules
    }


def digest_of(package: Path, *, libraries: dict[str, str]) -> str:
    """SHA-256, 64 hex digits, of the sources and artefacts below ``package`` and ``libraries``.

    Raises:
        OSError: a file cannot be read.
    """
    total = hashlib.sha256()
    for name, path in sorted(_sources(package)):
        _add(total, name.encode(), path.read_bytes().replace(b"\r\n", b"\n"))
    for library, version in sorted(libraries.items()):
        _add(total, library.encode(), version.encode())
    return total.hexdigest()


def fingerprint_of(engine: str, *, strict: bool, pepper_id: str, publication: str | None) -> str:
    """16 hex digits that stand for everything an engine's output depends on but its input.

    ``engine`` is the full digest, ``publication`` the id of what was loaded.
    """
    total = hashlib.sha256()
    for part in (engine, f"strict={strict}", pepper_id, publication or ""):
        _add(total, part.encode())
    return total.hexdigest()[:SHORT]


def _sources(package: Path) -> list[tuple[str, Path]]:
    """The files that count, each with its path below ``package``, of hundreds in little time."""
    found: list[tuple[str, Path]] = []
    for folder, folders, files in os.walk(package):
        folders[:] = [name for name in folders if name[0] != "." and name not in _LEFT_OUT]
        below = folder.removeprefix(str(package)).replace(os.sep, "/").lstrip("/")
        found += [
            (f"{below}/{name}" if below else name, Path(folder, name))
            for name in files
            if name[0] != "." and name.endswith(_SUFFIXES)
        ]
    return found


def _add(total: hashlib._Hash, *parts: bytes) -> None:
    """Add parts with their lengths, so that no two lists of parts read the same."""
    for part in parts:
        total.update(b"%d:" % len(part))
        total.update(part)
