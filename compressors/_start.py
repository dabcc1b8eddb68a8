"""Which publication an engine starts with: the given one, else the package's, else none."""

from __future__ import annotations

from pathlib import Path

import msgspec

from compressors._report import log
from compressors.book import BUILT_IN, Book, default_recommendations, read_book
from compressors.errors import ConfigurationError, PublicationRefused
from compressors.signature import load_public_keys


class Loaded(msgspec.Struct, frozen=True):
    """A book, and why it is not the one that was asked for where a file was refused."""

    book: Book
    refusal: str | None = None


def load_book(
    given: Path | None,
    *,
    pepper_id: str,
    engine: str,
    public_key: Path | None = None,
    defaults: Path | None = None,
) -> Loaded:
    """The book to start with. Never raises for what stands in a file.

    A given file that does not exist is one log line; one that is refused is one error and a
    refusal. With ``public_key``, a file of keys, a given file has to be signed by one of them;
    the package's own is part of the program. ``defaults`` stands in for it.
    """
    refusal = None
    if given is not None:
        if _is_missing(given):
            log.warning(
                "%s does not exist; the engine starts on the package's defaults: check the path",
                given,
            )
        else:
            try:
                keys = load_public_keys(public_key) if public_key else ()
                book = read_book(given, pepper_id=pepper_id, engine=engine, keys=keys)
                return Loaded(_warned(book))
            except (PublicationRefused, ConfigurationError) as error:
                refusal = f"{error}; the engine starts on the package's defaults"
                log.error("%s", refusal)
    own = defaults or default_recommendations()
    if own is None:
        return Loaded(BUILT_IN, refusal)
    try:
        return Loaded(_warned(read_book(own, pepper_id=pepper_id, engine=engine)), refusal)
    except PublicationRefused as error:
        broken = f"{error}; the engine starts lossless, without any publication"
        log.error("%s", broken)
        return Loaded(BUILT_IN, refusal or broken)


def _warned(book: Book) -> Book:
    if not book.fits:
        log.warning(
            "%s: its certificates are for another engine; certify this one with "
            "`toin replay --certify`, or start with strict_certificates",
            book.source,
        )
    return book


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False
