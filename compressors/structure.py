"""Two thirds of a slice: the family of a model's name and the way its user pays.

The last third, the structure hash, is ``Pepper.structure`` of the signature that the
content's kind gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

OTHER = "other"

# One row a vendor line: a pattern for the whole remainder of a cleaned name, and the family
# as the vendor counts it: line and major generation. Gemini alone counts its generations
# with a decimal. The first row that fits decides.
_FAMILIES: tuple[tuple[str, str], ...] = (
    (r"claude-(opus|sonnet|haiku)-(\d{1,2})", r"claude-\1-\2"),
    (r"claude-(\d)(?:[-.]\d)?-(opus|sonnet|haiku)", r"claude-\2-\1"),
    (r"claude-instant", r"claude-instant"),
    (r"claude-v?(\d)", r"claude-\1"),
    (r"(?:chat)?gpt-4o", r"gpt-4o"),
    (r"gpt-oss", r"gpt-oss"),
    (r"gpt-35", r"gpt-3"),
    (r"gpt-(\d{1,2})", r"gpt-\1"),
    (r"o(\d)", r"o\1"),
    (r"gemini-(\d{1,2}\.\d|\d{1,2})", r"gemini-\1"),
    (r"gemma-?(\d)", r"gemma-\1"),
    (r"(?:meta-)?llama-?v?(\d)(?:p\d)?", r"llama-\1"),
    (r"mistral-(large|medium|small|nemo)", r"mistral-\1"),
    (r"(mixtral|ministral|codestral|devstral|magistral)", r"\1"),
    (r"qwen-?(\d)", r"qwen-\1"),
    (r"deepseek-(?:coder-)?(v|r)(\d)", r"deepseek-\1\2"),
    (r"deepseek-(chat|reasoner|coder)", r"deepseek-\1"),
    (r"grok-code", r"grok-code"),
    (r"grok-(\d{1,2})", r"grok-\1"),
    (r"kimi-k(\d)", r"kimi-k\1"),
    (r"glm-(\d)", r"glm-\1"),
    (r"nova-(micro|lite|pro|premier)", r"nova-\1"),
    (r"command-(r|a)", r"command-\1"),
    (r"phi-?(\d)", r"phi-\1"),
    (r"minimax-m(\d)", r"minimax-m\1"),
)

# What may follow a family: nothing, or a separator and the rest of the name.
_REST = r"(?:[-.:@_].*)?"

# Bedrock writes vendor, and before it sometimes a region, with dots: us.anthropic.claude-...
_VENDOR = re.compile(
    r"(?:[a-z]{2,6}\.)?"
    r"(?:anthropic|meta|mistral|amazon|openai|deepseek|qwen|google|cohere|moonshot|minimax)\."
)

_CODING_CLIENTS = (
    "antigravity",
    "claude-cli",
    "claude-code",
    "claude-vscode",
    "codex",
    "cursor",
    "gemini-cli",
    "github-copilot",
    "githubcopilot",
)


@lru_cache(maxsize=1024)
def model_family(name: str) -> str:
    """The vendor line and major generation of a model, such as ``claude-sonnet-4``.

    Prefixes of gateways (``bedrock/``, ``vertex_ai/``, ``azure/``, ``openrouter/...``), regions,
    dates and sizes do not matter. ``claude-3-5-sonnet`` and ``claude-3-7-sonnet`` are both
    ``claude-sonnet-3``: line, then major generation, as for the later ones. A family is its own
    family. A name that no row of the table knows is ``other``.
    """
    cleaned = _clean(name)
    if not cleaned:
        return OTHER
    for pattern, family in _FAMILIES:
        match = re.fullmatch(pattern + _REST, cleaned)
        if match:
            return match.expand(family)
    return OTHER


def is_family(name: str) -> bool:
    """Whether ``name`` is ``other`` or a family that :func:`model_family` gives."""
    return name == OTHER or model_family(name) == name


def _clean(name: str) -> str:
    """The name without gateway, region, vendor and fine-tuning prefixes, in lower case."""
    last = name[:512].strip().lower().rstrip("/").rpartition("/")[2]
    if last.startswith("ft:"):
        last = last[3:]
    return _VENDOR.sub("", last, count=1) if _VENDOR.match(last) else last


def auth_mode(headers: Mapping[str, str]) -> str:
    """How the request is paid for: ``payg``, ``oauth``, ``subscription`` or ``unknown``.

    The first that fits decides: the client of a coding subscription by its User-Agent; a
    bearer token by its form; any other Authorization; an API key or no credential at all.
    A bearer token of no known form, without an API key beside it, is ``unknown``.
    """
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    if lower.get("user-agent", "").lower().startswith(_CODING_CLIENTS):
        return "subscription"
    scheme, _, token = lower.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() == "bearer":
        if token.startswith("sk-ant-oat"):
            return "oauth"
        if token.startswith("sk-"):
            return "payg"
        if token.count(".") == 2 and all(token.split(".")):
            return "oauth"
    elif scheme:
        return "oauth"
    if "x-api-key" in lower or "x-goog-api-key" in lower or not scheme:
        return "payg"
    return "unknown"
