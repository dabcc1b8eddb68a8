"""Evidence to a file and a snapshot: what is chosen, what is published, what is shown."""

from datetime import UTC, datetime

import dagster as dg

from compressors.book import read_book
from compressors.digest import engine_digest
from compressors.engine import load_book
from compressors.errors import PublicationRefused
from compressors.profiles import LADDERS
from pipelines.choice import Choice, decide, gather
from pipelines.defs.replays import certificates, certificates_checks
from pipelines.defs.shown import FRESH, OWNERS, checked, column_schema, markdown
from pipelines.defs.telemetry import rollup, segments_checks
from pipelines.defs.workspace import Listener, Workspace
from pipelines.figures.activity import note_activity
from pipelines.figures.harmed import harmed
from pipelines.ingest.audit import Finding, bad_share
from pipelines.publication import compose, incumbents, publish_choice
from pipelines.replayed import read_certificates, read_outcomes, recorded_conversations
from pipelines.replays.certify import digests_of
from pipelines.replays.manifests import selected
from pipelines.snapshot import harmed_so_far, publish_snapshot
from pipelines.warehouse import refuse_other_peppers

GROUP = "publication"


@dg.asset(
    deps=[rollup, certificates],
    group_name=GROUP,
    owners=OWNERS,
    kinds={"python"},
    tags={"domain": "publication"},
    pool="duckdb",
)
def choice(
    workspace: Workspace, listener: dg.ResourceParam[Listener]
) -> dg.MaterializeResult[Choice]:
    """One decision a slice and one default a kind, each with its reason in a sentence."""
    listener.progress("choice", 0, 1)
    engine, settings, pepper_id = engine_digest(), workspace.settings, workspace.pepper.id
    with workspace.warehouse.connect() as con:
        # The check of `segments` blocks within its run; a choice made alone asks for itself.
        readable = bad_share(con, most=settings.max_bad_share)
        if not readable.passed:
            listener.checked("schema", readable)
            raise dg.Failure(readable.sentence, metadata=dict(readable.figures))
        tested = read_certificates(con)
        refuse_other_peppers(con, pepper_id)
        evidence = gather(con, certificates=tested, settings=settings, engine=engine)
        before = incumbents(con, watermark=evidence.watermark, pepper_id=pepper_id, engine=engine)
    if before is None:  # nothing was published yet: the package's defaults acted
        before = load_book(None, pepper_id=pepper_id, engine=engine).book
    made = decide(
        evidence,
        certificates=tested,
        settings=settings,
        incumbents=before,
        engine=engine,
        ladders=LADDERS,
    )
    listener.progress("choice", 1, 1)
    rows = [
        (d.kind, "/".join(d.slice), d.profile.name, d.published, d.reason, d.because,
         d.conversations)
        for d in made.decisions
    ]  # fmt: skip
    return dg.MaterializeResult(
        value=made,
        metadata={
            "dagster/row_count": len(made.decisions),
            "recommendations": len(made.rows),
            "origin": made.origin or "none",
            "watermark": str(made.watermark or "none"),
            "defaults": markdown(
                ("kind", "profile"), [(k, p.name) for k, p in sorted(made.defaults.items())]
            ),
            "decisions": markdown(
                ("kind", "slice", "profile", "published", "reason", "because", "conversations"),
                rows,
            ),
        },
    )


@dg.asset(
    deps=[certificates],
    group_name=GROUP,
    owners=OWNERS,
    kinds={"toml"},
    tags={"domain": "publication"},
    freshness_policy=FRESH,
    pool="duckdb",
)
def publication(
    workspace: Workspace, listener: dg.ResourceParam[Listener], choice: Choice
) -> dg.MaterializeResult[None]:
    """The home's `recommendations.toml`: read by an engine at its next start, once shipped.

    It stays as it was where telemetry or replays are missing, or older than its own.
    """
    listener.progress("publication", 0, 1)
    manifests = [source.manifest for source in selected(workspace.datasets)]
    pepper = workspace.pepper
    with workspace.warehouse.connect() as con:
        tested = read_certificates(con)
        content = compose(
            choice,
            tested,
            engines=[engine_digest()],
            datasets=digests_of(manifests, tested),
            pepper_id=pepper.id,
            demonstration=pepper.public or any(m.sample for m in manifests),
            settings=workspace.settings,
        )
        made = publish_choice(con, workspace.place, choice, content, certificates=tested)
        columns = column_schema(con, "publications")
        [[stored]] = con.execute("select count(*) from publications").fetchall()
    listener.published({"id": made.id, "changed": made.changed, "why": made.why})
    listener.progress("publication", 1, 1)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": int(stored),
            "dagster/column_schema": columns,
            "id": made.id,
            "changed": made.changed,
            "why": made.why,
            "recommendations": len(choice.rows),
            "path": dg.MetadataValue.path(made.path.absolute()),
            "file": dg.MetadataValue.md(f"```toml\n{made.path.read_text('utf-8')}\n```"),
        }
    )


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            "reads_back",
            asset=publication,
            blocking=True,
            description="An engine with this home's pepper would load the file in place.",
        )
    ],
    pool="duckdb",
)
def publication_checks(
    workspace: Workspace, listener: dg.ResourceParam[Listener]
) -> dg.AssetCheckResult:
    """Read the file the way an engine reads it."""
    finding = _read_back(workspace)
    listener.checked("reads_back", finding)
    return checked("reads_back", finding)


def _read_back(workspace: Workspace) -> Finding:
    path = workspace.place.recommendations
    try:
        book = read_book(path, pepper_id=workspace.pepper.id, engine=engine_digest())
    except PublicationRefused as error:
        return Finding(False, f"{error}; run `toin run` again", {})
    figures: dict[str, str | int | float] = {
        "recommendations": len(book.rows),
        "certificates": len(book.certificates),
        "for_this_engine": str(book.fits),
        "standing": book.standing,
    }
    return Finding(True, f"{path.name} loads with {len(book.rows)} rows", figures)


_CHECKS = [
    key
    for checks in (segments_checks, certificates_checks, publication_checks)
    for key in sorted(checks.check_keys, key=lambda key: key.to_user_string())
]


@dg.asset(
    deps=[rollup, publication],
    group_name=GROUP,
    owners=OWNERS,
    kinds={"parquet"},
    tags={"domain": "publication"},
    freshness_policy=FRESH,
    pool="duckdb",
)
def snapshot(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    listener: dg.ResourceParam[Listener],
) -> dg.MaterializeResult[None]:
    """What the dashboard reads: a directory of Parquet files that never changes.

    Beside it the home's activity is noted: last runs, what checks said, sizes of stores.
    """
    listener.progress("snapshot", 0, 1)
    with workspace.warehouse.connect() as con:
        outcomes = read_outcomes(con)
        telemetry = recorded_conversations(con)
    items = harmed_so_far(workspace.place)
    if {o.replay for o in outcomes} != set(items["replay"]):
        with workspace.engine() as engine:
            items = harmed(outcomes, engine=engine, data=workspace.datasets, without=telemetry)
    with workspace.warehouse.connect() as con:
        made = publish_snapshot(con, workspace.place, settings=workspace.settings, harmed=items)
    note_activity(workspace.place, context.instance, _CHECKS, now=datetime.now(UTC))
    listener.progress("snapshot", 1, 1)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(made.rows.values()),
            "id": made.id,
            "path": dg.MetadataValue.path(made.directory.absolute()),
            "tables": markdown(("table", "rows"), sorted(made.rows.items())),
        }
    )
