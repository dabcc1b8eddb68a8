"""Transcripts through a real engine: which events come out, and what they may never hold."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.events import Event, check, decode
from compressors.handles import MemoryHandles
from compressors.home import Home
from compressors.pepper import PUBLIC_PEPPER, Pepper, load_pepper, save_pepper
from compressors.profiles import LADDERS
from pipelines.spread import SpreadError
from pipelines.traffic.forms.base import Message, answer, call, calling
from pipelines.traffic.record import TrafficReport, UsedBy, record
from pipelines.traffic.transcripts import Transcript

NEEDLE = "ORD-57731"
MODEL = "claude-sonnet-4-20250514"


def rows(*, needle_at: int = 60, many: int = 120) -> str:
    """A table in which one row alone holds what the assistant will need; nothing marks it."""
    return orjson.dumps(
        [
            {
                "order": NEEDLE if place == needle_at else f"ORD-{10_000 + 37 * place}",
                "note": f"a parcel on its way from shelf {place % 7} to dock {place % 5}",
                "weight": 3 + place % 4,
            }
            for place in range(many)
        ]
    ).decode()


def transcript(*, group: str = "g", task: str = "t", later: str = f"It is {NEEDLE}.") -> Transcript:
    messages: list[Message] = [
        {"role": "system", "content": "You help."},
        {"role": "user", "content": f"Which parcel of {task} was it?"},
        calling("", [call("c1", "list_parcels", {"page": 1})]),
        answer("c1", "list_parcels", rows()),
        {"role": "assistant", "content": later},
    ]
    return Transcript(id=task, group=group, messages=tuple(messages), where=f"{task}.json")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return started(tmp_path / "home")


def started(home: Path) -> Engine:
    """An engine of this home that knows no publication, not even the package's own."""
    return Engine(
        pepper=load_pepper(Home.at(home).pepper), loaded=Loaded(BUILT_IN), handles=MemoryHandles()
    )


def run(
    engine: Engine, out: Path, *transcripts: Transcript, trials: bool = True, model: str = MODEL
) -> tuple[TrafficReport, list[Event]]:
    report = record(engine, transcripts, auth_mode="payg", model=model, out=out, trials=trials)
    lines = [line for path in report.segments for line in path.read_bytes().splitlines()]
    return report, [decode(line) for line in lines]


def test_one_acting_event_and_a_trial_for_every_other_rung(engine: Engine, tmp_path: Path) -> None:
    report, events = run(engine, tmp_path / "out", transcript())
    compressions = [event for event in events if event.event == "compression"]
    acting = [event for event in compressions if event.arm != "trial"]
    assert [event.profile for event in acting] == [engine.book.default("json").name]
    assert {event.profile_id for event in compressions} == {rung.id for rung in LADDERS["json"]}
    assert len(compressions) == len(LADDERS["json"])
    assert report.trials == len(compressions) - 1
    assert report.events == len(events)
    assert all(check(event) is None for event in events)
    assert {(event.origin, event.latency_us) for event in compressions} == {("recorded", 0)}
    assert {(event.auth_mode, event.model_family) for event in events} == {
        ("payg", "claude-sonnet-4")
    }


def test_without_trials_there_is_the_acting_arm_alone(engine: Engine, tmp_path: Path) -> None:
    report, events = run(engine, tmp_path / "out", transcript(), trials=False)
    assert len(events) == report.events == 1
    assert report.trials == 0


def test_a_hidden_value_that_was_used_is_asked_for_again(engine: Engine, tmp_path: Path) -> None:
    _, events = run(engine, tmp_path / "out", transcript())
    hidden = {event.of: event for event in events if event.event == "retrieval"}
    assert hidden, "some rung is so aggressive that the needle is gone"
    by_id = {event.event_id: event for event in events if event.event == "compression"}
    for of, regret in hidden.items():
        regretted = by_id[str(of)]
        assert regretted.lossy
        copied = ("kind", "profile", "profile_id", "arm", "nth", "structure_hash", "conversation")
        for name in copied:
            assert getattr(regret, name) == getattr(regretted, name)
        assert regret.mode == "query", "one row in a hundred answers"
        assert regret.tokens_returned is not None
        assert regretted.tokens_before is not None
        assert 0 < regret.tokens_returned < regretted.tokens_before
        assert 10 in (regret.positions or []), "row 60 of 120"
    assert len(hidden) == len([event for event in events if event.event == "retrieval"])


def test_what_can_be_restored_from_the_text_is_never_asked_for(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A lossless form may spell a value otherwise than it was written.
    monkeypatch.setattr("pipelines.traffic.record.missing", lambda used, text: tuple(used))
    _, events = run(engine, tmp_path / "out", transcript())
    lossy = {event.event_id for event in events if event.lossy}
    assert {event.of for event in events if event.event == "retrieval"} == lossy
    assert len(lossy) < len(LADDERS["json"])


def test_what_was_not_used_is_not_asked_for(engine: Engine, tmp_path: Path) -> None:
    _, events = run(engine, tmp_path / "out", transcript(later="I could not find it."))
    assert "retrieval" not in {event.event for event in events}
    assert any(event.lossy for event in events), "although something was hidden"


def test_the_report_sums_acting_arms_alone(engine: Engine, tmp_path: Path) -> None:
    report, events = run(engine, tmp_path / "out", transcript(), transcript(task="u"))
    acting = [e for e in events if e.event == "compression" and e.arm != "trial"]
    assert report.total.compressions == len(acting) == 2
    assert report.total.tokens_before == sum(e.tokens_before or 0 for e in acting)
    assert report.total.tokens_after == sum(e.tokens_after or 0 for e in acting)
    assert report.total.tokens_returned == 0
    (figures,) = report.slices.values()
    assert figures == report.total


def test_a_second_run_writes_the_same_bytes(engine: Engine, tmp_path: Path) -> None:
    first, _ = run(engine, tmp_path / "a", transcript(), transcript(group="h", task="u"))
    other = started(tmp_path / "home")
    second, _ = run(other, tmp_path / "b", transcript(), transcript(group="h", task="u"))
    assert [path.name for path in first.segments] == [path.name for path in second.segments]
    for here, there in zip(first.segments, second.segments, strict=True):
        assert here.read_bytes() == there.read_bytes()


@pytest.mark.parametrize("refusal", [None, "refused"])
def test_however_many_processes_write_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: str | None
) -> None:
    monkeypatch.setattr("pipelines.traffic.record._MUCH", 0)
    engine = Engine(pepper=PUBLIC_PEPPER, loaded=Loaded(BUILT_IN, refusal), handles=MemoryHandles())
    # Three groups, of which the last holds nothing that the others do not.
    places = [("g", "a"), ("g", "b"), ("g", "c"), ("h", "a"), ("h", "d"), ("i", "a")]
    transcripts = [transcript(group=group, task=task) for group, task in places]

    def passes(processes: int) -> tuple[TrafficReport, list[tuple[str, bytes]], UsedBy, list[int]]:
        used: UsedBy = {}
        told: list[int] = []
        out = tmp_path / str(processes)
        for trials in (True, False):
            report = record(
                engine, transcripts, auth_mode="payg", model=MODEL, out=out, trials=trials,
                on_progress=told.append, used=used, processes=processes,
            )  # fmt: skip
        files = [(path.name, path.read_bytes()) for path in sorted(out.iterdir())]
        report.segments.clear()
        return report, files, used, told

    alone = passes(1)
    report, files, used, told = alone
    assert (report.transcripts, report.conversations, report.groups) == (6, 4, 3)
    assert len(files) == 4, "two groups in two passes"
    assert len(used) == 4
    assert told == [1, 2, 3, 4, 5, 6] * 2
    events = [decode(line) for _, content in files for line in content.splitlines()]
    assert {event.fault for event in events if event.event == "compression"} == {
        "publication_refused" if refusal else None
    }
    assert passes(2) == alone
    assert passes(3) == alone


def test_a_transcript_that_cannot_be_recorded_is_named_and_groups_before_it_stay(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.traffic.record._MUCH", 0)
    broken = Transcript(id="t", group="h", messages=({"no": "role"},), where="runs.jsonl, line 7")
    with pytest.raises(SpreadError, match=r"^runs\.jsonl, line 7: KeyError: 'role'"):
        record(
            engine, [transcript(), broken], auth_mode="payg", model="", out=tmp_path, trials=False
        )
    assert len([path for path in tmp_path.iterdir() if path.suffix == ".jsonl"]) == 1


def test_event_ids_differ_wherever_an_event_does(engine: Engine, tmp_path: Path) -> None:
    _, events = run(engine, tmp_path / "a", transcript(), transcript(task="u"))
    _, dearer = run(engine, tmp_path / "b", transcript(), transcript(task="u"), model="gpt-5")
    ids = [event.event_id for event in events + dearer]
    assert len(ids) == len(set(ids))


def test_times_are_derived_and_stay_in_the_first_fortnights(engine: Engine, tmp_path: Path) -> None:
    _, events = run(engine, tmp_path / "out", *(transcript(task=str(n)) for n in range(20)))
    days = {event.ts[:10] for event in events}
    assert all(re.fullmatch(r"2026-01-(0[1-9]|1[0-5])", day) for day in days)
    assert len(days) > 5


def test_places_are_counted_in_a_conversation_and_its_slice(engine: Engine, tmp_path: Path) -> None:
    once = transcript()
    log = "\n".join(f"2026-01-01 10:00:{n:02d} INFO web request {n} served" for n in range(50))
    asks = calling("", [call("c2", "list_parcels", {}), call("c3", "logs", {})])
    twice = Transcript(
        id="t",
        group="g",
        messages=(
            *once.messages,
            asks,
            answer("c2", "list_parcels", rows()),
            answer("c3", "logs", log),
        ),
    )
    _, events = run(engine, tmp_path / "out", twice, trials=False)
    assert [(event.kind, event.nth) for event in events] == [("json", 0), ("json", 1), ("log", 0)]
    assert len({event.conversation for event in events}) == 1
    assert events[0].tool == events[1].tool != events[2].tool


def test_a_copy_of_a_conversation_is_that_conversation(engine: Engine, tmp_path: Path) -> None:
    report, events = run(engine, tmp_path / "out", transcript(), transcript(), trials=False)
    assert (report.transcripts, report.conversations, len(events)) == (2, 1, 1)


def test_each_group_is_an_instance_with_a_segment_of_its_own(
    engine: Engine, tmp_path: Path
) -> None:
    report, events = run(engine, tmp_path / "out", transcript(), transcript(group="h", task="u"))
    assert report.groups == len(report.segments) == 2
    assert len({event.instance for event in events}) == 2
    for path in report.segments:
        assert len({decode(line).instance for line in path.read_bytes().splitlines()}) == 1


def test_answers_without_text_are_no_contents(engine: Engine, tmp_path: Path) -> None:
    empty = Transcript(
        id="t",
        group="g",
        messages=(
            calling("", [call("c1", "touch", {})]),
            answer("c1", "touch", " \n"),
        ),
    )
    report, events = run(engine, tmp_path / "out", empty)
    assert events == []
    assert report.segments == []


def test_the_transcripts_own_model_counts_where_none_is_given(
    engine: Engine, tmp_path: Path
) -> None:
    own = Transcript(id="t", group="g", messages=transcript().messages, model="gpt-5-mini")
    _, events = run(engine, tmp_path / "out", own, model="", trials=False)
    assert events[0].model_family == "gpt-5"


def test_no_text_and_no_unkeyed_digest_is_written(engine: Engine, tmp_path: Path) -> None:
    subject = transcript(group="secret-group", task="secret-task")
    run(engine, tmp_path / "out", subject)
    for path in (tmp_path / "out").iterdir():
        written = path.name.encode() + path.read_bytes()
        for word in (b"ORD-", b"parcel", b"shelf", b"secret", b"list_", subject.digest.encode()):
            assert word not in written
        assert subject.digest[:16].encode() not in written


def test_another_pepper_gives_other_names_for_everything(tmp_path: Path) -> None:
    save_pepper(tmp_path / "own" / "pepper", Pepper(b"x" * 32))
    own = started(tmp_path / "own")
    public = started(tmp_path / "home")
    assert public.pepper == PUBLIC_PEPPER != own.pepper
    _, [ours] = run(own, tmp_path / "a", transcript(), trials=False)
    _, [theirs] = run(public, tmp_path / "b", transcript(), trials=False)
    for name in ("event_id", "conversation", "instance", "structure_hash", "tool", "ts"):
        assert getattr(ours, name) != getattr(theirs, name)
    assert ours.tokens_after == theirs.tokens_after


def test_an_interrupted_pass_leaves_nothing_half_written(engine: Engine, tmp_path: Path) -> None:
    def interrupt(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(
            engine,
            [transcript(task="a"), transcript(group="h", task="b")],
            auth_mode="payg",
            model=MODEL,
            out=tmp_path / "out",
            trials=True,
            on_progress=interrupt,
        )
    assert len(list((tmp_path / "out").iterdir())) == 1, "the first group alone"


def test_the_built_in_book_is_what_this_file_relies_on(engine: Engine) -> None:
    assert engine.book.default("json").safe
    assert BUILT_IN.default("json").name == "json.lossless"
