"""Inspect's evaluation log: samples, each with messages in chat form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.traffic.forms.base import Draft, Form, FormError, Record, objects, text_of
from pipelines.traffic.forms.chat import chat_messages

_ATTACHED = "attachment://"


def _recognises(record: Record) -> bool:
    samples = objects(record.get("samples"))
    return samples is not None and all("messages" in sample for sample in samples)


def _read(record: Record) -> list[Draft]:
    evaluation = record.get("eval")
    about: Record = evaluation if isinstance(evaluation, dict) else {}
    return [
        _sample(sample, about=about, field=f"samples[{place}]")
        for place, sample in enumerate(record["samples"])
    ]


def _sample(sample: Record, *, about: Record, field: str) -> Draft:
    messages = objects(sample["messages"])
    if messages is None:
        raise FormError(f"{field}.messages is no list of messages")
    attached = sample.get("attachments")
    resolved = [
        _resolve(message, attached if isinstance(attached, dict) else {}) for message in messages
    ]
    for message in resolved:
        # Here `id` names the message itself, not the call that it answers.
        message.pop("id", None)
    task = text_of(sample, "id")
    return Draft(
        messages=tuple(chat_messages(resolved, field=f"{field}.messages")),
        id=text_of(sample, "uuid") or f"{task}/{text_of(sample, 'epoch')}",
        task=task,
        model=text_of(about, "model"),
    )


def _resolve(value: Any, attached: Mapping[str, Any]) -> Any:
    """``value`` with every pointer into the sample's attachments replaced by its text."""
    if isinstance(value, str) and value.startswith(_ATTACHED):
        return attached.get(value.removeprefix(_ATTACHED), value)
    if isinstance(value, dict):
        return {key: _resolve(inner, attached) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolve(inner, attached) for inner in value]
    return value


INSPECT = Form(
    name="Inspect log",
    keys="samples: [{id, messages, attachments}]",
    recognises=_recognises,
    read=_read,
)
