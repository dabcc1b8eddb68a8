"""What Dagster loads: the modules of ``pipelines.defs``, merged, and nothing else."""

import dagster as dg

from pipelines.defs import jobs, publishing, replays, telemetry
from pipelines.defs.workspace import Listener, Workspace

_DOMAINS = (telemetry, replays, publishing)

ASSETS = [
    asset
    for asset in dg.load_assets_from_modules(_DOMAINS)
    if isinstance(asset, dg.AssetsDefinition)
]
CHECKS = dg.load_asset_checks_from_modules(_DOMAINS)

defs = dg.Definitions(
    assets=ASSETS,
    asset_checks=CHECKS,
    jobs=[jobs.everything, jobs.intake, jobs.recount, jobs.retention],
    schedules=[jobs.nightly, jobs.old_events],
    sensors=[jobs.new_segments, jobs.changed_days],
    resources={"workspace": Workspace(), "listener": Listener()},
    executor=dg.in_process_executor,
)
