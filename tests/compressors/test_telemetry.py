"""Events made of compressions, and segments that are complete or absent."""

import errno
import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from compressors.book import BUILT_IN
from compressors.engine import Compression, Engine, Loaded
from compressors.errors import ConfigurationError
from compressors.events import Event, RowRefused, check, decode
from compressors.handles import MemoryHandles
from compressors.pepper import Pepper
from compressors.profiles import profile
from compressors.telemetry import (
    LiveStamps,
    SegmentWriter,
    Stamp,
    compression_event,
    retrieval_event,
)

OWN = Pepper(bytes(range(32)))
STAMP = Stamp("0" * 32, "2026-01-01T00:00:00.000Z", "1" * 16)
LATER = Stamp("f" * 32, "2026-01-01T00:00:09.000Z", "1" * 16)


@pytest.fixture
def engine() -> Engine:
    return Engine(pepper=OWN, loaded=Loaded(BUILT_IN), handles=MemoryHandles())


def compressed(engine: Engine) -> Compression:
    """A lossy one, drawn for an experiment."""
    content = json.dumps([{"id": n, "name": f"customer {n}"} for n in range(99)])
    short = engine.apply(engine.read(content), profile("json", "json.rows_few"))
    assert short.lossy
    return msgspec.structs.replace(
        short,
        arm="canary",
        experiment="a" * 16,
        unit="b" * 16,
        share=50,
        auth_mode="payg",
        model_family="gpt-5",
        latency_us=123,
    )


def event_of(engine: Engine, compression: Compression, **changes: object) -> Event:
    given: dict[str, object] = {
        "stamp": STAMP, "origin": "live", "conversation": "c" * 16, "tool": "grep", "nth": 2,
        **changes,
    }  # fmt: skip
    return compression_event(engine, compression, **given)  # type: ignore[arg-type]


def test_a_compression_becomes_an_event_of_the_schema(engine: Engine) -> None:
    short = compressed(engine)
    event = event_of(engine, short)
    assert check(event) is None
    assert msgspec.structs.asdict(event) == {
        **dict.fromkeys(Event.__struct_fields__),
        "schema": 1,
        "event_id": "0" * 32,
        "event": "compression",
        "origin": "live",
        "ts": "2026-01-01T00:00:00.000Z",
        "instance": "1" * 16,
        "pepper_id": OWN.id,
        "engine": engine.digest,
        "publication": None,
        "fingerprint": engine.fingerprint,
        "auth_mode": "payg",
        "model_family": "gpt-5",
        "conversation": "c" * 16,
        "structure_hash": short.structure_hash,
        "tool": OWN.key("grep"),
        "kind": "json",
        "profile": "json.rows_few",
        "profile_id": short.profile_id,
        "nth": 2,
        "arm": "canary",
        "experiment": "a" * 16,
        "unit": "b" * 16,
        "share": 50,
        "tokens_before": short.tokens_before,
        "tokens_after": short.tokens_after,
        "items_before": 99,
        "items_after": short.items_after,
        "lossy": True,
        "fault": None,
        "latency_us": 123,
    }


def test_every_compression_makes_an_event_of_the_schema(engine: Engine) -> None:
    for content in (
        "",
        "text",
        "[{}]",
        "a,b\n1,2\n3,4\n",
        "<html><body>x</body></html>",
        "x = 1\n",
    ):
        short = engine.compress(content, tool="t", auth_mode="odd", model="odd")
        event = event_of(engine, short, conversation=None, tool=None, nth=None)
        assert check(event) is None
        assert event.tool == OWN.key("t")


def test_no_name_and_no_conversation_leaves_as_it_is(engine: Engine) -> None:
    event = event_of(engine, compressed(engine), conversation="please fix my code", tool="ls -la")
    assert event.conversation == OWN.key("please fix my code")
    assert event.tool == OWN.key("ls -la")


def test_a_trial_was_drawn_for_nothing(engine: Engine) -> None:
    event = event_of(engine, compressed(engine), arm="trial", origin="recorded")
    assert check(event) is None
    assert (event.arm, event.experiment, event.unit, event.share) == ("trial", None, None, None)


def test_a_recording_has_no_latency(engine: Engine) -> None:
    assert event_of(engine, compressed(engine), origin="recorded").latency_us == 0


COPIED = """
kind profile profile_id arm experiment unit share nth
structure_hash conversation origin auth_mode model_family
""".split()  # noqa: SIM905 - read as the contract lists them


def test_a_retrieval_copies_the_compression_it_regrets(engine: Engine) -> None:
    short = compressed(engine)
    for arm in (None, "trial"):
        of = event_of(engine, short, arm=arm, origin="recorded")
        event = retrieval_event(
            engine,
            short,
            stamp=LATER,
            of=of,
            mode="query",
            tokens_returned=7,
            fields=["name", "id", "name"],
            positions=[3, 1, 3],
        )
        assert check(event) is None
        for name in COPIED:
            assert getattr(event, name) == getattr(of, name), name
        assert (event.of, event.event_id, event.ts) == (of.event_id, LATER.event_id, LATER.ts)
        assert event.fields == sorted([OWN.key("name"), OWN.key("id")])
        assert event.positions == [1, 3]
        assert (event.mode, event.tokens_returned) == ("query", 7)


def test_a_retrieval_of_an_id_says_itself_where_it_belongs(engine: Engine) -> None:
    event = retrieval_event(
        engine,
        compressed(engine),
        stamp=LATER,
        of="2" * 32,
        mode="full",
        tokens_returned=900,
        fields=[f"field {n}" for n in range(40)],
        conversation="someone's session",
        nth=1,
    )
    assert check(event) is None
    assert (event.of, event.nth, event.origin, event.arm) == ("2" * 32, 1, "live", "canary")
    assert event.conversation == OWN.key("someone's session")
    assert len(event.fields or []) == 16


def test_live_stamps_come_from_a_clock_and_ids_that_are_given() -> None:
    ids = iter(["1" * 32, "2" * 32])
    stamps = LiveStamps(
        "9" * 16, clock=lambda: datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC), new_id=lambda: next(ids)
    )
    assert stamps.next() == ("1" * 32, "2026-05-04T03:02:01.000Z", "9" * 16)
    assert stamps.next().event_id == "2" * 32


def test_live_stamps_differ_and_fit_the_schema(engine: Engine) -> None:
    stamps = LiveStamps("9" * 16)
    events = [event_of(engine, compressed(engine), stamp=stamps.next()) for _ in range(3)]
    assert all(check(event) is None for event in events)
    assert len({event.event_id for event in events}) == 3


def test_a_segment_is_named_by_what_is_in_it(engine: Engine, tmp_path: Path) -> None:
    event = event_of(engine, compressed(engine))
    with SegmentWriter(tmp_path / "out", name="group-1") as segment:
        segment.write(event)
        segment.write(event)
        assert [p.suffix for p in (tmp_path / "out").iterdir()] == [".part"]
        assert segment.path is None
    content = segment.path.read_bytes() if segment.path else b""
    assert segment.path is not None
    digest = hashlib.sha256(content).hexdigest()[:16]
    assert segment.path.name == f"group-1-{digest}.jsonl"
    assert [decode(line) for line in content.splitlines()] == [event, event]
    assert segment.events == 2
    assert list((tmp_path / "out").iterdir()) == [segment.path]


def test_the_same_events_are_the_same_file(engine: Engine, tmp_path: Path) -> None:
    paths = []
    for _ in range(2):
        with SegmentWriter(tmp_path, name="x") as segment:
            segment.write(event_of(engine, compressed(engine)))
        paths.append(segment.path)
    assert paths[0] == paths[1]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_after_an_exception_nothing_bears_a_final_name(
    engine: Engine, tmp_path: Path, error: type[BaseException]
) -> None:
    def work() -> None:
        with SegmentWriter(tmp_path, name="x") as segment:
            segment.write(event_of(engine, compressed(engine)))
            raise error

    with pytest.raises(error):
        work()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_sentence_and_no_file(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def work() -> None:
        with SegmentWriter(tmp_path, name="x") as segment:
            segment.write(event_of(engine, compressed(engine)))
            monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(ConfigurationError, match="No space left"):
        work()
    assert list(tmp_path.iterdir()) == []


def test_a_segment_without_events_is_no_file(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, name="x") as segment:
        pass
    assert segment.path is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_event_is_not_written(engine: Engine, tmp_path: Path) -> None:
    event = event_of(engine, compressed(engine))
    with SegmentWriter(tmp_path, name="x") as segment:
        segment.write(event)
        with pytest.raises(RowRefused, match="conversation"):
            segment.write(msgspec.structs.replace(event, conversation="free text"))
    assert segment.path is not None
    assert segment.path.read_bytes().count(b"\n") == 1


BAD: list[tuple[str, Callable[[Path], SegmentWriter]]] = [
    ("called", lambda tmp: SegmentWriter(tmp, name="../x")),
    ("called", lambda tmp: SegmentWriter(tmp, name="")),
    ("called", lambda tmp: SegmentWriter(tmp, name=".x")),
    ("cannot be written", lambda tmp: SegmentWriter(tmp / "file", name="x").__enter__()),
]


@pytest.mark.parametrize(("said", "made"), BAD)
def test_a_place_or_name_that_cannot_be_is_refused(
    tmp_path: Path, said: str, made: Callable[[Path], SegmentWriter]
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=said):
        made(tmp_path)


def test_a_segment_that_is_not_open_takes_nothing(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not open"):
        SegmentWriter(tmp_path, name="x").write(event_of(engine, compressed(engine)))
