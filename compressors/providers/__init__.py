"""Forms that messages come in: one module a provider, each with the face of ``base.Provider``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from compressors.providers import anthropic, gemini, openai_chat, openai_responses
from compressors.providers.base import Fields, Provider, mappings

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        module.NAME: cast("Provider", module)
        for module in (openai_chat, openai_responses, anthropic, gemini)
    }
)

_OTHER_NAMES = {
    "openai": "openai_chat",
    "chat": "openai_chat",
    "responses": "openai_responses",
    "claude": "anthropic",
    "google": "gemini",
}

_RESPONSES = ("function_call", "function_call_output", "custom_tool_call", "reasoning", "message")
_ANTHROPIC = ("tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use")


def provider_of(name: object, messages: object) -> Provider:
    """The form called ``name``; where that is none of ours, the form that ``messages`` have."""
    if isinstance(name, str):
        known = name.strip().lower().replace("-", "_").replace(".", "_")
        known = _OTHER_NAMES.get(known, known)
        if known in PROVIDERS:
            return PROVIDERS[known]
    return PROVIDERS[_form(messages)]


def items_of(provider: Provider, messages: object) -> tuple[object, tuple[str, ...]]:
    """The list of messages in what was given, a request or the list itself, and its place."""
    if isinstance(messages, Mapping):
        return messages.get(provider.MESSAGES), (provider.MESSAGES,)
    return messages, ()


def _form(messages: object) -> str:
    if isinstance(messages, Mapping):
        for name in ("gemini", "openai_responses"):
            if PROVIDERS[name].MESSAGES in messages:
                return name
        messages = messages.get("messages")
    for _, item in mappings(messages):
        if "parts" in item:
            return "gemini"
        if "role" not in item or item.get("type") in _RESPONSES:
            return "openai_responses"
        if "tool_calls" in item or item.get("role") in ("tool", "function"):
            return "openai_chat"
        types = [block.get("type") for block in _blocks(item)]
        if any(type_ in _ANTHROPIC for type_ in types):
            return "anthropic"
        if any(type_ in ("input_text", "output_text") for type_ in types):
            return "openai_responses"
    return "openai_chat"


def _blocks(item: Fields) -> Iterator[Fields]:
    for _, block in mappings(item.get("content")):
        yield block
