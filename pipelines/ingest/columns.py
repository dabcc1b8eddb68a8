"""Events as columns, typed as the warehouse keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]

from compressors.events import Event

_INTEGERS = frozenset({"nth", "share"})
_BIG_INTEGERS = frozenset(
    {
        "tokens_before",
        "tokens_after",
        "items_before",
        "items_after",
        "latency_us",
        "tokens_returned",
        "tokens_input",
        "tokens_cache_read",
        "tokens_cache_write",
        "tokens_output",
    }
)
_OTHERS: dict[str, pl.DataType] = {
    "lossy": pl.Boolean(),
    "fields": pl.List(pl.String),
    "positions": pl.List(pl.Int32),
}


def _type_of(name: str) -> pl.DataType:
    if name in _BIG_INTEGERS:
        return pl.Int64()
    if name in _INTEGERS:
        return pl.Int32()
    return _OTHERS.get(name, pl.String())


_TYPES = {name: _type_of(name) for name in Event.__struct_fields__ if name != "schema"}


def of_events(events: Sequence[Event]) -> pa.Table:
    """One column a field of the schema but for ``schema``; ``ts`` in milliseconds of UTC.

    The events have been checked.
    """
    columns = {name: list(map(attrgetter(name), events)) for name in _TYPES}
    time = pl.col("ts").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms")
    return pl.DataFrame(columns, schema=_TYPES).with_columns(time).to_arrow()


def of_columns(columns: pa.RecordBatch, times: pa.Array) -> pa.Table:
    """The same of a block's columns, which hold nothing but events, and their ``times``."""
    table = pa.Table.from_batches([columns]).drop_columns(["schema"])
    return table.set_column(table.schema.get_field_index("ts"), "ts", times)
