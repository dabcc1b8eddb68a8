"""``toin report``: what the dashboard says, as one HTML file that opens offline."""

from __future__ import annotations

from pathlib import Path

import click

from compressors.errors import ConfigurationError
from compressors.home import Home
from pipelines.commands._common import PATH, examples, home_option, need

NAME = "toin-report.html"


@click.command("report", epilog=examples("toin report", "toin report --out monday.html"))
@click.option(
    "--out", type=PATH, default=Path(NAME), show_default=True, metavar="FILE", help="Where to."
)
@home_option
def command(out: Path, home: Home) -> None:
    """Write everything that the dashboard shows into one HTML file, for mail and for archives.

    Charts are drawn in it; it has no script and asks no other machine.
    """
    need("altair", "jinja2", "polars", extra="dashboards")
    from datetime import UTC, datetime

    from compressors.files import write_atomically
    from dashboards.report import write_report

    content = write_report(home, now=datetime.now(UTC))
    try:
        write_atomically(out, content.encode())
    except OSError as error:
        raise ConfigurationError(
            f"the report cannot be written to {out} ({error.strerror}); choose another --out"
        ) from error
    click.echo(out)
