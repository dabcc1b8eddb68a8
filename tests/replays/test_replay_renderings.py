"""Every rendering gives its records back, and never more than is left of them.

One test a property, for every kind under test.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Mapping, Sequence

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.handles import MemoryHandles
from compressors.pepper import Pepper
from compressors.profiles import LADDERS
from pipelines.replays.draws import Draw
from pipelines.replays.items import Record
from pipelines.replays.renderings import KINDS_UNDER_TEST, RENDERINGS, Fields

# Layouts of these pad values with blanks, which are not told from their own.
_PADDED = frozenset({"table"})
# In these any run of blanks and line ends is one blank, as a browser shows it.
_FLOWING = frozenset({"html"})

# What a reader of files puts before each line.
_NUMBERED = re.compile(r"^ *\d+[:\t→]")

_NASTY = (
    '"', "'", ",", "|", "\\", "\n", "\r\n", "\t", ":", "#", "<", "&", ";", "=", "…", "“", "”", "`",
    "é", "中", "😀", "\u2028", "\x1c", " ", "  ", "   ", "]", "{", "~a", "⟦", "⟧", "*", "- ", "1",
    "</td>", "&amp;", "null", "id", ": ", " = ", "+", "@@", "[toin ", "×2", ". It", "//", "'''",
)  # fmt: skip
_NAMES = ("title", "name", "statement", "finding", "parameters", "team", "calls", "note", "state")


def _text(draw: Draw, tag: str) -> str:
    """Words and awkward signs around ``tag``, which no other value has."""
    words = ["plum", "Anna", "costs", "two", "the", "of", *(["Yes."] if draw.below(3) else [])]
    parts = [
        draw.one_of(_NASTY) if draw.below(3) == 0 else f" {draw.one_of(words)} "
        for _ in range(draw.below(12))
    ]
    parts.insert(draw.below(len(parts) + 1), tag)
    return "".join(parts)


def _value(draw: Draw, tag: str, depth: int = 0) -> object:
    match draw.below(8 if depth < 4 else 4):
        case 0:
            return int(tag[1:]) * 10 + draw.below(10)
        case 4 | 5:
            return {
                _key(draw, f"{tag}{n}"): _value(draw, f"{tag}0{n}", depth + 1)
                for n in range(draw.below(4) + 1)
            }
        case 6:
            return [_text(draw, f"{tag}{n}") for n in range(draw.below(3))] + [tag]
        case 7 if depth:
            return draw.one_of((None, True, 0.5, "", {}, []))
        case _:
            return _text(draw, tag)


def _key(draw: Draw, tag: str) -> str:
    return draw.one_of(("type", "a.b", "x y", 'q"', "é", "enum", "")) + tag


def make(seed: str, count: int) -> list[Record]:
    """Records with the same fields, each value of which occurs nowhere else."""
    draw = Draw("records", seed)
    names = draw.shuffled(_NAMES)[: draw.between(1, len(_NAMES))]
    tags = (f"z{n}" for n in itertools.count(100))
    records = []
    for number in range(count):
        identifier = f"R-{1000 + 7 * number}"
        fields: dict[str, object] = {"id": identifier}
        for name in names:
            tag = next(tags)
            flat = name in ("title", "name")
            fields[name] = _text(draw, tag) if flat else _value(draw, tag)
        records.append(Record(identifier, "", "", (), (), fields))
    return records


def plain(seed: str, count: int) -> list[Record]:
    """Records as data sets have them: prose, columns and a schema."""
    draw = Draw("plain", seed)
    words = [
        "farmer",
        "buys",
        "apples",
        "for",
        "each",
        "of",
        "his",
        "horses",
        "and",
        "then",
        "sells",
    ]
    records = []
    for number in range(count):
        identifier = f"R-{1000 + 7 * number}"

        def prose(sentences: int, number: int = number) -> str:
            said = [
                " ".join([draw.one_of(words) for _ in range(draw.between(4, 14))] + [f"w{number}"])
                for _ in range(sentences)
            ]
            return " ".join(f"{one.capitalize()} {draw.between(2, 90)}." for one in said)

        fields: dict[str, object] = {
            "id": identifier,
            "title": f"{draw.one_of(words).capitalize()} Number {number}",
            "topic": draw.one_of(("money", "time")),
            "grade": draw.between(1, 9),
            "updated": f"2026-01-{draw.between(10, 28)}",
            "statement": prose(draw.between(1, 6)),
        }
        if int(draw.one_of("01")):
            fields["parameters"] = {
                "type": "dict",
                "properties": {
                    f"p{n}": {"type": "string", "description": prose(1)}
                    for n in range(draw.between(1, 4))
                },
                "required": ["p0"],
            }
        records.append(Record(identifier, "", "", (), (), fields))
    names = list(dict.fromkeys(name for record in records for name in record.fields))
    return [
        Record(r.id, "", "", (), (), {name: r.fields.get(name, "") for name in names})
        for r in records
    ]


def read(kind: str, text: str, records: Sequence[Record]) -> dict[str, Fields]:
    """Of each record that is found what is read first, as the solvers take it."""
    found: dict[str, Fields] = {}
    for fields in RENDERINGS[kind].read(text, {record.id for record in records}):
        identifier = fields.get("id")
        if isinstance(identifier, str):
            found.setdefault(identifier, fields)
    return found


def _flowing(value: object) -> object:
    """``value`` with one blank for every run of them in its texts."""
    match value:
        case str():
            return " ".join(value.split())
        case dict():
            return {_flowing(name): _flowing(inner) for name, inner in value.items()}
        case list():
            return [_flowing(inner) for inner in value]
        case _:
            return value


def _same(kind: str, original: object, found: object) -> bool:
    """Whether ``found`` is the value; kinds that have only text write others as JSON."""
    if kind in _FLOWING:
        original, found = _flowing(original), _flowing(found)
    if isinstance(original, str):
        if kind in _PADDED and isinstance(found, str):
            return original.strip() == found.strip()
        return original == found or (isinstance(found, int | float) and original == str(found))
    if original == found:
        return True
    if isinstance(found, str):
        try:
            return bool(orjson.loads(found) == original)
        except orjson.JSONDecodeError:
            return False
    return False


def _left(kind: str, original: object, found: object) -> bool:
    """Whether ``found`` is the value, members of it, or what a visible cut left of its text."""
    if kind in _FLOWING:
        original, found = _flowing(original), _flowing(found)
    if _same(kind, original, found):
        return True
    if isinstance(original, Mapping):
        if isinstance(found, str):
            try:
                found = orjson.loads(found)
            except orjson.JSONDecodeError:
                return "…" in found
        return isinstance(found, Mapping) and all(
            name in original and _left(kind, original[name], value) for name, value in found.items()
        )
    if isinstance(original, str) and isinstance(found, str) and "…" in found:
        if kind == "html":
            # In a row of a page a tab is written as such; what is cut there is not read back.
            found = _flowing(found.replace("\\t", " "))
        at = 0
        for part in re.split(r"\s*…\s*", found):
            place = original.find(part.strip(), at)
            if place < 0:
                return False
            at = place + len(part.strip())
        return True
    return False


def assert_left(kind: str, text: str, records: Sequence[Record]) -> dict[str, Fields]:
    """Nothing is read from ``text`` that is not one of the records' own."""
    found = read(kind, text, records)
    for record in records:
        for name, value in found.get(record.id, {}).items():
            if name in record.fields:
                assert _left(kind, record.fields[name], value), (record.id, name, value, text)
    return found


SEEDS = st.integers(0, 10**6).map(str)


@pytest.mark.parametrize("kind", KINDS_UNDER_TEST)
@pytest.mark.parametrize("maker", [make, plain])
@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(1, 8))
def test_every_record_comes_back_with_every_field(
    kind: str, maker: type, seed: str, count: int
) -> None:
    records = maker(seed, count)
    text = RENDERINGS[kind].render(records, Draw(seed))
    found = read(kind, text, records)
    assert list(found) == [record.id for record in records] or set(found) == {
        record.id for record in records
    }
    for record in records:
        for name, value in record.fields.items():
            assert _same(kind, value, found[record.id].get(name)), (name, value, found[record.id])


@pytest.mark.parametrize("kind", [kind for kind in KINDS_UNDER_TEST if kind != "json"])
@pytest.mark.parametrize("maker", [make, plain])
@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(2, 6), share=st.floats(0, 1), at=st.integers(0))
def test_lines_that_are_gone_take_their_fields_with_them(
    kind: str, maker: type, seed: str, count: int, share: float, at: int
) -> None:
    """Not of JSON, of which whole rows are deleted."""
    records = maker(seed, count)
    text = RENDERINGS[kind].render(records, Draw(seed))
    kept = random.Random(at)
    lines = text.splitlines(keepends=True)
    assert_left(kind, "".join([line for line in lines if kept.random() < share]), records)
    # One run of neighbouring lines: what follows it must not join what stands before it.
    start = at % len(lines)
    stop = start + 1 + int(share * 12)
    assert_left(kind, "".join(lines[:start] + lines[stop:]), records)


@pytest.mark.parametrize("kind", KINDS_UNDER_TEST)
@pytest.mark.parametrize("maker", [make, plain])
@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(1, 4), at=st.floats(0, 1))
def test_a_text_that_is_cut_off_has_whole_values_only(
    kind: str, maker: type, seed: str, count: int, at: float
) -> None:
    records = maker(seed, count)
    text = RENDERINGS[kind].render(records, Draw(seed))
    found = assert_left(kind, text[: int(at * len(text))], records)
    for record in records:
        for name, value in found.get(record.id, {}).items():
            if name in record.fields and isinstance(record.fields[name], str):
                assert _same(kind, record.fields[name], value)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(pepper=Pepper(b"0" * 32), loaded=Loaded(BUILT_IN), handles=MemoryHandles())


@pytest.mark.parametrize("kind", KINDS_UNDER_TEST)
@pytest.mark.parametrize("maker", [make, plain])
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, count=st.sampled_from([3, 12, 40]), asked=st.integers(0, 2))
def test_what_the_engine_leaves_is_read_as_it_was_written(
    kind: str, maker: type, engine: Engine, seed: str, count: int, asked: int
) -> None:
    records = maker(seed, count)
    reading = engine.read(RENDERINGS[kind].render(records, Draw(seed)))
    if reading.kind != kind:
        return
    query = f"What about {records[0].id}, apples and horses?" if asked else ""
    for profile in LADDERS[kind]:
        text = engine.apply(reading, profile, query=query).text
        found = assert_left(kind, text, records)
        if profile.safe:
            assert len(found) == count
            assert found == read(kind, reading.content.text, records)


@pytest.mark.parametrize("kind", KINDS_UNDER_TEST)
def test_nearly_every_answer_is_seen_as_its_kind(kind: str, engine: Engine) -> None:
    seen = [
        engine.read(RENDERINGS[kind].render(plain(str(seed), 20), Draw(str(seed)))).kind == kind
        for seed in range(60)
    ]
    assert sum(seen) >= 59


@pytest.mark.parametrize("kind", KINDS_UNDER_TEST)
@pytest.mark.parametrize("count", [1, 2, 30, 800])
def test_any_number_of_records_can_be_rendered(kind: str, count: int) -> None:
    records = plain("many", count)
    for seed in "ab":
        text = RENDERINGS[kind].render(records, Draw(seed))
        assert len(read(kind, text, records)) == count


@pytest.mark.parametrize("kind", [k for k in KINDS_UNDER_TEST if k not in ("json", "log")])
@pytest.mark.parametrize("seed", [str(seed) for seed in range(12)])
def test_a_record_looks_alike_wherever_it_stands(kind: str, seed: str) -> None:
    """Not of JSON, where all may stand on one line, nor of logs, where a clock goes on."""
    records = plain(seed, 9)
    ways = [RENDERINGS[kind].render(order, Draw(seed)) for order in (records, records[::-1])]
    for record in records:
        one, other = (
            sorted(
                _NUMBERED.sub("", line).strip(",")
                for line in text.splitlines()
                if record.id in line
            )
            for text in ways
        )
        assert one == other


@pytest.mark.parametrize("kind", KINDS_UNDER_TEST)
@pytest.mark.parametrize("text", ["", "\n", "R-1000", "[toin ", "[toin {kind}: \n", "| id |\n|"])
def test_texts_without_records_have_none(kind: str, text: str) -> None:
    given_text = text.replace("{kind}", kind)
    assert read(kind, given_text, plain("a", 1)) == {}
