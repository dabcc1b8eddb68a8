"""The report on replays: its figures are those of the outcomes, and both forms show them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from compressors.profiles import BY_NAME, LADDERS
from pipelines.evidence import harm_p, items_needed
from pipelines.replay_report import Contents, contents, page, text
from pipelines.replay_report.contents import MOST_HARMED, Kind, Rung
from pipelines.replays.certify import Certificate
from pipelines.replays.manifests import Manifest
from pipelines.replays.outcomes import Outcome

_MANIFEST = Manifest("gsm8k", "GSM8K", "gsm8k", "openai/<gsm8k>", "main", "MIT", 0.01, False, ())
_RUNS = Manifest("trajectories", "", "trajectories", "recorded", "1", "MIT", 0.05, False, ())


def _outcome(number: int, profile: str, **fields: object) -> Outcome:
    given: dict[str, object] = {
        "replay": "r" * 16, "judge": "j" * 16, "dataset": "gsm8k", "kind": BY_NAME[profile].kind,
        "item": f"{number:016x}", "source": f"test.jsonl:{number}", "cluster": f"{number:016x}",
        "split": "certify", "treatment": "profile", "profile": profile,
        "profile_id": BY_NAME[profile].id, "solvable": True, "solved": True,
        "tokens_before": 100, "tokens_after": 40,
    }  # fmt: skip
    return Outcome(**(given | fields))  # type: ignore[arg-type]


def _certificate(profile: str, harms: int, *, n: int, certified: bool) -> Certificate:
    return Certificate(
        replay="r" * 16, kind="json", profile=profile, profile_id=BY_NAME[profile].id,
        rung=[p.name for p in LADDERS["json"]].index(profile), dataset="gsm8k", block=1, version=1,
        kinds=9, n=n, harms=harms, epsilon=0.01, p=harm_p(n, harms, epsilon=0.01),
        threshold=0.05 / 18, solvable=0.9, certified=certified, status="development",
    )  # fmt: skip


def _outcomes() -> Iterator[Outcome]:
    """600 cases; the strongest profile harms 9 of 500 in certify, and 60 of 100 in learn."""
    names = [profile.name for profile in LADDERS["json"]]
    for number in range(600):
        split = "certify" if number < 500 else "learn"
        for name in names:
            harmed = name == names[-1] and (number < 9 or number >= 540)
            reached = {"reached": "query", "tokens_returned": 30} if harmed else {}
            after = 100 if name == names[0] else 40 if name != names[-1] else 10
            yield _outcome(
                number, name, split=split, solved=not harmed, tokens_after=after, **reached
            )
            if not BY_NAME[name].safe:
                blind = number % 2 == 0
                yield _outcome(number, name, split=split, treatment="truncation", solved=blind)
    yield _outcome(1000, names[-1], solvable=False, solved=False)
    yield _outcome(1001, names[-1], dataset="trajectories", solved=False)


@pytest.fixture(scope="module")
def report() -> Contents:
    names = [profile.name for profile in LADDERS["json"]]
    rows = [_certificate(name, 0, n=500, certified=True) for name in names[:-1]]
    rows.append(_certificate(names[-1], 9, n=500, certified=False))
    return contents(
        list(_outcomes()),
        rows,
        manifests=[_MANIFEST, _RUNS],
        blocks={"gsm8k": 2, "trajectories": 1},
        engine="sha256:" + "e" * 64,
        delta=0.05,
    )


@pytest.fixture(scope="module")
def kind(report: Contents) -> Kind:
    return report.kinds[0]


def _rung(kind: Kind, place: int) -> Rung:
    return kind.rungs[place]


def test_the_best_profile_is_the_strongest_that_passes(kind: Kind) -> None:
    assert kind.best == LADDERS["json"][-2].name
    assert kind.saved == pytest.approx(0.6)


def test_answered_counts_solvable_cases_of_the_certify_part_alone(kind: Kind) -> None:
    point = next(p for p in _rung(kind, -1).points if p.dataset == "gsm8k")
    assert (point.answered.solved, point.answered.n) == (491, 500)
    assert point.answered.low < 491 / 500 < point.answered.high
    assert [(row.dataset, row.solvable, row.cases) for row in kind.solvable] == [
        ("gsm8k", 600, 601),
        ("trajectories", 1, 1),
    ]


def test_controls_are_compared_case_by_case(kind: Kind) -> None:
    (row,) = _rung(kind, -1).beaten
    # Of 500 the control solves the even ones; the profile all but the first 9.
    assert (row.control, row.wins, row.losses) == ("truncation", 250 - 4, 5)
    assert row.beaten
    assert row.p < 1e-9


def test_a_control_that_does_as_well_is_not_beaten() -> None:
    name = LADDERS["json"][-1].name
    made = [
        _outcome(n, name, treatment=treatment, solved=n % 2 == place)
        for n in range(40)
        for place, treatment in enumerate(("profile", "truncation"))
    ]
    rows = [_certificate(name, 20, n=40, certified=False)]
    shown = contents(made, rows, manifests=[_MANIFEST], blocks={"gsm8k": 1}, engine="e", delta=0.05)
    (row,) = shown.kinds[0].rungs[-1].beaten
    assert (row.wins, row.losses, row.beaten) == (20, 20, False)
    assert "truncation 20 to 20 (not better)" in text(shown)


def test_what_is_missing_for_a_certificate_is_said(kind: Kind) -> None:
    more = items_needed(9, epsilon=0.01, threshold=0.05 / 18) - 500
    assert _rung(kind, -1).needed == (("gsm8k", more),)
    assert more > 0
    assert all(
        not rung.needed
        or harm_p(500, rung.certificates[0].harms, epsilon=0.01) > rung.certificates[0].threshold
        for rung in kind.rungs
    )


def test_handles_are_counted_apart(kind: Kind) -> None:
    reached = _rung(kind, -1).reached
    assert (reached.harmed, reached.by_query, reached.tokens_by_query) == (10, 9, 270)


def test_only_what_may_be_looked_at_is_listed(report: Contents, kind: Kind) -> None:
    assert len(kind.harmed) == MOST_HARMED
    assert kind.more_harmed == 60 - MOST_HARMED
    shown = {int(row.case, 16) for row in kind.harmed}
    assert min(shown) >= 540
    for form in (page(report), text(report)):
        assert f"{540:016x}" in form
        assert f"{3:016x}" not in form


def test_a_set_with_too_few_tasks_is_named_with_their_number(report: Contents, kind: Kind) -> None:
    assert kind.unlisted == (("trajectories", 1),)
    for form in (page(report), text(report)):
        assert "Certificates do not rest on trajectories: too few tasks (1)." in form


def test_both_forms_show_the_same_figures(report: Contents) -> None:
    html, markdown = page(report), text(report)
    for figure in ("9 of 500", "json.rows_minimal", "sha256:" + "e" * 64, "2 of 1", "60.0 %"):
        assert figure in html
        assert figure in markdown


def test_the_page_stands_alone_and_escapes_what_it_is_given(report: Contents) -> None:
    html = page(report)
    assert "openai/&lt;gsm8k&gt;" in html
    assert "<gsm8k>" not in html
    assert not re.search(r"<(?:script|link|img|iframe)\b|\bsrc=|url\(|@import", html)
    assert re.findall(r'href="([^"]*)"', html) == ["#json"]


def test_tables_of_markdown_have_as_many_cells_in_every_row(report: Contents) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", text(report), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def test_nothing_tested_is_said(report: Contents) -> None:
    empty = contents([], [], manifests=[_MANIFEST], blocks={"gsm8k": 1}, engine="e", delta=0.05)
    assert "not tested" in text(empty)
    assert "not tested" in page(empty)
    assert "None recorded" in page(report)
