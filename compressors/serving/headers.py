"""Headers on their way through: what goes on, what does not, and what they say of the client."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping

Headers = list[tuple[bytes, bytes]]
"""Names in lower case with their values, in order; a name may stand more than once."""

OWN = b"x-toin-"

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# What says how long a body is, or for whom, is nobody's to take away through `Connection`.
_NEVER_NAMED = frozenset({b"content-length", b"content-type", b"content-encoding", b"host"})
_CREDENTIALS = ("authorization", "x-api-key", "x-goog-api-key", "api-key")


def by_name(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name, in lower case; of those that stand more than once the first."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return found


def towards_upstream(headers: Iterable[tuple[bytes, bytes]], *, length: int | None) -> Headers:
    """The client's headers for a body of ``length`` bytes.

    None leaves the body, and what is said of its length, as they came.
    """
    headers = list(headers)
    left_out = {b"host", b"expect"} | _not_for_the_next(headers)
    if length is not None:
        left_out |= {b"content-length", b"accept-encoding"}
    kept = [
        (name, value)
        for name, value in headers
        if name.lower() not in left_out and not name.lower().startswith(OWN)
    ]
    if length is not None:
        kept += [(b"accept-encoding", b"identity"), (b"content-length", b"%d" % length)]
    return kept


def towards_client(
    headers: Iterable[tuple[bytes, bytes]], own: Mapping[str, str] | None = None
) -> Headers:
    """An answer's headers, and the proxy's ``own``; what only seems to be the proxy's is not."""
    headers = list(headers)
    left_out = _not_for_the_next(headers)
    kept = [
        (name.lower(), value)
        for name, value in headers
        if name.lower() not in left_out and not name.lower().startswith(OWN)
    ]
    return kept + [(name.lower().encode(), value.encode()) for name, value in (own or {}).items()]


def credential_of(headers: Mapping[str, str]) -> str | None:
    """What the client pays with: to be keyed at once, and never kept."""
    return next((headers[name] for name in _CREDENTIALS if headers.get(name)), None)


def bears(headers: Mapping[str, str], token: str, *, bearer: bool = False) -> bool:
    """Whether the client shows ``token``; compared in constant time.

    With ``bearer`` an ``Authorization`` will do, which otherwise is for the provider.
    """
    shown = headers.get("x-toin-token", "")
    if not shown and bearer:
        shown = headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(shown.encode("latin-1", "replace"), token.encode())


def _not_for_the_next(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    named = {
        each.strip().lower()
        for name, value in headers
        if name.lower() == b"connection"
        for each in value.split(b",")
    }
    return (named - _NEVER_NAMED) | _HOP_BY_HOP
