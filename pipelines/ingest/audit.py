"""What a machine checks of the warehouse after ingest, and says to a person.

Independent of the code that let the rows in: shapes and sums are looked at where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, get_args

from compressors.events import (
    ARMS,
    AUTH_MODES,
    KIND_NAMES,
    UNKNOWN_FIELD,
    WHOLE_ROW,
    Event,
    EventName,
    Fault,
    Mode,
    Origin,
)
from compressors.profiles import BY_NAME
from pipelines.ingest.headroom import STRATEGIES
from pipelines.ingest.sources import SOURCES

if TYPE_CHECKING:
    import duckdb

Figure = str | int | float


class Finding(NamedTuple):
    """One check: whether it passed, a sentence that says why, and the figures behind it."""

    passed: bool
    sentence: str
    figures: Mapping[str, Figure]


_HASHES: Mapping[str, int] = {
    "event_id": 32,
    "of": 32,
    "structure_hash": 24,
    "pepper_id": 8,
    "instance": 16,
    "engine": 16,
    "publication": 16,
    "fingerprint": 16,
    "conversation": 16,
    "tool": 16,
    "profile_id": 16,
    "experiment": 16,
    "unit": 16,
    "id": 32,
    "client": 16,
    "project": 16,
    "tenant": 16,
    "filter": 16,
}
# The text columns that hold a hash or nothing in one table and a word in another.
_HASHED_IN = {("imported_recalls", "mode"): 16}
_TABLES = ("events", "imported_uses", "imported_patterns", "imported_recalls")
_CLOSED: Mapping[str, tuple[str, ...]] = {
    "event": get_args(EventName),
    "origin": get_args(Origin),
    "auth_mode": AUTH_MODES,
    "kind": KIND_NAMES,
    "profile": tuple(sorted(BY_NAME)),
    "arm": ARMS,
    "fault": get_args(Fault),
    "mode": get_args(Mode),
    "source": SOURCES,
    "strategy": tuple(sorted(STRATEGIES)),
}
# What is neither: a name from the table of families, never longer or freer than this.
_SHORT: Mapping[str, str] = {"model_family": "[a-z0-9][a-z0-9.-]{0,31}"}

# A hash that is random spells readable text about once in 2,600 (16 digits) or never.
_MOST_READABLE = 0.01
_FEWEST_DISTINCT = 20
# The digits of random hashes carry 4 bits each, less what a small sample hides.
_LEAST_BITS = 3.8
_FEWEST_DIGITS = 512
_LONGEST_REASON = 200


def bad_share(con: duckdb.DuckDBPyConnection, *, most: float) -> Finding:
    """Whether of no segment more than the share ``most`` of its rows is in quarantine.

    Segments that a person has given up are counted and block nothing.
    """
    [[rows, bad, given_up, over]] = con.execute(
        "select coalesce(sum(rows), 0), coalesce(sum(quarantined), 0), "
        "coalesce(sum(quarantined) filter (dismissed), 0), "
        "count(*) filter (not dismissed and quarantined > $most * rows) from segments",
        {"most": most},
    ).fetchall()
    figures: dict[str, Figure] = {
        "rows": int(rows),
        "quarantined": int(bad),
        "given_up": int(given_up),
        "share": int(bad) / int(rows) if rows else 0.0,
        "segments_over_the_share": int(over),
    }
    if not over:
        return Finding(True, f"{bad} of {rows} rows are no events", figures)
    [[digest, worst_rows, worst, field, reason]] = con.execute(
        "with worst as (select digest, rows, quarantined from segments "
        "where not dismissed and quarantined > $most * rows "
        "order by quarantined / rows desc, quarantined desc, digest limit 1) "
        "select worst.digest, any_value(worst.rows), any_value(worst.quarantined), field, reason "
        "from worst join quarantine on segment = worst.digest group by worst.digest, field, reason "
        "order by count(*) desc, field, reason limit 1",
        {"most": most},
    ).fetchall()
    figures["worst_segment"] = str(digest)
    return Finding(
        False,
        f"{worst} of {worst_rows} rows are no events in segment {digest} (at most {100 * most:g} % "
        f"may be; {over} segments have more), most often field {field}: {reason}; nothing is "
        "chosen or published on them: `toin quarantine` names file and line, mend the cause and "
        "read them again with `toin ingest`, or give them up with `toin quarantine --dismiss`",
        figures,
    )


def conservation(con: duckdb.DuckDBPyConnection) -> Finding:
    """Whether every row of every segment is accounted for, and every event is there once."""
    [[broken, stored, quarantined, erased, events, ids, rows]] = con.execute(
        "select count(*) filter (rows <> stored + duplicates + quarantined + erased "
        "or duplicates < 0 or erased < 0), "
        "coalesce(sum(stored) filter (source = 'engine'), 0), coalesce(sum(quarantined), 0), "
        "(select coalesce(sum(events), 0) from erasures), "
        "(select count(*) from events), "
        "(select count(*) from (select day, event_id from events group by all)), "
        "(select count(*) from quarantine) from segments"
    ).fetchall()
    figures: dict[str, Figure] = {
        "segments_that_do_not_add_up": int(broken),
        "stored_by_the_ledger": int(stored),
        "erased_since": int(erased),
        "events": int(events),
        "distinct_event_ids": int(ids),
        "quarantined_by_the_ledger": int(quarantined),
        "rows_in_quarantine": int(rows),
    }
    if not broken and stored - erased == events == ids and quarantined == rows:
        return Finding(True, f"{events} events, each once; every row is accounted for", figures)
    return Finding(
        False,
        f"the ledger speaks of {stored} events, {erased} erased, and {quarantined} rows in "
        f"quarantine, the warehouse has {events} events with {ids} ids and {rows} rows "
        f"({broken} segments do not add up); move the warehouse away and read the segments again",
        figures,
    )


def privacy(con: duckdb.DuckDBPyConnection) -> Finding:
    """Whether every text is a hash, of a closed set, or a family's name; and no hash spells text.

    Looks at every text column that there is: one that this module does not know fails.
    """
    wrong = [c for table in _TABLES for c in _wrong_columns(con, table)]
    wrong += _wrong_accounts(con)
    readable = _readable_hashes(con)
    figures: dict[str, Figure] = {
        "text_columns": sum(len(_text_columns(con, table)) for table in _TABLES),
        "columns_with_other_text": ", ".join(wrong) or "none",
        "columns_whose_hashes_spell_text": ", ".join(readable) or "none",
    }
    if not wrong and not readable:
        return Finding(True, "every text is a keyed hash or of a closed set", figures)
    return Finding(
        False,
        f"the column {(wrong + readable)[0]} holds text that is neither a keyed hash nor of a "
        "closed set; find the engine that writes it, remove its segments and the warehouse, and "
        "read the rest again",
        figures,
    )


def entropy(con: duckdb.DuckDBPyConnection) -> Finding:
    """Whether the digits of the hashes look random, as those of a keyed digest do."""
    bits = {column: _bits(con, column) for column in _hashes_of_events(con)}
    poor = [column for column, value in bits.items() if value is not None and value < _LEAST_BITS]
    figures: dict[str, Figure] = {c: round(v, 3) for c, v in bits.items() if v is not None}
    if not poor:
        return Finding(True, "the hashes look random", figures)
    return Finding(
        False,
        f"the hashes in {', '.join(poor)} do not look random ({bits[poor[0]]:.2f} bits a digit "
        "of 4): counters or padded names are no keyed digests; look at the engine that wrote them",
        figures,
    )


def _text_columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    found = con.execute(
        "select distinct column_name from information_schema.columns "
        "where table_name = $table and data_type like 'VARCHAR%' order by column_name",
        {"table": table},
    ).fetchall()
    return [name for [name] in found]


def _hashes_of_events(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [column for column in _text_columns(con, "events") if column in _HASHES]


def _wrong_columns(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    columns = _text_columns(con, table)
    tests = {column: _test_of(column, table) for column in columns}
    shown = "" if table == "events" else f"{table}."
    wrong = [f"{shown}{column}" for column, test in tests.items() if test is None]
    known = {column: test for column, test in tests.items() if test is not None}
    sums = ", ".join(f"count(*) filter (not ({test}))" for test in known.values())
    [counts] = con.execute(f"select {sums} from {table}").fetchall()
    return wrong + [f"{shown}{c}" for c, count in zip(known, counts, strict=True) if count]


def _test_of(column: str, table: str) -> str | None:
    """SQL that holds for every value a column may have; None for a column nobody knows."""
    digits = _HASHED_IN.get((table, column)) or _HASHES.get(column)
    if digits:
        return f'"{column}" is null or regexp_full_match("{column}", \'[0-9a-f]{{{digits}}}\')'
    if column in _CLOSED:
        names = ", ".join(f"'{name}'" for name in _CLOSED[column])
        return f'"{column}" is null or "{column}" in ({names})'
    if column in _SHORT:
        return f"{column} is null or regexp_full_match({column}, '{_SHORT[column]}')"
    if column == "fields":
        return (
            "fields is null or list_bool_and(list_transform(fields, "
            "lambda name: regexp_full_match(name, '[0-9a-f]{16}'))) is not false"
        )
    return None


def _wrong_accounts(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Columns of ledger and quarantine that hold more than they may."""
    fields = [*Event.__struct_fields__, UNKNOWN_FIELD, WHOLE_ROW]
    [[ledger, erasures, digests, names, reasons]] = con.execute(
        "select (select count(*) from segments where not (regexp_full_match(digest, $hash) "
        "and regexp_full_match(name, $hash) and regexp_full_match(place, $hash) "
        "and coalesce(regexp_full_match(stamp, $hash), true) "
        "and list_contains($sources, source))), "
        "(select count(*) from erasures where not regexp_full_match(instance, $hash)), "
        "count(*) filter (not (regexp_full_match(segment, $hash) "
        "and regexp_full_match(digest, $hash))), "
        "count(*) filter (not list_contains($fields, field)), "
        "count(*) filter (length(reason) > $longest or contains(reason, '/')) from quarantine",
        {
            "hash": "[0-9a-f]{16}",
            "fields": fields,
            "longest": _LONGEST_REASON,
            "sources": list(SOURCES),
        },
    ).fetchall()
    found = {
        "segments": ledger,
        "erasures": erasures,
        "quarantine.digest": digests,
        "quarantine.field": names,
        "quarantine.reason": reasons,
    }
    return [column for column, count in found.items() if count]


def _readable_hashes(con: duckdb.DuckDBPyConnection) -> list[str]:
    columns = _hashes_of_events(con)
    texts = ", ".join(
        f'count(distinct "{c}") filter '
        f"(regexp_full_match(\"{c}\", '(2[0-9a-f]|[3-6][0-9a-f]|7[0-9a-e])+')), "
        f'count(distinct "{c}")'
        for c in columns
    )
    [counts] = con.execute(f"select {texts} from events").fetchall()
    shares = zip(columns, counts[::2], counts[1::2], strict=True)
    return [c for c, n, of in shares if of >= _FEWEST_DISTINCT and n > _MOST_READABLE * of]


def _bits(con: duckdb.DuckDBPyConnection, column: str) -> float | None:
    """Shannon entropy of a hash column's digits in bits; None where too few say anything."""
    [[digits, bits]] = con.execute(
        f"""
        with digits as (
            select unnest(string_split(hash, '')) as digit
            from (select distinct "{column}" as hash from events where "{column}" is not null)
        ), counts as (select count(*) as n from digits group by digit),
        shares as (select n, n / sum(n) over () as share from counts)
        select coalesce(sum(n), 0), coalesce(-sum(share * log2(share)), 0) from shares
        """
    ).fetchall()
    return float(bits) if digits >= _FEWEST_DIGITS else None
