"""The same content seen again in a conversation: what stands above already, and how it is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from compressors._results import Compression
from compressors._sent import Sent
from compressors._wording import same_as_above
from compressors.profiles import BY_NAME
from compressors.providers.base import Returned
from compressors.tokens import estimate
from compressors.turn import Regretted

RETRIEVAL_TOOL = "toin_retrieve"
"""Its answers are what was asked for: they are neither shortened nor named."""

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:")
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Before:
    """A content that stands above already: what it is called, and what went out for it."""

    name: str
    sent: Sent


def name_of(result: Returned, tool: str | None, *, number: int) -> str:
    """What a reader can find a result by: the id of its call, else its number among results."""
    name = f"call {result.call}" if _plain(result.call) else f"tool call {number}"
    return f"{name} ({tool})" if _plain(tool) else name


def is_retrieval(tool: str | None) -> bool:
    """Whether a tool's answers are originals; hosts put prefixes before its name."""
    return tool is not None and tool.endswith(RETRIEVAL_TOOL)


def named_after(before: Sequence[Before]) -> Before | None:
    """Of what stands above with the same content, the first that is whole, else the first."""
    whole = (each for each in before if each.sent.whole)
    return next(whole, before[0] if before else None)


def regretted(before: Sequence[Before]) -> Regretted | None:
    """The first that lost something, where any did."""
    for each in before:
        found = regret_of(each.sent)
        if found is not None and not each.sent.refers:
            return found
    return None


def regret_of(sent: Sent) -> Regretted | None:
    """What is regretted when this is served again; None where nothing of it was missing."""
    done = sent.compression
    if done is None or not done.lossy or sent.event_id is None:
        return None
    return Regretted(sent.event_id, sent.nth, done)


def may_be_named(done: Compression) -> bool:
    """Whether the branch that the content took lets it be shortened at all."""
    profile = BY_NAME.get(done.profile)
    return profile is None or not profile.params.passthrough


def naming(target: Before, done: Compression, handle: str) -> Compression | None:
    """``done`` with its text named rather than repeated; None where that hardly saves."""
    text = same_as_above(target.name, handle, whole=target.sent.whole)
    tokens = estimate(text)
    if 2 * tokens > done.tokens_before:
        return None
    return msgspec.structs.replace(
        done,
        text=text,
        tokens_after=tokens,
        items_before=None,
        items_after=None,
        lossy=not target.sent.whole,
        handle=handle,
        fault=done.fault if done.fault == "publication_refused" else None,
        latency_us=0,
    )


def _plain(name: str | None) -> bool:
    return name is not None and 0 < len(name) <= _LONGEST and _PLAIN.issuperset(name)
