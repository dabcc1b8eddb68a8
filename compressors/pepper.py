"""The secret that keys every hash, and the four shapes of hash made with it.

Nothing that identifies leaves the engine but as ``HMAC-SHA256(pepper, value)``,
written in hex: 24 digits for structures, 32 for events, 16 for everything else.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

import msgspec

from compressors.errors import ConfigurationError
from compressors.files import write_atomically

_PUBLIC_SECRET = b"toin public demonstration pepper: protects nothing"
_FORM = re.compile(r"[0-9a-f]{64}")


class Pepper(msgspec.Struct, frozen=True):
    """A secret of the organisation, shared by its proxies and its platform."""

    secret: bytes

    # The secret must not come into a log.
    def __repr__(self) -> str:
        return f"Pepper({self.id})"

    @property
    def public(self) -> bool:
        """Whether this is the pepper of demonstration data, which everybody knows."""
        return self.secret == _PUBLIC_SECRET

    @property
    def id(self) -> str:
        """Eight hex digits that name the pepper without telling it."""
        return hashlib.sha256(b"toin pepper id\0" + self.secret).hexdigest()[:8]

    def key(self, value: str) -> str:
        """The keyed digest of anything that identifies: 16 hex digits."""
        return self._digest(value)[:16]

    def structure(self, signature: str) -> str:
        """The structure hash of a signature: 24 hex digits."""
        return self._digest(signature)[:24]

    def event(self, value: str) -> str:
        """An event id that a second run derives again: 32 hex digits."""
        return self._digest(value)[:32]

    def draw(self, label: str, experiment: str, unit: str) -> float:
        """A number in [0, 1) that is fixed for this label, experiment and unit."""
        return int(self._digest(label + experiment + unit)[:13], 16) / 16**13

    def _digest(self, value: str) -> str:
        data = value.encode("utf-8", "surrogatepass")
        return hmac.digest(self.secret, data, "sha256").hex()


PUBLIC_PEPPER = Pepper(_PUBLIC_SECRET)


def load_pepper(path: Path) -> Pepper:
    """The pepper kept at ``path``, or the public one where there is none.

    Raises:
        ConfigurationError: the file exists but holds no pepper, or cannot be read.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return PUBLIC_PEPPER
    except NotADirectoryError as error:
        raise ConfigurationError(
            f"the home {path.parent} is no folder; name another one with --home"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the pepper {path} cannot be read ({error}); restore it with `toin pepper import`"
        ) from error
    return parse_pepper(text, source=str(path))


def parse_pepper(text: str, *, source: str) -> Pepper:
    """The pepper written as 64 hex digits.

    Raises:
        ConfigurationError: ``text`` has another form; ``source`` names where it came from.
    """
    if not _FORM.fullmatch(text):
        raise ConfigurationError(
            f"{source} holds no pepper: expected 64 hex digits, got {len(text)} characters; "
            "make one with `toin pepper new` or bring one with `toin pepper import`"
        )
    return Pepper(bytes.fromhex(text))


def save_pepper(path: Path, pepper: Pepper) -> None:
    """Write the pepper, readable by its owner alone.

    Raises:
        ConfigurationError: another pepper is already there; it is never overwritten,
            since everything keyed with it would be orphaned.
    """
    if path.exists() and load_pepper(path) != pepper:
        raise ConfigurationError(
            f"{path} already holds another pepper; export it and move it away first"
        )
    write_atomically(path, (pepper.secret.hex() + "\n").encode("ascii"), mode=0o600)


def new_pepper() -> Pepper:
    """A fresh secret from the operating system."""
    return Pepper(secrets.token_bytes(32))


def export_pepper(pepper: Pepper) -> str:
    """The pepper as 64 hex digits.

    Raises:
        ConfigurationError: the public pepper is no secret and is not exported.
    """
    if pepper.public:
        raise ConfigurationError(
            "this home uses the public demonstration pepper; make one with `toin pepper new`"
        )
    return pepper.secret.hex()


def owner_only(path: Path) -> bool:
    """Whether nobody but the owner can read the file (always true where modes mean nothing)."""
    return os.name != "posix" or path.stat().st_mode & 0o077 == 0
