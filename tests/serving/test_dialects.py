"""Streams of several answers made one."""

import json
from typing import Any

from model_answers import Use, streamed

from compressors.serving.dialects import DIALECTS
from compressors.serving.sse import Events, ServerEvent

OTHER = Use("call_other", "list_rows", {"p": "x"})


def events(form: str, text: str, *uses: Use) -> list[ServerEvent]:
    return list(Events().feed(streamed(form, text, *uses).body))


def joined(form: str, first: list[ServerEvent], later: list[ServerEvent]) -> list[Any]:
    """What a client gets: the first answer up to its end, and all of the later one."""
    joiner = DIALECTS[form].joiner()
    for event in first:
        joiner.first(event, event.fields())
    out = b"".join(joiner.joined(event, event.fields()) for event in later)
    return [event.fields() for event in Events().feed(out)]


def test_responses_number_on() -> None:
    first = [
        event
        for event in events("openai_responses", "One.")
        if b"response.completed" not in event.raw
    ]
    out = joined("openai_responses", first, events("openai_responses", "Two.", OTHER))
    numbers = [event["sequence_number"] for event in out]
    assert numbers == list(range(len(first), len(first) + len(out)))
    assert not any(event["type"] in ("response.created", "response.in_progress") for event in out)
    added = [event for event in out if event["type"] == "response.output_item.added"]
    assert [event["output_index"] for event in added] == [1, 2]
    last = out[-1]["response"]["output"]
    assert [item["type"] for item in last] == ["message", "message", "function_call"]
    assert [item["content"][0]["text"] for item in last[:2]] == ["One.", "Two."]


def test_anthropic_numbers_on() -> None:
    first = events("anthropic", "One.")[:-2]
    out = joined("anthropic", first, events("anthropic", "Two.", OTHER))
    begun = [event["index"] for event in out if event["type"] == "content_block_start"]
    assert begun == [1, 2]
    assert not any(event["type"] == "message_start" for event in out)
    assert out[-1]["type"] == "message_stop"


def test_whole_answers_are_read_off_streams() -> None:
    for form, dialect in DIALECTS.items():
        reader = dialect.reader()
        held = [
            reader.take(fields)
            for event in events(form, "One.", OTHER)
            if (fields := event.fields()) is not None
        ]
        answer = reader.answer()
        assert answer is not None
        (call,) = dialect.calls(answer)
        arguments = call.arguments
        if isinstance(arguments, str):
            arguments = json.loads(arguments)
        assert (call.id, call.name, arguments) == ("call_other", "list_rows", {"p": "x"})
        # Held from the call on, not before.
        assert held == sorted(held)
        assert held[0] is False
        assert held[-1] is True
        # Gemini's parts stay as they came.
        said = json.dumps(answer).replace('"}, {"text": "', "")
        assert "One." in said


def test_a_stream_that_did_not_end_is_no_answer() -> None:
    for form, dialect in DIALECTS.items():
        reader = dialect.reader()
        for event in events(form, "One.")[:2]:
            reader.take(event.fields() or {})
        assert reader.answer() is None
