"""Texts, strategies and short cuts that the tests of the ``json`` kind share."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from compressors.kinds import json as kind
from compressors.kinds.base import Content, Cut, Focus
from compressors.profiles import LADDERS

LOSSLESS = kind.Params(lossless=True)
PASSTHROUGH = kind.Params(passthrough=True)
RUNGS = [rung.params for rung in LADDERS["json"][2:]]
SHARES = [params.row_share for params in RUNGS]
DATA = Path(__file__).parents[3] / "shared" / "data"


def content(text: str) -> Content:
    parsed = kind.recognise(text)
    assert parsed is not None
    return Content(kind.NAME, text, parsed)


def cut(text: str, params: kind.Params = LOSSLESS, query: str = "", **focus: Any) -> Cut:
    return kind.compress(content(text), params, Focus(query, **focus))


def shape(text: str) -> str:
    parsed = kind.recognise(text)
    assert parsed is not None
    return kind.signature(parsed)


ODD_TEXTS = [
    "",
    "true",
    "null",
    "NaN",
    "-Infinity",
    "12",
    "-0",
    "1e5",
    "007",
    "1.",
    "key",
    "~1",
    "~N = rows below",
    "… 12 rows",
    "[toin json: 3 rows {a,b}]",
    "[toin json",
    "3 rows {id,name}",
    " a",
    "a ",
    "a,b",
    'say "x"',
    '"quoted"',
    "{a}",
    "[a]",
    "a=b",
    "a?b",
    "C:\\dir\\file",
    "two\nlines",
    "tab\there",
    "\x00\x1f\x7f",
    "\x85\u2028\u2029",
    "é",
    "日本語、テスト",
    "😀",
    "\ud7ff\ue000",
    "</script>&amp;",
    "a/b",
    "https://api.a.example/v1/things/1",
    "https://api.a.example/v1/things/22",
    "https://api.a.example/v1/",
    "2025-03-01T10:00:00Z",
    "2025-03-01T10:07:12Z",
    "&1",
    "&1=x",
    "!null",
    "<a*b>",
    "{id}",
    "\\u0041",
    "\\",
]

texts = st.one_of(
    st.sampled_from(ODD_TEXTS), st.text(max_size=12), st.text('ab,~"{[ \n=?', max_size=6)
)
numbers = st.one_of(
    st.integers(),
    st.integers(-3, 3),
    st.sampled_from(
        [0.0, -0.0, 1.0, 1e5, 1e-7, 1e16, 1.5e300, 5e-324, 2**53, 2**64, -(2**70), 10**40]
    ),
    st.floats(allow_nan=False, allow_infinity=False),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
names = st.sampled_from(
    ["id", "name", "a b", "é", "", "x=1", "k?", "key", "~1", "{", '"', "a.b", "1"]
)


@st.composite
def tables(draw: st.DrawFn) -> Any:
    """Rows mostly of one shape: constants, optional names, odd rows, nested objects."""
    columns = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    pools = {name: draw(st.lists(values, min_size=1, max_size=4)) for name in columns}
    rows: list[Any] = []
    for _ in range(draw(st.integers(2, 12))):
        row = {name: draw(st.sampled_from(pool)) for name, pool in pools.items()}
        if draw(st.integers(0, 5)) == 0:
            row.pop(draw(st.sampled_from(columns)))
        if draw(st.integers(0, 8)) == 0:
            row = dict(reversed(row.items()))
        rows.append(draw(values) if draw(st.integers(0, 12)) == 0 else row)
    form = draw(st.integers(0, 4))
    if form == 0:
        return {f"k{at}": row for at, row in enumerate(rows)}
    if form == 1:
        return {"status": "ok", "rows": rows, "more": {"inner": rows}, "~1": "~1"}
    if form == 2:
        return [[row, row] for row in rows]
    if form == 3:
        return {draw(texts): rows, "n": len(rows)}
    return rows


def prettier(value: Any, *, width: int = 80) -> str:
    """The JSON of ``value`` as Prettier writes it: short arrays of plain values on one line."""

    def written(value: Any, depth: int, before: int, after: int) -> str:
        if not isinstance(value, dict | list) or not value:
            return json.dumps(value)
        inner = "  " * (depth + 1)
        parts = []
        if isinstance(value, dict):
            for at, (name, item) in enumerate(value.items()):
                head = f"{json.dumps(name)}: "
                comma = at < len(value) - 1
                parts.append(inner + head + written(item, depth + 1, len(head), comma))
        else:
            plain = not any(isinstance(item, dict | list) for item in value)
            flat = json.dumps(value)
            if plain and 2 * depth + before + len(flat) + after <= width:
                return flat
            if all(type(item) in (int, float) for item in value):
                return filled(value, depth)
            for at, item in enumerate(value):
                parts.append(inner + written(item, depth + 1, 0, at < len(value) - 1))
        ends = "{}" if isinstance(value, dict) else "[]"
        return f"{ends[0]}\n" + ",\n".join(parts) + f"\n{'  ' * depth}{ends[1]}"

    def filled(value: list[Any], depth: int) -> str:
        lines = [""]
        for at, item in enumerate(value):
            text = json.dumps(item) + "," * (at < len(value) - 1)
            if lines[-1] and 2 * depth + 3 + len(lines[-1]) + len(text) > width:
                lines.append(text)
            else:
                lines[-1] += " " * bool(lines[-1]) + text
        inner = "  " * (depth + 1)
        return "[\n" + "\n".join(inner + line for line in lines) + f"\n{'  ' * depth}]"

    return written(value, 0, 0, 0) + "\n"


WRITERS = [
    prettier,
    lambda value: prettier(value, width=100).replace("\n", "\r\n"),
    lambda value: json.dumps(value, indent=2, separators=(",", ":")),
    lambda value: f" {json.dumps(value, indent=3)}\n\n",
    lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False),
    lambda value: json.dumps(value, separators=(",", ":")),
    lambda value: json.dumps(value, ensure_ascii=False),
    json.dumps,
    lambda value: json.dumps(value, indent=2),
    lambda value: json.dumps(value, indent=4, ensure_ascii=False),
    lambda value: json.dumps(value, indent="\t") + "\n",
    lambda value: json.dumps(value, indent=0),
    lambda value: json.dumps(value, indent=1).replace("/", "\\/"),
    lambda value: json.dumps(value, separators=(" ,", " : ")),
    lambda value: (
        "[\n" + ",\n".join(map(json.dumps, value)) + "\n]\n"
        if isinstance(value, list)
        else json.dumps(value)
    ),
    lambda value: (
        "\n".join(map(json.dumps, value)) if isinstance(value, list) else json.dumps(value)
    ),
]


def log_rows(seed: int, *, count: int = 200) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    return [
        {
            "id": at,
            "name": dice.choice(["alpha", "beta", "gamma"]) + str(dice.randint(1, 99)),
            "status": "ok",
            "latency": round(dice.gauss(100, 10), 2),
            "host": f"web-{dice.randint(1, 5):02d}",
            "msg": f"Processed batch {dice.randint(1, 9999)} in {dice.randint(3, 80)} ms",
        }
        for at in range(count)
    ]


def kept_ids(text: str) -> set[int]:
    found = set()
    for line in text.splitlines():
        if line.startswith("~{"):
            found.add(json.loads(line[1:])["id"])
        elif line[:1].isdigit():
            found.add(int(line.split(",")[0]))
    return found
