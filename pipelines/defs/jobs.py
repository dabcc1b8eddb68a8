"""When the platform works by itself: what it does at night, and when segments arrive."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from pipelines.defs.partitions import range_tags
from pipelines.defs.workspace import Workspace
from pipelines.erase import erase
from pipelines.ingest import closed_segments
from pipelines.ingest.find import SUFFIXES
from pipelines.ingest.remote import is_address
from pipelines.ingest.rewrite import Scope

LOOKED_BACK = timedelta(days=31)
"""How far back a night rolls up again; what comes in later still is rolled up on arrival."""

ERASE_BEFORE_TAG = "toin/erase_before"
"""The first day that a run of `retention` keeps."""

everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all(),
    description="Telemetry, replays, choice, publication and snapshot; a range of days in one run.",
)
intake = dg.define_asset_job(
    "intake",
    selection=dg.AssetSelection.assets("segments"),
    description="New segments into events.",
)
recount = dg.define_asset_job(
    "recount",
    selection=dg.AssetSelection.assets("rollup"),
    description="Days whose events have changed, rolled up again.",
)


@dg.schedule(
    job=everything,
    cron_schedule="30 2 * * *",
    execution_timezone="UTC",
    description="Every night, when yesterday is complete. Publishes, so a person turns it on.",
)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """One run over the last month of days."""
    today = context.scheduled_execution_time.date()
    return dg.RunRequest(run_key=today.isoformat(), tags=range_tags((today - LOOKED_BACK, today)))


@dg.op(pool="duckdb", description="Erase what is older than the setting `retention_days` says.")
def erase_old(context: dg.OpExecutionContext, workspace: Workspace) -> None:
    """Everything before the day in the run's tag: segments, warehouse and snapshots, proven."""
    before = context.run.tags[ERASE_BEFORE_TAG]
    done = erase(
        workspace.place,
        Scope(before=before),
        pepper=workspace.pepper,
        settings=workspace.settings,
        sources=[Path(source) for source in workspace.sources if not is_address(source)],
    )
    context.log.info(f"{done.events} events erased; {done.proof.sentence}")
    if not done.proof.passed:
        raise dg.Failure(done.proof.sentence, metadata=dict(done.proof.figures))


@dg.job(
    description="Erases what is older than the home keeps events.", tags={"domain": "telemetry"}
)
def retention() -> None:
    """One step, over all stores."""
    erase_old()


@dg.schedule(
    job=retention,
    cron_schedule="30 1 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night, where settings.toml sets retention_days; nothing where it does not.",
)
def old_events(
    context: dg.ScheduleEvaluationContext, workspace: Workspace
) -> dg.RunRequest | dg.SkipReason:
    """Ask for what is older to be erased, before the night's work counts it again."""
    days = workspace.settings.retention_days
    if not days:
        return dg.SkipReason("settings.toml sets no retention_days, so everything is kept")
    before = (context.scheduled_execution_time.date() - timedelta(days=days)).isoformat()
    return dg.RunRequest(run_key=before, tags={ERASE_BEFORE_TAG: before})


@dg.sensor(
    job=intake,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Closed segments that appeared in the home's inbox since the last look.",
)
def new_segments(
    context: dg.SensorEvaluationContext, workspace: Workspace
) -> dg.SensorResult | dg.SkipReason:
    """Ask for a run when a name is there that was not there before."""
    present = names_in(workspace.place.inbox)
    known = set(json.loads(context.cursor or "[]"))
    arrived = [name for name in present if name not in known]
    if not arrived:
        return dg.SkipReason(f"no new closed segment among the {len(present)} of the inbox")
    key = hashlib.sha256("\0".join(present).encode()).hexdigest()[:16]
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=key)], cursor=json.dumps(present))


@dg.asset_sensor(
    asset_key=dg.AssetKey("segments"),
    job=recount,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Days that the last intake has changed.",
)
def changed_days(
    _context: dg.SensorEvaluationContext, asset_event: dg.EventLogEntry
) -> dg.RunRequest | dg.SkipReason:
    """Ask for the days from the first to the last that changed, in one run."""
    made = asset_event.asset_materialization
    days = made.metadata["days_changed"].value if made else []
    if not isinstance(days, list) or not days:
        return dg.SkipReason("the last intake brought no new event")
    first, last = date.fromisoformat(str(min(days))), date.fromisoformat(str(max(days)))
    return dg.RunRequest(tags=range_tags((first, last)))


def names_in(inbox: Path) -> Sequence[str]:
    """The closed segments of the inbox, by their names within it, sorted.

    Histories of other tools are written on under the same name: their names have size and time.
    """
    return [_name(file, inbox) for file in closed_segments(inbox)]


def _name(file: Path, inbox: Path) -> str:
    name = file.relative_to(inbox).as_posix()
    if file.name.endswith(SUFFIXES):
        return name
    state = file.stat()
    return f"{name} {state.st_size} {state.st_mtime_ns}"
