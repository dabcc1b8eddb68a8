"""``toin dev``: Dagster's own interface on the project, with a home that stays."""

from __future__ import annotations

import click

from compressors.home import Home
from pipelines.commands._common import home_option, need, say
from pipelines.commands.dashboard import call


@click.command("dev")
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
@home_option
def command(port: int, home: Home) -> int:
    """Open Dagster's interface: assets, checks, runs, the sensor and the schedule.

    Runs and logs stay in DIR/dagster. Dagster's own usage reporting is off there.
    """
    need("dagster", "dagster_webserver", "duckdb", extra="pipelines")
    from pipelines.materialise import prepare_dagster_home

    place = prepare_dagster_home(home.ensure())
    say(f"http://127.0.0.1:{port} (end with Ctrl-C)")
    return call(
        [
            *("-m", "dagster", "dev", "-m", "pipelines.definitions"),
            *("--host", "127.0.0.1", "--port", str(port)),
        ],
        environment={
            "DAGSTER_HOME": str(place.absolute()),
            "TOIN_HOME": str(home.root.absolute()),
        },
    )
