"""Fetching a public data set from its source: verified, cut to the selection, kept once.

Some manifests name a selection of their source's records. ``datasets/kept/<name>.txt`` then has
a digest of every record that is kept, 12 hex digits a line, which is all that is needed to make
the same bytes again from the source's own file.
"""

from __future__ import annotations

import gzip
import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from compressors.errors import InputRefused
from compressors.files import write_atomically
from pipelines.replays.manifests import (
    Manifest,
    SourceFile,
    datasets_directory,
    unpacked,
    verify,
)

TIMEOUT = 60
"""Seconds that a source may be silent."""

LARGEST = 200_000_000
"""Bytes from which on a file is refused: no data set here has such."""

_CHUNK = 1 << 16

Progress = Callable[[str], None]


def fetch(
    manifest: Manifest, into: Path, *, source: str | None = None, progress: Progress
) -> list[Path]:
    """Every file of the data set below ``into``, as its manifest names them.

    A file that is there already, and is the right one, is not asked for again. A wrong one is
    replaced once the right one is at hand.

    Args:
        manifest: what to fetch.
        into: the folder to keep it in; laid out as ``--data`` expects it.
        source: an address to fetch from in place of the manifest's ``base``: a mirror.
        progress: told the path of each file before it is asked for.

    Returns:
        The files that were fetched.

    Raises:
        InputRefused: the set has no address, the source does not answer or answers something
            else, or the file cannot be written. What was fetched before stays.
    """
    base = (source or manifest.base).rstrip("/")
    if not base:
        raise InputRefused(
            f"the manifest of {manifest.name} names no address to fetch from: its files were put "
            "together from several; give the folder that has them with --data"
        )
    kept = _kept(manifest)
    fetched = []
    for file in manifest.files:
        path = into / file.path
        if _right(path, file):
            continue
        progress(file.path)
        content = _selected(_download(f"{base}/{file.upstream}"), file, kept)
        found = hashlib.sha256(content).hexdigest()
        if found != file.sha256:
            raise InputRefused(
                f"{base}/{file.upstream}: expected sha256 {file.sha256} for {file.path}, found "
                f"{found}; the source has changed, so give the data with --data from where it is "
                "still as the manifest says"
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            packed = path.suffix == ".gz"
            write_atomically(path, gzip.compress(content, 9, mtime=0) if packed else content)
        except OSError as error:
            raise InputRefused(
                f"{path} cannot be written ({error.strerror}); choose another folder with --into"
            ) from error
        fetched.append(path)
    return fetched


def digest_of(record: bytes) -> str:
    """What ``kept/<name>.txt`` has of a record: 12 hex digits of the SHA-256 of its line.

    An element of a JSON array has no line of its own; its canonical JSON stands for it.
    """
    return hashlib.sha256(record).hexdigest()[:12]


def canonical(element: object) -> bytes:
    """An element of a JSON array as JSON with sorted keys and no white space."""
    return msgspec.json.encode(element, order="sorted")


def _kept(manifest: Manifest) -> frozenset[str] | None:
    """Digests of the records that are kept; None where all are."""
    path = datasets_directory() / "kept" / f"{manifest.name}.txt"
    try:
        return frozenset(path.read_text(encoding="ascii").split())
    except FileNotFoundError:
        return None


def _right(path: Path, file: SourceFile) -> bool:
    if not path.is_file():
        return False
    try:
        verify(path, file)
    except InputRefused:
        return False
    return True


def _selected(content: bytes, file: SourceFile, kept: frozenset[str] | None) -> bytes:
    """The records that are kept, written as the selection writes them."""
    if kept is None:
        return content
    if content.lstrip()[:1] == b"[":
        try:
            elements = msgspec.json.decode(content)
        except msgspec.DecodeError as error:
            raise InputRefused(
                f"what the source has for {file.path} is no valid JSON ({error}); fetch it again, "
                "or give the data with --data"
            ) from error
        chosen = [element for element in elements if digest_of(canonical(element)) in kept]
        return msgspec.json.format(msgspec.json.encode(chosen), indent=1)
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if digest_of(line.rstrip(b"\r\n")) in kept)


def _download(address: str) -> bytes:
    if not address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise InputRefused(
            f"{address} is no https address; data is fetched over https alone, and from this "
            "machine itself"
        )
    try:
        # The scheme was looked at above.
        with urllib.request.urlopen(address, timeout=TIMEOUT) as answer:  # noqa: S310
            content = b"".join(_bounded(answer.read, address))
    except urllib.error.HTTPError as error:
        raise InputRefused(
            f"{address}: the source answers {error.code} {error.reason}; check the manifest's "
            "revision, or give the data with --data"
        ) from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise InputRefused(
            f"{address} cannot be fetched ({reason}); try again from a machine with a network, "
            "or give the data with --data"
        ) from error
    return unpacked(content, address)


def _bounded(read: Callable[[int], bytes], address: str) -> Iterator[bytes]:
    size = 0
    while chunk := read(_CHUNK):
        size += len(chunk)
        if size > LARGEST:
            raise InputRefused(
                f"{address} is larger than {LARGEST:,} bytes, which no data set here is; check "
                "the address"
            )
        yield chunk
