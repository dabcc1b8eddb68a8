"""``toin wrap``: a client with a proxy of its own."""

from __future__ import annotations

import os
from pathlib import Path

import click

from compressors.home import Home
from pipelines.commands._common import (
    examples,
    home_option,
    need,
    pepper_of,
    recommendations_option,
)


@click.command(
    "wrap",
    context_settings={"ignore_unknown_options": True},
    epilog=examples(
        "toin wrap -- claude",
        "toin wrap -- aider --model sonnet",
        "toin wrap --upstream https://gateway.example -- codex",
    ),
)
@click.argument("client", metavar="-- CLIENT...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option(
    "--upstream",
    "upstreams",
    metavar="[VENDOR=]URL",
    multiple=True,
    help="Where requests go.  [where the client would go]",
)
@recommendations_option
@home_option
def command(
    client: tuple[str, ...], upstreams: tuple[str, ...], recommendations: Path | None, home: Home
) -> int:
    """Run CLIENT with its requests going through a proxy, which ends with it.

    The client finds the proxy by ANTHROPIC_BASE_URL, OPENAI_BASE_URL, OPENAI_API_BASE and
    GOOGLE_GEMINI_BASE_URL; what these say already is where the proxy goes. The exit code is
    the client's.
    """
    need("starlette", "uvicorn", "httpx", extra="proxy")
    from compressors.serving.process import Told
    from compressors.serving.server import Drain
    from compressors.serving.settings import Settings, upstreams_of
    from compressors.serving.wrapping import run_wrapped, upstreams_in
    from pipelines.commands.proxy import absolute

    pepper_of(home)
    told = Told(
        settings=Settings(
            upstreams=upstreams_of(upstreams) if upstreams else upstreams_in(os.environ),
            events=home.inbox.absolute(),
        ),
        home=str(home.ensure().root.absolute()),
        drain=Drain(running=5, linger=0.0),
        recommendations=absolute(recommendations or os.environ.get("TOIN_RECOMMENDATIONS")),
        public_key=absolute(os.environ.get("TOIN_PUBLIC_KEY")),
    )
    return run_wrapped(client, told, os.environ)
