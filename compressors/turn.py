"""What becomes of a conversation's messages on one request. All frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from compressors._results import Compression
from compressors.events import Fault

if TYPE_CHECKING:
    from compressors.providers.base import Place
    from compressors.stability import Finding

MessagesT_co = TypeVar("MessagesT_co", covariant=True)


class Regretted(msgspec.Struct, frozen=True):
    """A lossy compression whose content was served again: its event's id, place and account."""

    event_id: str
    nth: int | None
    compression: Compression


class Placed(msgspec.Struct, frozen=True):
    """A compression, and where in the messages it stands.

    ``place`` are the keys and indices that lead to its text. ``again`` says that it went out on
    an earlier request already and goes out the same now: there is nothing to report about it.
    ``event_id`` (32 hex) and ``nth`` are for its event. ``regrets`` is the earlier compression
    of the same content, where that lost something; then this is a re-read, reported as such.
    """

    place: Place
    compression: Compression
    again: bool
    event_id: str
    nth: int
    regrets: Regretted | None = None


class Turn(msgspec.Struct, Generic[MessagesT_co], frozen=True):
    """Messages on their way to the model, and the account of what was done to them.

    ``messages`` go out; what was not shortened in them are the very objects that came in.
    ``compressions`` are those of this request and those repeated from earlier ones, in the order
    of the messages; ``left`` are places of results that go out as they came and were never
    decided about: from before the engine saw the conversation, before a cache breakpoint, and
    answers to a retrieval. ``conversation`` is keyed; None where the messages were not
    understood. ``findings`` say what keeps the system prompt from being the same every time.
    ``fault`` is ``raised`` where the messages pass unchanged since handling them failed.
    """

    messages: MessagesT_co
    compressions: list[Placed] = msgspec.field(default_factory=list)
    left: tuple[Place, ...] = ()
    conversation: str | None = None
    findings: list[Finding] = msgspec.field(default_factory=list)
    fault: Fault | None = None

    @property
    def tokens_before(self) -> int:
        """Estimated tokens of the texts in ``compressions``, as the client sent them."""
        return sum(each.compression.tokens_before for each in self.compressions)

    @property
    def tokens_after(self) -> int:
        """Estimated tokens of the same texts as they go out, markers included."""
        return sum(each.compression.tokens_after for each in self.compressions)
