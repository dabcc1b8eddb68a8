"""What comes back from an endpoint: a reply, or a failure that says what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple, Protocol

from compressors.errors import ToinError
from pipelines.replays.model.asking import Message, Parameters


class Reply(NamedTuple):
    """A whole answer.

    ``finish`` says why it ended; the tokens are as reported, None where the report cannot be
    one (a negative number, a text, nothing).
    """

    text: str
    finish: str
    input_tokens: int | None
    output_tokens: int | None


class AskingFailedError(ToinError):
    """A request without a usable answer.

    Attributes:
        again: Whether the same request may succeed later.
        fatal: Whether no other request can succeed either.
        billed: Whether the endpoint may have worked, and count tokens, all the same.
        wait: Seconds that the endpoint asks to be left alone for, if it does.
    """

    def __init__(
        self,
        reason: str,
        *,
        again: bool = False,
        fatal: bool = False,
        billed: bool = False,
        wait: float | None = None,
    ) -> None:
        self.again = again
        self.fatal = fatal
        self.billed = billed
        self.wait = wait
        super().__init__(reason)


class Answering(Protocol):
    """Whoever answers: an endpoint, or a stand-in."""

    async def ask(self, messages: Sequence[Message], parameters: Parameters) -> Reply:
        """One request, and no second one.

        Raises:
            AskingFailedError: there is no usable answer.
        """
        ...


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds to wait by a ``Retry-After`` header (RFC 9110, 10.2.3); None where it is none."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())
