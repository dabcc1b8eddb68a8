"""``toin compress``, ``retrieve`` and ``verify``: the engine from a shell."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from compressors.book import publication_id
from compressors.pepper import PUBLIC_PEPPER
from pipelines.cli import run

LOG = "\n".join(
    f"2026-01-01 10:{n // 60:02d}:{n % 60:02d},000 INFO web.access request {n * 7919} served"
    for n in range(400)
)
BOOK = """schema = 1

[publication]
id = "ID"
engine = ["sha256:{engine}"]
pepper_id = "{pepper}"
origin = "recorded"
watermark = 2026-01-14T00:00:00Z
delta = 0.05
epsilon = {{ gsm8k-sample = 0.1 }}
datasets = {{ gsm8k-sample = "sha256:{engine}" }}
control_share = 0
demonstration = true

[[recommendation]]
auth_mode = "payg"
model_family = "claude-sonnet-4"
structure_hash = "{structure}"
skip_compression_recommended = false
strategy_hint = "log.lines_few"
confidence = 0.97
observations = 128
[recommendation.evidence]
reason = "certified"
instances = 6
net_savings = [0.4, 0.5]
regret = [0.0, 0.03]
level = 0.95
"""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The command line sets up logging for its process; here, tests share one."""
    yield
    logging.getLogger().handlers.clear()


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text(LOG)
    return path


def sealed(text: str) -> bytes:
    return text.replace('"ID"', f'"{publication_id(text.encode())}"').encode()


def book(tmp_path: Path, *, structure: str) -> Path:
    path = tmp_path / "recommendations.toml"
    path.write_bytes(
        sealed(BOOK.format(engine="e" * 64, pepper=PUBLIC_PEPPER.id, structure=structure))
    )
    return path


def compressed(
    capfdbinary: pytest.CaptureFixture[bytes], *arguments: str
) -> tuple[dict[str, object], str]:
    assert run(["compress", *arguments, "--json"]) == 0
    out, err = capfdbinary.readouterr()
    return orjson.loads(out), err.decode()


def test_a_recommendation_acts_and_the_original_comes_back(
    home: str, log: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    call = [str(log), "--home", home, "--auth-mode", "payg", "--model", "claude-sonnet-4-5"]
    plain, err = compressed(capfdbinary, *call)
    assert "has no pepper" in err
    assert plain["kind"] == "log"
    assert plain["arm"] == "default"
    file = book(tmp_path, structure=str(plain["structure_hash"]))

    advised, _ = compressed(capfdbinary, *call, "--recommendations", str(file))
    assert advised["profile"] == "log.lines_few"
    assert advised["arm"] == "recommended"
    assert advised["lossy"] is True
    assert int(str(advised["tokens_after"])) < int(str(advised["tokens_before"]))
    assert advised["text"] != plain["text"]
    assert advised["fingerprint"] != plain["fingerprint"]
    assert str(advised["handle"]) in str(advised["text"])

    assert run(["retrieve", str(advised["handle"]), "--home", home]) == 0
    assert capfdbinary.readouterr().out == LOG.encode()
    assert run(["retrieve", str(advised["handle"]), "--home", home, "--query", "7919"]) == 0
    part = capfdbinary.readouterr().out
    assert b"request 7919 served" in part
    assert len(part) < len(LOG)


def test_text_goes_through_a_pipe_to_the_byte(home: str) -> None:
    content = "plain words\r\nthat nobody shortens\tä€😀 without a last newline".encode()
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "compress", "--home", home],
        input=content,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == content


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("absent.txt", None, "absent.txt: cannot be read (No such file or directory)"),
        ("image.bin", b"ab\xff\xfe", "image.bin: is no UTF-8 text (byte 0xff at offset 2)"),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(
    home: str,
    tmp_path: Path,
    name: str,
    data: bytes | None,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    assert run(["compress", str(tmp_path / name), "--home", home]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err


def test_stdin_is_read_where_no_file_is_given(
    home: str, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'[{"a": 1}]')))
    found, _ = compressed(capfdbinary, "--home", home)
    assert found["kind"] == "json"


def test_an_unknown_handle_is_refused(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["retrieve", "0123456789abcdef", "--home", home]) == 1
    assert "0123456789abcdef" in capsys.readouterr().err


def test_a_refused_file_leaves_the_defaults_and_says_why(
    home: str,
    log: Path,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "broken.toml").write_text("schema = ")
    found, err = compressed(
        capfdbinary, str(log), "--home", home, "--recommendations", str(tmp_path / "broken.toml")
    )
    assert found["arm"] == "default"
    assert found["fault"] == "publication_refused"
    assert "broken.toml" in err + caplog.text
    assert "defaults" in err + caplog.text


def test_a_publication_that_would_be_loaded_is_told_what_it_is(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = book(tmp_path, structure="0" * 24)
    assert run(["verify", str(file), "--home", home]) == 0
    out, err = capsys.readouterr()
    assert "an engine would load it" in out
    assert "1 rows, 0 certificates, made from recorded traffic, a demonstration" in out
    assert "for another engine" in err


def wrong(change: str) -> bytes:
    """The book above, spoiled: what stands left of ``=>`` becomes what stands right of it."""
    text = BOOK.format(engine="e" * 64, pepper=PUBLIC_PEPPER.id, structure="0" * 24)
    old, new = change.split(" => ")
    assert old in text
    return sealed(text.replace(old, new))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", ["recommendations.toml", "empty"]),
        (wrong("schema = 1 => schema = 2"), ["schema"]),
        (wrong("share = 0 => share = 5000"), ["line", "control_share"]),
        (wrong("log.lines_few => log.lines_none"), ["line", "row 1", "strategy_hint"]),
        (wrong("confidence = 0.97 => confidence = 1.7"), ["line", "row 1", "confidence"]),
        (wrong(f'"{PUBLIC_PEPPER.id}" => "1f3a9c02"'), ["pepper", "1f3a9c02"]),
        (
            sealed(BOOK.format(engine="e" * 64, pepper=PUBLIC_PEPPER.id, structure="0" * 24))[:-40],
            ["line"],
        ),
        (
            sealed(
                BOOK.format(engine="e" * 64, pepper=PUBLIC_PEPPER.id, structure="0" * 24)
            ).replace(b"observations = 128", b"observations = 999"),
            ["id", "edited"],
        ),
        (None, ["recommendations.toml"]),
    ],
    ids=["empty", "schema", "range", "profile", "chance", "pepper", "cut off", "edited", "missing"],
)
def test_a_publication_that_is_refused_says_where_and_why(
    home: str,
    tmp_path: Path,
    data: bytes | None,
    says: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "recommendations.toml"
    if data is not None:
        path.write_bytes(data)
    assert run(["verify", str(path), "--home", home]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    sentence = err.strip().splitlines()[-1]
    for part in says:
        assert part in sentence, sentence
    assert "Traceback" not in err


def test_a_query_that_nothing_answers_brings_all_of_it_and_says_so(
    home: str, log: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    result, _ = compressed(capfdbinary, str(log), "--home", home)
    handle = str(result["handle"])
    assert run(["retrieve", handle, "--query", "zebra unicorn", "--home", home]) == 0
    out, err = capfdbinary.readouterr()
    assert out == log.read_bytes()
    assert b"no part of it answers the query" in err


def test_empty_content_is_told(
    home: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("")
    assert run(["compress", str(tmp_path / "empty"), "--home", home]) == 0
    out, err = capsys.readouterr()
    assert (out, "the content is empty" in err) == ("", True)
