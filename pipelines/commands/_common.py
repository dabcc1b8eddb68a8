"""What the commands share: the home, its pepper, JSON on stdout, parts that may be missing."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from compressors.errors import ConfigurationError
from compressors.events import AUTH_MODES
from compressors.home import Home
from compressors.pepper import Pepper, load_pepper

F = TypeVar("F", bound=Callable[..., Any])

PATH = click.Path(readable=False, path_type=Path)
"""A path of any state: a missing one is refused by the reader, who can say what was expected."""

Source = Path | str
"""A path, or the address of an object in a store."""


class _Source(click.ParamType):  # type: ignore[type-arg]
    name = "path"

    def convert(
        self, value: Source, _param: click.Parameter | None, _ctx: click.Context | None
    ) -> Source:
        """What has a scheme is an address, everything else a path."""
        if isinstance(value, str):
            return value if "://" in value else Path(value)
        return value


SOURCE = _Source()
"""A path of any state, or an address such as ``s3://bucket/telemetry``."""

NO_PEPPER = (
    "note: the home {home} has no pepper, so hashes are keyed with the public demonstration one "
    "that everybody knows; make a secret, for a home that holds nothing yet, with "
    "`toin pepper new --home DIR`"
)


def _home(_ctx: click.Context, _option: click.Parameter, value: Path | None) -> Home:
    return Home.at(value)


home_option = click.option(
    "--home",
    type=PATH,
    callback=_home,
    metavar="DIR",
    help="Pepper, handles, warehouse, snapshots.  [TOIN_HOME, else .toin]",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object on stdout instead of text."
)
query_option = click.option(
    "--query", metavar="TEXT", help="What the reader is after; what bears on it is kept."
)
auth_option = click.option(
    "--auth-mode",
    type=click.Choice(AUTH_MODES),
    default="unknown",
    show_default=True,
    help="How the client pays; part of the slice.",
)
recommendations_option = click.option(
    "--recommendations",
    type=PATH,
    metavar="FILE",
    help="The file to act on.  [TOIN_RECOMMENDATIONS, else the package's defaults]",
)


def examples(*lines: str) -> str:
    """The end of a help text: calls to copy, a line each, not rewrapped."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def say(text: str) -> None:
    """A line for the person, on stderr."""
    click.echo(text, err=True)


def passed_over(skipped: str) -> str:
    """What to say of a file of a searched folder that is no transcript."""
    what = skipped.partition("; known are")[0]
    return f"passed over: {what}; if it should be one, convert it to OpenAI chat"


def print_json(value: object) -> None:
    """One JSON object on stdout, indented for reading."""
    import orjson

    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def pepper_of(home: Home) -> Pepper:
    """The home's pepper; where it has none, the public one, and stderr says so."""
    pepper = load_pepper(home.pepper)
    if pepper.public:
        say(NO_PEPPER.format(home=home.root))
    return pepper


def need(*modules: str, extra: str) -> None:
    """Refuse in one sentence where the parts of an extra are not installed.

    Raises:
        ConfigurationError: one of ``modules`` cannot be found.
    """
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"this command needs {', '.join(missing)}, and only the engine is installed; "
            f'add the rest with `python -m pip install "toin[{extra}]"` '
            f"(in a checkout: `make install`)"
        )


def writable(folder: Path) -> Path:
    """``folder``, made if it is not there, before work begins whose result goes into it.

    Raises:
        ConfigurationError: nothing can be written into it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise ConfigurationError(
            f"nothing can be written to {folder} ({error.strerror}); choose another folder"
        ) from error
