"""Segments in an object store, by address: listed and fetched through fsspec.

Only stores of objects: an address of any other kind is refused rather than asked.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from compressors.errors import ConfigurationError, InputRefused
from pipelines.stores import lacking

STORES = ("s3", "gs", "az")
"""What addresses begin with."""

_OTHERS = ("memory",)
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://.+", re.DOTALL)
_VERSIONS = ("ETag", "etag", "md5Hash", "content_md5", "LastModified", "last_modified", "mtime",
             "updated", "created")  # fmt: skip


class RemoteObject(NamedTuple):
    """An object: its address, and what changes when its bytes do ('': not known)."""

    address: str
    stamp: str


def is_address(text: str) -> bool:
    """Whether the text is an address rather than a path."""
    return _ADDRESS.fullmatch(text) is not None


def listed(address: str) -> list[str]:
    """The addresses of all objects at or below ``address``, sorted.

    Raises:
        ConfigurationError: the part that reads such addresses is not installed.
        InputRefused: nothing is there, or the store refuses.
    """
    files, path = _system(address)
    with _told(address):
        if files.isfile(path):
            return [address]
        kind = address.partition("://")[0]
        return sorted(f"{kind}://{name.lstrip('/')}" for name in files.find(path))


def look(address: str) -> RemoteObject:
    """The object at ``address`` as it is now.

    Raises:
        InputRefused: it is not there, or the store refuses.
    """
    files, path = _system(address)
    with _told(address):
        info = files.info(path)
    version = next((str(info[name]) for name in _VERSIONS if info.get(name)), "")
    return RemoteObject(address, f"{version} {info.get('size')}" if version else "")


def fetch(address: str, into: Path) -> None:
    """Copy the object's bytes to the local file ``into``.

    Raises:
        InputRefused: it is not there, or the store refuses.
    """
    files, path = _system(address)
    with _told(address):
        files.get_file(path, str(into))


def _system(address: str) -> tuple[Any, str]:
    import fsspec  # type: ignore[import-untyped]

    match = _ADDRESS.fullmatch(address)
    kind = match[1] if match else ""
    if kind not in STORES and kind not in _OTHERS:
        raise InputRefused(
            f"{address} is of no known store; expected {', '.join(f'{s}://' for s in STORES)}"
        )
    try:
        files, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise ConfigurationError(lacking(kind)) from error
    files.invalidate_cache()
    return files, path


class _told:  # noqa: N801 - reads as a statement
    """What a store raises, as one sentence; it may be any error of its own client."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: object, _trace: object) -> None:
        if kind is None or not issubclass(kind, Exception):
            return
        why = " ".join(str(error).split())[:200] or kind.__name__
        raise InputRefused(
            f"{self._address} cannot be read ({why}); mend address or credentials and ingest "
            "it again"
        ) from (error if isinstance(error, Exception) else None)
