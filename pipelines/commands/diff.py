"""``toin diff``: what changes from one publication to another, and on what evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from compressors.book import Book, Slice, read_book
from compressors.home import Home
from compressors.pepper import load_pepper
from pipelines.commands._common import examples, home_option, json_option, print_json
from pipelines.commands.publications import history_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Side(NamedTuple):
    book: Book
    because: Mapping[Slice, str]


@click.command(
    "diff",
    epilog=examples(
        "toin diff 8f2a1c 77b0e4",
        "toin diff current 77b0e4 --json",
        "toin diff /etc/toin/recommendations.toml current",
    ),
)
@click.argument("a")
@click.argument("b")
@click.option("--all", "every", is_flag=True, help="Also slices that do the same as before.")
@json_option
@home_option
def command(a: str, b: str, every: bool, as_json: bool, home: Home) -> None:
    """Say what changes from publication A to B: slices, parameters, evidence.

    Each is an id, or its beginning, out of this home's history; a file; or `current`, the file
    in place.
    """
    from pipelines.comparison import as_text, difference

    one, other = _side(a, home), _side(b, home)
    found = difference(one.book, other.book, because_a=one.because.get, because_b=other.because.get)
    if as_json:
        import msgspec

        told: dict[str, Any] = msgspec.to_builtins(found)
        print_json(told)
    else:
        click.echo("\n".join(as_text(found, every=every)))


def _side(name: str, home: Home) -> _Side:
    """The publication of this name, and the sentences that its slices were decided with."""
    pepper_id = load_pepper(home.pepper).id
    path = home.recommendations if name == "current" else Path(name)
    if name == "current" or path.suffix == ".toml" or "/" in name:
        book = read_book(path, pepper_id=pepper_id, engine="")
        head = book.publication
        if head is None or not home.warehouse.exists():
            return _Side(book, {})
        with history_of(home) as con:
            return _Side(book, _because(con, head.id))
    with history_of(home) as con:
        from compressors.book import parse_book
        from pipelines.history import find, stored

        one = find(stored(con), name)
        book = parse_book(
            one.content, source=f"publication {one.short}", pepper_id=pepper_id, engine=""
        )
        return _Side(book, _because(con, one.id))


def _because(con: Any, publication: str) -> dict[Slice, str]:
    rows = con.execute(
        "select auth_mode, model_family, structure_hash, because from decisions "
        "where publication = ?",
        [publication],
    ).fetchall()
    return {Slice(*of): because for *of, because in rows}
