"""Signatures beside a publication, and whether one of them is by somebody this engine trusts.

``recommendations.toml.sig`` holds a line for each signature: ``ed25519``, the signer's key id, the
id of the publication, and the Ed25519 signature of the file's bytes in base64. It may hold those
of several files, so that whoever replaces file and signatures, one after the other, leaves a pair
that fits at every moment. Needs ``cryptography``, which is loaded where a key is configured.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compressors.errors import ConfigurationError, PublicationRefused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SUFFIX = ".sig"
NEEDS = 'is not installed; add it with `python -m pip install "toin[signatures]"`'
_LINE = re.compile(r"ed25519 ([0-9a-f]{8}) (sha256:[0-9a-f]{64}) ([A-Za-z0-9+/]{86}==)")
_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----\n?", re.DOTALL)
_MOST_BYTES = 64 * 1024


class Signature(NamedTuple):
    """One line: who signed which publication, and the 64 bytes that show it."""

    key_id: str
    publication: str
    value: bytes

    def line(self) -> str:
        """As it stands in the file, without the newline."""
        encoded = base64.b64encode(self.value).decode("ascii")
        return f"ed25519 {self.key_id} {self.publication} {encoded}"


class PublicKey(NamedTuple):
    """A key that signatures are checked with, and the eight digits that name it."""

    id: str
    key: Ed25519PublicKey


def key_id(raw: bytes) -> str:
    """Eight hex digits that name a public key by its 32 bytes."""
    return hashlib.sha256(raw).hexdigest()[:8]


def signatures_of(path: Path) -> Path:
    """Where the signatures of the publication at ``path`` stand."""
    return path.with_name(path.name + SUFFIX)


def parse_signatures(content: bytes) -> tuple[Signature, ...]:
    """The signatures in a file; what is no such line is passed over."""
    found = (
        _LINE.fullmatch(line.strip()) for line in content.decode("ascii", "replace").split("\n")
    )
    return tuple(Signature(m[1], m[2], base64.b64decode(m[3])) for m in found if m)


def load_public_keys(path: Path) -> tuple[PublicKey, ...]:
    """The Ed25519 keys in the PEM file at ``path``: one, or several while keys are exchanged.

    Raises:
        ConfigurationError: it cannot be read, holds no such key, or holds a private one;
            or ``cryptography`` is not installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError as error:
        raise ConfigurationError(
            f"signatures cannot be checked with {path}: cryptography {NEEDS}"
        ) from error
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"the public key {path} cannot be read ({error.strerror}); bring it from the platform, "
            "which prints it with `toin keys show`"
        ) from error
    found = []
    for block in _PEM.finditer(content):
        if b"PRIVATE" in block[1]:
            raise ConfigurationError(
                f"{path} holds a private key, which belongs on the platform alone; give the engine "
                "the public one, which `toin keys show` prints"
            )
        try:
            key = load_pem_public_key(block[0])
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise ConfigurationError(
                f"{path} holds something else than public Ed25519 keys in PEM; bring the key that "
                "`toin keys show` prints"
            )
        found.append(PublicKey(key_id(key.public_bytes_raw()), key))
    if not found:
        raise ConfigurationError(
            f"{path} holds no public key in PEM; bring the one that `toin keys show` prints"
        )
    return tuple(found)


def signer(path: Path, content: bytes, keys: Sequence[PublicKey]) -> str:
    """The id of the key, one of ``keys``, whose signature of ``content`` stands beside ``path``.

    Raises:
        PublicationRefused: there is none.
    """
    from cryptography.exceptions import InvalidSignature

    beside = signatures_of(path)
    trusted = ", ".join(key.id for key in keys)
    try:
        with beside.open("rb") as file:
            signatures = parse_signatures(file.read(_MOST_BYTES))
    except FileNotFoundError as error:
        raise PublicationRefused(
            f"is not signed (there is no {beside.name} beside it), and this engine loads only what "
            f"key {trusted} has signed; ship it with `toin ship`, which signs it",
            where=str(path),
        ) from error
    except OSError as error:
        raise PublicationRefused(
            f"its signatures cannot be read ({error.strerror}); mend their permissions",
            where=str(beside),
        ) from error
    for signature in signatures:
        for key in keys:
            try:
                key.key.verify(signature.value, content)
            except InvalidSignature:
                continue
            return key.id
    found = ", ".join(sorted({signature.key_id for signature in signatures})) or "nobody"
    raise PublicationRefused(
        f"is not signed as it stands by key {trusted}: signatures beside it are by {found}; it was "
        "changed, belongs to another signature, or is another organisation's; ship it again with "
        "`toin ship`",
        where=str(path),
    )
