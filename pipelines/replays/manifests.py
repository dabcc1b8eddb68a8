"""Data sets by manifest: which files they are made of, and whether these are the right ones.

A manifest is data, ``datasets/<name>.toml``. It names the public source, the licence, the
SHA-256 and the fields of every file, and the epsilon that certificates on the set are about.
"""

from __future__ import annotations

import gzip
import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from compressors.errors import InputRefused

REPLAYED = ("gsm8k", "truthfulqa", "bfcl")
"""The public data sets that replays are made of, in the order in which they are listed."""

Format = Literal["gsm8k", "truthfulqa", "bfcl"]


class SourceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a data set: where it lies, its digest, and the fields of every record."""

    path: str
    sha256: str
    fields: tuple[str, ...]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"files": "file"}):
    """What a data set is made of, and what a certificate on it is about."""

    name: str
    title: str
    format: Format
    source: str
    revision: str
    licence: str
    epsilon: float
    sample: bool
    files: tuple[SourceFile, ...]

    @property
    def digest(self) -> str:
        """``sha256:`` and the digest of name, format, and every file's path and digest.

        Comments, titles and epsilon do not enter: they do not change which items there are.
        """
        content = msgspec.json.encode(
            [self.name, self.format, [(file.path, file.sha256) for file in self.files]]
        )
        return "sha256:" + hashlib.sha256(content).hexdigest()


class Source(msgspec.Struct, frozen=True):
    """A manifest and the folder that its paths are relative to."""

    manifest: Manifest
    base: Path


def datasets_directory() -> Path:
    """Where manifests and samples lie: in the installed package, else in the checkout.

    Raises:
        InputRefused: neither is there.
    """
    here = Path(__file__).resolve().parent
    for candidate in (here.parent / "_datasets", here.parent.parent / "datasets"):
        if candidate.is_dir():
            return candidate
    raise InputRefused(
        f"no data sets are installed beside {here.parent}; "
        "install the package again, or run from a checkout that has datasets/"
    )


def read_manifest(path: Path) -> Manifest:
    """The manifest written at ``path``.

    Raises:
        InputRefused: it is missing, no TOML, or a field is missing, unknown or out of range.
    """
    try:
        manifest = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Manifest)
    except OSError as error:
        raise InputRefused(
            f"the manifest {path} cannot be read ({error.strerror}); restore it from the project"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise InputRefused(
            f"{path} is no manifest of a data set: {error}; mend that field, "
            "or restore the file from the project"
        ) from error
    if not 0 < manifest.epsilon < 1:
        raise InputRefused(
            f"{path}, field epsilon: {manifest.epsilon} is no share between 0 and 1; "
            "write for example 0.01"
        )
    return manifest


def selected(data: Path | None, *, directory: Path | None = None) -> list[Source]:
    """The data sets to replay, every file verified.

    Args:
        data: a folder with the public sets; None takes the bundled samples.
        directory: where the manifests and samples lie; by default `datasets_directory`.

    Raises:
        InputRefused: the folder, a manifest or a file is missing, or is not the right one.
    """
    directory = directory or datasets_directory()
    if data is not None and not data.is_dir():
        raise InputRefused(
            f"{data} is no folder; give --data the folder that holds "
            + ", ".join(f"{name}/" for name in REPLAYED)
        )
    suffix = "" if data is not None else "-sample"
    sources = [
        Source(read_manifest(directory / f"{name}{suffix}.toml"), data or directory)
        for name in REPLAYED
    ]
    for source in sources:
        for file in source.manifest.files:
            verify(source.base / file.path, file)
    return sources


def verify(path: Path, file: SourceFile) -> None:
    """Check that ``path`` is the ``file`` that a manifest names.

    Raises:
        InputRefused: it is missing, or its digest is another one.
    """
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputRefused(
            f"the data file {path} cannot be read ({error.strerror}); "
            "give --data the folder that holds it, laid out as the manifest says"
        ) from error
    if found != file.sha256:
        raise InputRefused(
            f"{path}: expected sha256 {file.sha256}, found {found}{_flaw(path, file)}; fetch the "
            "revision that the manifest names, since certificates hold for these bytes alone"
        )


def _flaw(path: Path, file: SourceFile) -> str:
    """What is wrong with a file of other bytes, where that can be told."""
    try:
        for _ in records(path, file):
            pass
    except InputRefused as refusal:
        return f" ({str(refusal).removeprefix(f'{path}, ').split(';')[0]})"
    return ""


def records(path: Path, file: SourceFile) -> Iterator[tuple[int, dict[str, object]]]:
    """The records of a JSON-lines file, each with its line number from 1.

    A file that holds one JSON array gives its elements, numbered from 1.

    Raises:
        InputRefused: a record is no JSON object, or misses a field that the manifest names.
    """
    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise InputRefused(
                f"{path}: no gzip file, or cut off ({error}); restore the file from the source "
                "in its manifest"
            ) from error
    if content.lstrip()[:1] == b"[":
        parts = _decode(content, path, "the file")
        numbered = list(enumerate(parts if isinstance(parts, list) else [parts], 1))
        place = "element"
    else:
        lines = enumerate(content.splitlines(), 1)
        numbered = [(n, _decode(line, path, f"line {n}")) for n, line in lines if line.strip()]
        place = "line"
    for number, record in numbered:
        if not isinstance(record, dict):
            raise InputRefused(
                f"{path}, {place} {number}: expected a JSON object, found "
                f"{type(record).__name__}; restore the file from the source in its manifest"
            )
        for field in file.fields:
            if field not in record:
                raise InputRefused(
                    f"{path}, {place} {number}: the field {field!r} is missing, found "
                    f"{', '.join(sorted(record)) or 'none'}; restore the file from the source in "
                    "its manifest, or mend the manifest's list of fields"
                )
        yield number, record


def _decode(content: bytes, path: Path, where: str) -> object:
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise InputRefused(
            f"{path}, {where}: no valid JSON ({error}); restore the file from the source in its "
            "manifest"
        ) from error
