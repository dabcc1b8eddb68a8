"""The rollup on a Spark cluster: the same expression over the same files, to the same numbers."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import ibis  # type: ignore[import-untyped]
import ibis.expr.types as ir  # type: ignore[import-untyped]

from compressors.errors import ConfigurationError
from pipelines import event_files

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import SparkSession

ENGINE = "TOIN_ENGINE"
"""The variable that says where the rollup is computed."""

_HERE = ("", "duckdb")
_MASTERS = ("spark://", "local", "yarn", "k8s://")

_SETTINGS = {
    "spark.app.name": "toin rollup",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_ON_ONE_MACHINE = {"spark.sql.shuffle.partitions": "8", "spark.driver.bindAddress": "127.0.0.1",
                   "spark.driver.host": "127.0.0.1"}  # fmt: skip


class Spark(NamedTuple):
    """A cluster, and the place of the events, which it reads and the result is handed over in.

    Attributes:
        master: Spark's own name for it: ``spark://host:7077``, ``k8s://…``, ``yarn``, ``local[4]``.
        place: A folder or address that driver, executors and this machine all reach.
    """

    master: str
    place: str

    @contextmanager
    def computed(
        self, con: duckdb.DuckDBPyConnection, expression: ir.Table, *, until: date
    ) -> Iterator[str]:
        """SQL for the rows of ``expression`` over the events up to the day ``until``.

        The rows are there for as long as the block lasts. Events that still stand in the
        warehouse's table are moved to files first.

        Raises:
            ConfigurationError: pyspark or Java is missing, or the cluster cannot be reached.
        """
        event_files.settle(con, self.place)
        files = event_files.listed(con, until=until)
        if not files:
            yield str(ibis.to_sql(expression, dialect="duckdb"))
            return
        handed_over = f"{self.place.rstrip('/')}/rolled-up"
        with _session(self.master) as session:
            session.read.parquet(*map(_as_hadoop, files)).createOrReplaceTempView("events")
            rows = session.sql(str(ibis.to_sql(expression, dialect="pyspark")))
            rows.write.mode("overwrite").parquet(_as_hadoop(handed_over))
        try:
            yield f"select * from {event_files.parquet(f'{handed_over}/*.parquet')}"
        finally:
            event_files.remove_folder(handed_over)


def chosen(environment: Mapping[str, str], *, place: str) -> Spark | None:
    """The cluster that ``TOIN_ENGINE`` names, None where DuckDB computes.

    Raises:
        ConfigurationError: it names nothing that is known, or events are in no files at ``place``.
    """
    master = environment.get(ENGINE, "")
    if master in _HERE:
        return None
    if not master.startswith(_MASTERS):
        raise ConfigurationError(
            f"{ENGINE} is {master!r}; expected `duckdb`, or a master of Spark: spark://HOST:PORT, "
            "k8s://HOST:PORT, yarn or local[N]"
        )
    if not place:
        raise ConfigurationError(
            f"{ENGINE} is {master!r}, and Spark reads events from files; set `events_at` in "
            "settings.toml to a folder or address that the cluster reaches too"
        )
    return Spark(master, place)


def missing() -> str:
    """Why Spark cannot be driven from this machine; empty where it can."""
    if importlib.util.find_spec("pyspark") is None:
        return 'pyspark is missing; add it with `python -m pip install "toin[spark]"`'
    home = os.environ.get("JAVA_HOME", "")
    if not shutil.which(os.path.join(home, "bin", "java") if home else "java"):  # noqa: PTH118
        return "Java is missing; install a runtime of version 17 or later, or set JAVA_HOME"
    return ""


@contextmanager
def _session(master: str) -> Iterator[SparkSession]:
    why = missing()
    if why:
        raise ConfigurationError(f"{ENGINE} is {master!r}, but {why}")
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    settings = _SETTINGS | (_ON_ONE_MACHINE if master.startswith("local") else {})
    try:
        session = SparkSession.builder.master(master).config(map={**settings}).getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        first = " ".join(str(error).split())[:200]
        raise ConfigurationError(
            f"the cluster {master} does not take the rollup ({first}); mend {ENGINE} or the cluster"
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


def _as_hadoop(place: str) -> str:
    """The address as Spark's own readers call it; a path says that it is one."""
    if place.startswith("s3://"):
        return "s3a://" + place.removeprefix("s3://")
    return place if "://" in place else f"file://{os.path.abspath(place)}"  # noqa: PTH100
