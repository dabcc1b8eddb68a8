"""Segments in stores of objects: listed, fetched, and asked for again only when they change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import fsspec  # type: ignore[import-untyped]
import polars as pl
import pytest
import telemetry_world as world
import zstandard
from fsspec.implementations.memory import MemoryFileSystem  # type: ignore[import-untyped]

from compressors.errors import ConfigurationError, InputRefused
from compressors.home import Home
from compressors.pepper import PUBLIC_PEPPER
from pipelines.cli import run
from pipelines.defs.workspace import Workspace
from pipelines.ingest import IngestReport, find_segments, ingest, remote
from pipelines.ingest.audit import conservation, privacy

EVENTS = world.traffic(60)


class Bucket(MemoryFileSystem):  # type: ignore[misc]
    """A store of objects that counts what is fetched from it and versions what is put there."""

    protocol = "s3"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    fetched: ClassVar[list[str]] = []
    versions: ClassVar[dict[str, int]] = {}

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return super()._strip_protocol(path.replace("s3://", "memory://"))

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        found = super().info(path, **kwargs)
        name = self._strip_protocol(path)
        return {"ETag": str(self.versions.get(name, 0)), **found}

    def get_file(self, rpath: str, lpath: str, *args: Any, **kwargs: Any) -> None:
        self.fetched.append(rpath)
        super().get_file(rpath, lpath, *args, **kwargs)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setattr(Bucket, "store", {})
    monkeypatch.setattr(Bucket, "fetched", [])
    monkeypatch.setattr(Bucket, "versions", {})
    fsspec.register_implementation("s3", Bucket, clobber=True)
    Bucket.clear_instance_cache()
    yield Bucket()
    Bucket.clear_instance_cache()


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with world.in_memory() as connection:
        yield connection
        assert conservation(connection).passed
        assert privacy(connection).passed


def put(bucket: Bucket, name: str, content: bytes) -> None:
    bucket.pipe_file(f"s3://{name}", content)
    key = bucket._strip_protocol(f"s3://{name}")
    bucket.versions[key] = bucket.versions.get(key, 0) + 1


def take_in(con: duckdb.DuckDBPyConnection, *addresses: str) -> IngestReport:
    return ingest(con, addresses, pepper=PUBLIC_PEPPER)


def parquet(tmp_path: Path) -> bytes:
    source = tmp_path / "x.jsonl"
    source.write_bytes(world.lines(EVENTS[40:]))
    frame = pl.read_ndjson(source, infer_schema_length=None)
    frame.with_columns(pl.lit(None, pl.String).alias("publication")).write_parquet(
        tmp_path / "x.parquet"
    )
    return (tmp_path / "x.parquet").read_bytes()


def test_all_formats_at_an_address_come_in_once_and_are_fetched_once(
    con: duckdb.DuckDBPyConnection, bucket: Bucket, tmp_path: Path
) -> None:
    put(bucket, "b/day/a.jsonl", world.lines(EVENTS[:20]))
    put(bucket, "b/day/deep/b.jsonl.zst", zstandard.compress(world.lines(EVENTS[10:40])))
    put(bucket, "b/day/c.parquet", parquet(tmp_path))
    for name in ("b/day/.hidden.jsonl", "b/day/x.jsonl.part", "b/day/.tmp/y.jsonl", "b/day/n.txt"):
        put(bucket, name, b"{")
    first = take_in(con, "s3://b/day")
    assert (first.segments, first.stored, first.quarantined) == (3, len(EVENTS), 0)
    assert len(bucket.fetched) == 3
    again = take_in(con, "s3://b/day", "s3://b/day/a.jsonl")
    assert (again.known, again.stored) == (3, 0)
    assert len(bucket.fetched) == 3


def test_same_bytes_at_another_address_are_the_same_segment(
    con: duckdb.DuckDBPyConnection, bucket: Bucket, tmp_path: Path
) -> None:
    put(bucket, "b/a.jsonl", world.lines(EVENTS))
    put(bucket, "other/copy.jsonl", world.lines(EVENTS))
    (tmp_path / "local.jsonl").write_bytes(world.lines(EVENTS))
    assert take_in(con, "s3://b/a.jsonl").stored == len(EVENTS)
    report = ingest(con, ["s3://other", tmp_path], pepper=PUBLIC_PEPPER)
    assert (report.known, report.segments) == (2, 0)


def test_object_with_bad_rows_is_read_again_and_named_by_its_address(
    con: duckdb.DuckDBPyConnection, bucket: Bucket
) -> None:
    put(bucket, "b/a.jsonl", world.lines(EVENTS) + b"{}\n")
    report = take_in(con, "s3://b/a.jsonl")
    assert [bad.file for bad in report.by_reason] == ["s3://b/a.jsonl"]
    assert take_in(con, "s3://b/a.jsonl").segments == 1
    put(bucket, "b/a.jsonl", world.lines(EVENTS) + world.lines([world.compression(999)]))
    mended = take_in(con, "s3://b/a.jsonl")
    assert (mended.stored, mended.quarantined) == (1, 0)
    assert con.execute("select count(*) from quarantine").fetchall() == [(0,)]


def test_object_that_is_gone_or_a_store_that_refuses_costs_the_others_nothing(
    con: duckdb.DuckDBPyConnection, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bucket, "b/a.jsonl", world.lines(EVENTS[:30]))
    put(bucket, "b/b.jsonl", world.lines(EVENTS[30:]))
    fetch = remote.fetch

    def guarded(address: str, into: Path) -> None:
        if address.endswith("a.jsonl"):
            bucket.rm("s3://b/a.jsonl")
        fetch(address, into)

    monkeypatch.setattr("pipelines.ingest.run.fetch", guarded)
    report = take_in(con, "s3://b")
    assert report.stored == len(EVENTS[30:])
    [refusal] = report.refused
    assert refusal.startswith("s3://b/a.jsonl cannot be read (")


def test_nothing_there_is_refused_before_anything_is_read(bucket: Bucket) -> None:
    with pytest.raises(InputRefused, match=r"s3://empty (holds no|cannot be read)"):
        find_segments(["s3://empty"])


@pytest.mark.parametrize("address", ["http://example.org/a.jsonl", "ftp://h/a.jsonl"])
def test_addresses_of_no_store_are_refused(address: str) -> None:
    with pytest.raises(InputRefused, match="is of no known store; expected s3://, gs://, az://"):
        find_segments([address])


@pytest.mark.parametrize(("address", "part"), [("gs://b/x", "gcsfs"), ("az://b/x", "adlfs")])
def test_missing_part_is_named_with_what_installs_it(address: str, part: str) -> None:
    pytest.importorskip("fsspec")
    try:
        __import__(part)
    except ImportError:
        with pytest.raises(
            ConfigurationError, match=rf'needs {part}; add .*"toin\[{address[:2]}\]"'
        ):
            find_segments([address])
    else:
        pytest.skip(f"{part} is installed here")


def test_command_and_assets_take_addresses(
    bucket: Bucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(bucket, "b/a.jsonl", world.lines(EVENTS))
    home = Home.at(tmp_path / "home")
    assert run(["ingest", "s3://b", "--home", str(home.root)]) == 0
    assert f"{len(EVENTS)} stored" in capsys.readouterr().out
    workspace = Workspace(home=str(home.root), sources=["s3://b", "local"])
    assert workspace.segments() == ["s3://b", Path("local")]
