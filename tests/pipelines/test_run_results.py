"""The closing table and the JSON object: what is said of a run, and in which words."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from compressors.errors import ConfigurationError
from compressors.home import Home
from pipelines.results import RunResult, gather
from pipelines.snapshot_schema import TABLES
from pipelines.summary import show, summary
from pipelines.traffic.record import Figures, SliceKey, TrafficReport

SLICE = SliceKey("payg", "claude-sonnet-4", "ab" * 12, "json")
QUIET = SliceKey("payg", "claude-sonnet-4", "cd" * 12, "log")
NEW = "f" * 64
HEAD = f'[publication]\nid = "sha256:{NEW}"\n[[recommendation]]\nauth_mode = "payg"\n'
BECAUSE = "json.rows_half saves 41.0 % net"


def figures(profile: str, *, after: int, returned: int = 0, control: int = 0) -> Figures:
    made = Figures(
        compressions=40 + control, tokens_before=1000, tokens_after=after, tokens_returned=returned
    )
    made.profiles.update({profile: 40, "json.passthrough": control})
    return made


def report(**slices: Figures) -> TrafficReport:
    keys = {"json": SLICE, "log": QUIET}
    done = TrafficReport(transcripts=60, conversations=60, groups=6)
    done.slices.update({keys[name]: made for name, made in slices.items()})
    for made in slices.values():
        done.total.tokens_before += made.tokens_before
        done.total.tokens_after += made.tokens_after
        done.total.tokens_returned += made.tokens_returned
    return done


FIRST = report(json=figures("json.lossless", after=900), log=figures("log.lossless", after=800))
SECOND = report(
    json=figures("json.rows_half", after=500, returned=50, control=1),
    log=figures("log.lossless", after=801),
)


def net(publication: str, *, after: int, returned: int, scope: str = "all") -> dict[str, object]:
    saved = (2000 - after - returned) / 2000
    return {
        "publication": publication,
        "scope": scope,
        "key": scope,
        "conversations": 60,
        "tokens_before": 2000,
        "tokens_after": after,
        "tokens_returned": returned,
        "net": saved,
        "low": saved - 0.05,
        "high": saved + 0.05,
        "level": 0.95,
    }


def saving(publication: str, arm: str, key: SliceKey, *, day: int = 5) -> dict[str, object]:
    counts = dict.fromkeys(
        (
            "conversations",
            "compressions",
            "tokens_before",
            "tokens_after",
            "tokens_returned",
            "retrievals",
            "regrets",
            "lossy",
            "faults",
            "latency_us",
        ),
        1,
    )
    return {
        "day": pl.date(2026, 1, day), "publication": publication, "origin": "recorded",
        "arm": arm, "auth_mode": key.auth_mode, "model_family": key.model_family,
        "structure_hash": key.structure_hash, "kind": key.kind, "profile": f"{key.kind}.lossless",
        **counts,
    }  # fmt: skip


def decision(key: SliceKey, *, published: bool, reason: str, because: str) -> dict[str, object]:
    return {
        "publication": f"sha256:{NEW}", **key._asdict(), "incumbent": f"{key.kind}.lossless",
        "profile": f"{key.kind}.rows_half", "published": published, "reason": reason,
        "because": because, "conversations": 60, "instances": 6, "net_low": 0.3, "net_high": 0.5,
        "regret_low": 0.0, "regret_high": 0.04, "confidence": 0.97,
    }  # fmt: skip


def answer(dataset: str, profile: str, rung: int, *, split: str = "certify") -> dict[str, object]:
    return {
        "dataset": dataset, "kind": "json", "profile": profile, "rung": rung,
        "treatment": "profile", "split": split, "items": 120, "solvable": 93, "solved": 91,
        "share": 91 / 93, "low": 0.92, "high": 0.99, "tokens_before": 1000, "tokens_after": 400,
    }  # fmt: skip


def certificate(dataset: str, profile: str, *, certified: bool) -> dict[str, object]:
    return {
        "replay": "0" * 16, "kind": "json", "profile": profile, "profile_id": "1" * 16, "rung": 3,
        "dataset": dataset, "block": 1, "version": 1, "kinds": 2, "n": 93, "harms": 2,
        "epsilon": 0.1, "p": 0.0049, "threshold": 0.0125, "solvable": 0.78,
        "certified": certified, "status": "demonstration",
    }  # fmt: skip


def modelled(profile: str, rung: int, *, lost: int) -> dict[str, object]:
    return {
        "model": "some-model", "dataset": "gsm8k-sample", "kind": "json", "profile": profile,
        "rung": rung, "treatment": "profile" if rung else "again", "split": "learn", "items": 20,
        "missing": 1, "right_without": 18, "right_with": 19 - lost, "lost": lost, "won": 1,
        "loss": (lost - 1) / 20, "epsilon": 0.1, "p": 0.4321, "unreadable_without": 1,
        "unreadable_with": 2, "temperature": 0.0, "max_tokens": 1024, "engine": "f" * 16,
    }  # fmt: skip


def write(home: Home, **changes: list[dict[str, object]]) -> None:
    rows: dict[str, list[dict[str, object]]] = {
        "savings": [
            saving("", "default", SLICE), saving("", "trial", SLICE, day=9),
            saving(NEW[:16], "recommended", SLICE), saving(NEW[:16], "default", QUIET),
        ],
        "slices": [saving("", "default", SLICE), saving("", "default", QUIET)],
        "net": [
            net("", after=1700, returned=0), net(NEW[:16], after=1301, returned=50),
            net(NEW[:16], after=1, returned=0, scope="kind"),
        ],
        "answerability": [
            answer("gsm8k-sample", "json.rows_half", 3), answer("bfcl-sample", "json.rows_half", 3),
            answer("gsm8k-sample", "json.rows_few", 4),
            answer("gsm8k-sample", "json.passthrough", 0),
            answer("gsm8k-sample", "json.rows_half", 3, split="learn"),
        ],
        "certificates": [
            certificate("gsm8k-sample", "json.rows_half", certified=True),
            certificate("gsm8k-sample", "json.rows_few", certified=False),
        ],
        "model_accuracy": [],
        "decisions": [
            decision(SLICE, published=True, reason="certified", because=BECAUSE),
            decision(QUIET, published=False, reason="too_few_conversations", because="33 of 50"),
        ],
        "publications": [
            {"id": f"sha256:{NEW}", "watermark": None, "origin": "recorded",
             "demonstration": True, "current": True, "content": HEAD},
        ],
        "ingest": [
            {"segments": 12, "rows": 502, "stored": 500, "duplicates": 0, "quarantined": 2}
        ],
        "quarantine": [{"reason": "is not in the schema", "field": "note", "rows": 2}],
    }  # fmt: skip
    directory = home.snapshots / "0123456789abcdef"
    directory.mkdir(parents=True)
    for name, columns in TABLES.items():
        made = pl.DataFrame(
            [
                {key: value for key, value in row.items() if not isinstance(value, pl.Expr)}
                for row in changes.get(name, rows.get(name, ()))
            ],
            schema={
                key: kind for key, kind in columns.items() if (name, key) != ("savings", "day")
            },
        )
        if name == "savings":
            days = [5, 9, 5, 5][: made.height]
            made = made.with_columns(
                day=pl.Series([f"2026-01-{day:02d}" for day in days]).str.to_date()
            )
        made.select(list(columns)).write_parquet(directory / f"{name}.parquet")
    (home.snapshots / "current").write_text("0123456789abcdef\n")


def result(
    home: Home,
    *,
    first: TrafficReport | None = FIRST,
    second: TrafficReport | None = SECOND,
    bundled: bool = True,
) -> RunResult:
    return gather(
        home, bundled=bundled, public=bundled, first=first, second=second,
        loaded=("", NEW[:16]), why="", refused=["x.json: is no transcript"], skipped=[],
        bad_rows=[], seconds=12.345,
    )  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


def shown(made: RunResult) -> str:
    console = Console(file=io.StringIO(), width=118)
    show(summary(made), console=console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_figures_are_those_of_the_last_pass(home: Home) -> None:
    write(home)
    told = result(home).as_json()
    assert (told["tokens_before"], told["tokens_after"], told["tokens_returned"]) == (
        2000,
        1301,
        50,
    )
    assert told["net_savings"] == pytest.approx(0.3245)
    assert told["net_savings_interval"] == [pytest.approx(0.2745), pytest.approx(0.3745)]
    assert (told["events"], told["quarantined"], told["slices"]) == (500, 2, 2)
    assert told["recommendations"] == 1
    assert told["publication_id"] == f"sha256:{NEW}"
    assert told["recommendations_path"] == str(home.recommendations)
    assert told["refused"] == ["x.json: is no transcript"]
    assert told["seconds"] == 12.3
    certificates = told["certificates"]
    assert isinstance(certificates, list)
    keys = {"kind", "profile", "dataset", "n", "harms", "p", "certified", "status"}
    assert all(keys <= set(row) for row in certificates)


def test_a_pass_in_a_used_home_has_its_own_figures_and_no_interval_of_others(home: Home) -> None:
    """The home has more under the file than what the pass of this run came to."""
    write(home)
    few = replace(report(json=figures("json.rows_half", after=500)), conversations=4)
    told = result(home, second=few)
    assert (told.conversations, told.net_low, told.net_high) == (4, None, None)
    assert told.tokens_after == few.total.tokens_after == 500
    assert told.first_low is not None
    [line] = [line for line in shown(told).splitlines() if line.startswith("second pass")]
    assert line.split()[-2:] == ["none", "4"]


def test_segments_alone_are_counted_as_they_are(home: Home) -> None:
    write(home)
    told = result(home, first=None, second=None)
    assert told.tokens_after == 1301, "of the newest acting events, not of the newest trial"
    text = shown(told)
    assert "the segments, as they are" in text
    assert "first pass" not in text


def test_without_a_second_pass_the_first_is_the_last(home: Home) -> None:
    write(home)
    assert result(home, second=None).tokens_after == 1700


def test_a_slice_that_only_lost_units_to_the_control_did_not_change(home: Home) -> None:
    write(home)
    made = result(home)
    assert [change.slice for change in made.changes] == [SLICE]
    (change,) = made.changes
    assert (change.before, change.after) == ("json.lossless", "json.rows_half")
    assert (change.out_first, change.out_second) == (900, 500)
    assert change.because == BECAUSE


def test_the_table_answers_a_persons_questions(home: Home) -> None:
    write(home)
    text = shown(result(home))
    for part in (
        "DEMONSTRATION: bundled transcripts",
        "first pass, the package's defaults",
        "1,700", "1,301", "32.5 %", "27.5 % to 37.5 %", "60",
        "json.lossless → json.rows_half", "900 → 500 tokens, +50 asked again", BECAUSE,
        "1 of 2 slices have a row; without one: 1 too few conversations",
        "Answerability on these tasks; model accuracy: none recorded",
        "gsm8k-sample, n 93", "97.8 % (92.0 to 99.0)", "Status: demonstration, bundled samples",
        "about these tasks, not about a slice and not in general",
        "2 rows in quarantine",
        str(home.recommendations), "toin dashboard", "TOIN_RECOMMENDATIONS", "toin verify",
    ):  # fmt: skip
        assert " ".join(part.split()) in " ".join(text.split()), part
    lines = [line for line in text.splitlines() if "json.rows_few" in line]
    assert lines
    assert "no" in lines[0].split()


def test_what_models_answered_stands_in_a_table_of_its_own(home: Home) -> None:
    rows = [modelled("json.passthrough", 0, lost=0), modelled("json.rows_few", 4, lost=3)]
    write(home, model_accuracy=rows)
    text = shown(result(home))
    assert "none recorded" not in text
    assert text.index("Answerability on these") < text.index("Model accuracy of some-model")
    assert "not answerability, and no certificate" in " ".join(text.split())
    noise, few = [line.split() for line in text.splitlines() if "0.4321" in line]
    assert noise[1:3] == ["json:", "noise"]
    assert " ".join(few[1:]) == ("json.rows_few 20 90.0 % 80.0 % 3, 1 +10.0 % 0.4321 5 %, 10 % 1")


def test_a_profile_that_puts_out_the_same_is_counted_and_not_listed(home: Home) -> None:
    write(home)
    same = report(json=figures("json.rows_half", after=900), log=figures("log.lossless", after=800))
    text = shown(result(home, second=same))
    assert "\n1 slice has another profile, which put out the same" in text
    assert BECAUSE not in text


def test_a_slice_without_a_row_moves_because_the_default_of_its_kind_did(home: Home) -> None:
    write(home)
    [quiet] = [key for key in SECOND.slices if key.kind == QUIET.kind]
    moved = report(json=figures("json.rows_half", after=500, returned=50),
                   log=figures("log.lines_most", after=700))  # fmt: skip
    changes = result(home, second=moved).changes
    assert {change.slice for change in changes} == {SLICE, quiet}
    [change] = [change for change in changes if change.slice == quiet]
    assert change.because.startswith("no row: the file's default for log is now log.lines_most")
    assert change.because.endswith("33 of 50")


def test_a_certificate_is_called_by_its_status(home: Home) -> None:
    write(home)
    lines = shown(result(home)).splitlines()
    [half] = [line for line in lines if line.startswith("json.rows_half")]
    [few] = [line for line in lines if line.startswith("json.rows_few")]
    assert half.rstrip().endswith("demonstration")
    assert few.rstrip().endswith("no")


def test_what_a_profile_lacks_stands_beside_its_verdict(home: Home) -> None:
    lacking = certificate("gsm8k-sample", "json.rows_few", certified=False)
    enough = lacking | {"dataset": "bfcl-sample"}
    write(home, certificates=[lacking | {"n": 40}, enough])
    [few] = [line for line in shown(result(home)).splitlines() if line.startswith("json.rows_few")]
    assert few.rstrip().endswith("no, +39")


def test_of_profiles_that_pass_the_strongest_is_shown(home: Home) -> None:
    names = ("json.rows_most", "json.rows_half", "json.rows_few", "json.rows_minimal")
    write(
        home,
        answerability=[answer("gsm8k-sample", name, n) for n, name in enumerate(names, 2)],
        certificates=[
            certificate("gsm8k-sample", name, certified=name != "json.rows_minimal")
            for name in names
        ],
    )
    text = shown(result(home))
    assert [name for name in names if f"\n{name} " in text] == list(names[2:])
    assert "Left out: 2 that pass as well" in " ".join(text.split())


def test_what_is_no_demonstration_is_not_called_one(home: Home) -> None:
    plain = [
        {"id": f"sha256:{NEW}", "watermark": None, "origin": "live", "demonstration": False,
         "current": True, "content": HEAD},
    ]  # fmt: skip
    write(home, publications=plain)
    assert "DEMONSTRATION" not in shown(result(home, bundled=False))


def test_a_run_that_published_nothing_says_so(home: Home) -> None:
    with pytest.raises(ConfigurationError, match="no snapshot was published"):
        result(home)
