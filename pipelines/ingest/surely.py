"""Which rows of a block are events beyond doubt, without looking at each of them.

Rows that have the same word in every column of words and nulls in the same columns have one
shape: whether a shape is an event's, the schema itself says of one row of it. What differs within
a shape is the value of hashes, numbers and times; their form is tested on whole columns, more
narrowly than the schema does. What is in doubt here is read row by row, where the reason is found:
a wrong doubt costs time alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from compressors.events import RowRefused, decode
from compressors.pepper import Pepper
from pipelines.ingest.blocks import Mask
from pipelines.ingest.erasures import Erasures
from pipelines.ingest.rows import records

_WORDS = ("schema", "event", "origin", "auth_mode", "model_family", "kind", "profile", "arm",
          "fault", "mode", "lossy", "share")  # fmt: skip
_HASHES = {
    "event_id": 32, "instance": 16, "pepper_id": 8, "engine": 16, "publication": 16,
    "fingerprint": 16, "conversation": 16, "structure_hash": 24, "tool": 16, "profile_id": 16,
    "experiment": 16, "unit": 16, "of": 32,
}  # fmt: skip
_LARGEST = {"nth": 10**6} | dict.fromkeys(
    ("tokens_before", "tokens_after", "items_before", "items_after", "latency_us",
     "tokens_returned", "tokens_input", "tokens_cache_read", "tokens_cache_write",
     "tokens_output"), 10**12,
)  # fmt: skip
_MOST_FIELDS = 16
_MOST_POSITIONS = 20
_MOST_SHAPES = 2**62

_HEX = np.zeros(256, np.uint8)
_HEX[list(b"0123456789abcdef")] = 1
_EIGHT_HEX = np.frombuffer(b"\x01" * 8, np.uint64)[0]
_EARLIEST = np.frombuffer(b"2000-00-00T00:00:00.000Z", np.uint8)
_LATEST = np.frombuffer(b"2999-19-39T29:59:59.999Z", np.uint8)
_TIME = pa.timestamp("ms")


def surely_events(columns: pa.RecordBatch, *, pepper: Pepper, erasures: Erasures) -> Mask:
    """Of every row whether it is an event of this pepper that was not erased; False: in doubt.

    ``columns`` as a block has them.
    """
    times = times_of(columns)
    if times is None:
        return np.zeros(columns.num_rows, np.bool_)
    sure = np.ones(columns.num_rows, np.bool_)
    sure &= _true(pc.equal(columns["pepper_id"], pepper.id))
    sure &= _not_erased(columns, times, erasures)
    for name, digits in _HASHES.items():
        sure &= _is_hex(columns[name], digits)
    for name, largest in _LARGEST.items():
        numbers = _numbers(columns[name])
        sure &= (numbers >= 0) & (numbers <= largest)
    sure &= _numbers(columns["tokens_after"]) <= _numbers(columns["tokens_before"])
    sure &= _short_lists(columns["fields"], columns["positions"])
    return _of_good_shape(columns, sure)


def times_of(columns: pa.RecordBatch) -> pa.Array | None:
    """``ts`` in milliseconds of UTC; None where some value is none, or is finer than that."""
    ts = columns["ts"]
    if ts.null_count:
        return None
    try:
        if pa.types.is_timestamp(ts.type):
            if ts.type.tz is not None:
                ts = ts.cast(pa.timestamp(ts.type.unit, "UTC"))
            years = pc.year(ts)
            if pc.min(years).as_py() < 2000 or pc.max(years).as_py() > 2999:
                return None
            return ts.cast(_TIME)
        ts = ts.cast(pa.string())
        return ts.cast(pa.timestamp("ms", "UTC")).cast(_TIME) if _is_spelled_as_a_time(ts) else None
    except pa.ArrowInvalid:
        return None


def _is_spelled_as_a_time(texts: pa.Array) -> bool:
    letters = _letters(texts, len(_EARLIEST))
    return letters is not None and bool(((letters >= _EARLIEST) & (letters <= _LATEST)).all())


def _letters(texts: pa.Array, width: int) -> npt.NDArray[np.uint8] | None:
    """The bytes of texts without nulls, a row a text, if all are of that width."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
    if len(texts) == 0 or (np.diff(offsets) != width).any():
        return None
    letters = np.frombuffer(texts.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return letters.reshape(len(texts), width)


def _is_hex(column: pa.Array, digits: int) -> Mask:
    """Whether each value is null or has that many lower-case hex digits."""
    if column.null_count == len(column):
        return np.ones(len(column), np.bool_)
    if pa.types.is_dictionary(column.type):
        # The last one is for rows without a value.
        of_words = np.append(_is_hex(column.dictionary.cast(pa.string()), digits), True)
        places = column.indices.fill_null(len(of_words) - 1).to_numpy(zero_copy_only=False)
        fits: Mask = of_words[places]
        return fits
    there = column.drop_null()
    letters = _letters(there, digits)
    if letters is None:
        fits = _true(pc.match_substring_regex(there, f"^[0-9a-f]{{{digits}}}$"))
    else:
        fits = (_HEX[letters].view(np.uint64) == _EIGHT_HEX).all(axis=1)
    if not column.null_count:
        return fits
    good = np.ones(len(column), np.bool_)
    good[_valid(column)] = fits
    return good


def _short_lists(fields: pa.Array, positions: pa.Array) -> Mask:
    """Whether each row's lists are null or short, of keyed names and of twentieths."""
    good = np.ones(len(fields), np.bool_)
    if fields.null_count < len(fields):
        names = fields.flatten()
        lengths = _numbers(pc.list_value_length(fields))
        if names.null_count or not _is_hex(names, 16).all():
            good &= lengths == 0
        good &= lengths <= _MOST_FIELDS
    if positions.null_count < len(positions):
        places = positions.flatten()
        lengths = _numbers(pc.list_value_length(positions))
        values = _numbers(places)
        if places.null_count or (values < 0).any() or (values >= _MOST_POSITIONS).any():
            good &= lengths == 0
        good &= lengths <= _MOST_POSITIONS
    return good


def _not_erased(columns: pa.RecordBatch, times: pa.Array, erasures: Erasures) -> Mask:
    good = np.ones(columns.num_rows, np.bool_)
    if erasures.first_day is not None:
        good &= _true(pc.greater_equal(times.cast(pa.date32()), erasures.first_day))
    if erasures.instances:
        known = columns["instance"].unique().drop_null().to_pylist()
        gone = [name for name in known if erasures.cover(name, _AFTER_ALL)]
        good &= ~_true(pc.is_in(columns["instance"].cast(pa.string()), pa.array(gone, pa.string())))
    return good


_AFTER_ALL = "9"


def _of_good_shape(columns: pa.RecordBatch, candidates: Mask) -> Mask:
    """Those of the candidates whose shape the schema takes for an event's."""
    shapes = _shapes(columns)
    if shapes is None or not candidates.any():
        return np.zeros(columns.num_rows, np.bool_)
    rows = np.flatnonzero(candidates)
    encoded = pa.array(shapes[rows]).dictionary_encode()
    shape_of = encoded.indices.to_numpy()
    sample = np.empty(len(encoded.dictionary), np.int64)
    sample[shape_of] = rows
    accepted = np.fromiter(
        map(_is_event, records(columns.take(pa.array(sample)))), np.bool_, len(sample)
    )
    good = np.zeros(columns.num_rows, np.bool_)
    good[rows] = accepted[shape_of]
    return good


def _is_event(record: bytes) -> bool:
    try:
        decode(record)
    except RowRefused:
        return False
    return True


def _shapes(columns: pa.RecordBatch) -> npt.NDArray[np.int64] | None:
    """A number for the shape of each row; None where there are too many to be numbered."""
    shapes = np.zeros(columns.num_rows, np.int64)
    different = 1
    for name in columns.schema.names:
        column = columns[name]
        if name in _WORDS:
            codes, size = _codes(column)
        elif 0 < column.null_count < len(column):
            codes, size = _valid(column).astype(np.int64), 2
        else:
            continue
        different *= size
        if different > _MOST_SHAPES:
            return None
        shapes = shapes * size + codes
    return shapes


def _codes(words: pa.Array) -> tuple[npt.NDArray[np.int64], int]:
    """A number for the word of each row, 0 for none, and how many there can be."""
    if not pa.types.is_dictionary(words.type):
        words = words.dictionary_encode()
    indices = words.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    return indices + 1, len(words.dictionary) + 1


def _numbers(column: pa.Array) -> npt.NDArray[np.int64]:
    filled: npt.NDArray[np.int64] = column.fill_null(0).to_numpy(zero_copy_only=False)
    return filled


def _valid(column: pa.Array) -> Mask:
    return _true(column.is_valid())


def _true(flags: pa.Array) -> Mask:
    """Flags as a mask; null is False."""
    mask: Mask = flags.fill_null(False).to_numpy(zero_copy_only=False)
    return mask
