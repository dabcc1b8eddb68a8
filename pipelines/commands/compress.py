"""``toin compress``: one content through the engine."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compressors.errors import InputRefused
from compressors.home import Home
from pipelines.commands._common import (
    PATH,
    auth_option,
    examples,
    home_option,
    json_option,
    pepper_of,
    print_json,
    query_option,
    recommendations_option,
    say,
)


@click.command(
    "compress",
    epilog=examples(
        'toin compress big.json --query "orders that failed"',
        "kubectl logs web-0 | toin compress --tool kubectl --model claude-sonnet-4-5",
        "toin compress big.json --json | jq .tokens_after",
    ),
)
@click.argument("file", type=PATH, required=False)
@query_option
@click.option("--tool", metavar="NAME", help="The tool that returned the content.")
@auth_option
@click.option(
    "--model", metavar="NAME", default="", help="The model that will read it; part of the slice."
)
@recommendations_option
@json_option
@home_option
def command(
    file: Path | None,
    query: str | None,
    tool: str | None,
    auth_mode: str,
    model: str,
    recommendations: Path | None,
    as_json: bool,
    home: Home,
) -> None:
    """Compress one content, from FILE or stdin, as an engine in a proxy would.

    The shortened text goes to stdout. What was left out is said in the text, with a
    handle: `toin retrieve HANDLE` brings all of it back.
    """
    content = _content(file)
    if not content:
        say("note: the content is empty, and so is the result")
    pepper_of(home)
    from compressors.engine import Engine

    engine = Engine.start(recommendations, home.ensure())
    result = engine.compress(content, query=query, tool=tool, auth_mode=auth_mode, model=model)
    if result.fault == "publication_refused":
        say("note: the recommendations were refused, so the package's defaults acted")
    elif result.fault:
        say(f"note: the content passed otherwise than its profile says: {result.fault}")
    if as_json:
        import msgspec

        print_json(
            msgspec.to_builtins(result)
            | {"fingerprint": engine.fingerprint, "publication": engine.book.id}
        )
    else:
        write_text(result.text)


def _content(file: Path | None) -> str:
    """The content to compress, to the character: no newline is translated.

    Raises:
        InputRefused: the file cannot be read or is no UTF-8 text.
    """
    if file is None or str(file) == "-":
        name = "stdin"
        if sys.stdin.isatty():
            say("reading the content from the terminal; end it with Ctrl-D")
        data = sys.stdin.buffer.read()
    else:
        name = str(file)
        try:
            data = file.read_bytes()
        except OSError as error:
            raise InputRefused(
                f"{file}: cannot be read ({error.strerror}); give a text file, or nothing for stdin"
            ) from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InputRefused(
            f"{name}: is no UTF-8 text (byte {data[error.start]:#04x} at offset {error.start}); "
            "only text is compressed"
        ) from error


def write_text(text: str) -> None:
    """``text`` on stdout with the bytes it has; on a terminal a last line is ended."""
    stream = sys.stdout.buffer
    stream.write(text.encode("utf-8", "surrogatepass"))
    if sys.stdout.isatty() and not text.endswith("\n"):
        stream.write(b"\n")
    stream.flush()
