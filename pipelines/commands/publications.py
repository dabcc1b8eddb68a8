"""``toin publications``: every publication there was, with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from compressors.errors import ConfigurationError
from compressors.home import Home
from pipelines.commands._common import examples, home_option, json_option, need, print_json, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import duckdb


@click.command(
    "publications",
    epilog=examples("toin publications", "toin publications 8f2a1c   (an id, or its beginning)"),
)
@click.argument("publication", metavar="[ID]", required=False)
@json_option
@home_option
def command(publication: str | None, as_json: bool, home: Home) -> None:
    """List every publication of this home; with ID, one of them with the evidence of its rows.

    Also shown: which one is in place, what a person went back to, and what is pinned.
    """
    with history_of(home) as con:
        from pipelines.history import acts, find, stored

        every = stored(con)
        if publication is not None:
            told = _one(con, find(every, publication))
            print_json(told) if as_json else _show_one(told)
            return
        listed = [_listed(one, home) for one in every]
        done = [act._asdict() for act in acts(con)]
        newest = _newest(con)
    shown = {"publications": listed, "acts": done, **overrides_told(home, newest)}
    print_json(shown) if as_json else _show(shown)


def history_of(home: Home) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """The warehouse of a home that has one.

    Raises:
        ConfigurationError: it has none, or the platform is not installed.
    """
    need("duckdb", extra="pipelines")
    if not home.warehouse.exists():
        raise ConfigurationError(
            f"the home {home.root} has published nothing yet; `toin run --home {home.root}` does"
        )
    from pipelines.warehouse import Warehouse

    return Warehouse(home.warehouse).connect()


def overrides_told(home: Home, watermark: Any) -> dict[str, Any]:
    """Hold and pins of a home, and whether each is over at ``watermark``."""
    import msgspec

    from pipelines.overrides import load_hold, over, settings_of

    hold = load_hold(home)
    return {
        "hold": hold and {**msgspec.to_builtins(hold), "over": over(hold.until, watermark)},
        "pins": [
            {**msgspec.to_builtins(pin), "over": over(pin.until, watermark)}
            for pin in settings_of(home).pins
        ],
    }


def override_lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for a person."""
    hold = told["hold"]
    if hold:
        yield f"held: {hold['publication'][7:23]}{_until(hold)}"
    for pin in told["pins"]:
        of = "/".join((pin["auth_mode"], pin["model_family"], pin["structure_hash"]))
        yield f"pinned: {of} to {pin['profile']}{_until(pin)}"


def _until(override: dict[str, Any]) -> str:
    until = f" until {override['until']}" if override["until"] else ""
    over = ", which is over" if override["over"] else ""
    return f"{until}{over}" + (f" ({override['why']})" if override["why"] else "")


def _newest(con: duckdb.DuckDBPyConnection) -> Any:
    from pipelines.choice.gather import newest_event

    return newest_event(con)


def _listed(one: Any, home: Home) -> dict[str, Any]:
    import tomllib

    from compressors.book import publication_id

    data = tomllib.loads(one.content.decode())
    head = data["publication"]
    try:
        in_place = publication_id(home.recommendations.read_bytes()) == one.id
    except OSError:
        in_place = False
    return {
        "id": one.id,
        "state": one.state,
        "in_place": in_place,
        "origin": one.origin or None,
        "watermark": one.watermark.isoformat() + "Z" if one.watermark else None,
        "rows": len(data.get("recommendation", ())),
        "certificates": len(data.get("certificate", ())),
        "engine": head["engine"],
        "demonstration": bool(head.get("demonstration", False)),
    }


def _one(con: duckdb.DuckDBPyConnection, one: Any) -> dict[str, Any]:
    import tomllib

    cursor = con.execute(
        "select * exclude (publication) from decisions where publication = ? "
        "order by auth_mode, model_family, structure_hash",
        [one.id],
    )
    names = [column[0] for column in cursor.description or ()]
    decisions = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    data = tomllib.loads(one.content.decode())
    return {
        "id": one.id,
        "state": one.state,
        "publication": data["publication"],
        "certificates": data.get("certificate", []),
        "defaults": data.get("default", []),
        "recommendations": data.get("recommendation", []),
        "decisions": decisions,
    }


def _show(told: dict[str, Any]) -> None:
    for one in told["publications"]:
        mark = "*" if one["in_place"] else " "
        made_from = f"{one['origin']} to {one['watermark']}" if one["origin"] else "replays alone"
        sample = ", a demonstration" if one["demonstration"] else ""
        click.echo(
            f"{mark} {one['id'][7:23]}  {one['state']:<11}  {one['rows']} rows, "
            f"{one['certificates']} certificates, {made_from}{sample}"
        )
    if not told["publications"]:
        click.echo("nothing was published yet")
    for line in override_lines(told):
        click.echo(line)
    say("* is in place; `toin publications ID` shows what one rests on")


def _show_one(told: dict[str, Any]) -> None:
    click.echo(f"{told['id']}  {told['state']}")
    for name, value in told["publication"].items():
        if name != "id":
            click.echo(f"  {name}: {value}")
    for c in told["certificates"]:
        click.echo(
            f"  certificate {c['profile']} on {c['dataset']}: {c['harms']} harms of {c['n']}, "
            f"p = {c['p']}, {c['status']}"
        )
    for d in told["decisions"]:
        of = "/".join((d["auth_mode"], d["model_family"], d["structure_hash"]))
        row = d["profile"] if d["published"] else "no row"
        click.echo(f"  {of}: {row}, {d['reason']}: {d['because']}")
