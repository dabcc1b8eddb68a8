"""``toin mcp``: the engine for hosts of the Model Context Protocol."""

from __future__ import annotations

from pathlib import Path

import click

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
    "mcp",
    epilog=examples(
        "toin mcp",
        "toin mcp --http 8788",
        "claude mcp add toin -- toin mcp --home ~/.toin",
    ),
)
@click.option(
    "--http",
    "port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Serve http://127.0.0.1:PORT/mcp instead of standard input and output.",
)
@click.option("--events", type=PATH, metavar="DIR", help="Segments go there.  [the home's inbox]")
@click.option("--no-events", is_flag=True, help="Report nothing.")
@recommendations_option
@home_option
def command(
    port: int | None,
    events: Path | None,
    no_events: bool,
    recommendations: Path | None,
    home: Home,
) -> None:
    """Offer toin_compress, toin_retrieve and toin_stats over stdio, or over HTTP on loopback.

    Over HTTP it listens on 127.0.0.1 alone: who may connect may have originals back.
    """
    need("mcp", extra="mcp")
    from compressors.engine import Engine
    from compressors.serving.mcp_server import make_server
    from compressors.serving.reporter import NoReporter, Reporter, Sink, instance_of
    from compressors.telemetry import LiveStamps

    pepper_of(home)
    with Engine.start(recommendations, home.ensure()) as engine:
        instance = instance_of(engine)
        sink: Sink = NoReporter()
        if not no_events:
            sink = Reporter(events or home.inbox, name=f"mcp-{instance}")
        server = make_server(engine, sink, LiveStamps(instance))
        try:
            if port is None:
                server.run("stdio")
            else:
                say(f"listening on http://127.0.0.1:{port}/mcp")
                server.run("streamable-http", host="127.0.0.1", port=port)
        finally:
            sink.close()
