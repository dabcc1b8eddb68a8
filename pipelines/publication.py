"""Publishing: the history of publications, and putting one in place.

``compose`` makes the bytes. What is put in place is first read the way an engine reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compressors.book import Book, parse_book, publication_id
from compressors.errors import ConfigurationError, InputRefused, PublicationRefused
from compressors.files import write_atomically
from compressors.home import Home
from compressors.pepper import load_pepper
from compressors.signature import parse_signatures, signatures_of
from pipelines import history
from pipelines._composition import compose
from pipelines.choice import Certified, Choice, Decision
from pipelines.keys import sign
from pipelines.overrides import Hold, load_hold, over, save_hold

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "Published",
    "compose",
    "incumbents",
    "publish",
    "publish_choice",
    "record",
    "release",
    "roll_back",
    "signatures",
]

_MOST_SIGNATURES = 8


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
    """The newest publication in force, with rows, whose watermark is older than ``watermark``.

    What a person went back behind is in force no more, nor is what was made while another was
    held. Older, not newest: so a second run on the same evidence starts from where the first
    started, and decides the same. None where there is no such publication. One that this
    engine would refuse, of another pepper for instance, acts nowhere and is passed over.
    """
    if watermark is None:
        return None
    older = [
        one
        for one in history.stored(con)
        if one.watermark and one.watermark < watermark and one.state in history.IN_FORCE
    ]
    # Sorting is stable: of equal watermarks the first id stays first.
    for one in sorted(older, key=lambda one: one.watermark or watermark, reverse=True):
        try:
            return parse_book(
                one.content,
                source=f"publication {one.id} in the warehouse",
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
    identifier = _keep(con, home, content)
    _put(home, content)
    history.note(con, {identifier: "published"})
    return home.recommendations


def publish_choice(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    choice: Choice,
    content: bytes,
    *,
    certificates: Sequence[Certified],
) -> Published:
    """Publish what was composed from ``choice``, unless the earlier file has to stay.

    It stays where a person went back to it, as long as that holds, and where what is new lacks
    something that the earlier one rests on: replays, telemetry, or telemetry as new as its own.
    The decisions are kept under the id of the publication that they made.

    Raises:
        PublicationRefused: as ``publish``.
        ConfigurationError: as ``publish``.
    """
    path = home.recommendations
    hold = load_hold(home)
    if hold is not None and not over(hold.until, _naive(choice.watermark)):
        return _held(con, home, hold, choice, content)
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
    ended = f"; what held {_named(hold)} ended with {hold.until}" if hold else ""
    return Published(path, identifier, True, f"{said} are published in {path}{ended}")


def roll_back(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    name: str,
    *,
    why: str = "",
    until: date | None = None,
) -> history.Stored:
    """Put an earlier publication back in place, and have runs leave it there.

    What was published on newer evidence is in force no more: nobody's incumbent. The hold is
    written first, and a run that finds it does the rest, so a rollback that is killed is done
    by whatever comes next. ``until`` ends it; without one :func:`release` does.

    Raises:
        InputRefused: no publication is called ``name``, or several are.
        PublicationRefused: no engine with this home's pepper would load it; nothing changes.
        ConfigurationError: the file cannot be written.
    """
    target = history.find(history.stored(con), name)
    _checked(home, target.content, source=f"publication {target.short}")
    hold = Hold(publication=target.id, why=why, until=until)
    save_hold(home, hold)
    _apply(con, home, hold)
    return target


def release(home: Home) -> Hold | None:
    """Let the next run publish again; returns what was held, None where nothing was."""
    hold = load_hold(home)
    if hold is not None:
        save_hold(home, None)
    return hold


def signatures(home: Home, content: bytes, *, beside: bytes, in_place: bytes | None) -> bytes:
    """What ``recommendations.toml.sig`` has to hold before ``content`` replaces ``in_place``.

    The signature of ``content`` first, by the home's key where it has one, else what ``beside``
    has of it; then those ``beside`` of the file that is still in place. Empty where there are
    none.

    Raises:
        ConfigurationError: the home's key cannot be used.
    """
    own = sign(home, content)
    wanted = [publication_id(content)] + ([publication_id(in_place)] if in_place else [])
    there = [one for one in parse_signatures(beside) if one.publication in wanted]
    there.sort(key=lambda one: wanted.index(one.publication))
    lines = dict.fromkeys(one.line() for one in ([own] if own else []) + there)
    return "".join(f"{line}\n" for line in list(lines)[:_MOST_SIGNATURES]).encode()


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


def _held(
    con: duckdb.DuckDBPyConnection, home: Home, hold: Hold, choice: Choice, content: bytes
) -> Published:
    """Keep what was made, for comparison, and leave in place what a person holds."""
    identifier = _keep(con, home, content)
    if identifier != hold.publication:
        record(con, choice.decisions, publication=identifier)
        history.note(con, {identifier: "held"})
    _apply(con, home, hold)
    until = f" until {hold.until}" if hold.until else ""
    reason = f" ({hold.why})" if hold.why else ""
    made = identifier.removeprefix("sha256:")[:16]
    new = (
        "this evidence decides the same"
        if identifier == hold.publication
        else f"this evidence makes {made}, which is kept and not put in place"
    )
    return Published(
        home.recommendations,
        hold.publication,
        False,
        f"held: a person went back to {_named(hold)}{reason}, and it stays{until}; {new}; "
        "`toin rollback --end` lets the next run publish",
    )


def _apply(con: duckdb.DuckDBPyConnection, home: Home, hold: Hold) -> None:
    """Make true what the hold says: its file in place, and nothing newer in force."""
    every = history.stored(con)
    target = next((one for one in every if one.id == hold.publication), None)
    if target is None:
        raise InputRefused(
            f"publication {_named(hold)} is held, and this home's history has none of that id; "
            "end it with `toin rollback --end`, or go back to another one"
        )
    _checked(home, target.content, source=f"publication {target.short}")
    states = {
        one.id: "withdrawn"
        for one in every
        if one.id != target.id
        and one.state in history.IN_FORCE
        and one.watermark is not None
        and (target.watermark is None or one.watermark >= target.watermark)
    }
    history.note(con, {**states, target.id: "rolled_back"}, why=hold.why)
    _put(home, target.content)


def _named(hold: Hold) -> str:
    return hold.publication.removeprefix("sha256:")[:16]


def _keep(con: duckdb.DuckDBPyConnection, home: Home, content: bytes) -> str:
    """Check a publication as an engine would, and keep it in the history; returns its id."""
    head = _checked(home, content, source=str(home.recommendations)).publication
    if head is None:
        raise ValueError("a book that was parsed has a publication")
    history.add(
        con,
        identifier=head.id,
        watermark=_naive(head.watermark),
        origin=head.origin or "",
        content=content,
    )
    return head.id


def _put(home: Home, content: bytes) -> None:
    """Put a file in place with its signature, which goes before it. What is there is not touched.

    Raises:
        ConfigurationError: one of them cannot be written; the earlier file stays.
    """
    path = home.recommendations
    before, beside = _in_place(path), signatures_of(path)
    signed = signatures(home, content, beside=_in_place(beside) or b"", in_place=before)
    try:
        if signed != (_in_place(beside) or b""):
            write_atomically(beside, signed)
        if before != content:
            write_atomically(path, content)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written ({error.strerror}); the earlier file stays; mend the "
            "permissions or choose another home with --home"
        ) from error


def _naive(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=None) if time else None


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
