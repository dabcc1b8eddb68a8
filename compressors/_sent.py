"""What went out for a conversation's texts, remembered so that it goes out the same again.

It is kept in the handle store, under keys of its own that no handle can be: so it lives as long
as the originals do, is bounded with them, and is shared by whoever shares the store.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

import msgspec

from compressors._report import report
from compressors._results import Compression
from compressors.errors import HandleUnknown
from compressors.handles import HandleStore, StoreFault
from compressors.pepper import Pepper

_SEPARATOR = "\x1f"
_LINE = "\n"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What went out for one text of a conversation.

    ``text`` is None where it went as it came; ``compression`` (its own text left empty) is None
    where nothing was decided about it. ``event_id`` and ``nth`` are those of its event, ``call``
    is the keyed id of the call it answered. ``refers`` says that it names an earlier text.
    """

    text: str | None = None
    compression: Compression | None = None
    event_id: str | None = None
    nth: int | None = None
    call: str | None = None
    refers: bool = False

    @property
    def whole(self) -> bool:
        """Whether the text stands there with nothing left out."""
        if self.text is None:
            return True
        return self.compression is not None and not self.compression.lossy and not self.refers


class _Text(msgspec.Struct):
    text: str | None


class MemoryUnreadable(Exception):
    """The store cannot say what went out before."""


class Memory:
    """What an engine sent, by conversation: in the process, and in the handle store behind it.

    Args:
        handles: where it is kept.
        pepper: keys it.
        most: how many texts the process itself remembers.
        most_chars: how many characters of them.
    """

    def __init__(
        self,
        handles: HandleStore,
        pepper: Pepper,
        *,
        most: int = 20_000,
        most_chars: int = 32_000_000,
    ) -> None:
        self._handles = handles
        self._pepper = pepper
        self._most = most
        self._most_chars = most_chars
        self._lock = threading.Lock()
        self._near: OrderedDict[str, Sent] = OrderedDict()
        self._unsaved: OrderedDict[str, Sent] = OrderedDict()
        self._chars = 0

    def key(self, *parts: str) -> str:
        """The key of what ``parts`` name."""
        return self._pepper.key(_SEPARATOR.join(("sent", *parts)))

    def recall(self, key: str) -> tuple[Sent | None, bool]:
        """What went out, None where nothing is known, and whether the store had to tell it.

        Raises:
            MemoryUnreadable: the process does not know, and the store cannot be read.
        """
        with self._lock:
            near = self._near.get(key) or self._unsaved.get(key)
            if near is not None:
                if key in self._near:
                    self._near.move_to_end(key)
                return near, False
        found = self._stored(key)
        if found is not None:
            self._keep(key, found)
        return found, True

    def remember(self, key: str, sent: Sent) -> tuple[Sent, StoreFault | None]:
        """Remember ``sent``; gives what is to go out, since another process may have been first.

        With a fault it is remembered by this process alone, until :meth:`save` succeeds.
        """
        fault = self._handles.put(key, _written(sent))
        if fault == "store_damaged":
            first = self._first(key)
            if first is not None:
                self._keep(key, first)
                return first, None
        if fault is None:
            self._keep(key, sent)
        else:
            self.keep_unsaved(key, sent)
        return sent, fault

    def renew(self, key: str, sent: Sent) -> StoreFault | None:
        """Have the store keep ``sent`` for as long as if it were new; None where it will."""
        fault = self._handles.put(key, _written(sent))
        # What another version wrote reads the same, though not to the byte.
        return None if fault == "store_damaged" else fault

    def keep_unsaved(self, key: str, sent: Sent) -> None:
        """Remember ``sent`` in this process until the store takes it."""
        with self._lock:
            self._unsaved[key] = sent
            while len(self._unsaved) > self._most:
                self._unsaved.popitem(last=False)

    def save(self) -> None:
        """Give the store what it did not take before; stop at the first that it refuses again."""
        while self._unsaved:
            with self._lock:
                if not self._unsaved:
                    return
                key, sent = self._unsaved.popitem(last=False)
            _, fault = self.remember(key, sent)
            if fault is not None:
                return

    def _first(self, key: str) -> Sent | None:
        try:
            return self._stored(key)
        except MemoryUnreadable:
            return None

    def _stored(self, key: str) -> Sent | None:
        try:
            return _read(self._handles.get(key))
        except HandleUnknown as error:
            # A store that cannot be read says so by the error it met; what is missing has none.
            if error.__cause__ is None or isinstance(error.__cause__, KeyError):
                return None
            raise MemoryUnreadable from error
        except (msgspec.DecodeError, ValueError) as error:
            report(error, "reading what went out before")
            raise MemoryUnreadable from error

    def _keep(self, key: str, sent: Sent) -> None:
        with self._lock:
            old = self._near.pop(key, None)
            self._near[key] = sent
            self._chars += _size(sent) - (_size(old) if old else 0)
            while len(self._near) > 1 and (
                len(self._near) > self._most or self._chars > self._most_chars
            ):
                self._chars -= _size(self._near.popitem(last=False)[1])


def _size(sent: Sent) -> int:
    return len(sent.text or "")


def _written(sent: Sent) -> str:
    """A line of JSON, then the text as it is: JSON has no lone surrogates."""
    head = msgspec.json.encode(
        msgspec.structs.replace(sent, text=None if sent.text is None else "")
    )
    return head.decode() + _LINE + (sent.text or "")


def _read(written: str) -> Sent:
    head, _, text = written.partition(_LINE)
    try:
        sent = msgspec.json.decode(head, type=Sent)
    except msgspec.ValidationError:
        # Another version's account: what went out is known all the same.
        sent = Sent(text=msgspec.json.decode(head, type=_Text).text)
    return sent if sent.text is None else msgspec.structs.replace(sent, text=text)
