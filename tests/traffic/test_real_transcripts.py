"""The recorded transcripts of other people's agents, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from compressors.book import BUILT_IN
from compressors.engine import Engine, Loaded
from compressors.events import check, decode
from compressors.handles import MemoryHandles
from compressors.pepper import PUBLIC_PEPPER
from pipelines.traffic.record import record
from pipelines.traffic.transcripts import Transcript, read_transcripts
from pipelines.traffic.used import used_values

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the public recordings are not at {DATA}"
)

# What is in each place, by the data's own description.
PLACES = {
    "tau_bench/historical_trajectories": (120, 8),
    "tau_bench/few_shot_data": (63, 2),
    "tau_bench/tau2_gpt-4.1-mini.jsonl.gz": (24, 6),
    "swe_trajectories/mini_swe_agent_gemini3": (330, 11),
    "swe_trajectories/swe_agent": (17, 17),
    "swe_trajectories/openhands": (5, 2),
    "swe_trajectories/inspect_ai": (1, 1),
}


def read(place: str) -> list[Transcript]:
    return list(read_transcripts(DATA / place))


@pytest.mark.parametrize("place", PLACES)
def test_every_recording_is_read_and_every_answer_names_its_call(place: str) -> None:
    transcripts = read(place)
    groups = {transcript.group for transcript in transcripts}
    assert (len(transcripts), len(groups)) == PLACES[place]
    for transcript in transcripts:
        assert {message["role"] for message in transcript.messages} <= {
            "system", "user", "assistant", "tool",
        }  # fmt: skip
        made = {
            call["id"] for message in transcript.messages for call in message.get("tool_calls", ())
        }
        answers = [message for message in transcript.messages if message["role"] == "tool"]
        assert all(message["tool_call_id"] in made for message in answers), transcript.where


@pytest.mark.parametrize(
    ("place", "least"),
    [("tau_bench/historical_trajectories", 0.4), ("swe_trajectories/swe_agent", 0.1)],
)
def test_answers_are_used_and_their_values_stand_in_them(place: str, least: float) -> None:
    used = answers = 0
    for transcript in read(place):
        found = used_values(transcript.messages)
        used += len(found)
        answers += sum(message["role"] == "tool" for message in transcript.messages)
        for step, values in found.items():
            assert transcript.messages[step]["role"] == "tool"
            assert values
    assert least < used / answers < 0.9


def test_a_slice_of_them_goes_through_the_engine(tmp_path: Path) -> None:
    engine = Engine(pepper=PUBLIC_PEPPER, loaded=Loaded(BUILT_IN), handles=MemoryHandles())
    transcripts = [
        transcript
        for place in PLACES
        for transcript in sorted(read(place), key=lambda each: each.digest)[:2]
    ]
    transcripts.sort(key=lambda transcript: transcript.group)
    report = record(engine, transcripts, auth_mode="unknown", model="", out=tmp_path, trials=True)
    events = [decode(line) for path in report.segments for line in path.read_bytes().splitlines()]
    assert report.conversations == len(transcripts)
    assert all(check(event) is None for event in events)
    families = {event.model_family for event in events}
    assert {"gemini-3", "other"} <= families
    assert len({event.event_id for event in events}) == len(events)
    assert {event.kind for event in events} >= {"json", "text", "log"}
