"""The event of what a provider billed for one answer."""

from __future__ import annotations

from typing import cast

from compressors.engine import Engine
from compressors.events import SCHEMA, AuthMode, Event
from compressors.serving.passage import Prepared
from compressors.serving.usage import Usage
from compressors.structure import model_family
from compressors.telemetry import LiveStamps


def usage_event(engine: Engine, usage: Usage, prepared: Prepared, stamps: LiveStamps) -> Event:
    """The event of ``usage`` for a request's conversation."""
    stamp = stamps.next()
    return Event(
        schema=SCHEMA,
        event_id=stamp.event_id,
        event="usage",
        origin="live",
        ts=stamp.ts,
        instance=stamp.instance,
        pepper_id=engine.pepper.id,
        engine=engine.digest,
        publication=engine.book.id,
        fingerprint=engine.fingerprint,
        auth_mode=cast("AuthMode", prepared.auth_mode),
        model_family=model_family(prepared.model),
        conversation=prepared.turn.conversation if prepared.turn else None,
        tokens_input=usage.input,
        tokens_cache_read=usage.cache_read,
        tokens_cache_write=usage.cache_write,
        tokens_output=usage.output,
    )
