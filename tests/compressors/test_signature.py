"""Signatures: with a public key, nothing is loaded that was not signed as it stands."""

import logging
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from publication_texts import BARE, sealed

from compressors import Engine
from compressors.book import default_recommendations, publication_id
from compressors.handles import MemoryHandles
from compressors.signature import Signature, key_id, parse_signatures, signatures_of

MINE = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
OTHERS = Ed25519PrivateKey.from_private_bytes(b"2" * 32)
FILE = sealed(BARE)


def pem(key) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def line(key: Ed25519PrivateKey, content: bytes) -> bytes:
    raw = key.public_key().public_bytes_raw()
    signature = Signature(key_id(raw), publication_id(content), key.sign(content))
    return (signature.line() + "\n").encode()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A publication, signed, and the key to check it with."""
    path = tmp_path / "recommendations.toml"
    path.write_bytes(FILE)
    signatures_of(path).write_bytes(line(MINE, FILE))
    (tmp_path / "key.pem").write_bytes(pem(MINE))
    return path


def started(path: Path, *, key: str = "key.pem") -> Engine:
    return Engine.start(
        path, path.parent / "home", handles=MemoryHandles(), public_key=path.with_name(key)
    )


def refusal(path: Path, *, key: str = "key.pem") -> str:
    engine = started(path, key=key)
    health = engine.health()
    assert health.status == "degraded"
    assert health.signed_by is None
    assert engine.book.source == str(default_recommendations())
    assert engine.compress("x" * 100).fault == "publication_refused"
    [reason] = health.reasons
    return reason


def test_a_signed_file_is_loaded_and_health_names_the_key(place: Path) -> None:
    health = started(place).health()
    assert (health.status, health.source) == ("ok", str(place))
    assert health.signed_by == key_id(MINE.public_key().public_bytes_raw())


def test_every_changed_byte_is_seen(place: Path) -> None:
    for at in range(0, len(FILE), 37):
        place.write_bytes(FILE[:at] + bytes([FILE[at] ^ 1]) + FILE[at + 1 :])
        assert "is not signed as it stands" in refusal(place)


def test_a_file_changed_with_its_id_made_to_fit_is_refused(place: Path) -> None:
    place.write_bytes(sealed(BARE.replace("delta = 0.05", "delta = 0.06")))
    assert "is not signed as it stands" in refusal(place)


def test_another_key_is_named(place: Path) -> None:
    signatures_of(place).write_bytes(line(OTHERS, FILE))
    reason = refusal(place)
    for key in (MINE, OTHERS):
        assert key_id(key.public_key().public_bytes_raw()) in reason


def test_a_key_id_alone_is_believed_by_nobody(place: Path) -> None:
    mine = key_id(MINE.public_key().public_bytes_raw())
    forged = Signature(mine, publication_id(FILE), OTHERS.sign(FILE)).line()
    signatures_of(place).write_text(forged)
    assert "is not signed as it stands" in refusal(place)


@pytest.mark.parametrize(
    "signatures",
    [b"", b"\n", b"ed25519", b"\xff\x00" * 50, line(MINE, FILE)[:-4], line(MINE, FILE).upper()],
)
def test_what_is_no_signature_is_none(place: Path, signatures: bytes) -> None:
    signatures_of(place).write_bytes(signatures)
    assert "by nobody" in refusal(place)


def test_without_a_signature_nothing_is_loaded(place: Path) -> None:
    signatures_of(place).unlink()
    assert "there is no recommendations.toml.sig beside it" in refusal(place)


def test_several_signatures_may_stand_there_and_several_keys_be_trusted(place: Path) -> None:
    signatures_of(place).write_bytes(line(OTHERS, b"x") + line(OTHERS, FILE) + b"\r\nodd\n")
    place.with_name("key.pem").write_bytes(pem(MINE) + pem(OTHERS))
    assert started(place).health().signed_by == key_id(OTHERS.public_key().public_bytes_raw())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read (No such file"),
        (b"", "holds no public key"),
        (pem(MINE)[:60], "holds no public key"),
        (pem(MINE).replace(b"MC", b"XX"), "something else"),
        (pem(generate_private_key(SECP256R1())), "something else"),
        (MINE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "a private key"),
    ],
)
def test_a_key_that_cannot_be_used_lets_nothing_in(
    place: Path, content: bytes | None, says: str
) -> None:
    key = place.with_name("key.pem")
    key.unlink() if content is None else key.write_bytes(content)
    assert says in refusal(place)


def test_without_its_library_nothing_is_let_in(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == "cryptography":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert 'pip install "toin[signatures]"' in refusal(place)


def test_the_environment_may_name_the_key(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOIN_PUBLIC_KEY", str(place.with_name("key.pem")))
    monkeypatch.setenv("TOIN_RECOMMENDATIONS", str(place))
    assert Engine.start(home=place.parent, handles=MemoryHandles()).health().signed_by
    signatures_of(place).unlink()
    assert Engine.start(home=place.parent, handles=MemoryHandles()).health().status == "degraded"


def test_the_package_s_defaults_need_no_signature(
    place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = place.with_name("key.pem")
    with caplog.at_level(logging.ERROR):
        health = Engine.start(home=place.parent, handles=MemoryHandles(), public_key=key).health()
    assert health.status == "ok"
    assert not caplog.records


def test_without_a_key_nothing_of_cryptography_is_loaded() -> None:
    import subprocess

    code = "import sys, compressors.engine; assert 'cryptography' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_line_reads_as_it_was_written() -> None:
    [found] = parse_signatures(line(MINE, FILE))
    assert (found.line() + "\n").encode() == line(MINE, FILE)
