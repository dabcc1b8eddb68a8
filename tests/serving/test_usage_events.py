"""Events of usage."""

from pathlib import Path

import pytest
from message_engines import MODEL, make

from compressors.events import SCHEMA, Event, check
from compressors.pepper import Pepper
from compressors.serving.passage import Prepared
from compressors.serving.usage import Usage
from compressors.serving.usage_events import usage_event
from compressors.telemetry import LiveStamps


def some_event(pepper: Pepper, stamps: LiveStamps) -> Event:
    """An event that the schema takes."""
    stamp = stamps.next()
    return Event(
        schema=SCHEMA, event_id=stamp.event_id, event="usage", origin="live", ts=stamp.ts,
        instance=stamp.instance, pepper_id=pepper.id, engine="0" * 16, publication=None,
        fingerprint="0" * 16, auth_mode="payg", model_family="other", tokens_input=1,
        tokens_cache_read=0, tokens_cache_write=0, tokens_output=1,
    )  # fmt: skip


@pytest.mark.parametrize("auth_mode", ["payg", "unknown"])
def test_an_event_of_usage_is_one_of_the_schema(auth_mode: str, tmp_path: Path) -> None:
    engine = make(tmp_path)
    prepared = Prepared(b"{}", auth_mode=auth_mode, model=MODEL)
    event = usage_event(engine, Usage(1, 2, 3, 4), prepared, LiveStamps("0" * 16))
    assert check(event) is None
    assert (event.auth_mode, event.model_family) == (auth_mode, "claude-sonnet-4")
    engine.close()
