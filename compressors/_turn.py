"""One request's messages through an engine: what is shortened, repeated, named or left.

Clients send the originals again on every request. What went out for one before goes out again,
to the byte; what is new and stands in the live zone is compressed; all else stays as it came.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeVar

import msgspec

from compressors._fresh import Fresh, Request, Seen
from compressors._report import report
from compressors._reread import Before, is_retrieval, name_of, named_after, regret_of, regretted
from compressors._results import Compression
from compressors._sent import Memory, MemoryUnreadable, Sent
from compressors.events import Fault
from compressors.messages import Talk, Text, read_talk, tool_name
from compressors.providers import provider_of
from compressors.providers.base import Place, replaced
from compressors.stability import unstable_parts
from compressors.turn import Placed, Regretted, Turn

if TYPE_CHECKING:
    from compressors.engine import Engine

T = TypeVar("T")

_SEPARATOR = "\x1f"


def compress_turn(
    engine: Engine, memory: Memory, messages: T, *, provider: object, system: object, how: Request
) -> Turn[T]:
    """``messages`` as they go out. Never raises: at worst they pass unchanged."""
    try:
        talk = read_talk(messages, provider_of(provider, messages), system=system)
        passage = _Passage(engine, memory, talk, how)
        passage.walk()
        return Turn(
            messages=replaced(messages, passage.texts),
            compressions=passage.placed,
            left=tuple(passage.left),
            conversation=passage.conversation,
            findings=unstable_parts(talk.system_prompt),
        )
    except Exception as error:
        report(error, "compressing messages")
        return Turn(messages=messages, fault="raised")


class _Passage:
    """One conversation's texts on their way through the engine, in order."""

    def __init__(self, engine: Engine, memory: Memory, talk: Talk, how: Request) -> None:
        self.texts: dict[Place, str] = {}
        self.placed: list[Placed] = []
        self.left: list[Place] = []
        self._engine = engine
        self._memory = memory
        self._talk = talk
        self._how = how
        self._fresh = Fresh(engine, talk, how, unit=engine.pepper.key(talk.opening))
        self.conversation = self._conversation()
        self._above: defaultdict[str, list[Before]] = defaultdict(list)
        self._nth: Counter[str] = Counter()
        self._fault: Fault | None = None

    def walk(self) -> None:
        """Deal with every text that there is."""
        texts = self._talk.texts(newest_user_text=self._how.newest_user_text)
        found = [text for text in texts if text.text.strip()]
        if not found:
            return
        self._memory.save()
        began = self._began()
        number = 0
        for text in found:
            number += text.result is not None and text.result.part == 0
            try:
                self._deal(text, number, began)
            except Exception as error:
                report(error, "compressing one of several messages")
                self.texts.pop(text.place, None)
                self.left.append(text.place)

    def _conversation(self) -> str:
        """The keyed session where there is one, else how the conversation begins, and for whom."""
        key, how = self._engine.pepper.key, self._how
        if how.session:
            return key(_SEPARATOR.join(("session", how.session)))
        return key(_SEPARATOR.join(("opening", self._talk.opening, how.credential or "")))

    def _began(self) -> str | None:
        """The fingerprint of the engine that saw the conversation first; None where this one is."""
        key = self._memory.key("began", self.conversation)
        try:
            known, stored = self._memory.recall(key)
        except MemoryUnreadable:
            return None
        if known is not None:
            if stored:
                self._fault = self._memory.renew(key, known)
            return known.text
        self._remember(key, Sent(text=self._engine.fingerprint))
        return None

    def _deal(self, text: Text, number: int, began: str | None) -> None:
        seen = self._look(text)
        if is_retrieval(seen.tool):
            self.left.append(text.place)
            sent = Sent()
        else:
            sent = self._send(seen, began)
        if text.result is not None:
            name = name_of(text.result, seen.tool, number=number)
            seen.before.append(Before(name, sent))

    def _look(self, text: Text) -> Seen:
        handle = self._engine.pepper.key(text.text)
        call = self._talk.call(text.at)
        tool = tool_name(call, text.result)
        before = self._above[handle]
        target = named_after(before) if text.result is not None else None
        again = (str(len(before)), target.name) if target is not None else ()
        key = self._memory.key("text", self.conversation, handle, *again)
        return Seen(text, handle, call, tool, before, target, key)

    def _send(self, seen: Seen, began: str | None) -> Sent:
        """Decide what goes out for a text, put it in its place, and account for it."""
        try:
            sent, stored = self._memory.recall(seen.key)
        except MemoryUnreadable:
            return self._blind(seen)
        if sent is not None:
            self._repeat(seen, sent, stored=stored)
            return sent
        text = seen.text
        if text.live:
            return self._new(seen)
        if began is None or text.recent or text.result is None:
            return self._leave(seen)
        if began == self._engine.fingerprint and not text.cached:
            return self._new(seen)
        return self._charge(seen)

    def _repeat(self, seen: Seen, sent: Sent, *, stored: bool) -> None:
        """What went out before goes out again."""
        if stored:
            self._renew(seen, sent)
        call = seen.text.result.call if seen.text.result else None
        served = None
        if seen.text.live and call is not None and self._call_key(call) != sent.call:
            served = regret_of(sent)
        event = None if served is None else self._event("reread", seen.key, call or "")
        self._put(seen, sent, again=True, regrets=served, event_id=event)

    def _renew(self, seen: Seen, sent: Sent) -> None:
        """Stores keep what was last put: a conversation that goes on is not to lose anything.

        The client has just sent the original, so one that was lost comes back too.
        """
        if self._fault is None:
            self._fault = self._memory.renew(seen.key, sent)
        lossy = sent.compression is not None and sent.compression.handle is not None
        if self._fault is None and lossy:
            self._engine.handles.put(seen.handle, seen.text.text)

    def _blind(self, seen: Seen) -> Sent:
        """The store cannot say what went out before."""
        return self._new(seen) if seen.text.live else self._charge(seen)

    def _leave(self, seen: Seen) -> Sent:
        sent = self._remember(seen.key, Sent())
        self._put(seen, sent, again=True)
        return sent

    def _charge(self, seen: Seen) -> Sent:
        """It cannot be known what went out: the original does, and the lost cache is charged."""
        done = self._fresh.unchanged(seen, fault="cache_bust")
        self._engine.count_fault("cache_bust")
        event_id, nth = self._event("cache_bust", seen.key), self._nth[done.structure_hash]
        sent = self._remember(seen.key, Sent(compression=done, event_id=event_id, nth=nth))
        self._put(seen, sent, again=False)
        return sent

    def _new(self, seen: Seen) -> Sent:
        """A text that did not go out before, or of which the same comes out again."""
        if self._fault is not None:
            done, refers = self._fresh.lossless(seen, self._fault), False
            lost = done.fault is not None
        else:
            done, refers = self._fresh.decided(seen)
            lost = False
        sent = self._remember(seen.key, self._sent(seen, done, refers=refers))
        if self._fault is not None and done.lossy and not refers:
            whole, lost = self._fresh.without_loss(seen, done, self._fault), True
            sent = self._sent(seen, whole, refers=False)
            self._memory.keep_unsaved(seen.key, sent)
        if lost and self._fault is not None:
            self._engine.count_fault(self._fault)
        self._put(seen, sent, again=False, regrets=regretted(seen.before))
        return sent

    def _sent(self, seen: Seen, done: Compression, *, refers: bool) -> Sent:
        call = seen.text.result.call if seen.text.result else None
        return Sent(
            text=done.text if done.text != seen.text.text else None,
            compression=msgspec.structs.replace(done, text=""),
            event_id=self._event("compression", seen.key),
            nth=self._nth[done.structure_hash],
            call=self._call_key(call) if call is not None else None,
            refers=refers,
        )

    def _remember(self, key: str, sent: Sent) -> Sent:
        """Remember; once the store has refused, it is not waited for again on this request."""
        if self._fault is None:
            kept, self._fault = self._memory.remember(key, sent)
            return kept
        self._memory.keep_unsaved(key, sent)
        return sent

    def _put(
        self,
        seen: Seen,
        sent: Sent,
        *,
        again: bool,
        regrets: Regretted | None = None,
        event_id: str | None = None,
    ) -> None:
        """Into the messages and into the account."""
        place, done = seen.text.place, sent.compression
        if sent.text is not None:
            self.texts[place] = sent.text
        if done is None:
            self.left.append(place)
            return
        nth = sent.nth or 0
        self._nth[done.structure_hash] = max(self._nth[done.structure_hash], nth + 1)
        text = seen.text.text if sent.text is None else sent.text
        self.placed.append(
            Placed(
                place=place,
                compression=msgspec.structs.replace(done, text=text),
                again=again,
                event_id=event_id or sent.event_id or self._event("compression", seen.key),
                nth=nth,
                regrets=regrets,
            )
        )

    def _call_key(self, call: str) -> str:
        return self._engine.pepper.key(_SEPARATOR.join(("call", call)))

    def _event(self, *parts: str) -> str:
        """Derived, so that what is seen twice, by a retry or by two proxies, is one event."""
        return self._engine.pepper.event(_SEPARATOR.join(("event", *parts)))
