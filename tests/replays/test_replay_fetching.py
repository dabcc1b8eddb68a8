"""Fetching data sets, from a server on loopback that has more records than are kept."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from compressors.errors import InputRefused
from pipelines import cli
from pipelines.replays import fetching, manifests
from pipelines.replays.fetching import canonical, digest_of
from pipelines.replays.manifests import Manifest, datasets_directory, read_manifest

SHARED = Path(__file__).parents[3] / "shared" / "data"


class _Handler(BaseHTTPRequestHandler):
    """Answers what it was given for a path; 404 for every other."""

    def __init__(self, answers: dict[str, bytes], asked: list[str], *more: object) -> None:
        self.answers = answers
        self.asked = asked
        super().__init__(*more)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        content = self.answers.get(self.path)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        return


class Served:
    """A server's address, what it answers, and which paths were asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.asked: list[str] = []
        handler = partial(_Handler, self.answers, self.asked)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def served() -> Iterator[Served]:
    made = Served()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


_LINES = [json.dumps({"question": f"How many? {n}", "answer": f"#### {n}"}) for n in range(9)]
_ROWS = [
    {"question": f"Where is {n}, the “{n}”?", "mc1_targets": {"here": 1, "é": 0}} for n in range(9)
]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Manifests of a set of lines and a set of elements, both a selection, every third left out."""
    folder = tmp_path / "manifests"
    (folder / "kept").mkdir(parents=True)
    lines = [line for n, line in enumerate(_LINES) if n % 3]
    rows = [row for n, row in enumerate(_ROWS) if n % 3]
    kept = {
        "gsm8k": [digest_of(line.encode()) for line in lines],
        "truthfulqa": [digest_of(canonical(row)) for row in rows],
    }
    contents = {
        "gsm8k": ("gsm8k/train.jsonl.gz", "".join(f"{line}\n" for line in lines)),
        "truthfulqa": ("truthfulqa/mc.json", json.dumps(rows, indent=1, ensure_ascii=False)),
    }
    for name, (path, content) in contents.items():
        file = {
            "path": path, "upstream": Path(path).name.removesuffix(".gz"),
            "sha256": fetching.hashlib.sha256(content.encode()).hexdigest(), "fields": ["question"],
        }  # fmt: skip
        rest = {
            "name": name, "title": name, "format": name, "source": "tests", "revision": "1",
            "licence": "MIT", "epsilon": 0.01, "sample": False, "base": "https://example.invalid/x",
        }  # fmt: skip
        text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in rest.items())
        text += "\n[[file]]\n" + "\n".join(f"{k} = {json.dumps(v)}" for k, v in file.items())
        (folder / f"{name}.toml").write_text(text + "\n")
        (folder / "kept" / f"{name}.txt").write_text("\n".join(kept[name]) + "\n")
    monkeypatch.setattr(fetching, "datasets_directory", lambda: folder)
    monkeypatch.setattr(manifests, "datasets_directory", lambda: folder)
    monkeypatch.setattr(manifests, "REPLAYED", ("gsm8k", "truthfulqa"))
    return folder


def _whole(served: Served) -> None:
    served.answers["/train.jsonl"] = "".join(f"{line}\n" for line in _LINES).encode()
    served.answers["/mc.json"] = json.dumps(_ROWS).encode()


def _fetch(manifest: Manifest, into: Path, source: str | None) -> list[Path]:
    return fetching.fetch(manifest, into, source=source, progress=lambda _: None)


def test_a_selection_is_made_again_from_the_whole(
    directory: Path, served: Served, tmp_path: Path
) -> None:
    _whole(served)
    for name in ("gsm8k", "truthfulqa"):
        [path] = _fetch(read_manifest(directory / f"{name}.toml"), tmp_path, served.url)
        manifests.verify(path, read_manifest(directory / f"{name}.toml").files[0])
    lines = gzip.decompress((tmp_path / "gsm8k/train.jsonl.gz").read_bytes()).decode().splitlines()
    assert lines == [line for n, line in enumerate(_LINES) if n % 3]
    rows = json.loads((tmp_path / "truthfulqa/mc.json").read_text())
    assert rows == [row for n, row in enumerate(_ROWS) if n % 3]


def test_what_is_there_is_not_asked_for_again_and_what_is_wrong_is_replaced(
    directory: Path, served: Served, tmp_path: Path
) -> None:
    _whole(served)
    manifest = read_manifest(directory / "truthfulqa.toml")
    [path] = _fetch(manifest, tmp_path, served.url)
    right = path.read_bytes()
    assert _fetch(manifest, tmp_path, served.url) == []
    path.write_bytes(b"[]")
    assert _fetch(manifest, tmp_path, served.url) == [path]
    assert path.read_bytes() == right
    assert served.asked == ["/mc.json"] * 2


def test_a_source_that_has_changed_is_refused_and_nothing_kept(
    directory: Path, served: Served, tmp_path: Path
) -> None:
    _whole(served)
    served.answers["/train.jsonl"] = served.answers["/train.jsonl"].replace(b"many? 4", b"much? 4")
    with pytest.raises(InputRefused, match=r"train\.jsonl: expected sha256 .* found"):
        _fetch(read_manifest(directory / "gsm8k.toml"), tmp_path / "into", served.url)
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "answers 404"),
        (b"[cut off", "no valid JSON"),
        (gzip.compress(b"[]", mtime=0)[:-3], "no gzip file, or cut off"),
        (b" " * 3000, "larger than 2,000 bytes"),
    ],
)
def test_a_source_that_answers_badly_is_refused(
    directory: Path,
    served: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | None,
    words: str,
) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 2_000)
    if content is not None:
        served.answers["/mc.json"] = content
    with pytest.raises(InputRefused, match=words):
        _fetch(read_manifest(directory / "truthfulqa.toml"), tmp_path, served.url)


def test_other_addresses_are_refused(directory: Path, served: Served, tmp_path: Path) -> None:
    manifest = read_manifest(directory / "gsm8k.toml")
    for address in ("http://example.invalid/data", "file:///etc", "ftp://127.0.0.1/x"):
        with pytest.raises(InputRefused, match="no https address"):
            _fetch(manifest, tmp_path, address)
    served.server.server_close()
    with pytest.raises(InputRefused, match="cannot be fetched"):
        _fetch(manifest, tmp_path, "http://127.0.0.1:9")
    with pytest.raises(InputRefused, match="no address to fetch from"):
        _fetch(msgspec.structs.replace(manifest, base=""), tmp_path, None)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public data sets are not in ../shared/data")
@pytest.mark.parametrize("name", ["gsm8k", "truthfulqa", "bfcl"])
def test_the_public_selections_are_made_again_from_more(
    served: Served, tmp_path: Path, name: str
) -> None:
    manifest = read_manifest(datasets_directory() / f"{name}.toml")
    for file in manifest.files:
        content = manifests.unpacked((SHARED / file.path).read_bytes(), file.path)
        if content[:1] == b"[":
            rows = json.loads(content)
            more = json.dumps([{"question": "new"}, *rows, {"question": "more"}]).encode()
        else:
            more = b'{"new": 1}\n' + content + b'{"more": 1}\n'
        served.answers[f"/{file.upstream}"] = more
    assert len(_fetch(manifest, tmp_path, served.url)) == len(manifest.files)


def _run(*arguments: str) -> int:
    return cli.run(["datasets", *arguments])


def test_the_command_lists_fetches_and_checks(
    directory: Path, served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _whole(served)
    folder = str(tmp_path / "into")
    assert _run("fetch", "--into", folder, "--from", served.url) == 0
    assert "2 files fetched" in capsys.readouterr().out
    (directory / "blocks.toml").write_text("schema = 1\n")
    assert _run("check", "--data", folder) == 0
    assert capsys.readouterr().out.splitlines() == [
        "gsm8k: 6 records, as the manifest says",
        "truthfulqa: 6 records, as the manifest says",
    ]
    (tmp_path / "into/truthfulqa/mc.json").write_text("[{}]")
    assert _run("check", "--data", folder) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines() == ["gsm8k: 6 records, as the manifest says"]
    assert "the field 'question' is missing" in shown.err
    assert "1 file is not as the manifest says" in shown.err
    assert _run("fetch", "squad", "--into", folder) == 1
    assert "gsm8k, truthfulqa" in capsys.readouterr().err


def test_the_list_names_every_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("list") == 0
    text = capsys.readouterr().out
    assert _run("list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows[:3]] == ["gsm8k", "truthfulqa", "bfcl"]
    for row in rows:
        assert f"{row['name']}: {row['title']}" in text
        assert row["digest"].startswith("sha256:")
