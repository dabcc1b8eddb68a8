"""Publishing: the history of publications, and putting one in place.

``compose`` makes the bytes. What is put in place is first read the way an engine reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compressors.book import Book, parse_book, publication_id
from compressors.errors import ConfigurationError, PublicationRefused
from compressors.files import write_atomically
from compressors.home import Home
from compressors.pepper import load_pepper
from pipelines._composition import compose
from pipelines.choice import Certified, Choice, Decision

if TYPE_CHECKING:
    import duckdb

__all__ = ["Published", "compose", "incumbents", "publish", "publish_choice", "record"]


class Published(NamedTuple):
    """What became of a publication.

    ``changed`` tells whether a new file was put in place; ``why`` says in one sentence what
    happened, also where the earlier file stays. ``id`` is that of the file now in place.
    """

    path: Path
    id: str
    changed: bool
    why: str


def incumbents(
    con: duckdb.DuckDBPyConnection, *, watermark: datetime | None, pepper_id: str, engine: str
) -> Book | None:
    """The newest stored publication with rows whose watermark is older than ``watermark``.

    Older, not newest: so a second run on the same evidence starts from where the first
    started, and decides the same. None where there is no such publication. One that this
    engine would refuse, of another pepper for instance, acts nowhere and is passed over.
    """
    rows = con.execute(
        "select id, content from publications where watermark < $watermark "
        "order by watermark desc, id",
        {"watermark": watermark},
    ).fetchall()
    for identifier, content in rows:
        try:
            return parse_book(
                content.encode(),
                source=f"publication {identifier} in the warehouse",
                pepper_id=pepper_id,
                engine=engine,
            )
        except PublicationRefused:
            continue
    return None


def publish(con: duckdb.DuckDBPyConnection, home: Home, content: bytes) -> Path:
    """Check ``content`` as an engine would, keep it in the history and put it in place.

    A publication that is in place already is not written again.

    Raises:
        PublicationRefused: no engine with this home's pepper would load it; nothing changes.
        ConfigurationError: the file cannot be written; the earlier one stays.
    """
    path = home.recommendations
    book = _checked(home, content, source=str(path))
    head = book.publication
    if head is None:
        raise ValueError("a book that was parsed has a publication")
    watermark = head.watermark.replace(tzinfo=None) if head.watermark else None
    con.execute(
        "insert or ignore into publications values ($id, $watermark, $origin, $content)",
        {
            "id": head.id,
            "watermark": watermark,
            "origin": head.origin or "",
            "content": content.decode(),
        },
    )
    if _in_place(path) != content:
        try:
            write_atomically(path, content)
        except OSError as error:
            raise ConfigurationError(
                f"{path} cannot be written ({error.strerror}); the earlier file stays; mend the "
                "permissions or choose another home with --home"
            ) from error
    return path


def publish_choice(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    choice: Choice,
    content: bytes,
    *,
    certificates: Sequence[Certified],
) -> Published:
    """Publish what was composed from ``choice``, unless the earlier file has to stay.

    It stays where what is new is missing something that the earlier one rests on: replays,
    telemetry, or telemetry as new as its own. The decisions are kept under the id of the
    publication that they made.

    Raises:
        PublicationRefused: as ``publish``.
        ConfigurationError: as ``publish``.
    """
    path = home.recommendations
    before = _in_place(path)
    new = _checked(home, content, source=str(path))
    earlier = _earlier(home, before)
    why = _stale(earlier, new, choice, certificates) if earlier else None
    if earlier is not None and earlier.publication is not None and why is not None:
        return Published(path, earlier.publication.id, False, why)
    publish(con, home, content)
    identifier = publication_id(content)
    record(con, choice.decisions, publication=identifier)
    if before == content:
        return Published(path, identifier, False, "the evidence decides as before: nothing is new")
    said = f"{len(choice.rows)} recommendations of {len(choice.decisions)} slices"
    return Published(path, identifier, True, f"{said} are published in {path}")


def record(
    con: duckdb.DuckDBPyConnection, decisions: Sequence[Decision], *, publication: str
) -> None:
    """Keep the decisions under the id of their publication, replacing those of an earlier run."""
    con.execute("begin")
    try:
        con.execute("delete from decisions where publication = $id", {"id": publication})
        for d in decisions:
            con.execute(
                "insert into decisions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    publication,
                    *d.slice,
                    d.kind,
                    d.incumbent,
                    d.profile.name,
                    d.published,
                    d.reason,
                    d.because,
                    d.conversations,
                    d.instances,
                    d.net_low,
                    d.net_high,
                    d.regret_low,
                    d.regret_high,
                    d.confidence,
                ],
            )
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise


def _stale(
    earlier: Book, new: Book, choice: Choice, certificates: Sequence[Certified]
) -> str | None:
    """Why the earlier publication stays, None where the new one may take its place."""
    if earlier.publication is None or new.publication is None:
        return None
    if earlier.certificates and not certificates:
        return "there are no replays: the earlier publication stays; make them with `toin replay`"
    if earlier.rows and not choice.decisions:
        return (
            "no telemetry says anything about a slice: the earlier publication stays; "
            "ingest its segments with `toin ingest`"
        )
    was, now = earlier.publication.watermark, new.publication.watermark
    if was and now and earlier.publication.origin == new.publication.origin and now < was:
        return (
            f"the newest event is of {now:%Y-%m-%d %H:%M}, older than that of the earlier "
            f"publication ({was:%Y-%m-%d %H:%M}), which stays; ingest what has come since"
        )
    if earlier.publication.origin == "live" and new.publication.origin == "recorded":
        return (
            "there is no live evidence any more: the earlier publication, made from live "
            "traffic, stays; ingest live segments with `toin ingest`"
        )
    return None


def _checked(home: Home, content: bytes, *, source: str) -> Book:
    """The book that an engine with this home's pepper would have from ``content``."""
    pepper_id = load_pepper(home.pepper).id
    return parse_book(content, source=source, pepper_id=pepper_id, engine="")


def _earlier(home: Home, content: bytes | None) -> Book | None:
    """The book in place, None where there is none or none that could be loaded."""
    if content is None:
        return None
    try:
        return _checked(home, content, source=str(home.recommendations))
    except PublicationRefused:
        return None


def _in_place(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(
            f"{path} is in the way and cannot be read ({error.strerror}); move it away"
        ) from error
