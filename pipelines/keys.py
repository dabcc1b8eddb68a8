"""The private key of an organisation's platform, and what it signs.

It stands in the home, readable by its owner alone; engines have the public one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from compressors.book import publication_id
from compressors.errors import ConfigurationError
from compressors.files import write_atomically
from compressors.home import Home
from compressors.pepper import owner_only
from compressors.signature import NEEDS, Signature, key_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def private_file(home: Home) -> Path:
    """Where the private key stands."""
    return home.root / "keys" / "private.pem"


def public_file(home: Home) -> Path:
    """Where the public key stands, to be given to engines."""
    return home.root / "keys" / "public.pem"


def new_keys(home: Home) -> str:
    """Make a pair of keys for a home that has none; returns the key's id.

    Raises:
        ConfigurationError: there is one already, ``cryptography`` is missing, or the home
            cannot be written to.
    """
    _need()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    path = private_file(home)
    if path.exists():
        raise ConfigurationError(
            f"{path} already holds a key, and engines that trust it load nothing that another one "
            "signs; move it away first, and give the engines both public keys for a while"
        )
    key = Ed25519PrivateKey.generate()
    written = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # The public one first: alone it is of no use to anybody, and is made anew.
        write_atomically(public_file(home), _public_pem(key))
        write_atomically(path, written, mode=0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written ({error.strerror}); mend the permissions of {path.parent}"
        ) from error
    return _id(key)


def public_key(home: Home) -> tuple[str, bytes] | None:
    """The id and the PEM of the public key that belongs to the private one; None without one.

    Raises:
        ConfigurationError: as :func:`sign`.
    """
    key = _load(home)
    return None if key is None else (_id(key), _public_pem(key))


def sign(home: Home, content: bytes) -> Signature | None:
    """The signature of a publication by the home's key; None where it has none.

    Raises:
        ConfigurationError: the key cannot be used, or others can read it.
    """
    key = _load(home)
    if key is None:
        return None
    return Signature(_id(key), publication_id(content), key.sign(content))


def _load(home: Home) -> Ed25519PrivateKey | None:
    path = private_file(home)
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigurationError(
            f"the private key {path} cannot be read ({error.strerror}); publish as its owner"
        ) from error
    if not owner_only(path):
        raise ConfigurationError(
            f"others than its owner can read the private key {path}, so nothing is signed with it; "
            f"close it with `chmod 600 {path}`, and make a new one if somebody may have"
        )
    _need()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(
            f"{path} holds no private Ed25519 key in PEM; bring it back, or move it away and make "
            "another with `toin keys new`"
        )
    return key


def _need() -> None:
    try:
        import cryptography  # noqa: F401 - whether it is there
    except ImportError as error:
        raise ConfigurationError(f"nothing can be signed: cryptography {NEEDS}") from error


def _id(key: Ed25519PrivateKey) -> str:
    return key_id(key.public_key().public_bytes_raw())


def _public_pem(key: Ed25519PrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
