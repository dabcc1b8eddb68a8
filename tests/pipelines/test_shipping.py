"""Shipping: whole or not at all, told what was there before, verified by reading back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest
from choice_world import SETTINGS, certificates, chosen, ladder, warehouse

from compressors import Engine
from compressors.book import publication_id
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.signature import signatures_of
from pipelines import shipping
from pipelines.cli import run
from pipelines.keys import new_keys, public_file
from pipelines.publication import compose
from pipelines.shipping import ship


def _made(**more: object) -> bytes:
    with warehouse() as con:
        ladder(con, saves={"json.lossless": 0.2, "json.rows_half": 0.5})
        choice = chosen(con)
    return compose(
        choice,
        certificates(),
        engines=["e5" * 32],
        datasets={"gsm8k": "12" * 32, "bfcl": "34" * 32},
        settings=SETTINGS,
        **{"pepper_id": "a07f7a4f", "demonstration": False, **more},  # type: ignore[arg-type]
    )


FIRST, SECOND = _made(), _made(pepper_id="b07f7a4f")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").ensure()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_report_says_what_was_there_before(home: Home, tmp_path: Path) -> None:
    place = tmp_path / "etc" / "toin"
    first = ship(home, FIRST, str(place))
    assert (first.status, first.before, first.now) == ("shipped", None, publication_id(FIRST))
    second = ship(home, SECOND, f"{place}/")
    assert (second.status, second.before) == ("shipped", publication_id(FIRST))
    again = ship(home, SECOND, f"file://{place}/recommendations.toml")
    assert (again.status, again.before, again.now) == ("unchanged", *[publication_id(SECOND)] * 2)
    assert (place / "recommendations.toml").read_bytes() == SECOND
    assert names(place) == ["recommendations.toml"]


def test_what_is_no_publication_is_said_so(home: Home, tmp_path: Path) -> None:
    (tmp_path / "recommendations.toml").write_bytes(b"something")
    assert ship(home, FIRST, str(tmp_path)).before == "unknown"


def test_a_store_that_cannot_rename_gets_it_in_one(home: Home) -> None:
    url = "memory://fleet/toin"
    assert ship(home, FIRST, url).before is None
    made = ship(home, SECOND, url)
    assert (made.status, made.before) == ("shipped", publication_id(FIRST))
    fs = fsspec.filesystem("memory")
    assert fs.cat_file("/fleet/toin/recommendations.toml") == SECOND
    assert [Path(p).name for p in fs.ls("/fleet/toin", detail=False)] == ["recommendations.toml"]


def test_a_store_that_keeps_other_bytes_is_found_out(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    fs = fsspec.filesystem("memory")
    monkeypatch.setattr(type(fs), "pipe_file", lambda *_: None)
    made = ship(home, FIRST, "memory://loses/all")
    assert made.status == "failed"
    assert "has nothing when read back" in made.why


@pytest.mark.parametrize(
    ("destination", "says"),
    [
        ("nosuch://x/y", "nosuch"),
        ("{tmp}/a-file/below", "Not a directory"),
    ],
)
def test_a_place_that_is_none_is_told(
    home: Home, tmp_path: Path, destination: str, says: str
) -> None:
    (tmp_path / "a-file").write_text("x")
    made = ship(home, FIRST, destination.format(tmp=tmp_path))
    assert made.status == "failed"
    assert says in made.why


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_keeps_what_it_has(home: Home, tmp_path: Path) -> None:
    ship(home, FIRST, str(tmp_path / "to"))
    (tmp_path / "to").chmod(0o500)
    made = ship(home, SECOND, str(tmp_path / "to"))
    assert (made.status, made.before) == ("failed", publication_id(FIRST))
    assert made.now == made.before


@pytest.mark.parametrize("error", ["EROFS", "ENOSPC", "EACCES"])
def test_what_cannot_be_written_stays_as_it_was(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    import errno

    ship(home, FIRST, str(tmp_path / "to"))

    def refused(part: str, _: bytes) -> None:
        Path(part).write_bytes(SECOND[:100])
        code = getattr(errno, error)
        raise OSError(code, os.strerror(code), part)

    monkeypatch.setattr(shipping, "_write_local", refused)
    made = ship(home, SECOND, str(tmp_path / "to"))
    assert (made.status, made.now) == ("failed", publication_id(FIRST))
    assert "what was there before stays" in made.why
    assert names(tmp_path / "to") == ["recommendations.toml"]
    assert (tmp_path / "to" / "recommendations.toml").read_bytes() == FIRST


def run_alone(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_full_disk_leaves_the_earlier_file(home: Home, tmp_path: Path) -> None:
    """A file size limit ends the writing in the middle, as a disk that is full does."""
    to = tmp_path / "to"
    ship(home, FIRST, str(to))
    (tmp_path / "second").write_bytes(SECOND)
    done = run_alone(
        """
        import resource, signal, sys
        from pathlib import Path
        from compressors.home import Home
        from pipelines.shipping import ship
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        made = ship(Home(Path(sys.argv[1])), Path(sys.argv[2]).read_bytes(), sys.argv[3])
        print(made.status, made.why)
        """,
        str(home.root), str(tmp_path / "second"), str(to),
    )  # fmt: skip
    assert done.stdout.startswith("failed"), done.stderr
    assert "File too large" in done.stdout
    assert names(to) == ["recommendations.toml"]
    assert (to / "recommendations.toml").read_bytes() == FIRST


KILLED = """
import os, signal, sys
from pathlib import Path
from compressors.home import Home
from pipelines.shipping import ship

left = int(sys.argv[4])
watched = {"os.rename", "os.open", "open"}

def hook(event, arguments):
    global left
    if event in watched and str(arguments[0]).startswith(sys.argv[3]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

content = Path(sys.argv[2]).read_bytes()
sys.addaudithook(hook)
ship(Home(Path(sys.argv[1])), content, sys.argv[3])
"""


@pytest.mark.slow
def test_whenever_it_is_killed_an_engine_finds_a_signed_file(home: Home, tmp_path: Path) -> None:
    """At every access to the destination in turn: old or new, whole, and signed."""
    to = tmp_path / "to"
    new_keys(home)
    plain = [_rowless(0.05), _rowless(0.04)]
    (tmp_path / "second").write_bytes(plain[1])
    seen = set()
    for step in range(60):
        ship(home, plain[0], str(to))
        done = run_alone(KILLED, str(home.root), str(tmp_path / "second"), str(to), str(step))
        engine = Engine.start(
            to / "recommendations.toml", home, handles=MemoryHandles(),
            public_key=public_file(home),
        )  # fmt: skip
        assert engine.health().status == "ok", (step, engine.health().reasons)
        seen.add(engine.book.publication.id)  # type: ignore[union-attr]
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
    else:
        pytest.fail("it never came to an end")
    assert seen == {publication_id(one) for one in plain}
    assert ship(home, plain[1], str(to)).status in ("shipped", "unchanged")


def _rowless(delta: float) -> bytes:
    from msgspec.structs import replace

    with warehouse() as con:
        choice = chosen(con)
    return compose(
        choice, certificates(), engines=["e5" * 32], pepper_id="", demonstration=False,
        datasets={"gsm8k": "12" * 32, "bfcl": "34" * 32}, settings=replace(SETTINGS, delta=delta),
    )  # fmt: skip


def test_two_at_once_leave_one_of_the_two(home: Home, tmp_path: Path) -> None:
    to = tmp_path / "to"
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: ship(home, (FIRST, SECOND)[n % 2], str(to)), range(40)))
    assert (to / "recommendations.toml").read_bytes() in (FIRST, SECOND)
    assert names(to) == ["recommendations.toml"]
    for one in made:
        assert one.status != "failed" or "at the same time" in one.why
    last = ship(home, FIRST, str(to))
    assert last.now == publication_id(FIRST)


def test_signatures_go_along_and_are_made_where_there_is_a_key(home: Home, tmp_path: Path) -> None:
    first, second = _rowless(0.05), _rowless(0.04)
    unsigned = ship(home, first, str(tmp_path / "to"))
    assert not unsigned.signed
    assert names(tmp_path / "to") == ["recommendations.toml"]
    key = new_keys(home)
    assert ship(home, second, str(tmp_path / "to")).signed
    path = tmp_path / "to" / "recommendations.toml"
    assert f"ed25519 {key} {publication_id(second)}" in signatures_of(path).read_text()
    ship(home, first, str(tmp_path / "to"))
    lines = signatures_of(path).read_text().splitlines()
    assert [line.split()[2] for line in lines] == [publication_id(first), publication_id(second)]
    # From a machine without the private key: what stands beside the file is enough.
    other = Home(tmp_path / "other").ensure()
    made = ship(other, first, str(tmp_path / "far"), beside=signatures_of(path).read_bytes())
    assert made.signed
    far = tmp_path / "far" / "recommendations.toml"
    with Engine.start(far, other, handles=MemoryHandles(), public_key=public_file(home)) as engine:
        assert engine.health().signed_by == key


def test_the_command_ships_to_all_it_can(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.recommendations.write_bytes(_rowless(0.05))
    (tmp_path / "a-file").write_text("x")
    good, bad = str(tmp_path / "good"), str(tmp_path / "a-file" / "x")
    assert run(["ship", bad, good, "--json", "--home", str(home.root)]) == 1
    told = json.loads(capsys.readouterr().out)["deliveries"]
    assert [one["status"] for one in told] == ["failed", "shipped"]
    assert run(["ship", good, "--home", str(home.root)]) == 0
    assert f"{good}: unchanged, had" in capsys.readouterr().out


def test_what_no_engine_would_load_is_not_shipped(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.recommendations.write_bytes(_rowless(0.05) + b"x")
    assert run(["ship", str(tmp_path / "to"), "--home", str(home.root)]) == 1
    assert "no TOML" in capsys.readouterr().err
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize(
    ("protocol", "says"),
    [("s3", "toin[s3]"), ("gs", "toin[gs]"), ("az", "toin[az]"), ("ssh", "toin[ssh]")],
)
def test_a_client_that_is_missing_is_named(
    home: Home, protocol: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("s3fs", "gcsfs", "adlfs", "paramiko"):
        monkeypatch.setitem(sys.modules, name, None)
    made = ship(home, FIRST, f"{protocol}://host/toin/")
    assert made.status == "failed"
    assert says in made.why
