"""A text that is new in its conversation: what becomes of it, and the account of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from compressors._reread import Before, may_be_named, naming
from compressors._results import Compression
from compressors._shorten import account
from compressors.events import Fault
from compressors.messages import Asked, Talk, Text
from compressors.profiles import BY_NAME
from compressors.providers.base import Called

if TYPE_CHECKING:
    from compressors.engine import Engine


class Request(NamedTuple):
    """What a request says besides its messages."""

    model: str = ""
    auth_mode: str = "unknown"
    session: str | None = None
    credential: str | None = None
    newest_user_text: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One text, and what is known of it before anything is decided.

    ``before`` are those of the same content above it, ``target`` the one that it could be named
    after, ``key`` what it is remembered under.
    """

    text: Text
    handle: str
    call: Called | None
    tool: str | None
    before: list[Before]
    target: Before | None
    key: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """Decides about the new texts of one request; ``unit`` is what their arms are drawn from."""

    engine: Engine
    talk: Talk
    how: Request
    unit: str

    def decided(self, seen: Seen) -> tuple[Compression, bool]:
        """What becomes of a text, and whether it is named after one above."""
        target = seen.target
        if target is None:
            return self._compressed(seen), False
        first = target.sent.compression or self.unchanged(seen)
        if not may_be_named(first):
            return msgspec.structs.replace(first, text=seen.text.text, latency_us=0), False
        named = naming(target, first, seen.handle)
        if named is not None and self.engine.handles.put(seen.handle, seen.text.text) is None:
            return named, True
        if named is None and target.sent.compression is not None:
            # One content takes one branch in a conversation.
            text = seen.text.text if target.sent.text is None else target.sent.text
            return msgspec.structs.replace(first, text=text, latency_us=0), False
        return self._compressed(seen), False

    def _compressed(self, seen: Seen) -> Compression:
        return self.engine.compress(
            seen.text.text,
            query=Asked(self.talk.user(seen.text.at), seen.call).query,
            tool=seen.tool,
            auth_mode=self.how.auth_mode,
            model=self.how.model,
            unit=self.unit,
        )

    def unchanged(self, seen: Seen, *, fault: Fault | None = None) -> Compression:
        """The account of a text that goes out as it came."""
        engine, how = self.engine, self.how
        reading = engine.read(seen.text.text)
        decision = engine.decide(reading, auth_mode=how.auth_mode, model=how.model, unit=self.unit)
        done = account(reading, decision.profile, short=None, decision=decision)
        tool = engine.pepper.key(seen.tool) if seen.tool else None
        return msgspec.structs.replace(done, tool=tool, fault=fault or reading.fault)

    def lossless(self, seen: Seen, fault: Fault) -> Compression:
        """What becomes of a text while the store refuses, without asking it once more."""
        done = self.unchanged(seen)
        profile = BY_NAME[done.profile]
        if profile.params.passthrough:
            return done
        whole = self.without_loss(seen, done, fault)
        return msgspec.structs.replace(whole, fault=None) if profile.safe else whole

    def without_loss(self, seen: Seen, done: Compression, fault: Fault) -> Compression:
        """What goes out where it cannot be remembered: nothing that a restart would miss."""
        return self.engine.without_loss(self.engine.read(seen.text.text), done, fault)
