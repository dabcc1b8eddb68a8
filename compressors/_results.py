"""What an engine hands out: readings, decisions, compressions and its health. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

import msgspec

from compressors.book import Standing
from compressors.events import Arm, AuthMode, Fault, KindName
from compressors.kinds.base import Content
from compressors.profiles import Profile


class Reading(msgspec.Struct, frozen=True):
    """A content as the engine understood it, before anything is decided about it.

    ``tokens`` is the estimate of the whole, ``handle`` the key under which it would be kept.
    ``fault`` is ``raised`` where understanding it failed; it then passes unchanged.
    """

    content: Content
    structure_hash: str
    tokens: int
    handle: str
    fault: Fault | None = None

    @property
    def kind(self) -> KindName:
        """The content's kind."""
        return cast("KindName", self.content.kind)


class Decision(msgspec.Struct, frozen=True):
    """Which profile a content gets, and which arm that makes it.

    ``experiment``, ``unit`` and ``share`` say what the arm was drawn for, from what, and how
    often (per mille) units end in this arm of that draw; None where nothing was drawn.
    """

    auth_mode: AuthMode
    model_family: str
    profile: Profile
    arm: Arm
    experiment: str | None = None
    unit: str | None = None
    share: int | None = None


class Compression(msgspec.Struct, frozen=True, kw_only=True):
    """A content on its way to the model, and the account of what was done to it.

    ``text`` goes out. ``lossy`` says that part of the original is only behind ``handle``.
    Tokens are the engine's estimates, the marker included; items are rows, lines, matches or
    hunks, None where nothing was counted. ``share`` is per mille. ``fault`` says why the
    content passed otherwise than ``profile`` says. ``tool`` is the keyed name of the tool.
    """

    text: str
    kind: KindName
    structure_hash: str
    auth_mode: AuthMode
    model_family: str
    profile: str
    profile_id: str
    arm: Arm
    experiment: str | None = None
    unit: str | None = None
    share: int | None = None
    tool: str | None = None
    tokens_before: int
    tokens_after: int
    items_before: int | None = None
    items_after: int | None = None
    lossy: bool = False
    handle: str | None = None
    fault: Fault | None = None
    latency_us: int = 0


class Health(msgspec.Struct, frozen=True):
    """How an engine is, in words that an operator can act on.

    ``degraded`` when it runs on other advice than it was given, or cannot keep originals;
    ``reasons`` say why. ``publication`` is the id (16 hex digits) of what was loaded from
    ``source``, ``signed_by`` the key that signed it, where one is asked for. ``standing`` is the
    weakest status of the certificates that its lossy profiles rest on, ``certified`` whether that
    is ``certified`` and for this very engine, and ``lossless_only`` whether the engine, started
    strict, stays with lossless profiles. ``faults`` counts compressions by fault since the start.
    """

    status: Literal["ok", "degraded"]
    reasons: tuple[str, ...]
    publication: str | None
    source: str
    signed_by: str | None
    rows: int
    certified: bool
    standing: Standing
    lossless_only: bool
    demonstration: bool
    pepper_id: str
    public_pepper: bool
    engine: str
    fingerprint: str
    faults: Mapping[str, int]
