"""What the platform was last seen doing: runs, checks, sizes of stores; kept beside snapshots.

It has clock times in it and may be lost without harm, so it is in no snapshot and in no digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import msgspec

from compressors.files import write_atomically
from compressors.home import Home
from pipelines.snapshot_schema import ACTIVITY, Activity, CheckSeen, RunSeen, StoreSeen

_MOST_RUNS = 20


def note_activity(
    home: Home, instance: dg.DagsterInstance, checks: list[dg.AssetCheckKey], *, now: datetime
) -> None:
    """Write the home's activity as of ``now``; of each check what it said last.

    Raises:
        OSError: the home's ``snapshots`` cannot be written to.
    """
    seen = Activity(
        at=now,
        runs=tuple(_runs(instance)),
        checks=tuple(_checks(instance, checks)),
        stores=tuple(_stores(home)),
    )
    write_atomically(home.snapshots / ACTIVITY, msgspec.json.format(msgspec.json.encode(seen)))


def _runs(instance: dg.DagsterInstance) -> Iterator[RunSeen]:
    for record in instance.get_run_records(limit=_MOST_RUNS):
        run = record.dagster_run
        yield RunSeen(
            id=run.run_id,
            job="of the command line" if run.job_name.startswith("__") else run.job_name,
            status=run.status.value.lower(),
            started=_time(record.start_time),
            ended=_time(record.end_time),
        )


def _checks(instance: dg.DagsterInstance, keys: list[dg.AssetCheckKey]) -> Iterator[CheckSeen]:
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    for key, record in sorted(latest.items(), key=lambda each: each[0].to_user_string()):
        event = record.event.dagster_event if record.event else None
        if event is None or not hasattr(event.event_specific_data, "passed"):
            continue
        found = event.asset_check_evaluation_data
        yield CheckSeen(
            asset=key.asset_key.to_user_string(),
            check=key.name,
            passed=found.passed,
            sentence=found.description or "",
            at=_time(record.create_timestamp),
        )


def _stores(home: Home) -> Iterator[StoreSeen]:
    places = {
        "warehouse": home.warehouse,
        "originals behind handles": home.handles,
        "segments": home.segments,
        "inbox": home.inbox,
        "snapshots": home.snapshots,
        "Dagster's runs and logs": home.dagster,
    }
    for name, place in places.items():
        sizes = [file.stat().st_size for file in _files(place)]
        if sizes:
            yield StoreSeen(name, sum(sizes), len(sizes))


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    elif place.is_dir():
        yield from (file for file in sorted(place.rglob("*")) if file.is_file())


def _time(stamp: float | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC).replace(microsecond=0)
