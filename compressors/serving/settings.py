"""How a proxy is set up: checked once, when it is made, and never changed after that."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from compressors.errors import ConfigurationError
from compressors.serving.forms import Vendor

Retrieval = Literal["start", "dropped", "never"]
"""When the retrieval tool is added to a conversation: docs/serving.md, section Retrieval."""

_RETRIEVALS: tuple[Retrieval, ...] = get_args(Retrieval)
_VENDORS: tuple[Vendor, ...] = get_args(Vendor)
_SHORTEST_TOKEN = 16
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of anything a proxy takes. Sizes are bytes, times seconds.

    ``compress_bytes``: the longest body that is read. ``queue``: requests that may wait to be
    compressed. ``rounds``: how often one request's originals are answered.
    """

    body_bytes: int = 64 * MEGABYTE
    compress_bytes: int = 24 * MEGABYTE
    body_seconds: float = 60.0
    connect_seconds: float = 10.0
    read_seconds: float = 600.0
    threads: int = 2
    queue: int = 256
    rounds: int = 5

    def __post_init__(self) -> None:
        """Refuse what is no limit.

        Raises:
            ConfigurationError: one of them is not above 0.
        """
        for name in self.__slots__:
            if not getattr(self, name) > 0:
                raise ConfigurationError(
                    f"the limit {name.replace('_', '-')} is {getattr(self, name)}, "
                    "expected a number above 0"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a proxy is told.

    ``upstreams`` are addresses by vendor (see :func:`upstreams_of`); ``token`` is what clients
    have to show, where anything; ``events`` the folder that segments are written to, None for
    no events; ``instance`` what this proxy is called in them, keyed there, else its machine's
    name.
    """

    upstreams: Mapping[Vendor, str]
    host: str = "127.0.0.1"
    token: str | None = field(default=None, repr=False)
    retrieval: Retrieval = "start"
    events: Path | None = None
    instance: str | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Refuse what would be open to everybody, or leads nowhere.

        Raises:
            ConfigurationError: no upstream, a short token, or none where others may connect.
        """
        if not self.upstreams:
            raise ConfigurationError("a proxy needs an upstream; name one with --upstream URL")
        if self.token is not None and len(self.token) < _SHORTEST_TOKEN:
            raise ConfigurationError(
                f"the token has {len(self.token)} characters; make one of at least "
                f"{_SHORTEST_TOKEN}, for instance with `openssl rand -hex 16`"
            )
        if self.token is None and not is_loopback(self.host):
            raise ConfigurationError(
                f"listening on {self.host} lets others use this proxy; set a token in "
                "TOIN_PROXY_TOKEN or with --token-file, or listen on 127.0.0.1"
            )


def upstreams_of(given: Iterable[str]) -> dict[Vendor, str]:
    """The addresses of ``URL`` (of every vendor) and ``VENDOR=URL`` entries.

    Raises:
        ConfigurationError: an entry is no address of HTTP, or a vendor has two.
    """
    found: dict[Vendor, str] = {}
    for entry in given:
        before, equals, after = entry.partition("=")
        named = equals and before in _VENDORS
        url = _address(after if named else entry)
        for vendor in _VENDORS:
            if named and vendor != before:
                continue
            if vendor in found:
                raise ConfigurationError(
                    f"there are two upstreams for {vendor}; give one URL for all, "
                    "or one VENDOR=URL for each"
                )
            found[vendor] = url
    return found


def retrieval_of(name: str) -> Retrieval:
    """The policy called ``name``.

    Raises:
        ConfigurationError: there is none.
    """
    for known in _RETRIEVALS:
        if known == name:
            return known
    raise ConfigurationError(
        f"{name!r} is no time to add the retrieval tool; choose {', '.join(_RETRIEVALS)}"
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fits = False
    if not fits or parts.query or parts.fragment or parts.username is not None:
        raise ConfigurationError(
            f"{url.rpartition('@')[2][:200]!r} is no upstream; expected http://HOST[:PORT][/PATH] "
            "or https://…, without user, query or fragment; VENDOR= before it may be "
            f"{', '.join(_VENDORS)}"
        )
    return url.rstrip("/")
