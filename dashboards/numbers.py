"""Numbers as the reader writes them: separators by locale, one place for rounding and signs."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

UNKNOWN = "unknown"

# Thousands and decimals, by language or by language and country; else as in English.
_SEPARATORS = {
    "de": (".", ","),
    "de-ch": ("’", "."),
    "de-at": ("\u202f", ","),
    "da": (".", ","),
    "es": (".", ","),
    "fr": ("\u202f", ","),
    "it": (".", ","),
    "nl": (".", ","),
    "pl": ("\u202f", ","),
    "pt": (".", ","),
    "ru": ("\u202f", ","),
    "sv": ("\u202f", ","),
    "tr": (".", ","),
}


@dataclass(frozen=True, slots=True)
class Separators:
    """What stands between thousands and before decimals."""

    thousands: str = ","
    decimal: str = "."


_reader: ContextVar[Separators] = ContextVar("reader", default=Separators())  # noqa: B039 - frozen


def use(locale: str | None) -> None:
    """Write numbers, in this context, as readers with ``locale`` (such as ``de-CH``) do."""
    name = (locale or "en").lower()
    found = _SEPARATORS.get(name) or _SEPARATORS.get(name.partition("-")[0])
    _reader.set(Separators(*found) if found else Separators())


def separators() -> Separators:
    """Those of this context."""
    return _reader.get()


def count(value: float | None) -> str:
    """A whole number, or 'unknown'."""
    return UNKNOWN if value is None else _localised(f"{value:,.0f}")


def percent(share: float | None, digits: int = 1) -> str:
    """A share as a percentage with its sign, or 'unknown'."""
    return UNKNOWN if share is None else _localised(f"{100 * share:,.{digits}f} %")


def dollars(value: float | None) -> str:
    """US dollars, cents only where they matter, or 'unknown'."""
    if value is None:
        return UNKNOWN
    digits = 0 if abs(value) >= 1000 else 2
    return _localised(f"{'-' if value < 0 else ''}${abs(value):,.{digits}f}")


def decimal(value: float | None, digits: int = 1) -> str:
    """A number with ``digits`` decimals, or 'unknown'."""
    return UNKNOWN if value is None else _localised(f"{value:,.{digits}f}")


def small(p: float | None) -> str:
    """A probability, to six digits, or 'unknown'."""
    return UNKNOWN if p is None else _localised(f"{p:.6f}")


def size(number: int) -> str:
    """Bytes in the largest fitting unit."""
    if number < 1000:
        return f"{number} B"
    value, units = number / 1000, ["kB", "MB", "GB"]
    while value >= 1000 and len(units) > 1:
        value /= 1000
        del units[0]
    return _localised(f"{value:,.1f} {units[0]}")


def interval(low: float | None, high: float | None, level: float) -> str:
    """An interval of shares with its level, or why there is none."""
    if low is None or high is None:
        return "no interval: too few conversations"
    return f"{percent(low)} to {percent(high)} at {100 * level:.0f} %"


def _localised(text: str) -> str:
    here = separators()
    return text.translate({ord(","): here.thousands, ord("."): here.decimal})
