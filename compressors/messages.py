"""What a conversation says about a tool's result: live zone, query, and whose talk it stands in.

Proxy, recorded traffic and replays all derive these here, so what is learned from one holds for
the others. Nothing here raises on a message of another shape: it says nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from compressors.providers import items_of
from compressors.providers.base import (
    Breakpoint,
    Called,
    Part,
    Place,
    Provider,
    Returned,
    Said,
    arguments_text,
    listed,
    system_texts,
    texts_in,
)
from compressors.providers.openai_chat import parts as chat_parts

Message = Mapping[str, object]

_UNIT_SEPARATOR = "\x1f"

_FURTHEST = 256
"""Parts that are looked through for a call without an id."""


class Asked(NamedTuple):
    """What a tool's result was wanted for: the last user text before it, and the call."""

    user: str
    call: Called | None

    @property
    def query(self) -> str:
        """User text, then the call's arguments, a line each; empty where nothing says so."""
        arguments = arguments_text(self.call.arguments) if self.call else ""
        return "\n".join(part for part in (self.user, arguments) if part)


class Text(NamedTuple):
    """One text that could be shortened: of a tool's result, or of the newest user message.

    ``at`` is its place among the talk's parts. ``recent`` says that the model has not answered
    since, ``cached`` that a client's cache breakpoint stands behind it.
    """

    place: Place
    text: str
    at: int
    recent: bool
    cached: bool
    result: Returned | None

    @property
    def live(self) -> bool:
        """Whether it stands in the live zone."""
        return self.recent and not self.cached


@dataclass(frozen=True)
class Talk:
    """A conversation as far as the engine looks at it, whoever's form it came in."""

    system: tuple[str, ...]
    parts: tuple[Part, ...]

    @cached_property
    def _calls(self) -> dict[str, list[int]]:
        """Of each call's id the places where it stands, in order."""
        found: dict[str, list[int]] = {}
        for at, part in enumerate(self.parts):
            if isinstance(part, Called) and part.id is not None:
                found.setdefault(part.id, []).append(at)
        return found

    @cached_property
    def _users(self) -> list[int]:
        """Where the user says something."""
        return [
            at
            for at, part in enumerate(self.parts)
            if isinstance(part, Said) and part.who == "user" and part.text
        ]

    @property
    def opening(self) -> str:
        """System prompt and first user message: what a conversation and its unit are keyed from."""
        return _opening("\n".join(self.system), self.parts)

    @property
    def system_prompt(self) -> tuple[str, ...]:
        """All texts that the system says, in order."""
        said = (part.text for part in self.parts if isinstance(part, Said) and part.who == "system")
        return (*self.system, *said)

    def texts(self, *, newest_user_text: bool = False) -> Iterator[Text]:
        """Its tool results in order; with ``newest_user_text``, also what the user said last."""
        answered, cached = 0, 0
        for index, part in enumerate(self.parts, start=1):
            if isinstance(part, Called) or (isinstance(part, Said) and part.who == "assistant"):
                answered = index
            elif isinstance(part, Breakpoint):
                cached = index
        for index, part in enumerate(self.parts):
            where = (index, index >= answered, index < cached)
            if isinstance(part, Returned):
                yield Text(part.place, part.text, *where, part)
            elif newest_user_text and isinstance(part, Said) and part.who == "user":
                for place, text in part.places:
                    yield Text(place, text, *where, None)

    def asked(self, at: int) -> Asked:
        """What the text of part ``at`` was wanted for."""
        return Asked(self.user(at), self.call(at))

    def user(self, at: int) -> str:
        """The last that the user said before part ``at``."""
        number = bisect_left(self._users, at)
        said = self.parts[self._users[number - 1]] if number else None
        return said.text if isinstance(said, Said) else ""

    def call(self, at: int) -> Called | None:
        """The call that the result of part ``at`` answers."""
        result = self.parts[at]
        if not isinstance(result, Returned):
            return None
        places = self._calls.get(result.call, []) if result.call is not None else []
        number = bisect_left(places, at)
        if number:
            call = self.parts[places[number - 1]]
            return call if isinstance(call, Called) else None
        search = _Search(result)
        for part in reversed(self.parts[max(0, at - _FURTHEST) : at]):
            search.look(part)
            if search.done:
                return search.call
        search.end()
        return search.call


def read_talk(messages: object, provider: Provider, *, system: object = None) -> Talk:
    """``messages``, a list of them or a whole request, as a talk.

    ``system`` is the system prompt where it is sent apart from the messages; a request says it
    itself.
    """
    items, place = items_of(provider, messages)
    if system is None and isinstance(messages, Mapping):
        system = next((messages[key] for key in provider.SYSTEM if key in messages), None)
    if isinstance(items, str):
        return Talk(system_texts(system), (Said("user", items),))
    found = (provider.parts(item, (*place, index)) for index, item in listed(items))
    return Talk(system_texts(system), tuple(part for parts in found for part in parts))


def query_for(messages: Sequence[Message], index: int) -> str:
    """What the tool result at ``index`` of a chat was wanted for; empty where nothing says so.

    The last user text before it, then the arguments of the call it answers, a line each.
    """
    return _asked_in(messages, index, _result_at(messages, index)).query


def conversation_text(messages: Sequence[Message]) -> str:
    """What a chat and its unit are keyed from: system prompt and first user message.

    The text itself never leaves the engine; see ``Pepper.key``.
    """
    return _opening("", (part for message in messages for part in chat_parts(message, ())))


def tool_of(messages: Sequence[Message], index: int) -> str | None:
    """The name of the tool whose result stands at ``index`` of a chat, where that is told."""
    result = _result_at(messages, index)
    return tool_name(_asked_in(messages, index, result).call, result)


def tool_name(call: Called | None, result: Returned | None) -> str | None:
    """The tool's name as the call has it, else as the result has it."""
    return (call.name if call else None) or (result.name if result else None)


def text_of(message: Message) -> str:
    """The plain text of a chat's message, its parts joined by newlines; empty without any."""
    return "\n".join(text for _, text in texts_in(message.get("content"), ()))


def _opening(system: str, parts: Iterable[Part]) -> str:
    said = [system] if system else []
    for part in parts:
        if isinstance(part, Said) and part.who in ("system", "user"):
            said.append(part.text)
            if part.who == "user":
                break
    return _UNIT_SEPARATOR.join(said)


def _result_at(messages: Sequence[Message], index: int) -> Returned | None:
    if not 0 <= index < len(messages):
        return None
    parts = chat_parts(messages[index], ())
    return next((part for part in parts if isinstance(part, Returned)), None)


def _asked_in(messages: Sequence[Message], index: int, result: Returned | None) -> Asked:
    search = _Search(result)
    return _asked(_before(messages, index, search), search)


def _before(messages: Sequence[Message], index: int, search: _Search) -> Iterator[Part]:
    """What comes before a message, the nearest first; once the call is found, the user's alone."""
    for message in reversed(messages[: max(index, 0)]):
        if not search.done or message.get("role") == "user":
            yield from reversed(list(chat_parts(message, ())))


def _asked(earlier: Iterable[Part], search: _Search) -> Asked:
    """The last user text and the call, from what comes before a result, the nearest first."""
    user = ""
    for part in earlier:
        if isinstance(part, Said) and part.who == "user" and not user:
            user = part.text
        if not search.done:
            search.look(part)
        if user and search.done:
            break
    else:
        search.end()
    return Asked(user, search.call)


class _Search:
    """The call that a result answers, looked for backwards.

    By its id; where an id is missing, by the tool's name or by its place among the results that
    follow one turn of the model.
    """

    def __init__(self, result: Returned | None) -> None:
        self.call: Called | None = None
        self.done = result is None
        self._wanted = result.call if result else None
        self._name = result.name if result else None
        self._likely: Called | None = None
        self._passed = False
        self._calls: list[Called] = []
        self._since: list[str | None] = []
        # Whether what comes next still belongs to the very result.
        self._own = result is not None and result.part > 0

    def look(self, part: Part) -> None:
        """One step further back."""
        if isinstance(part, Called):
            self._calls.append(part)
            if self._wanted is not None and part.id == self._wanted:
                self.call, self.done = part, True
        elif isinstance(part, Said | Returned):
            self.close()
            if isinstance(part, Returned) and part.part == 0:
                if self._own:
                    self._own = False
                else:
                    self._since.append(part.name)

    def close(self) -> None:
        """A turn of the model has been walked over."""
        calls, self._calls = self._calls[::-1], []
        if self.done or not calls:
            return
        if self._wanted is None:
            self.call, self.done = self._placed(calls), True
        elif not self._passed and all(call.id is None for call in calls):
            self._passed, self._likely = True, self._placed(calls)

    def end(self) -> None:
        """Everything has been walked over: without the id, the place has to do."""
        self.close()
        if not self.done:
            self.call, self.done = self._likely, True

    def _placed(self, calls: list[Called]) -> Called | None:
        since = self._since
        named = [call for call in calls if call.name == self._name]
        if self._name is not None and named:
            calls, since = named, [name for name in since if name == self._name]
        return calls[len(since)] if len(since) < len(calls) else None
