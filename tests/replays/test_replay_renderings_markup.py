"""Records as differences, source code and pages: what is read is what stands there, and whose."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compressors import mixed
from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.handles import MemoryHandles
from compressors.pepper import Pepper
from compressors.profiles import LADDERS
from pipelines.replays.cases import Case, build
from pipelines.replays.draws import Draw
from pipelines.replays.formats import read_library
from pipelines.replays.items import Record
from pipelines.replays.manifests import selected
from pipelines.replays.renderings import RENDERINGS
from pipelines.replays.renderings._written import mention, own
from pipelines.replays.solvers import solved

_KINDS = ("diff", "code", "html")
_FIELD = {"gsm8k-sample": "statement", "truthfulqa-sample": "finding", "bfcl-sample": "parameters"}

_AWKWARD = (
    *("", " ", "plain words", "two  spaces", "a: b", "a # b", "x | y", "a\\b", "`tick`", "…"),
    *('say "so"', "it's", "'''", '"""', "*/", "-->", "</dd>", "<b>&amp;</b>", "&lt;", "\r\n", "\t"),
    *(
        "\u2028",
        "\x85",
        "\x1c",
        "\x00",
        "\ufeff",
        "ünï 日本",
        "😀",
        "{",
        "[1]",
        "12",
        "-0.5",
        "true",
    ),
    *("null", "yes", "+added", "-removed", "@@ -1 +1 @@", "# 3 lines left out", "…[300]…", ">-"),
    *("- item", "id: R-00001", "12\tdef", "the end:", "https://example.org/a?b=c&d=e", "a, b;"),
)
_words = st.lists(st.sampled_from(("Ann", "has", "12", "kites,", "it's", "(so)", "50%", "a-b")))
_texts = st.one_of(
    st.sampled_from(_AWKWARD),
    st.text(max_size=12),
    _words.map(" ".join),
    _words.map(lambda words: "Every day " + " ".join(words * 9)),
    st.lists(st.sampled_from(_AWKWARD), max_size=3).map("".join),
)
_scalars = st.one_of(
    _texts, st.integers(-(2**50), 2**50), st.booleans(), st.none(), st.floats(-1e9, 1e9)
)
_nested = st.recursive(
    st.one_of(st.lists(_scalars, max_size=2), st.dictionaries(_texts, _scalars, max_size=2)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(_texts, inner, max_size=3)
    ),
    max_leaves=5,
)
_columns = st.fixed_dictionaries(
    {},
    optional={
        "title": _texts, "statement": _texts, "grade": st.integers(0, 9), "desk": _scalars,
        "parameters": _nested, "finding": _texts,
    },
)  # fmt: skip


def _record(number: int, fields: Mapping[str, object]) -> Record:
    identifier = f"R-{number:05d}"
    name = str(fields.get("title", ""))
    return Record(identifier, name, name.lower(), (), (), {"id": identifier, **fields})


_records = st.lists(_columns, min_size=1, max_size=5).map(
    lambda rows: [_record(7 + 31 * place, row) for place, row in enumerate(rows)]
)
_seeds = st.integers(0, 199).map(str)
_quick = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def _read(kind: str, text: str, records: Sequence[Record]) -> dict[str, Mapping[str, object]]:
    found = list(RENDERINGS[kind].read(text, [record.id for record in records]))
    assert len({fields["id"] for fields in found}) == len(found)
    return {str(fields["id"]): fields for fields in found}


def _holds(found: Mapping[str, object], record: Record) -> bool:
    """Whether every field found is one of the record's, whole or visibly cut."""
    return all(
        name in record.fields and _is_left_of(value, record.fields[name])
        for name, value in found.items()
    )


def _is_left_of(value: object, original: object) -> bool:
    if value == original and type(value) is type(original):
        return True
    if not isinstance(value, str) or not isinstance(original, str) or "…" not in value:
        return False
    at = 0
    whole = _spaced(original)
    for piece in _spaced(value).split("…"):
        at = whole.find(piece.strip(), at)
        if at < 0:
            return False
        at += len(piece.strip())
    return True


def _spaced(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("kind", _KINDS)
@_quick
@given(records=_records, seed=_seeds)
def test_every_record_is_read_with_all_its_fields(
    kind: str, records: list[Record], seed: str
) -> None:
    text = RENDERINGS[kind].render(records, Draw(seed))
    found = _read(kind, text, records)
    assert [found.get(record.id) for record in records] == [record.fields for record in records]
    assert list(RENDERINGS[kind].read(text, ["R-99999"])) == []


@pytest.mark.parametrize("kind", _KINDS)
@_quick
@given(records=_records, seed=_seeds, data=st.data())
def test_lost_lines_take_fields_away_and_change_none(
    kind: str, records: list[Record], seed: str, data: st.DataObject
) -> None:
    lines = RENDERINGS[kind].render(records, Draw(seed)).splitlines(keepends=True)
    edges = data.draw(st.lists(st.integers(0, len(lines)), max_size=6).map(sorted))
    lost = {
        at for start, end in zip(edges[::2], edges[1::2], strict=False) for at in range(start, end)
    }
    lost |= data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=4))
    left = "".join(line for at, line in enumerate(lines) if at not in lost)
    found = _read(kind, left, records)
    assert all(_holds(found[r.id], r) for r in records if r.id in found)


@pytest.mark.parametrize("kind", _KINDS)
@_quick
@given(records=_records, seed=_seeds, share=st.floats(0, 1))
def test_a_text_that_is_cut_off_changes_no_field(
    kind: str, records: list[Record], seed: str, share: float
) -> None:
    text = RENDERINGS[kind].render(records, Draw(seed))
    found = _read(kind, text[: int(share * len(text))], records)
    assert all(_holds(found[r.id], r) for r in records if r.id in found)


@pytest.mark.parametrize("kind", _KINDS)
def test_records_before_the_cut_are_whole(kind: str) -> None:
    for seed in range(20):
        records = _stories(12)
        text = RENDERINGS[kind].render(records, Draw(str(seed)))
        last = max(records, key=lambda record: text.rfind(record.id))
        found = _read(kind, text[: text.rfind(last.id)], records)
        others = [record for record in records if record.id != last.id]
        assert [found[record.id] for record in others] == [record.fields for record in others]


def _stories(count: int) -> list[Record]:
    """Records such as data sets have, long enough to be shortened."""
    draw = Draw("stories")
    records = []
    for n in range(count):
        boxes, each = draw.between(3, 90), draw.between(3, 90)
        title = f"{draw.one_of(('Blue', 'Old', 'Tall'))} Kites {chr(65 + n % 26)} Harbour"
        statement = (
            f"The harbour keeps {boxes} crates of kites. Every crate was packed with {each} kites "
            "in it. Nobody has opened one since last year. Sailors say that the wind was too low; "
            f"the owner <Ann & Co> took {n} kites home. How many kites are left in the crates now?"
        )
        names = ("town", "floor", "open", "rows", "until")
        parameters = {
            "type": "dict",
            "properties": {
                name: {"type": "string", "description": f"Which {name} of the {title} it is."}
                for name in names[: draw.between(1, 5)]
            },
            "required": ["town"],
        }
        fields = {
            "title": title, "grade": draw.between(1, 9), "editor": f"e.{chr(97 + n % 26)}",
            "updated": f"2026-0{draw.between(1, 9)}-11", "statement": statement,
            "finding": f"It was {each} kites, \"all\" blue", "parameters": parameters,
        }  # fmt: skip
        records.append(_record(n, fields))
    return records


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(pepper=Pepper(b"t" * 32), loaded=Loaded(BUILT_IN), handles=MemoryHandles())


@pytest.mark.parametrize("kind", _KINDS)
def test_what_the_engine_leaves_is_read_and_never_more(kind: str, engine: Engine) -> None:
    records = _stories(24)
    whole = shortened = 0
    for seed in range(12):
        text = RENDERINGS[kind].render(records, Draw("rungs", str(seed)))
        reading = engine.read(text)
        if reading.kind != kind:
            continue
        for profile in LADDERS[kind]:
            for query in ("solve R-00007", "who took kites home?"):
                left = engine.apply(reading, profile, query=query).text
                found = _read(kind, left, records)
                same = [found.get(record.id) == record.fields for record in records]
                if profile.safe:
                    assert all(same)
                for record in records:
                    assert _holds(found.get(record.id, {}), record)
                    values = found.get(record.id, {}).values()
                    shortened += any("…" in str(value) for value in values)
                whole += sum(same)
    assert whole > 600
    assert shortened > 10 or kind == "code"


@pytest.fixture(scope="module")
def cases(small_sets: Path) -> list[Case]:
    libraries = [read_library(source) for source in selected(None, directory=small_sets)]
    return [
        build(item, library, kind=kind)
        for library in libraries
        for kind in _KINDS
        for item in library.items
    ]


def _solved(case: Case, text: str) -> bool:
    return solved(case.task, text, needed=case.needed, kind=case.kind)


def test_without_its_record_or_its_id_no_case_is_solved(cases: list[Case]) -> None:
    for case in cases:
        start, end = own(case.text, case.needed[0]) or (0, 0)
        assert end > start > 0
        assert not _solved(case, case.text[:start] + case.text[end:])
        assert not _solved(case, case.text.replace(case.needed[0], "X-00000"))


def test_what_another_record_says_is_no_evidence(cases: list[Case]) -> None:
    for case in cases:
        if case.dataset == "truthfulqa-sample":
            continue  # Its findings differ in two words.
        mine = case.needed[0]
        ids = sorted(set(re.findall(r"\b(?:P-|F-|fn-)\d{5}\b", case.text)) - {mine})
        for other in (ids[0], ids[-1]):
            swapped = {mine: other, other: mine}
            text = re.sub(f"{mine}|{other}", lambda found: swapped[found[0]], case.text)  # noqa: B023
            assert not _solved(case, text)


def test_texts_are_of_their_kind(cases: list[Case]) -> None:
    other = [case.kind for case in cases if mixed.read(case.text).kind != case.kind]
    assert {kind: other.count(kind) for kind in _KINDS if kind != "code"} == {"diff": 0, "html": 0}
    assert other.count("code") <= 0.1 * len(cases) / len(_KINDS)


@pytest.mark.parametrize(
    ("kind", "signs"),
    [
        (
            "diff",
            (
                *(r"\.json b/", r"\.yaml b/", r"\.toml b/", r"^\+statement: >-$", r"^   \"title\""),
                *(r"^commit [0-9a-f]{40}$", r"\Adiff ", "^new file", r"^-.*grade", "^rename from "),
                *("package-lock", "^Binary files", r"^\+    \"properties\": \{$", "^[+ ]'''$"),
                *("README", "^@@ .* export async", r"\.github/"),
            ),
        ),
        (
            "code",
            (
                *(r"^def \w+\(.*\) -> Entry:$", r"^class \w+\(Entry\):$", r"^        id=\"R-"),
                *(r"^ \* @id R-", r"^export class \w+ extends", r"^  readonly id = \"R-"),
                *(r"^    id: \"R-", r"^//\tid: R-", r"^\t\t\"id\": \"R-", r"^ +\d+\t", r"^ +\d+→"),
                *(r"^\d+:", r"^    id: R-", r"schema\(`\{$", r"schema\(`\{\"", r"-> Entry:$"),
                *(r"town: str", r"town string", r"^ +\d+\t        \"town\": \{$"),
            ),
        ),
        (
            "html",
            (
                *(
                    r"<dt>title</dt>",
                    r"<strong>title:</strong>",
                    r"<tr id=\"R-",
                    r"</p><p><strong>",
                ),
                *(r"^<p><strong>", r"<nav ", "<footer", "<script>", "<style>", "<aside"),
            ),
        ),
    ],
)
def test_all_layouts_are_drawn(kind: str, signs: Sequence[str]) -> None:
    records = _stories(16)
    texts = [RENDERINGS[kind].render(records, Draw("layouts", str(n))) for n in range(120)]
    for sign in signs:
        found = sum(re.search(sign, text, re.MULTILINE) is not None for text in texts)
        assert found >= 2, sign


_ID = "P-00007"
_DIFF = f"""\
[toin diff: shortened, so it does not apply]
new file mode 100644
+++ b/data/P-00001.json
@@ -0 +1 @@
+  "id": "P-00001",
+  "statement": "another's"
+++ b/data/{_ID}.json
@@ -1 +1 @@
 {{
   "id": "{_ID}",
-  "statement": "before"
{{}}
+++ b/data/P-00009.json
@@ -1 +1 @@
+  "statement": "another's"
[toin: 9 of 30 lines left out; toin_retrieve("0123456789abcdef") returns all of it]"""


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ('+  "statement": "after",', "after"),
        ('   "statement": "context"', "context"),
        ("+statement: plain text", "plain text"),
        ("+statement: >-\n+  folded\n+  text\n+# https://x.org/P-00007", "folded text"),
        ("+statement: >-\n+  folded text\n+…2\n+# https://x.org/P-00007", "folded …"),
        ("+statement: >-\n+  folded text\n …2\n+  claimed\n+x: y", "folded …"),
        ("+statement: >-\n+  has twenty\n …1\n+  kites\n+x: y", "has …"),
        ("+statement: >-\n+  folded text", "folded …"),
        ("+statement: >-\n+  twenty", None),
        ("+statement: >-\n-  before\n+  folded\n+x: y", "folded"),
        ("+statement: >-\n+…3", None),
        ('+  "statement": "He saw 12…[120]…5 on it",', "He saw … on it"),
        ('+  "statement": "so …[120]…', None),
        ('-  "statement": "removed"', None),
        ('+  "statement": {\n+    "a": 1\n+  },', {"a": 1}),
        ('+  "statement": {\n+    "a": 1,\n+    "b": 2\n+  }', {"a": 1, "b": 2}),
        ('+  "statement": {\n+…1\n+    "b": 2\n+  }', None),
        ('+  "statement": {\n@@ -9 +9 @@\n+    "b": 2\n+  }', None),
        ('+  "statement": {\n+    "a": 1', None),
        ('+statement: {"a": "x…[99]…y"}', None),
        ("+statement = '''\n+{\n+    \"a\": 1\n+}\n+'''", {"a": 1}),
        ("+…1", None),
    ],
)  # fmt: skip
def test_a_shortened_difference_says_what_it_shows(rows: str, expected: object) -> None:
    text = _DIFF.replace("{}", rows)
    assert _stated("diff", text) == expected


def _stated(kind: str, text: str) -> object:
    fields = [dict(found) for found in RENDERINGS[kind].read(text, [_ID])]
    assert all(found.pop("id") == _ID for found in fields)
    return fields[0].get("statement") if fields else None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("    statement: plain text\n    grade: 4", "plain text"),
        ('    statement: "quoted, so"\n    grade: 4', "quoted, so"),
        ("    statement: plain text\n    … 2 lines left out", "plain …"),
        ("    … 3 lines left out", None),
        ('    statement: {"a": 1}\n    """', {"a": 1}),
        ('    """\n    return statement: 3\n\n\ndef other():\n    statement: another\'s\n', None),
    ],
)
def test_shortened_code_says_what_it_shows(rows: str, expected: object) -> None:
    text = (
        f'def first() -> Entry:\n    """One.\n\n    id: {_ID}\n{rows}\n\n\n'
        'def other() -> Entry:\n    """Two.\n\n    id: P-00009\n    statement: another\n    """\n'
        '[toin: 9 of 30 lines left out; toin_retrieve("0123456789abcdef") returns all of it]'
    )
    assert _stated("code", text) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("13→ * @statement plain\n14→ * @grade 4", "plain"),
        ("13→ * @statement on two\n14→ *     rows\n15→ * @grade 4", "on two rows"),
        ("13→ * @statement on two\n15→ *     rows\n16→ * @grade 4", "on …"),
        ("13→ * @statement on two\n14→ * … 2 lines left out\n16→ *     rows", "on …"),
        ('13→ * @statement {\n14→ *   "a": 1\n15→ * }\n16→ */', {"a": 1}),
        ('13→ * @statement {\n14→ *   "a": 1,\n16→ *   "c": 1\n17→ * }', None),
        ("13→ * @statement {\n14→ *   // 2 lines left out\n16→ * }", None),
    ],
)
def test_numbers_tell_whether_rows_are_missing(rows: str, expected: object) -> None:
    text = (
        f"10→/**\n11→ * One.\n12→ * @id {_ID}\n{rows}\n20→export function one() {{\n"
        "21→ * @statement another's\n"
        '[toin: 9 of 30 lines left out; toin_retrieve("0123456789abcdef") returns all of it]'
    )
    assert _stated("code", text) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("- statement\n  a text", "a text"),
        ("- statement\n  … and then. …", "… and then. …"),
        ("- statement\n… 1 block, 90 characters", None),
        ("… 1 block, 9 characters\n  a text", None),
        ('- statement\n  `{"a": "x \\| y"}`', {"a": "x | y"}),
        ('- statement\n  `{"a": "x … y"}`', None),
        ("statement: a text\n\ngrade: 3", "a text"),
        ("statement: One. … Three.", "One. … Three."),
        ("… One. Two.", None),
        ("- grade\n  4\n\n## P-00009: Other\n- statement\n  another's", None),
        ("[in the markup: … statement: no …]", None),
    ],
)  # fmt: skip
def test_a_page_as_text_says_what_it_shows(rows: str, expected: object) -> None:
    text = (
        "[toin html: page as text; not shown: markup alone]\n\n# Entries\n\n## P-00001: First\n"
        f"- statement\n  another's\n\n## {_ID}: Kites\n{rows}\n\n## P-00010: Last\nstatement: no\n"
    )
    assert _stated("html", text) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Kites | a text | 4 | [open](/e/1)", "a text"),
        ("Kites | x \\| y | 4 | [open](/e/1)", "x | y"),
        ("Kites | One. … Three. | 4 | [open](/e/1)", "One. … Three."),
        ("Kites | One. … Three. | [open](/e/1)", "One. …"),
        ("Kites … | One. | 4 | [open](/e/1)", "One."),
        ("Kites … | 4 | [open](/e/1)", None),
    ],
)
def test_a_row_of_a_page_says_what_it_shows(row: str, expected: object) -> None:
    text = (
        "[toin html: page as text; not shown: markup alone]\n\n# Entries\n"
        "id | title | statement | grade | permalink\n---\nP-00001 | A | no | 1 | [open](/e/2)\n"
        f"{_ID} | {row}\n… 3 blocks, 100 characters"
    )
    assert _stated("html", text) == expected


@pytest.mark.parametrize(
    ("text", "identifier", "place"),
    [
        ("see P-00007.", "P-00007", 4),
        ("P-000071 P-00007 ", "P-00007", 9),
        ("xP-00007 ", "P-00007", -1),
        ("P-00007-b P-00007_c", "P-00007", -1),
        ("cut off at P-00007", "P-00007", -1),
        ("", "P-00007", -1),
    ],
)
def test_an_id_counts_as_a_whole(text: str, identifier: str, place: int) -> None:
    assert mention(text, identifier) == place
    assert own(text, identifier) == ((place, place + 7) if place >= 0 else None)
