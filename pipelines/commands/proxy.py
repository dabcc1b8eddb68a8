"""``toin proxy``: the engine in front of a provider."""

from __future__ import annotations

import os
from pathlib import Path

import click

from compressors.errors import ConfigurationError, ToinError
from compressors.home import Home
from pipelines.commands._common import (
    PATH,
    examples,
    home_option,
    need,
    pepper_of,
    recommendations_option,
    say,
)


@click.command(
    "proxy",
    epilog=examples(
        "toin proxy --upstream https://api.anthropic.com",
        "toin proxy --port 8787 --upstream anthropic=https://api.anthropic.com "
        "--upstream openai=https://api.openai.com",
        "TOIN_PROXY_TOKEN=$(openssl rand -hex 16) toin proxy --host 0.0.0.0 --upstream URL",
    ),
)
@click.option(
    "--upstream",
    "upstreams",
    metavar="[VENDOR=]URL",
    multiple=True,
    required=True,
    help="Where requests go; once, or once for each of anthropic, openai, gemini.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True)
@recommendations_option
@click.option(
    "--public-key", type=PATH, metavar="PEM", help="Load nothing unsigned.  [TOIN_PUBLIC_KEY]"
)
@click.option(
    "--strict-certificates", is_flag=True, help="Lossless until this very engine is certified."
)
@click.option(
    "--retrieval",
    type=click.Choice(("start", "dropped", "never")),
    default="start",
    show_default=True,
    help="When a conversation gets the tool toin_retrieve.",
)
@click.option("--token-file", type=PATH, metavar="FILE", help="[TOIN_PROXY_TOKEN]")
@click.option("--events", type=PATH, metavar="DIR", help="Segments go there.  [the home's inbox]")
@click.option("--no-events", is_flag=True, help="Report nothing.")
@click.option("--instance", metavar="NAME", help="Its name in events, keyed.  [the machine's]")
@click.option("--body-limit", type=int, metavar="BYTES", default=67_108_864, show_default=True)
@click.option("--compress-limit", type=int, metavar="BYTES", default=25_165_824, show_default=True)
@click.option("--body-timeout", type=float, metavar="SECONDS", default=60, show_default=True)
@click.option("--connect-timeout", type=float, metavar="SECONDS", default=10, show_default=True)
@click.option("--read-timeout", type=float, metavar="SECONDS", default=600, show_default=True)
@click.option("--threads", type=int, metavar="N", default=2, show_default=True)
@click.option("--queue", type=int, metavar="N", default=256, show_default=True)
@click.option("--rounds", type=int, metavar="N", default=5, show_default=True)
@click.option("--drain", type=int, metavar="SECONDS", default=300, show_default=True)
@click.option("--linger", type=float, metavar="SECONDS", default=6, show_default=True)
@home_option
def command(
    upstreams: tuple[str, ...],
    port: int,
    host: str,
    recommendations: Path | None,
    public_key: Path | None,
    strict_certificates: bool,
    retrieval: str,
    token_file: Path | None,
    events: Path | None,
    no_events: bool,
    instance: str | None,
    body_limit: int,
    compress_limit: int,
    body_timeout: float,
    connect_timeout: float,
    read_timeout: float,
    threads: int,
    queue: int,
    rounds: int,
    drain: int,
    linger: float,
    home: Home,
) -> None:
    """Pass requests on to a provider, with what tools returned in them shortened.

    The recommendations are read at the start. SIGHUP starts a process that reads them anew and
    takes over without losing a request; SIGTERM drains. docs/serving.md says what is touched.
    """
    need("starlette", "uvicorn", "httpx", extra="proxy")
    from compressors.serving.keeper import Keeper, listening_socket
    from compressors.serving.process import Told
    from compressors.serving.server import Drain
    from compressors.serving.settings import Limits, Settings, retrieval_of, upstreams_of

    pepper_of(home)
    settings = Settings(
        upstreams=upstreams_of(upstreams),
        host=host,
        token=_token(token_file),
        retrieval=retrieval_of(retrieval),
        events=None if no_events else (events or home.inbox),
        instance=instance,
        limits=Limits(
            body_bytes=body_limit,
            compress_bytes=compress_limit,
            body_seconds=body_timeout,
            connect_seconds=connect_timeout,
            read_seconds=read_timeout,
            threads=threads,
            queue=queue,
            rounds=rounds,
        ),
    )
    listening = listening_socket(host, port)
    shown = f"[{host}]" if ":" in host else host
    say(f"listening on http://{shown}:{listening.getsockname()[1]}")
    told = Told(
        settings=settings,
        drain=Drain(running=drain, linger=linger),
        home=str(home.ensure().root.absolute()),
        recommendations=absolute(recommendations or os.environ.get("TOIN_RECOMMENDATIONS")),
        public_key=absolute(public_key or os.environ.get("TOIN_PUBLIC_KEY")),
        strict_certificates=strict_certificates,
    )
    if Keeper(listening, told, say=say).run():
        raise ToinError("no process came to serve; what it said stands above")
    say("drained")


def _token(path: Path | None) -> str | None:
    """The token of the file, else of the environment: nobody sees those in a list of processes."""
    if path is None:
        return os.environ.get("TOIN_PROXY_TOKEN") or None
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"the token file {path} cannot be read ({error}); it holds one line of ASCII"
        ) from error


def absolute(path: Path | str | None) -> str | None:
    """A path that holds wherever a process is started."""
    return str(Path(path).absolute()) if path else None
