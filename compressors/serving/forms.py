"""Which requests carry a conversation, in whose form, for which model, and of which session."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, unquote

FormName = Literal["anthropic", "openai_chat", "openai_responses", "gemini"]
Vendor = Literal["anthropic", "openai", "gemini"]

VENDORS: Mapping[FormName, Vendor] = {
    "anthropic": "anthropic",
    "openai_chat": "openai",
    "openai_responses": "openai",
    "gemini": "gemini",
}

_ENDINGS: tuple[tuple[str, FormName], ...] = (
    ("/v1/messages", "anthropic"),
    ("/chat/completions", "openai_chat"),
    ("/responses", "openai_responses"),
)
_GEMINI = re.compile(r"/models/([^/:]+):(generateContent|streamGenerateContent)$")
_SESSION_IN_USER = re.compile(r"session_([0-9A-Za-z-]{8,64})$")
_LONGEST_SESSION = 256

SESSION_HEADERS = (
    "x-toin-session",
    "x-claude-code-session-id",
    "session_id",
    "session-id",
    "x-session-id",
    "conversation_id",
)


class Form(NamedTuple):
    """The form of a request, as far as its address tells.

    ``model`` is the one that the address names, where it does. ``events`` says whether the
    address alone makes the answer a stream: a stream of events, or one of another form.
    """

    name: FormName
    model: str = ""
    events: bool | None = None


def form_of(method: str, path: str, query: bytes = b"") -> Form | None:
    """The form of a request at ``path`` (percent-encoded or not); None passes it through."""
    if method != "POST":
        return None
    path = unquote(path)
    for ending, name in _ENDINGS:
        if path.endswith(ending):
            return Form(name)
    match = _GEMINI.search(path)
    if match is None:
        return None
    if match[2] == "generateContent":
        return Form("gemini", match[1], None)
    forms = parse_qs(query.decode("ascii", "replace")).get("alt", [])
    return Form("gemini", match[1], "sse" in forms)


def vendor_of(form: Form | None, path: str, headers: Mapping[str, str]) -> Vendor:
    """Whose request this is: by its form, else by the headers that each vendor's clients send."""
    if form is not None:
        return VENDORS[form.name]
    if "anthropic-version" in headers:
        return "anthropic"
    if "x-goog-api-key" in headers or path.startswith(("/v1beta/", "/v1alpha/")):
        return "gemini"
    return "openai"


def model_of(form: Form, body: Mapping[str, object]) -> str:
    """The model's name; empty where none is told."""
    model = body.get("model")
    return form.model or (model if isinstance(model, str) else "")


def streams(form: Form, body: Mapping[str, object]) -> bool:
    """Whether the answer is asked for as a stream."""
    return form.events is not None if form.name == "gemini" else body.get("stream") is True


def session_of(headers: Mapping[str, str], body: Mapping[str, object]) -> str | None:
    """What the client calls its session; None where it does not say. ``headers`` in lower case."""
    for name in SESSION_HEADERS:
        if 0 < len(headers.get(name, "")) <= _LONGEST_SESSION:
            return headers[name]
    return next(filter(None, map(_plain, _in_body(body))), None)


def _in_body(body: Mapping[str, object]) -> tuple[object, ...]:
    metadata = body.get("metadata")
    said: Mapping[object, object] = metadata if isinstance(metadata, Mapping) else {}
    user = said.get("user_id")
    in_user = _SESSION_IN_USER.search(user) if isinstance(user, str) else None
    conversation = body.get("conversation")
    if isinstance(conversation, Mapping):
        conversation = conversation.get("id")
    return (
        said.get("session_id"),
        in_user[1] if in_user else None,
        body.get("prompt_cache_key"),
        conversation,
    )


def _plain(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_SESSION else None
