"""How each form declares a tool, calls it, and goes on: one module a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from compressors.serving.dialects import anthropic, gemini, openai_chat, openai_responses
from compressors.serving.dialects.base import Dialect
from compressors.serving.forms import FormName

DIALECTS: Mapping[FormName, Dialect] = {
    "anthropic": cast("Dialect", anthropic),
    "openai_chat": cast("Dialect", openai_chat),
    "openai_responses": cast("Dialect", openai_responses),
    "gemini": cast("Dialect", gemini),
}
