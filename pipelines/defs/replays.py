"""Replays: recorded tasks on compressed context, and what may be certified from them."""

import dagster as dg

from pipelines.defs.recomputed import recomputed
from pipelines.defs.shown import OWNERS, checked, column_schema, markdown
from pipelines.defs.telemetry import segments
from pipelines.defs.workspace import Listener, Workspace
from pipelines.replayed import (
    keep_certificates,
    made_and_kept,
    read_certificates,
    read_outcomes,
    recorded_conversations,
)
from pipelines.replays.answerability import answerability
from pipelines.replays.certify import certify

GROUP = "replays"


@dg.asset(
    deps=[segments],
    group_name=GROUP,
    owners=OWNERS,
    kinds={"python", "duckdb"},
    tags={"domain": "replays"},
    pool="duckdb",
)
def outcomes(
    workspace: Workspace, listener: dg.ResourceParam[Listener]
) -> dg.MaterializeResult[None]:
    """Every case of the data sets under every profile of its kind, and under the controls.

    Conversations that are telemetry are none of the recorded runs that certify: so this comes
    after what takes them in. Deterministic: the same engine, data and solvers give the same
    outcomes, so those that the warehouse already has are not made again.
    """
    with workspace.engine() as engine:
        found, reused = made_and_kept(
            workspace.warehouse,
            engine=engine,
            data=workspace.datasets,
            progress=listener.progress,
            processes=workspace.processes,
        )
    with workspace.warehouse.connect() as con:
        columns = column_schema(con, "outcomes")
    listener.progress("replays", 1, 1)
    rows = [
        (r.dataset, r.kind, r.profile, r.treatment, r.solvable, r.share, r.low, r.high)
        for r in answerability(found)
        if r.split == "learn"
    ]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(found),
            "dagster/column_schema": columns,
            "replay": found[0].replay if found else "",
            "reused": reused,
            "answerability_learn_part": markdown(
                ("data set", "kind", "profile", "treatment", "n", "share", "low", "high"), rows
            ),
        }
    )


@dg.asset(
    deps=[outcomes],
    group_name=GROUP,
    owners=OWNERS,
    kinds={"python", "duckdb"},
    tags={"domain": "replays"},
    pool="duckdb",
)
def certificates(
    workspace: Workspace, listener: dg.ResourceParam[Listener]
) -> dg.MaterializeResult[None]:
    """A bound on the harm of every profile on every data set, about these tasks and no others."""
    listener.progress("certificates", 0, 1)
    with workspace.engine() as engine, workspace.warehouse.connect() as con:
        rows = certify(
            read_outcomes(con),
            engine=engine,
            data=workspace.datasets,
            settings=workspace.settings,
            spend=workspace.spend,
            without=recorded_conversations(con),
        )
        keep_certificates(con, rows)
        columns = column_schema(con, "certificates")
    listener.progress("certificates", 1, 1)
    shown = [
        (r.kind, r.profile, r.dataset, r.n, r.harms, r.epsilon, r.p, r.threshold,
         r.certified, r.status)
        for r in rows
    ]  # fmt: skip
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "dagster/column_schema": columns,
            "certified": ", ".join(sorted({r.profile for r in rows if r.certified})) or "none",
            "certificates": markdown(
                ("kind", "profile", "data set", "n", "harms", "epsilon", "p", "has to reach",
                 "certified", "status"),
                shown,
            ),
        }
    )  # fmt: skip


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "recomputed",
            asset=certificates,
            blocking=True,
            description="n and harms counted again from the outcomes, p summed again from its "
            "definition, the order of the ladder walked again.",
        )
    ],
    pool="duckdb",
)
def certificates_checks(
    workspace: Workspace, listener: dg.ResourceParam[Listener]
) -> dg.AssetCheckResult:
    """What an outsider would do with the rows before believing them."""
    with workspace.warehouse.connect() as con:
        finding = recomputed(read_certificates(con), read_outcomes(con))
    listener.checked("recomputed", finding)
    return checked("recomputed", finding)
