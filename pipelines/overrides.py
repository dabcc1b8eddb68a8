"""What a person has decided over the evidence: pins of slices, and the hold after a rollback.

Both stand in files of their own in the home, ``pins.toml`` and ``hold.toml``, so that they are
seen, copied and reviewed apart from settings. An end date is the last day that counts, and the
day is that of the newest event, never a clock's: the same evidence decides the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from compressors.errors import ConfigurationError
from compressors.files import write_atomically
from compressors.home import Home
from pipelines.settings import Pin, Settings, load_settings

T = TypeVar("T")


class Hold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The publication that a person has brought back, and that runs leave in place."""

    publication: str
    why: str = ""
    until: date | None = None


class _Pins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pin: tuple[Pin, ...] = ()


def over(until: date | None, watermark: datetime | None) -> bool:
    """Whether what ends with the day ``until`` is over when the newest event has this time."""
    return until is not None and watermark is not None and watermark.date() > until


def pins_file(home: Home) -> Path:
    """Where a home's pins stand."""
    return home.root / "pins.toml"


def hold_file(home: Home) -> Path:
    """Where the hold after a rollback stands."""
    return home.root / "hold.toml"


def load_pins(home: Home) -> tuple[Pin, ...]:
    """The pins of a home, sorted by slice.

    Raises:
        ConfigurationError: the file cannot be read, or two pins are of one slice.
    """
    path = pins_file(home)
    pins = tuple(sorted(_load(path, _Pins, _Pins()).pin, key=lambda pin: pin.slice))
    for before, pin in pairwise(pins):
        if before.slice == pin.slice:
            raise ConfigurationError(
                f"{path} has two pins of {'/'.join(pin.slice)}; remove one of them"
            )
    return pins


def save_pins(home: Home, pins: Sequence[Pin]) -> None:
    """Replace the pins of a home."""
    told = [
        {name: value for name, value in msgspec.structs.asdict(pin).items() if value is not None}
        for pin in sorted(pins, key=lambda pin: pin.slice)
    ]
    _save(pins_file(home), {"pin": told})


def settings_of(home: Home) -> Settings:
    """The home's ``settings.toml`` with the pins of ``pins.toml``, which come first.

    Raises:
        ConfigurationError: one of the files cannot be used.
    """
    settings = load_settings(home.root / "settings.toml")
    own = load_pins(home)
    named = {pin.slice for pin in own}
    others = tuple(pin for pin in settings.pins if pin.slice not in named)
    return msgspec.structs.replace(settings, pins=own + others)


def load_hold(home: Home) -> Hold | None:
    """The hold of a home, None where nothing was brought back.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    return _load(hold_file(home), Hold, None)


def save_hold(home: Home, hold: Hold | None) -> None:
    """Set the hold of a home, or end it."""
    if hold is None:
        hold_file(home).unlink(missing_ok=True)
    else:
        told = msgspec.structs.asdict(hold)
        _save(hold_file(home), {name: value for name, value in told.items() if value is not None})


def _load(path: Path, of: type[T], missing: Any) -> T:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(values, of)
    except FileNotFoundError:
        found: T = missing
        return found
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigurationError(
            f"{path} cannot be used ({error}); mend it, or remove it and what it says with it"
        ) from error


def _save(path: Path, values: Mapping[str, Any]) -> None:
    import tomli_w

    try:
        write_atomically(path, tomli_w.dumps(values).encode(), mode=0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written ({error.strerror}); what it said before goes on to hold"
        ) from error
