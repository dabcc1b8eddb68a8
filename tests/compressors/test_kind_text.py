"""Plain text: the way back from the lossless profile, and what stays under the others."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import random
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compressors.kinds import text
from compressors.kinds._text_choice import Study, choose
from compressors.kinds._text_fold import fold, unfold
from compressors.kinds._text_passages import passages
from compressors.kinds._text_units import BLOB, FENCE, HEADING, RULE, lines, units
from compressors.kinds.base import Content, Cut, Focus
from compressors.tokens import estimate

SHARES = (0.8, 0.5, 0.2, 0.08)
DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="optional data (../shared/data) is not there"
)


def content(source: str) -> Content:
    return Content("text", source, text.recognise(source))


def lossless(source: str) -> Cut:
    return text.compress(content(source), text.Params(lossless=True), Focus())


def lossy(source: str, share: float, query: str = "") -> Cut:
    return text.compress(content(source), text.Params(sentence_share=share), Focus(query=query))


# --- fillers and needles --------------------------------------------------------------

WORDS = {
    "en": (
        "The committee|Our team|The report|The new plan|A careful reader|The old system",
        "describes|considers|improves|supports|explains|reflects|follows|reviews",
        "the general approach|the usual process|the shared goals|a common method|the daily work",
        "in some detail|with great care|over the year|for the whole group|as expected",
    ),
    "de": (
        "Der Ausschuss|Unser Team|Der Bericht|Der neue Plan|Die Leserin|Das alte System",
        "beschreibt|betrachtet|verbessert|unterstützt|erklärt|spiegelt|verfolgt|prüft",
        "den allgemeinen Ansatz|den üblichen Ablauf|die gemeinsamen Ziele|die tägliche Arbeit",
        "in aller Ruhe|mit großer Sorgfalt|über das Jahr|für die ganze Gruppe|wie erwartet",
    ),
    "zh": (
        "委员会|我们的团队|这份报告|新的计划|读者|旧系统|每位成员|花园",
        "描述了|考虑了|改进了|支持了|解释了|反映了|跟随了|审查了",
        "总体方法|通常流程|共同目标|常见方式|日常工作|当地习惯",
        "的细节|的内容|的历史|的部分|的结果|的意义",
    ),
    "ja": (
        "委員会は|私たちのチームは|この報告書は|新しい計画は|読者は|古い仕組みは",
        "全体の方法を|通常の流れを|共通の目標を|一般的な手段を|日々の仕事を",
        "説明して|検討して|改善して|支えて|述べて|映して",
        "います|いるところです|いるようです|いました",
    ),
    "ko": (
        "위원회는|우리 팀은|이 보고서는|새 계획은|독자는|옛 체계는",
        "전체 방법을|통상 절차를|공동 목표를|흔한 수단을|나날의 일을",
        "자세히|정성껏|해마다|모두를 위해|예상대로",
        "설명합니다|살펴봅니다|고칩니다|돕습니다|따릅니다",
    ),
}
ENDS = {"en": ".", "de": ".", "zh": "。", "ja": "。", "ko": "."}
NEEDLES = {
    "en": (
        "The archive holds 4711 boxes.",
        "Visitors must not touch the north door.",
        "WARNING: the pump may start by itself.",
        "The keys are with Marguerite Oyelaran.",
        "Nobody knows the password of the vault.",
        "Is the bridge closed?",
        "See https://example.org/x for the rest.",
        "The zebra quietly devoured purple umbrellas.",
        "The committee supports Marguerite in the daily work for the whole group.",
    ),
    "de": (
        "Das Archiv enthält 4711 Kisten.",
        "Besucher dürfen die Nordtür nicht berühren.",
        "Achtung: Die Pumpe läuft von selbst an.",
        "Das ist keinesfalls erlaubt.",
    ),
    "zh": ("档案馆有4711个箱子。", "参观者不得触碰北门。", "警告：水泵可能自行启动。"),
    "ja": ("書庫には4711箱があります。", "警告：ポンプが自動で起動することがあります。"),
    "ko": ("서고에는 상자 4711개가 있습니다.", "북쪽 문을 만지는 것은 금지입니다."),
}


def sentences(language: str, number: int, seed: int) -> list[str]:
    """Sentences of few words in ever other combinations."""
    chance = random.Random(seed)
    columns = [part.split("|") for part in WORDS[language]]
    gap = "" if language in ("zh", "ja") else " "
    return [gap.join(map(chance.choice, columns)) + ENDS[language] for _ in range(number)]


def laid_out(parts: list[str], layout: str, language: str = "en") -> str:
    gap = "" if language in ("zh", "ja") else " "
    if layout == "lines":
        return "\n".join(parts) + "\n"
    paragraphs = [gap.join(parts[at : at + 6]) for at in range(0, len(parts), 6)]
    if layout == "wrapped":
        paragraphs = [textwrap.fill(paragraph, 76) for paragraph in paragraphs]
    return "\n\n".join(paragraphs) + "\n"


CASES = [
    (language, needle, layout)
    for language, needles in NEEDLES.items()
    for needle in needles
    for layout in ("paragraphs", "lines", "wrapped")
    if layout != "wrapped" or language in ("en", "de")
]


@pytest.mark.parametrize(("language", "needle", "layout"), CASES)
def test_an_odd_sentence_stays_under_every_profile(language: str, needle: str, layout: str) -> None:
    parts = sentences(language, 300, seed=len(needle))
    parts.insert(20 + 13 * len(needle) % 250, needle)
    source = laid_out(parts, layout, language)
    gap = "" if language in ("zh", "ja") else " "
    for share in SHARES:
        cut = lossy(source, share)
        assert needle in gap.join(cut.text.split("\n" if gap == "" else None))
        assert cut.items_after is not None
        assert cut.items_before is not None
    assert cut.lossy
    assert cut.items_after < 0.2 * cut.items_before
    assert estimate(cut.text) < 0.25 * estimate(source)


@pytest.mark.parametrize("layout", ["paragraphs", "lines", "wrapped"])
def test_what_answers_the_query_stays(layout: str) -> None:
    parts = sentences("en", 300, seed=3)
    # Nothing but the query tells it from the others: all its words are common here.
    wanted = "The old system reflects a common method as expected."
    parts = [part for part in parts if part != wanted]
    parts.insert(171, wanted)
    source = laid_out(parts, layout)
    assert wanted not in " ".join(lossy(source, 0.08).text.split())
    for share in SHARES:
        cut = lossy(source, share, "Does the old system reflect a common method, as expected?")
        assert wanted in " ".join(cut.text.split())


def test_a_number_unlike_the_others_stays() -> None:
    parts = [
        f"Pump {at % 9} needed {20 + at * 7 % 13} minutes for the usual round." for at in range(300)
    ]
    parts[177] = "Pump 4 needed 98000 minutes for the usual round."
    for layout in ("lines", "paragraphs"):
        for share in SHARES:
            assert "98000" in lossy(laid_out(parts, layout), share).text


def test_sentences_alike_but_for_numbers_stand_once_with_their_count() -> None:
    parts = sentences("en", 120, seed=9)
    for at in range(40):
        parts.insert(3 * at, f"The gauge in the cellar shows {at} litres more than it did.")
    cut = lossy(laid_out(parts, "paragraphs"), 0.5)
    assert cut.text.count("gauge in the cellar") <= 5
    assert "[×40]" in cut.text


MARKDOWN = """# The house

It is old. {filler}

## Rooms

{filler}

| room | size |
| --- | --- |
| a | 1 |
| b | 2 |

Below
-----

```sh
make all
```

{filler}

- {filler}
- one more

### End of it

{filler}
"""


def test_markdown_keeps_its_structure() -> None:
    source = MARKDOWN.replace("{filler}", " ".join(sentences("en", 40, seed=5)))
    for share in SHARES:
        rows = lossy(source, share).text.split("\n")
        for row in (
            "# The house",
            "## Rooms",
            "| room | size |",
            "| --- | --- |",
            "Below",
            "-----",
            "```sh",
            "```",
            "### End of it",
        ):
            assert row in rows


def test_the_first_and_the_last_sentence_stay() -> None:
    parts = sentences("en", 300, seed=4)
    parts[0], parts[-1] = "The system begins.", "The system ends."
    cut = lossy(laid_out(parts, "wrapped"), 0.08)
    assert cut.text.split("\n")[1].startswith("The system begins.")
    assert cut.text.rstrip().endswith("The system ends.")


def test_the_text_says_what_was_left_out_and_where() -> None:
    source = laid_out(sentences("en", 300, seed=6), "paragraphs")
    cut = lossy(source, 0.2)
    head, _, body = cut.text.partition("\n")
    assert head.startswith(f"[toin text: {cut.items_after} of 300 sentences, ")
    gaps = [int(word[1:]) for word in body.split() if word.startswith("…")]
    assert sum(gaps) == 300 - cut.items_after
    assert cut.unit == "sentences"


def test_a_larger_share_keeps_every_sentence_that_a_smaller_one_keeps() -> None:
    sources = [laid_out(sentences("en", 200, seed=seed), "wrapped") for seed in range(4)]
    for source in [*sources, MARKDOWN.replace("{filler}", sources[0]), "a\n\nb " * 300]:
        study = Study(units(source))
        answers = study.answers("the usual process")
        kept = [choose(study, share, answers) for share in (0.02, *reversed(SHARES), 1.0)]
        for fewer, more in itertools.pairwise(kept):
            assert all(more[at] for at, keep in enumerate(fewer) if keep)
        assert sum(kept[0]) < sum(kept[-2])


def test_a_text_about_errors_is_not_kept_whole() -> None:
    parts = [f"{sentence[:-1]} after the error." for sentence in sentences("en", 300, seed=8)]
    assert lossy(laid_out(parts, "paragraphs"), 0.08).items_after < 60


def test_a_short_text_stays_whole() -> None:
    source = "It was so. Nobody knew. That is all."
    assert lossy(source, 0.08) == Cut(source, False, "lines", 1, 1)


def test_a_blob_leaves_its_ends() -> None:
    blob = "".join(random.Random(2).choices("ABCDEFGHabcdefgh0123456789+/", k=200_000))
    source = (
        f"The picture follows. It is of the house.\n{blob}\nThat was the picture. It is nice.\n"
    )
    cut = lossy(source, 0.8)
    assert "The picture follows." in cut.text
    assert "That was the picture." in cut.text
    assert blob[:100] in cut.text
    assert len(cut.text) < 3_000


def test_one_long_line_is_cut_into_pieces() -> None:
    source = "".join(f"function f{at}(a){{return a+{at % 10}}};" for at in range(4_000))
    source = source[:50_000] + 'throw new Error("the vault is sealed");' + source[50_000:]
    cut = lossy(source, 0.2)
    assert "the vault is sealed" in cut.text
    assert len(cut.text) < 0.5 * len(source)


# --- cutting into sentences -----------------------------------------------------------


def pieces(source: str) -> list[str]:
    return [piece.strip() for piece in units(source).pieces]


SPLIT = {
    "It came. It went! Was it so? Yes…": ["It came.", "It went!", "Was it so?", "Yes…"],
    "Dr. Smith of the U.S. army paid 3.5 dollars, e.g. for tea.": None,
    "Am 3. Mai kam er z. B. nach Berlin. Er blieb.": [
        "Am 3. Mai kam er z. B. nach Berlin.",
        "Er blieb.",
    ],
    '"Is it?" He nodded.': ['"Is it?"', "He nodded."],
    "日本語の文です。次の文！「はい。」と言った。": [
        "日本語の文です。",
        "次の文！",
        "「はい。」",
        "と言った。",
    ],
    "한국어 문장입니다. 두 번째입니다.": ["한국어 문장입니다.", "두 번째입니다."],
    "README.rst\nsetup.py\n": ["README.rst", "setup.py"],
    "- one\n- two\n1. First\n2. Second": ["- one", "- two", "1. First", "2. Second"],
    "Now the sentence goes on in the\nnext line of it. End.": [
        "Now the sentence goes on in the\nnext line of it.",
        "End.",
    ],
    "a  column   of words that is so long\nb  column   of other words": [
        "a  column   of words that is so long",
        "b  column   of other words",
    ],
}


@pytest.mark.parametrize(("source", "expected"), SPLIT.items())
def test_sentences_end_where_a_reader_would_say(source: str, expected: list[str] | None) -> None:
    assert pieces(source) == (expected or [source])


def test_lines_of_structure_are_known() -> None:
    found = units(MARKDOWN.replace("{filler}", "It is so."))
    sorts = dict(zip([piece.strip() for piece in found.pieces], found.sorts, strict=True))
    assert {row for row, sort in sorts.items() if sort == HEADING} == {
        "# The house",
        "## Rooms",
        "Below",
        "-----",
        "### End of it",
    }
    assert {row for row, sort in sorts.items() if sort == FENCE} == {"```sh", "```"}
    assert {row for row, sort in sorts.items() if sort == RULE} == {
        "| room | size |",
        "| --- | --- |",
    }
    assert BLOB in units("x" * 3_000).sorts
    assert lines(["# a", "x", "```"]).sorts == [HEADING, 0, FENCE]


# --- passages -------------------------------------------------------------------------


def quoted(source: str) -> list[str]:
    """The passages of a text, without the empty lines around them."""
    found = units(source)
    bounds = [*passages(found), len(found.pieces)]
    return ["".join(found.pieces[a:b]).strip("\n") for a, b in itertools.pairwise(bounds)]


LONG = " ".join(sentences("en", 12, seed=11))
PASSAGES = {
    "paragraphs": (f"{LONG}\n\n{LONG}\n\nIt ends.\n", [LONG, LONG, "It ends."]),
    "sections": (
        f"# Sheds\n\n## North\n\n{LONG}\n\nDry.\n\n## South\n\n{LONG}\n",
        ["# Sheds", f"## North\n\n{LONG}\n\nDry.", f"## South\n\n{LONG}"],
    ),
    "underlined": (
        f"North\n-----\n\n{LONG}\n\nSouth\n-----\n\n{LONG}\n",
        [f"North\n-----\n\n{LONG}", f"South\n-----\n\n{LONG}"],
    ),
    "lines that name": (
        f"Shed 12\n\n{LONG}\n\nDry.\n\nShed 14\n\n{LONG}\n",
        [f"Shed 12\n\n{LONG}\n\nDry.", f"Shed 14\n\n{LONG}"],
    ),
    "keys": (
        "".join(f"shed: number {at} in the yard.\n\n{LONG}\n\nDry.\n\n" for at in range(3)),
        [f"shed: number {at} in the yard.\n\n{LONG}\n\nDry." for at in range(3)],
    ),
    "items": (
        f"The sheds are these.\n\n- North. {LONG}\n  It is dry.\n- South. {LONG}\n- West.\n",
        ["The sheds are these.", f"- North. {LONG}\n  It is dry.", f"- South. {LONG}", "- West."],
    ),
    "indented": (
        f"It said, at length, what follows.\n\n    {LONG}\n\n    Dry.\n\n{LONG}\n",
        [f"It said, at length, what follows.\n\n    {LONG}\n\n    Dry.", LONG],
    ),
    "lines": (
        "".join(f"The shed in lane {at} is dry and empty.\n" for at in range(60)),
        [f"The shed in lane {at} is dry and empty." for at in range(60)],
    ),
}


@pytest.mark.parametrize(("source", "expected"), PASSAGES.values(), ids=PASSAGES)
def test_a_passage_is_what_a_reader_would_quote(source: str, expected: list[str]) -> None:
    assert quoted(source) == expected


def test_what_is_too_long_to_quote_falls_into_its_parts() -> None:
    section = "\n\n".join(" ".join(sentences("en", 12, seed=at)) for at in range(30))
    source = f"## North\n\n{section}\n\n## South\n\n{LONG}\n"
    first, *others = quoted(source)
    assert first.startswith("## North\n\n")
    assert len(first) < 2_000
    assert len(others) == 30


@given(source=st.one_of(st.text(), st.text("ab. :#-=1\n\t", max_size=300)))
def test_passages_are_all_of_the_text_in_order(source: str) -> None:
    for found in (units(source), lines(source.split("\n"))):
        starts = passages(found)
        assert starts == sorted(set(starts))
        assert starts[:1] == ([0] if found.pieces else [])
        assert all(0 <= start < len(found.pieces) for start in starts)


def shed(number: int, layout: str) -> tuple[str, str]:
    """A record of a shed, by its number and a name, and what belongs to it."""
    told = sentences("en", 9, seed=100 + number)
    first, second = " ".join(told[:5]), " ".join(told[5:])
    name = f"{('Heron', 'Plover', 'Curlew', 'Dunlin')[number % 4]} {number % 7} {number}"
    match layout:
        case "section":
            return f"## SH-{number}: {name}\n\n{first}\n\n{second}\n\n", f"{first}\n\n{second}"
        case "key":
            return f"id: SH-{number}, {name}\n\n{first}\n\n{second}\n\n", f"{first}\n\n{second}"
        case "item":
            return f"- SH-{number} ({name}): {first}\n  {second}\n", f"{first}\n  {second}"
        case _:
            return f"SH-{number} is called {name}. {first} {second}\n\n", f"{first} {second}"


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("layout", ["section", "key", "item", "paragraph"])
def test_all_that_belongs_to_what_is_asked_for_stays(layout: str, share: float) -> None:
    records = [shed(number, layout) for number in range(60)]
    source = "# Sheds\n\n" + "".join(record for record, _ in records)
    for query in ("What is in SH-37?", "Tell me about Plover 2 37, please."):
        cut = lossy(source, share, query)
        assert records[37][1] in cut.text
        assert estimate(cut.text) < (share + 0.25) * estimate(source)


@pytest.mark.parametrize("share", SHARES)
def test_a_paragraph_is_found_by_a_few_of_its_words(share: float) -> None:
    paragraphs = [" ".join(sentences("en", 6, seed=at)) for at in range(60)]
    told = paragraphs[23].split(". ")
    told[2:2] = ["In the barn the lanterns of the miller glowed", "Nobody had lit them"]
    paragraphs[23] = ". ".join(told)
    source = "\n\n".join(paragraphs)
    text = lossy(source, share, "Where was it about the miller, a barn and lanterns?").text
    assert paragraphs[23] in text


def names(number: int) -> str:
    draw = random.Random(7)
    word = lambda: "".join(draw.choices("bcdfghklmnprstvwz", k=6))  # noqa: E731
    return "".join(f"{word()}_{word()}.py\n" for _ in range(number))


def test_a_listing_of_names_that_one_can_read_stays() -> None:
    assert not lossy(names(300), 0.2).lossy
    many = names(6_000)
    few = lossy(many, 0.2)
    assert few.lossy
    assert len(few.text) < 0.4 * len(many)
    assert few.items_after is not None
    assert few.items_after >= 500
    assert len(lossy(many, 0.08).text) < len(few.text)


def test_a_short_listing_by_number_stays() -> None:
    rows = [f"{at:6}\tvalue_{at * at} = make(part_{at}, {at % 7})" for at in range(80, 180)]
    source = "\n".join(rows)
    assert not lossy(source, 0.2).lossy
    assert text.restore(lossy(source, 0.2).text) == source


# --- the way back ---------------------------------------------------------------------

ROWS = st.one_of(
    st.sampled_from(
        [
            "×3", "×", "〃2 the same line again", "〃", "〃1 x", "\\", "\\×2", "~a 1 2", "@d ", "",
            "   ", "the same line again", "the same line again and much more of it, to the end",
            "a line that is padded          ", "\x1b[31mred\x1b[0m and \x1b[1;32mgreen\x1b[0m",
            "\x1b[31m", "§ ¤ ¶", "─" * 40, "⟦─×40⟧", "═" * 12 + "x", "=" * 80, "\x00", "\ud800",
            "\x85", "\u2028x", "[toin text: as it stands]", "[toin text: folded; ]",
            '[toin text: folded; "×2" repeats the line above 2 times more]',
            "[toin text: line numbers stood right-aligned, 6 wide]",
            "     1\tdef f():", "     2\t    return 1", "    10\tpass",
            "./django/contrib/admin/a.html", "./django/contrib/admin/b.html",
        ]
    ),
    st.text(max_size=12),
    st.text("ab ─×〃\\§", max_size=30),
)  # fmt: skip
DOCUMENTS = st.builds(
    lambda rows, order, end, final: (
        end.join([row for at in order for row in rows[at % (len(rows) or 1) :][:3]]) + final
    ),
    st.lists(ROWS, max_size=12),
    st.lists(st.integers(0, 11), max_size=14),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n", "\r\n", "\n\n\n\n"]),
)


@settings(max_examples=300, deadline=None)
@given(source=DOCUMENTS)
def test_lossless_comes_back_to_the_character(source: str) -> None:
    cut = lossless(source)
    assert not cut.lossy
    assert text.restore(cut.text) == source
    again = lossless(cut.text).text
    assert text.restore(again) == cut.text


@settings(max_examples=300, deadline=None)
@given(source=DOCUMENTS)
def test_what_is_folded_unfolds(source: str) -> None:
    folded = fold(source)
    if folded is not None:
        assert len(folded) < len(source)
        assert unfold(folded) == source
    assert unfold(source) is None or source.startswith("[toin text: folded; ")


@settings(max_examples=150, deadline=None)
@given(source=st.one_of(DOCUMENTS, st.text()), query=st.text(max_size=30))
def test_no_text_makes_it_raise(source: str, query: str) -> None:
    whole = content(source)
    assert text.signature(whole.parsed) == "text"
    for share in SHARES:
        text.compress(whole, text.Params(sentence_share=share), Focus(query=query))
    for passage in text.find(whole, query):
        assert passage.text in source
        assert 0 <= passage.position <= 19
    assert isinstance(text.restore(source), str)


@given(source=st.one_of(st.text(), st.text("ab. 。！\n\t#`-|=A", max_size=300)))
def test_the_pieces_are_the_text(source: str) -> None:
    found = units(source)
    assert "".join(found.pieces) == source
    assert len(found.sorts) == len(found.pieces)


PARAGRAPH = (
    "This very paragraph comes back again and again, to the letter,\n"
    "over two lines, since somebody printed the same advice for every file.\n"
)
FOLDED = {
    "paragraphs": "".join(f"file {at}.py\n{PARAGRAPH}\n" for at in range(12)),
    "lines": "the usual line of some length, nothing to see\n" * 30 + "another\n",
    "colours": "".join(
        f"\x1b[32mPASS\x1b[0m {name} \x1b[2m(1)\x1b[0m\n" for name in "abcdefghijkl"
    ),
    "rules": "\n".join(["─" * 78, "The title", "─" * 78, "text below it", "═" * 78]),
}


@pytest.mark.parametrize("source", FOLDED.values(), ids=FOLDED)
def test_what_is_written_twice_is_folded(source: str) -> None:
    for whole in (source, source.replace("\n", "\r\n")):
        short = lossless(whole).text
        assert text.restore(short) == whole
        assert estimate(short) < 0.9 * estimate(whole) or len(short) < 0.5 * len(whole)
    assert not lossless(source).lossy


def test_a_listing_of_paths_shares_its_beginnings() -> None:
    names = "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi"
    source = "".join(
        f"./django/contrib/admin/templates/page_{word}.html\n" for word in names.split()
    )
    short = lossless(source).text
    assert short.count("django/contrib") == 1
    assert text.restore(short) == source


def test_prose_stays_as_it_is() -> None:
    source = "It was a quiet morning.\n\nNothing had happened, until the door opened.\n" * 2
    assert lossless(source).text == source


def test_passthrough_is_the_text_itself() -> None:
    source = "[toin text: as it stands]\nx\nx\nx\nx\n"
    cut = text.compress(content(source), text.Params(passthrough=True), Focus())
    assert (cut.text, cut.lossy) == (source, False)


def test_a_share_is_a_share() -> None:
    for share in (0.0, -1.0, 1.5, float("nan")):
        with pytest.raises(ValueError, match="sentence_share"):
            text.Params(sentence_share=share)


def test_find_gives_paragraphs() -> None:
    source = "The first part is about doors.\nIt is long.\n\n"
    source += "The second one\nspeaks of hinges.\n\nThe end.\n"
    found = text.find(content(source), "hinges")
    assert [(p.text, p.position) for p in found] == [("The second one\nspeaks of hinges.", 10)]


# --- bad input, speed, determinism ----------------------------------------------------

BAD = {
    "one letter": "x" * 1_000_000,
    "base64": "QUJD+/8=" * 125_000,
    "blanks": " " * 300_000,
    "empty lines": "\n" * 300_000,
    "full stops": ". " * 150_000,
    "abbreviations": "A. " * 100_000,
    "brackets": "[\n" * 100_000,
    "ideographic stops": "。" * 200_000,
    "hashes": "# \n" * 60_000,
    "fences": "```\n" * 60_000,
    "bars": "|-|\n" * 60_000,
    "two lines": "ab\ncd\n" * 50_000,
    "escapes": "\x1b[31m" * 60_000,
    "padded": "a   \n" * 60_000,
    "rules": ("─" * 13 + "x") * 20_000,
    "references": "〃1 a\n" * 60_000,
    "quotes": '"a" ' * 75_000,
    "surrogates": "\ud800 a. " * 40_000,
    "numbers": "1. 2, 3.5 " * 30_000,
    "ends": "a!? B!? " * 40_000,
    "dots": "." * 300_000 + "a",
}


@pytest.mark.slow
@pytest.mark.parametrize("source", BAD.values(), ids=BAD)
def test_bad_input_neither_raises_nor_takes_long(source: str) -> None:
    started = time.process_time()
    assert text.restore(lossless(source).text) == source
    lossy(source, 0.08, "word 17")
    text.find(content(source), "word 17")
    # 0.1 ms per KB on an idle core, ten times that for odd texts, and room for a busy one.
    assert time.process_time() - started < 1.0 + len(source) * 5e-6


@pytest.mark.slow
def test_time_grows_with_the_length_alone() -> None:
    def took(number: int) -> float:
        source = laid_out(sentences("en", number, seed=1), "wrapped")
        times = []
        for _ in range(3):
            started = time.process_time()
            lossy(source, 0.2, "usual process")
            times.append(time.process_time() - started)
        return min(times)

    assert took(8_000) < 8 * 4 * max(took(1_000), 0.004)


SCRIPT = """
import hashlib, sys
sys.path.insert(0, {folder!r})
from test_kind_text import laid_out, lossy, lossless, sentences, SHARES, FOLDED
parts = sentences("en", 200, 1) + sentences("zh", 50, 2) + sentences("de", 90, 3)
source = laid_out(parts, "wrapped")
texts = [lossy(source, share, "usual process Ausschuss").text for share in SHARES]
texts += [lossless(folded).text for folded in FOLDED.values()]
print(hashlib.sha256("".join(texts).encode()).hexdigest())
"""


@pytest.mark.slow
def test_the_same_text_whatever_the_seed_of_hashes() -> None:
    root = Path(__file__).parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT.format(folder=str(Path(__file__).parent))],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
            timeout=120,
            text=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(seen) == 1
    assert len(seen.pop().strip()) == 64


def observations() -> Iterator[str]:
    """Outputs of a coding agent's commands, as they were recorded."""
    for name in ("astropy", "psf"):
        path = DATA / "swe_trajectories" / "mini_swe_agent_gemini3" / f"{name}.jsonl.gz"
        for line in gzip.decompress(path.read_bytes()).decode().splitlines()[:12]:
            for message in json.loads(line)["messages"][2:]:
                if message["role"] == "user":
                    yield message["content"]


@pytest.mark.slow
@needs_data
def test_real_outputs_come_back_and_are_never_longer() -> None:
    number = 0
    for source in observations():
        whole = content(source)
        short = text.compress(whole, text.Params(lossless=True), Focus())
        assert text.restore(short.text) == source
        assert estimate(short.text) <= estimate(source) + 12
        sizes = [len(lossy(source, share).text) for share in SHARES]
        assert max(sizes) <= len(source) + 200
        number += 1
    assert number > 200


def test_a_numbered_heading_is_one_piece() -> None:
    source = "# 1. First. Things\n\nSome words. More of them. \n## 2. Second\nAnd so on.\n"
    assert units(source).pieces == [
        "# 1. First. Things\n\n",
        "Some words. ",
        "More of them. \n",
        "## 2. Second\n",
        "And so on.\n",
    ]
