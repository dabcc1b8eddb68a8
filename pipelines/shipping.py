"""A publication to where engines read it: folders, object stores, other machines.

Where the store can rename, a file is written under another name, read back, and renamed over the
earlier one; an object store shows an object only when it is whole. Signatures go first, with those
of the file that is still in place among them, so that whoever reads in between finds a pair that
fits. Every destination is on its own: one that fails costs the others nothing.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

from compressors.book import publication_id
from compressors.errors import ConfigurationError
from compressors.files import sync_directory
from compressors.home import Home
from compressors.signature import SUFFIX
from pipelines.publication import signatures
from pipelines.stores import lacking

NAME = "recommendations.toml"
_RENAMES = frozenset({"file", "local", "sftp", "ssh"})


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one destination.

    ``before`` is the id of what it had, None where it had nothing, ``unknown`` where what it had
    is no publication or could not be read. ``why`` says what went wrong.
    """

    destination: str
    status: Literal["shipped", "unchanged", "failed"]
    before: str | None
    now: str | None
    signed: bool = False
    why: str = ""


def ship(
    home: Home, content: bytes, destination: str, *, beside: bytes = b"", name: str = NAME
) -> Delivery:
    """Put ``content`` at a destination: a folder, or a file where its name ends with ``.toml``.

    ``beside`` holds the signatures that stand beside what is shipped; the home's own key, where
    it has one, signs it anew. Never raises for what a store does.
    """
    before: bytes | None = None
    known = False
    try:
        fs, path = _open(destination, name)
        before, known = _read(fs, path), True
        wanted = signatures(
            home,
            content,
            beside=beside + b"\n" + (_read(fs, path + SUFFIX) or b""),
            in_place=before,
        )
        _replace(fs, path + SUFFIX, wanted, _read(fs, path + SUFFIX))
        _replace(fs, path, content, before)
    except Exception as error:
        had = _id(before) if known else "unknown"
        return Delivery(
            destination=destination,
            status="failed",
            before=had,
            now=had,
            why=_said(error),
        )
    return Delivery(
        destination=destination,
        status="unchanged" if before == content else "shipped",
        before=_id(before),
        now=_id(content),
        signed=publication_id(content).encode() in wanted,
    )


def _open(destination: str, name: str) -> tuple[Any, str]:
    """The store of a destination and the path of the file in it."""
    from fsspec.core import url_to_fs  # type: ignore[import-untyped]

    protocol = destination.partition("://")[0] if "://" in destination else "file"
    try:
        fs, path = url_to_fs(destination)
    except ImportError as error:
        raise ConfigurationError(lacking(protocol)) from error
    except ValueError as error:
        raise ConfigurationError(
            f"{error}; name a folder, or s3://, gs://, az:// or ssh://host/path"
        ) from error
    if not path.endswith(".toml"):
        path = f"{path.rstrip('/')}/{name}"
    return fs, path


def _read(fs: Any, path: str) -> bytes | None:
    try:
        fs.invalidate_cache()
        found: bytes = fs.cat_file(path)
    except FileNotFoundError:
        return None
    return found


def _replace(fs: Any, path: str, content: bytes, before: bytes | None) -> None:
    """Put ``content`` at ``path``, and read it back."""
    if content == (before or b"") and (before is not None or not content):
        return
    protocols = {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)
    if protocols & _RENAMES:
        fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        part = f"{path.rpartition('/')[0]}/.{path.rpartition('/')[2]}.{secrets.token_hex(6)}.part"
        local = bool(protocols & {"file", "local"})
        try:
            (_write_local if local else fs.pipe_file)(part, content)
            _check(_read(fs, part), content, part)
            _rename(fs, part, path, local=local)
        except BaseException:
            with suppress(Exception):
                fs.rm_file(part)
            raise
    else:
        fs.pipe_file(path, content)
    _check(_read(fs, path), content, path)


def _write_local(part: str, content: bytes) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _rename(fs: Any, part: str, path: str, *, local: bool) -> None:
    if local:
        Path(part).replace(path)
        sync_directory(Path(path).parent)
    else:
        fs.mv(part, path)


def _check(found: bytes | None, content: bytes, path: str) -> None:
    if found != content:
        had = "nothing" if found is None else f"{len(found)} other bytes"
        raise ConfigurationError(
            f"{path} has {had} when read back, where {len(content)} were written: somebody else "
            "may be shipping there at the same time; ship again"
        )


def _id(content: bytes | None) -> str | None:
    """What a publication calls itself, by its bytes."""
    if content is None:
        return None
    return publication_id(content) if b"[publication]" in content else "unknown"


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}; what was there before stays"
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
