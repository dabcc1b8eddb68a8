"""``toin``: the one command, its exit codes, and what it loads when.

Exit codes: 0 done; 1 refused or failed, with one sentence on stderr; 2 called wrongly;
130 interrupted. Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

import click

from compressors.errors import ToinError

INTERRUPTED = (
    "interrupted; nothing is left half written, and the next run of the same command completes"
)

# How DuckDB reports a Ctrl-C that reached it in the middle of a query.
_QUERY_INTERRUPTED = "Query interrupted"


class _Entry(NamedTuple):
    module: str
    summary: str


# Written here rather than asked from the modules, so that `toin --help` loads none of them.
COMMANDS = {
    "run": _Entry("run", "The main job: traffic, evidence, publication, and the traffic again."),
    "traffic": _Entry("traffic", "Recorded transcripts through the engine, into event segments."),
    "ingest": _Entry("ingest", "Event segments into the warehouse, and nothing more."),
    "quarantine": _Entry("quarantine", "Rows that are no events: listed, read again, given up."),
    "erase": _Entry("erase", "An instance, or everything before a day, out of all stores, proven."),
    "replay": _Entry("replay", "Recorded tasks on compressed context: outcomes and certificates."),
    "model": _Entry(
        "model", "A model's answers with and without compression: ask, export, import."
    ),
    "datasets": _Entry("datasets", "What replays are made of: list, fetch, check."),
    "compress": _Entry("compress", "One content from a file or stdin, compressed."),
    "retrieve": _Entry("retrieve", "The original behind a handle, or the part that answers."),
    "proxy": _Entry("proxy", "The engine in front of a provider, for any client."),
    "wrap": _Entry("wrap", "A client with a proxy of its own, for one run."),
    "mcp": _Entry("mcp", "Compress, retrieve and stats for hosts of the Model Context Protocol."),
    "verify": _Entry("verify", "Would an engine load this recommendations file?"),
    "publications": _Entry("publications", "Every publication there was, with its evidence."),
    "diff": _Entry("diff", "What changes from one publication to another, and on what evidence."),
    "rollback": _Entry("rollback", "An earlier publication back in place, and held there."),
    "pin": _Entry("pin", "The profile of one slice, fixed by a person until a date."),
    "ship": _Entry("ship", "The publication to where engines read it, verified by reading back."),
    "keys": _Entry("keys", "The keys that publications are signed with: new, show."),
    "pepper": _Entry("pepper", "The secret that keys every hash: new, show-id, export, import."),
    "dashboard": _Entry("dashboard", "Savings and accuracy in the browser."),
    "report": _Entry("report", "The same as one HTML file that opens offline."),
    "dev": _Entry("dev", "Dagster's own interface on this project."),
}


class _Late(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"pipelines.commands.{entry.module}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


_BEGIN = "\n".join(
    (
        "\b",
        "Begin with:",
        "  toin run                                  on the bundled demonstration data",
        "  toin run --traffic DIR --home .toin       on transcripts of your own",
        '  cat big.json | toin compress --query "failed payments"',
    )
)

_EXITS = "Exit codes: 0 done, 1 refused or failed, 2 called wrongly, 130 interrupted."


def _version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"toin {version('toin')}")
    except PackageNotFoundError:
        click.echo("toin (not installed: run from its sources)")
    ctx.exit()


@click.group(
    cls=_Late,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_BEGIN
    + "\n\nEvery command takes --home DIR; without it TOIN_HOME, else .toin."
    + "\n\nExit codes: 0 done, 1 refused or failed, 2 called wrongly, 130 interrupted.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version.",
)
def cli() -> None:
    """How far may a coding agent's tool output be compressed? TOIN learns it offline.

    Engines report what they compressed, hashed, and what was asked for again; replays of
    recorded tasks show what can still be solved. From both comes recommendations.toml,
    which engines load at their next start. Nothing is sent anywhere.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    logging.basicConfig(level=logging.WARNING, format="toin: %(message)s", stream=sys.stderr)
    try:
        result = cli.main(args=arguments, prog_name="toin", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _interrupted()
    except ToinError as error:
        click.echo(f"toin: {error}", err=True)
        return 1
    except BrokenPipeError:
        # The reader has gone (`toin … | head`): point stdout elsewhere so that the
        # interpreter does not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        click.echo(f"toin: {_system(error)}", err=True)
        return 1
    except RuntimeError as error:
        if _QUERY_INTERRUPTED not in str(error):
            raise
        return _interrupted()
    return result if isinstance(result, int) else 0


def _interrupted() -> int:
    click.echo(f"\ntoin: {INTERRUPTED}", err=True)
    return 130


def _system(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    reason = error.strerror or str(error)
    return f"{place}{reason}; mend that, or choose another place with --home or --out"


if __name__ == "__main__":
    main()
