"""``toin pin``: a person fixes the profile of one slice, with a reason and an end."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from compressors.errors import InputRefused
from compressors.home import Home
from pipelines.commands._common import examples, home_option, json_option, print_json, say
from pipelines.commands.publications import history_of, override_lines, overrides_told

SLICE = "payg/claude-sonnet-4/0123456789abcdef01234567"


@click.command(
    "pin",
    epilog=examples(
        f'toin pin {SLICE} log.lossless --why "audit" --until 2026-12-31',
        "toin pin                          lists what is pinned",
        f"toin pin {SLICE} --end",
    ),
)
@click.argument("of", metavar="[SLICE]", required=False)
@click.argument("profile", metavar="[PROFILE]", required=False)
@click.option("--why", metavar="TEXT", help="Your reason, shown wherever the pin is.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day of evidence on which it acts.",
)
@click.option("--end", is_flag=True, help="End the pin of the slice.")
@json_option
@home_option
def command(
    of: str | None,
    profile: str | None,
    why: str | None,
    until: datetime | None,
    end: bool,
    as_json: bool,
    home: Home,
) -> None:
    """Fix the profile of SLICE, `auth mode/model family/structure hash`, from the next run on.

    The profile has to be in the safe set of its kind, and the slice has to have evidence enough
    for a row. The pin is over when the newest event is past --until. It stands in the home's
    pins.toml.
    """
    with history_of(home) as con:
        from pipelines.choice.gather import newest_event

        newest = newest_event(con)
        if of is not None:
            if end:
                _end(home, of)
            elif profile is None or not (why or "").strip() or until is None:
                raise click.UsageError("a pin needs SLICE, PROFILE, --why and --until")
            else:
                _pin(con, home, of, profile, str(why).strip(), until.date(), newest)
        told = overrides_told(home, newest)
    if as_json:
        print_json(told)
    elif of is None:
        for line in override_lines(told) if told["pins"] else ["nothing is pinned"]:
            click.echo(line)
    else:
        say("it counts from the next `toin run`")


def _pin(
    con: Any, home: Home, of: str, name: str, why: str, until: date, newest: datetime | None
) -> None:
    from compressors.profiles import BY_NAME
    from pipelines.overrides import load_pins, over, save_pins
    from pipelines.settings import Pin

    key = _slice(of)
    found = BY_NAME.get(name)
    if found is None:
        raise InputRefused(
            f"{name[:60]!r} is no profile; known are kinds with a rung, such as log.lossless"
        )
    kinds = con.execute(
        "select distinct kind from rollup where auth_mode = ? and model_family = ? "
        "and structure_hash = ? order by kind",
        list(key),
    ).fetchall()
    if not kinds:
        raise InputRefused(f"no event is of the slice {of}; `toin publications ID` lists slices")
    if (found.kind,) not in kinds:
        raise InputRefused(f"{name} is a profile for {found.kind}, and {of} is {kinds[0][0]}")
    _refuse_unsafe(con, found)
    if over(until, newest):
        raise InputRefused(
            f"--until {until} is past already: the newest event is of {newest:%Y-%m-%d}"
        )
    auth_mode, family, digest = key
    pin = Pin(
        auth_mode=auth_mode,
        model_family=family,
        structure_hash=digest,
        profile=name,
        why=why,
        until=until,
    )
    save_pins(home, [*(p for p in load_pins(home) if p.slice != key), pin])
    click.echo(f"{of} is pinned to {name} until {until}")


def _refuse_unsafe(con: Any, profile: Any) -> None:
    from compressors.profiles import LADDERS
    from pipelines.choice.safe import safe_set_of
    from pipelines.replayed import read_certificates

    tested = [c for c in read_certificates(con) if c.kind == profile.kind]
    safe = safe_set_of(LADDERS[profile.kind], tested)
    if profile not in safe:
        known = ", ".join(member.name for member in safe.members)
        raise InputRefused(
            f"{profile.name} is not in the safe set of {profile.kind}: it has no certificate; "
            f"choose one of {known}"
        )


def _end(home: Home, of: str) -> None:
    from pipelines.overrides import load_pins, save_pins

    key, pins = _slice(of), load_pins(home)
    if all(pin.slice != key for pin in pins):
        raise InputRefused(f"{of} is not pinned; `toin pin` lists what is")
    save_pins(home, [pin for pin in pins if pin.slice != key])
    click.echo(f"{of} is not pinned any more")


def _slice(text: str) -> tuple[str, str, str]:
    import re

    from compressors.events import AUTH_MODES
    from compressors.structure import is_family

    parts = text.split("/")
    if (
        len(parts) != 3
        or parts[0] not in AUTH_MODES
        or not is_family(parts[1])
        or not re.fullmatch("[0-9a-f]{24}", parts[2])
    ):
        raise InputRefused(
            f"{text[:80]!r} is no slice; expected auth mode, model family and structure hash, "
            f"such as {SLICE}"
        )
    return (parts[0], parts[1], parts[2])
