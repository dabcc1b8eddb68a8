"""Synthetic telemetry by the million: what proxies of coding agents would report.

Forty calls a conversation, four tools with a structure each; one call in twenty is asked for
again. Everything is a function of the number of the event, so any day can be made alone.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

from compressors.pepper import PUBLIC_PEPPER
from compressors.profiles import LADDERS

FIRST_DAY = date(2026, 1, 1)
PER_CONVERSATION = 40

_EVENTS = """
with facts as (
    select i, i // {per_conversation} as c, i % 4 as t, c % 50 as shape,
           i % 20 = 19 as again, cast(hash(i) >> 1 as bigint) as h
    from range({first}, {last}) as numbers(i)
),
named as (
    select *, ladders[1 + (c + t) % len(ladders)] as ladder,
           case when c % 100 = 0 then 'control' when c % 20 = 1 then 'canary'
                when c % 3 = 0 then 'recommended' else 'default' end as arm
    from facts, (select {ladders} as ladders)
)
select 1 as schema,
       md5('event ' || i) as event_id,
       case when again then 'retrieval' else 'compression' end as event,
       'live' as origin,
       strftime(cast({begin} as timestamp) + to_milliseconds(cast(
           {length} * ((i - {first}) / ({last} - {first})) * 1000 as bigint)),
           '%Y-%m-%dT%H:%M:%S.%gZ') as ts,
       md5('instance ' || c % 300)[:16] as instance,
       '{pepper}' as pepper_id,
       md5('engine')[:16] as engine,
       case when c % 5 > 0 then md5('publication')[:16] end as publication,
       md5('fingerprint ' || c % 300)[:16] as fingerprint,
       ['payg', 'oauth', 'subscription'][1 + c % 3] as auth_mode,
       ['claude-sonnet-4', 'claude-opus-4', 'gpt-5', 'gemini-2.5'][1 + c % 4] as model_family,
       md5('conversation ' || c)[:16] as conversation,
       md5('structure ' || t || ' ' || shape)[:24] as structure_hash,
       case when not again then md5('tool ' || t)[:16] end as tool,
       ladder.kind as kind,
       ladder.profile as profile,
       ladder.id as profile_id,
       cast(i % {per_conversation} // 4 as integer) as nth,
       arm,
       case when arm in ('control', 'canary') then md5('experiment ' || t || shape)[:16] end
           as experiment,
       case when arm in ('control', 'canary') then md5('unit ' || c)[:16] end as unit,
       case when arm = 'control' then 10 when arm = 'canary' then 50 end as share,
       case when not again then 500 + h % 9500 end as tokens_before,
       case when not again then (500 + h % 9500) * (10 + h % 80) // 100 end
           as tokens_after,
       case when not again then 10 + h % 400 end as items_before,
       case when not again then 5 + h % 5 end as items_after,
       case when not again then ladder.lossy end as lossy,
       case when not again and i % 1000 = 7 then 'store_locked' end as fault,
       case when not again then 300 + h % 20000 end as latency_us,
       case when again then md5('event ' || (i - 1)) end as of,
       case when again then ['full', 'query'][1 + i % 2] end as mode,
       case when again then 500 + h % 9500 end as tokens_returned,
       case when again then [md5('field ' || i % 7)[:16]] end as fields,
       case when again then [i % 20] end as positions,
       cast(null as bigint) as tokens_input,
       cast(null as bigint) as tokens_cache_read,
       cast(null as bigint) as tokens_cache_write,
       cast(null as bigint) as tokens_output
from named
"""
_WHOLE = ("nth", "share", "tokens_before", "tokens_after", "items_before", "items_after",
          "latency_us", "tokens_returned")  # fmt: skip


def events(first: int, last: int, *, begin: date = FIRST_DAY, days: int = 1) -> str:
    """SQL for the events number ``first`` to ``last`` - 1, evenly over days from ``begin`` on."""
    ladders = ", ".join(
        f"{{'kind': '{kind}', 'profile': '{rung.name}', 'id': '{rung.id}', "
        f"'lossy': {str(not rung.safe).lower()}}}"
        for kind, ladder in sorted(LADDERS.items())
        for rung in ladder[1:4]
    )
    return _EVENTS.format(
        first=first,
        last=last,
        begin=f"date '{begin}'",
        length=days * 86_400,
        ladders=f"[{ladders}]",
        pepper=PUBLIC_PEPPER.id,
        per_conversation=PER_CONVERSATION,
    )


def day(number: int, count: int) -> str:
    """SQL for the events of the ``number``-th day, ``count`` of them."""
    begin = FIRST_DAY + timedelta(days=number)
    return events(number * count, (number + 1) * count, begin=begin)


def write_parquet(query: str, path: Path) -> Path:
    """A segment as Parquet."""
    with duckdb.connect() as con:
        con.execute(f"copy (from ({query})) to '{path}' (format parquet, compression zstd)")
    return path


def write_lines(query: str, path: Path) -> Path:
    """A segment as an engine writes it: JSON lines, without fields that have no value."""
    with duckdb.connect() as con:
        names = [name for name, *_ in con.execute(f"describe {query}").fetchall()]
        parts = " || ".join(_member(name) for name in names)
        con.execute(
            f"copy (select '{{' || {parts} || '}}' as line from ({query})) to '{path}' "
            "(format csv, header false, quote '', escape '', delimiter '\x1f')"
        )
    return path


def _member(name: str) -> str:
    if name == "schema":
        return "'\"schema\":1'"
    if name == "publication":
        return "',\"publication\":' || coalesce('\"' || publication || '\"', 'null')"
    value = f'to_json("{name}")::varchar'
    if name not in (*_WHOLE, "lossy", "fields", "positions") and not name.startswith("tokens"):
        value = f"'\"' || \"{name}\" || '\"'"
    return f"coalesce(',\"{name}\":' || {value}, '')"
