"""The rollup on Spark: the very numbers that DuckDB has, and plain words where it cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rollup import FIRST, LAST, B, by_hand, load, mixed, rows

from compressors.errors import ConfigurationError
from pipelines import spark
from pipelines.rollup import rollup
from pipelines.spark import Spark, chosen
from pipelines.warehouse import Warehouse

NEEDS = pytest.mark.skipif(bool(spark.missing()), reason=spark.missing() or "can run")


@NEEDS
@pytest.mark.long
# Of pyspark itself, which speaks of a part of it that is not used here.
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
def test_spark_and_duckdb_have_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the bit, of all days, of one day computed again, and of events that come late."""
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    events = mixed()
    early, late = events[::2], events[1::2]
    cluster = Spark("local[2]", str(tmp_path / "events"))
    with (
        Warehouse(tmp_path / "here.duckdb").connect() as here,
        Warehouse(tmp_path / "there.duckdb").connect() as there,
    ):
        load(here, events, tmp_path)
        rollup(here, FIRST, LAST, per_conversation=B)
        load(there, early, tmp_path, "early")
        rollup(there, FIRST, FIRST, per_conversation=B, spark=cluster)
        load(there, late, tmp_path, "late")
        count = rollup(there, FIRST, LAST, per_conversation=B, spark=cluster)
        assert rows(there) == rows(here) == by_hand(events)
        assert count == len(rows(here))
        types = "select column_name, column_type from (describe rollup)"
        assert there.execute(types).fetchall() == here.execute(types).fetchall()
    assert not (tmp_path / "events" / "rolled-up").exists()


@pytest.mark.parametrize(
    "master", ["spark://driver:7077", "local[4]", "yarn", "k8s://https://k:6443"]
)
def test_engine_is_chosen_by_the_environment(master: str) -> None:
    assert chosen({"TOIN_ENGINE": master}, place="/events") == Spark(master, "/events")


@pytest.mark.parametrize("engine", [{}, {"TOIN_ENGINE": ""}, {"TOIN_ENGINE": "duckdb"}])
def test_duckdb_computes_unless_something_else_is_said(engine: dict[str, str]) -> None:
    assert chosen(engine, place="") is None


@pytest.mark.parametrize(
    ("engine", "place", "said"),
    [
        ("sparkle", "/events", "expected `duckdb`, or a master of Spark"),
        ("spark://driver:7077", "", "set `events_at`"),
    ],
)
def test_what_cannot_be_is_said(engine: str, place: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        chosen({"TOIN_ENGINE": engine}, place=place)


def test_without_java_the_next_step_is_said_and_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "missing", lambda: "Java is missing; install a runtime")
    with Warehouse(tmp_path / "w.duckdb").connect() as con:
        load(con, mixed()[:40], tmp_path)
        rollup(con, FIRST, LAST)
        before = rows(con)
        with pytest.raises(ConfigurationError, match="Java is missing"):
            rollup(con, FIRST, LAST, spark=Spark("local[2]", str(tmp_path / "events")))
        assert rows(con) == before


def test_addresses_are_called_as_spark_calls_them() -> None:
    assert spark._as_hadoop("s3://bucket/a") == "s3a://bucket/a"
    assert spark._as_hadoop("gs://bucket/a") == "gs://bucket/a"
    assert spark._as_hadoop("/srv/a b") == "file:///srv/a b"
