"""Data sets by manifest: which files they are made of, and whether these are the right ones.

A manifest is data, ``datasets/<name>.toml``. It names the public source, the licence, the
SHA-256 and the fields of every file, and the epsilon that certificates on the set are about.
"""

from __future__ import annotations

import gzip
import hashlib
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from compressors.errors import InputRefused
from compressors.profiles import LADDERS
from pipelines.replays.blocks import LEDGER, read_ledger

REPLAYED = ("gsm8k", "truthfulqa", "bfcl")
"""The public data sets that replays are made of, in the order in which they are listed."""

RECORDED = "trajectories"
"""The set of recorded runs, which comes after them where a folder has any of its files."""

_GZIP = b"\x1f\x8b"

Format = Literal["gsm8k", "truthfulqa", "bfcl", "trajectories"]


class SourceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a data set: where it lies, its digest, and the fields of every record.

    ``sha256`` is of the content, unpacked where the file is packed, which no two programs do
    to the same bytes. ``upstream`` is where it lies below the manifest's ``base``.
    """

    path: str
    sha256: str
    fields: tuple[str, ...]
    upstream: str = ""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"files": "file"}):
    """What a data set is made of, and what a certificate on it is about.

    ``kinds`` are those that its items are rendered as, all where none is named, ``blocks`` is how
    many blocks its certify part has, ``largest`` how many characters of JSON the answers have at
    most that its items are put into, ``base`` the address that it is fetched from.
    """

    name: str
    title: str
    format: Format
    source: str
    revision: str
    licence: str
    epsilon: float
    sample: bool
    files: tuple[SourceFile, ...]
    kinds: tuple[str, ...] = ()
    blocks: int = 1
    largest: int = 200_000
    base: str = ""

    @property
    def digest(self) -> str:
        """``sha256:`` and the digest of what decides which items there are, and where.

        That is name, format, every file's path and digest, and the number of blocks. Comments,
        titles and epsilon do not enter.
        """
        files = [(file.path, file.sha256) for file in self.files]
        content = msgspec.json.encode([self.name, self.format, files, self.blocks])
        return "sha256:" + hashlib.sha256(content).hexdigest()

    def covers(self, kind: str) -> bool:
        """Whether its items are rendered as ``kind``."""
        return not self.kinds or kind in self.kinds


class Source(msgspec.Struct, frozen=True):
    """A manifest, the folder that its paths are relative to, and the current block, from 1."""

    manifest: Manifest
    base: Path
    block: int = 1


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
    for field in ("blocks", "largest"):
        if getattr(manifest, field) < 1:
            raise InputRefused(
                f"{path}, field {field}: {getattr(manifest, field)} is no positive number; "
                "leave the field out for its default"
            )
    unknown = sorted(set(manifest.kinds) - set(LADDERS))
    if unknown:
        raise InputRefused(
            f"{path}, field kinds: {unknown[0]!r} is no kind; there are {', '.join(LADDERS)}"
        )
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
        directory: where manifests, samples and ledger lie; by default `datasets_directory`.

    Raises:
        InputRefused: the folder, a manifest or a file is missing, or is not the right one, or
            the ledger of blocks cannot be used.
    """
    sources = candidates(data, directory=directory)
    for source in sources:
        for file in source.manifest.files:
            verify(source.base / file.path, file)
    return sources


def candidates(data: Path | None, *, directory: Path | None = None) -> list[Source]:
    """As `selected`, with no file looked at.

    Raises:
        InputRefused: the folder or a manifest is missing, or the ledger cannot be used.
    """
    directory = directory or datasets_directory()
    if data is not None and not data.is_dir():
        raise InputRefused(
            f"{data} is no folder; give --data the folder that holds "
            + ", ".join(f"{name}/" for name in REPLAYED)
        )
    suffix = "" if data is not None else "-sample"
    ledger = read_ledger(directory / LEDGER)
    sources = []
    for name in REPLAYED:
        manifest = read_manifest(directory / f"{name}{suffix}.toml")
        block = ledger.block_of(manifest.name, digest=manifest.digest)
        sources.append(Source(manifest, data or directory, block))
    if data is not None and (directory / f"{RECORDED}.toml").exists():
        manifest = read_manifest(directory / f"{RECORDED}.toml")
        if any((data / file.path).exists() for file in manifest.files):
            block = ledger.block_of(manifest.name, digest=manifest.digest)
            sources.append(Source(manifest, data, block))
    return sources


def public(directory: Path | None = None) -> list[Manifest]:
    """The manifests of the public data sets, and of the recorded runs."""
    directory = directory or datasets_directory()
    names = [*REPLAYED, *([RECORDED] if (directory / f"{RECORDED}.toml").exists() else [])]
    return [read_manifest(directory / f"{name}.toml") for name in names]


def known(directory: Path | None = None) -> list[Manifest]:
    """The manifests of all data sets, the public ones and then the bundled samples."""
    directory = directory or datasets_directory()
    samples = [read_manifest(directory / f"{name}-sample.toml") for name in REPLAYED]
    return [*public(directory), *samples]


def verify(path: Path, file: SourceFile) -> None:
    """Check that ``path`` is the ``file`` that a manifest names.

    Raises:
        InputRefused: it is missing, or its digest is another one.
    """
    try:
        found = hashlib.sha256(unpacked(path.read_bytes(), str(path))).hexdigest()
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
    content = unpacked(path.read_bytes(), str(path))
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


def unpacked(content: bytes, where: str) -> bytes:
    """``content``, unpacked if it is gzip's.

    Raises:
        InputRefused: it begins as gzip's does, and is damaged or cut off.
    """
    if not content.startswith(_GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InputRefused(
            f"{where}: no gzip file, or cut off ({error}); restore the file from the source in "
            "its manifest"
        ) from error


def _decode(content: bytes, path: Path, where: str) -> object:
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise InputRefused(
            f"{path}, {where}: no valid JSON ({error}); restore the file from the source in its "
            "manifest"
        ) from error
