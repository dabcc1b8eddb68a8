"""Telemetry in: segments into events, events into the rollup, with the checks between."""

import warnings
from collections.abc import Iterator

import dagster as dg

from pipelines.defs.partitions import DAYS, days_of
from pipelines.defs.shown import FRESH, OWNERS, checked, column_schema, markdown
from pipelines.defs.workspace import Listener, Workspace
from pipelines.event_files import settle
from pipelines.ingest import IngestReport, ingest
from pipelines.ingest.audit import bad_share, conservation, entropy, privacy
from pipelines.rollup import affected
from pipelines.rollup import rollup as roll_up

GROUP = "telemetry"


@dg.asset(
    group_name=GROUP,
    owners=OWNERS,
    kinds={"duckdb"},
    tags={"domain": "telemetry"},
    freshness_policy=FRESH,
    pool="duckdb",
)
def segments(
    workspace: Workspace, listener: dg.ResourceParam[Listener]
) -> dg.MaterializeResult[None]:
    """Events of closed segments, each once; every row stored, duplicate, quarantined or erased.

    Reads what is new in the sources (the home's inbox and recorded traffic by default). A
    row that is no event goes to quarantine with its line and reason, and is taken in when
    its segment is read again after a mend; `toin ingest PATH` names the file.
    """
    paths = workspace.segments()
    with workspace.warehouse.connect() as con:
        report = (
            ingest(con, paths, pepper=workspace.pepper, progress=listener.progress)
            if paths
            else IngestReport()
        )
        if workspace.events_at:
            settle(con, workspace.events_at)
        changed = affected(con, report.days)
        listener.ingested(report, changed)
        [[events]] = con.execute("select count(*) from events").fetchall()
        refused = con.execute(
            "select reason, field, count(*) as n, min(segment), min(line) from quarantine "
            "group by all order by n desc, reason, field"
        ).fetchall()
        [[imported]] = con.execute(
            "select (select count(*) from imported_uses) + (select count(*) from imported_patterns)"
            " + (select count(*) from imported_recalls)"
        ).fetchall()
        columns = column_schema(con, "events")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": int(events),
            "dagster/column_schema": columns,
            "imported_rows": int(imported),
            "segments_read": report.segments,
            "segments_known": report.known,
            "rows_read": report.rows,
            "stored": report.stored,
            "duplicates": report.duplicates,
            "quarantined": report.quarantined,
            "erased_before": report.erased,
            "days_changed": [str(day) for day in changed],
            "quarantine": markdown(
                ("reason", "field", "rows", "segment (keyed)", "first line"), refused
            ),
        }
    )


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "schema",
            asset=segments,
            blocking=True,
            description="Of no segment more than the set share of rows is no event.",
        ),
        dg.AssetCheckSpec(
            "conservation",
            asset=segments,
            blocking=True,
            description="Every row of every segment is accounted for, every event is there once.",
        ),
        dg.AssetCheckSpec(
            "privacy",
            asset=segments,
            blocking=True,
            description="Every text is a keyed hash or of a closed set, and no hash spells text.",
        ),
        dg.AssetCheckSpec(
            "entropy",
            asset=segments,
            description="The digits of the hashes look random. Warns only.",
        ),
    ],
    pool="duckdb",
)
def segments_checks(
    workspace: Workspace, listener: dg.ResourceParam[Listener]
) -> Iterator[dg.AssetCheckResult]:
    """What a machine can see of the events that were let in."""
    with workspace.warehouse.connect() as con:
        findings = {
            "schema": bad_share(con, most=workspace.settings.max_bad_share),
            "conservation": conservation(con),
            "privacy": privacy(con),
        }
        random = entropy(con)
    for name, finding in findings.items():
        listener.checked(name, finding)
        yield checked(name, finding)
    yield checked("entropy", random, severity=dg.AssetCheckSeverity.WARN)


with warnings.catch_warnings():
    # Backfill policies are in beta; without one, a range would be one run a day.
    warnings.simplefilter("ignore", dg.BetaWarning)

    @dg.asset(
        deps=[segments],
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=GROUP,
        owners=OWNERS,
        kinds={"duckdb", "ibis"},
        tags={"domain": "telemetry"},
        pool="duckdb",
    )
    def rollup(
        context: dg.AssetExecutionContext,
        workspace: Workspace,
        listener: dg.ResourceParam[Listener],
    ) -> dg.MaterializeResult[None]:
        """Conversations a day, by slice, profile and arm: what evidence and display rest on.

        A day is deleted and inserted in one transaction; a range of days is one run.
        """
        keys = context.partition_key_range
        span = days_of(keys.start, keys.end)
        listener.progress("rollup", 0, 1)
        with workspace.warehouse.connect() as con:
            rows = roll_up(
                con,
                span.first,
                span.last,
                per_conversation=workspace.settings.counted_per_conversation,
                spark=workspace.spark,
            )
            largest = con.execute(
                "select day, count(*) as n, cast(sum(compressions) as bigint), "
                "cast(sum(regrets) as bigint) from rollup where day between $first and $last "
                "group by day order by day desc",
                span._asdict(),
            ).fetchall()
            columns = column_schema(con, "rollup")
        listener.progress("rollup", 1, 1)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows,
                "dagster/column_schema": columns,
                "days_from": keys.start,
                "days_to": keys.end,
                "days": markdown(("day", "rows", "compressions", "regrets"), largest),
            }
        )
