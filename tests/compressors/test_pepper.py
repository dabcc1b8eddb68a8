"""The pepper: keyed digests of fixed shapes, and a secret that is never lost or shown."""

import hashlib
import hmac
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compressors.errors import ConfigurationError
from compressors.pepper import (
    PUBLIC_PEPPER,
    Pepper,
    export_pepper,
    load_pepper,
    new_pepper,
    parse_pepper,
    save_pepper,
)

SECRET = bytes(range(32))
OWN = Pepper(SECRET)


def test_every_digest_is_hmac_sha256_cut_to_its_shape() -> None:
    whole = hmac.new(SECRET, b"value", hashlib.sha256).hexdigest()
    assert OWN.key("value") == whole[:16]
    assert OWN.structure("value") == whole[:24]
    assert OWN.event("value") == whole[:32]


def test_the_id_names_the_pepper_without_telling_it() -> None:
    assert len(OWN.id) == 8
    assert OWN.id != PUBLIC_PEPPER.id
    assert OWN.id not in SECRET.hex()
    assert SECRET.hex() not in repr(OWN)
    assert "x00" not in repr(OWN)


@given(st.text())
def test_any_text_is_keyed_lone_surrogates_too(text: str) -> None:
    assert OWN.key(text) == OWN.key(text) != PUBLIC_PEPPER.key(text)
    assert OWN.key(text + "\ud800") != OWN.key(text)


def test_a_draw_is_fixed_and_even() -> None:
    draws = [OWN.draw("control", "e", str(n)) for n in range(4000)]
    assert draws == [OWN.draw("control", "e", str(n)) for n in range(4000)]
    assert all(0 <= u < 1 for u in draws)
    assert 0.47 < sum(draws) / len(draws) < 0.53
    assert 330 < sum(u < 0.1 for u in draws) < 470
    assert OWN.draw("canary", "e", "1") != draws[1]


def test_a_pepper_is_kept_for_its_owner_alone_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "home" / "pepper"
    pepper = new_pepper()
    save_pepper(path, pepper)
    assert load_pepper(path) == pepper
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    save_pepper(path, pepper)
    assert parse_pepper(export_pepper(pepper), source="x") == pepper


def test_another_pepper_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "pepper"
    save_pepper(path, OWN)
    with pytest.raises(ConfigurationError, match="already holds another"):
        save_pepper(path, new_pepper())
    assert load_pepper(path) == OWN


def test_without_a_pepper_the_public_one_is_used(tmp_path: Path) -> None:
    assert load_pepper(tmp_path / "pepper").public
    assert not new_pepper().public
    with pytest.raises(ConfigurationError, match="toin pepper new"):
        export_pepper(PUBLIC_PEPPER)


@pytest.mark.parametrize(
    "content", [b"", b"secret", b"0" * 63, b"0" * 65, b"G" * 64, b"AB" * 32, b"\xff" * 64]
)
def test_a_file_that_holds_no_pepper_is_refused_without_showing_it(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "pepper"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="toin pepper import") as caught:
        load_pepper(path)
    assert str(path) in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_pepper_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_pepper(tmp_path)
