"""Who and when, for recorded traffic: derived from the transcript under the pepper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from compressors.pepper import Pepper
from pipelines.traffic.transcripts import Transcript

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_SPREAD_SECONDS = 14 * 24 * 60 * 60
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Identity:
    """The keyed names of one recorded conversation.

    Recordings seldom say when they were made, and a clock would make each run another one:
    a conversation begins at a second of the first two weeks of 2026 that its keyed digest
    picks, and each message takes a second.
    """

    pepper: Pepper
    transcript: Transcript

    @cached_property
    def digest(self) -> str:
        """The conversation's content, keyed: two copies of one recording are one."""
        return self.pepper.key(_SEPARATOR.join(("transcript", self.transcript.digest)))

    @cached_property
    def conversation(self) -> str:
        """The stand-in for the session id that a client would have sent."""
        return self.pepper.key(_SEPARATOR.join(("conversation", self.transcript.digest)))

    @cached_property
    def instance(self) -> str:
        """The stand-in for the proxy: the transcript's group."""
        return instance(self.pepper, self.transcript.group)

    def event_id(self, *parts: str) -> str:
        """The id of one event of this conversation, told from the others by ``parts``."""
        return self.pepper.event(_SEPARATOR.join(("event", self.digest, *parts)))

    def ts(self, step: int) -> str:
        """When the message at ``step`` passed, in RFC 3339 with milliseconds."""
        begins = timedelta(seconds=int(self.digest, 16) % _SPREAD_SECONDS)
        moment = _BEGINNING + begins + timedelta(seconds=step)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def instance(pepper: Pepper, group: str) -> str:
    """The keyed name of a group of transcripts."""
    return pepper.key(_SEPARATOR.join(("instance", group)))
