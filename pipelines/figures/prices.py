"""What tokens cost, by model family: an editable table of reference models.

Prices are of the day that the table names, in US dollars a million tokens. They turn tokens into
money for a person; nothing is decided by them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from compressors.errors import ConfigurationError

PACKAGED = Path(__file__).with_name("prices.toml")
OWN = "prices.toml"
"""Name of the table that a home may have of its own."""

Dollars = Annotated[float, Meta(ge=0)]


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """US dollars a million tokens of ``reference``, the model that stands for its family.

    ``cache_read`` and ``cache_write`` are None where the price of uncached input stands for them.
    """

    reference: str
    input: Dollars
    output: Dollars
    cache_read: Dollars | None = None
    cache_write: Dollars | None = None


class Table(msgspec.Struct, frozen=True):
    """Prices by model family, and where each comes from in words."""

    prices: Mapping[str, Price]
    sources: Mapping[str, str]


def prices_of(home: Path) -> Table:
    """The packaged table with the home's own before it, family by family.

    Raises:
        ConfigurationError: the home's table cannot be read, is not TOML, or holds a wrong value.
    """
    tables = [_read(PACKAGED), _read(home / OWN)] if (home / OWN).exists() else [_read(PACKAGED)]
    prices: dict[str, Price] = {}
    sources: dict[str, str] = {}
    for source, own in tables:
        prices.update(own)
        sources.update(dict.fromkeys(own, source))
    return Table(prices, sources)


def _read(path: Path) -> tuple[str, dict[str, Price]]:
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        source = str(values.pop("source", path.name))
        return source, msgspec.convert(values, dict[str, Price])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigurationError(
            f"the prices {path} cannot be used ({error}); mend the line, or remove the file: "
            "the packaged prices then hold. Its form stands in docs/dashboard.md"
        ) from error
