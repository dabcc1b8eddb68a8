"""LiteLLM's callback: what tools returned, shortened before any deployment is called."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from litellm.integrations.custom_logger import CustomLogger

from compressors.engine import Engine
from compressors.serving.forms import FormName
from compressors.serving.reporter import NoReporter, Reporter, Sink, instance_of
from compressors.telemetry import LiveStamps, turn_events

# Of each kind of call the form of its messages, and where they stand.
_CALLS: Mapping[str, tuple[FormName, str]] = {
    "acompletion": ("openai_chat", "messages"),
    "anthropic_messages": ("anthropic", "messages"),
    "aresponses": ("openai_responses", "input"),
}


class ToinCallback(CustomLogger):  # type: ignore[misc]
    """Shortens the messages of every asynchronous call, whatever model it goes to.

    Retries and fallbacks are given the same bytes again. LiteLLM has no such place in its
    synchronous calls, which pass as they are.

    Args:
        engine: shortens; the caller's to close, after :meth:`close`.
        events: the folder that segments go to; None for none.
        instance: what this is called in events, keyed; else its machine's name.
    """

    def __init__(
        self, engine: Engine, *, events: Path | None = None, instance: str | None = None
    ) -> None:
        super().__init__()
        self._engine = engine
        keyed = instance_of(engine, instance)
        self._stamps = LiveStamps(keyed)
        self._sink: Sink = (
            Reporter(events, name=f"live-{keyed}") if events is not None else NoReporter()
        )

    async def async_pre_call_deployment_hook(
        self, kwargs: dict[str, object], call_type: object
    ) -> dict[str, object]:
        """The call's arguments, with their messages as they go out."""
        known = _CALLS.get(str(getattr(call_type, "value", call_type)))
        if known is None or known[1] not in kwargs:
            return kwargs
        return await asyncio.to_thread(self._shortened, kwargs, *known)

    def close(self) -> None:
        """Write what events wait."""
        self._sink.close()

    def _shortened(self, kwargs: dict[str, object], form: FormName, key: str) -> dict[str, object]:
        model = kwargs.get("model")
        turn = self._engine.compress_messages(
            kwargs[key],
            model=model if isinstance(model, str) else "",
            provider=form,
            auth_mode="payg",
            session=_session(kwargs),
            credential=_credential(kwargs),
            system=kwargs.get("system", kwargs.get("instructions")),
        )
        self._sink.put(turn_events(self._engine, turn, self._stamps))
        return {**kwargs, key: turn.messages}


def _session(kwargs: Mapping[str, object]) -> str | None:
    metadata = kwargs.get("metadata")
    said = metadata.get("session_id") if isinstance(metadata, Mapping) else None
    for value in (kwargs.get("litellm_session_id"), said):
        if isinstance(value, str) and value:
            return value
    return None


def _credential(kwargs: Mapping[str, object]) -> str | None:
    """Whose call it is: the proxy's user, else who pays."""
    metadata = kwargs.get("metadata")
    user = metadata.get("user_api_key") if isinstance(metadata, Mapping) else None
    for value in (user, kwargs.get("api_key")):
        if isinstance(value, str) and value:
            return value
    return None
