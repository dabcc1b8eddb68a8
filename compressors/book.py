"""``recommendations.toml`` as an engine has it: read once, immutable, or refused whole.

Contract: docs/contracts.md, section "recommendations.toml". Engine, ``toin verify`` and the
writer of publications share :func:`read_book` and :func:`parse_book`, so that nothing is
published that an engine would refuse.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import msgspec

from compressors._book_file import CertificateRow, Publication
from compressors._book_reader import NEXT, BookReader
from compressors._book_rules import BookRules, Canary, Row, Slice, Standing, standing
from compressors.errors import PublicationRefused
from compressors.profiles import BUILT_IN_DEFAULT, Profile
from compressors.signature import PublicKey, signer

__all__ = [
    "BUILT_IN",
    "Book",
    "Canary",
    "CertificateRow",
    "Publication",
    "Row",
    "Slice",
    "Standing",
    "default_recommendations",
    "experiment",
    "parse_book",
    "publication_id",
    "read_book",
]

_TOO_LARGE = 64 * 1024 * 1024
_SHORTEST = len("sha256:") + 16


class Book(msgspec.Struct, frozen=True):
    """What an engine knows from a publication; without one, what is built in.

    ``fits`` tells whether the certificates are for the engine that reads, ``standing`` the
    weakest status among those that its lossy profiles rest on, or ``none`` where one of them
    has no certificate. ``source`` names the file, ``signed_by`` the key whose signature was
    asked for and found.
    """

    publication: Publication | None = None
    fits: bool = True
    standing: Standing = "certified"
    source: str = "built-in defaults"
    signed_by: str | None = None
    defaults: Mapping[str, Profile] = msgspec.field(default_factory=lambda: BUILT_IN_DEFAULT)
    rows: Mapping[Slice, Row] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    certificates: tuple[CertificateRow, ...] = ()

    @property
    def id(self) -> str | None:
        """What events call the publication: 16 hex digits of its id; None without one."""
        if self.publication is None:
            return None
        return self.publication.id.removeprefix("sha256:")[:16]

    @property
    def certified(self) -> bool:
        """Whether a test was spent on this very engine for everything lossy in it."""
        return self.fits and self.standing == "certified"

    @property
    def engines(self) -> tuple[str, ...]:
        """Digests, ``sha256:...``, of the engines that the certificates are for."""
        return self.publication.engine if self.publication else ()

    @property
    def control_share(self) -> int:
        """Per mille of the units that pass uncompressed where the slice has a row."""
        return self.publication.control_share if self.publication else 0

    def default(self, kind: str) -> Profile:
        """The profile of a slice without a row.

        Raises:
            KeyError: there is no such kind.
        """
        return self.defaults[kind]

    def row(self, auth_mode: str, model_family: str, structure_hash: str) -> Row | None:
        """The advice for a slice, where there is any."""
        # A tuple finds what is kept under an equal Slice, and is made in a third of the time.
        key = (auth_mode, model_family, structure_hash)
        return self.rows.get(key)  # type: ignore[call-overload, no-any-return, unused-ignore]


BUILT_IN = Book()


def experiment(of: Slice, *profiles: Profile, engine: str) -> str:
    """The id, 16 hex digits, that arms are drawn for.

    One profile gives the experiment of the control, two that of a canary: the row's, then the
    canary's. ``engine`` is the full digest. No publication is in it, so that another file with
    the same row draws the same arms.
    """
    parts = (*of, *(each.id for each in profiles), engine)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def publication_id(content: bytes) -> str:
    """``sha256:`` and 64 hex digits of a file's bytes without the line of the id itself.

    That is the first line after ``[publication]`` that begins with ``id = ``.
    """
    inside, start = False, 0
    while start < len(content):
        end = content.find(b"\n", start) + 1 or len(content)
        if content[start] == ord("["):
            inside = content[start:end].strip() == b"[publication]"
        elif inside and content.startswith(b"id = ", start):
            content = content[:start] + content[end:]
            break
        start = end
    return "sha256:" + hashlib.sha256(content).hexdigest()


def default_recommendations() -> Path | None:
    """The publication that the package ships, else the checkout's, else None."""
    package = Path(__file__).parent
    for path in (
        package / "_defaults" / "recommendations.toml",
        package.parent / "recommendations" / "recommendations.toml",
    ):
        if path.is_file():
            return path
    return None


def read_book(path: Path, *, pepper_id: str, engine: str, keys: Sequence[PublicKey] = ()) -> Book:
    """The book in the file at ``path``.

    ``pepper_id`` is that of the reader, ``engine`` its digest (64 hex digits, or the first 16).
    With ``keys``, nothing is looked at that none of them has signed.

    Raises:
        PublicationRefused: the file cannot be read, or anything in it is not as the schema
            says; ``where`` names file, line, row and field as far as they are known.
    """
    try:
        if path.is_dir():
            raise PublicationRefused(
                "is a folder; name the recommendations.toml in it", where=str(path)
            )
        if path.stat().st_size > _TOO_LARGE:
            raise PublicationRefused(f"is larger than {_TOO_LARGE} bytes", where=str(path))
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise PublicationRefused(
            "there is no such file; check the path", where=str(path)
        ) from error
    except OSError as error:
        raise PublicationRefused(
            f"cannot be read ({error.strerror}); mend its permissions", where=str(path)
        ) from error
    signed_by = signer(path, content, keys) if keys else None
    book = parse_book(content, source=str(path), pepper_id=pepper_id, engine=engine)
    return msgspec.structs.replace(book, signed_by=signed_by)


def parse_book(content: bytes, *, source: str, pepper_id: str, engine: str) -> Book:
    """The book in ``content``, as :func:`read_book`; ``source`` names it in messages.

    Raises:
        PublicationRefused: anything in it is not as the schema says.
    """
    with _uncollected():
        reader = BookReader(content, source=source)
        rules = BookRules(reader)
        rules.check_head()
        defaults, certificates, rows = rules.defaults(), rules.certificates(), rules.rows()
    head = reader.file.publication
    if rows and head.pepper_id != pepper_id:
        reader.refuse(
            f"made with pepper {head.pepper_id}, but this home has {pepper_id}, so no row would "
            "fit; bring that pepper with `toin pepper import` or publish under this one",
            "publication",
            path="pepper_id",
        )
    if publication_id(content) != head.id:
        reader.refuse(
            f"does not match the file's content: it was edited or cut off; {NEXT}",
            "publication",
            path="id",
        )
    mine = "sha256:" + engine.removeprefix("sha256:")
    return Book(
        publication=head,
        fits=len(mine) >= _SHORTEST and any(each.startswith(mine) for each in head.engine),
        standing=standing(defaults.values(), rows.values(), certificates),
        source=source,
        defaults=MappingProxyType({**BUILT_IN_DEFAULT, **defaults}),
        rows=MappingProxyType(rows),
        certificates=certificates,
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: millions of young objects without any double a reading."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
