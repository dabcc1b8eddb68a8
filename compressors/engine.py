"""The one pass: read, decide, shorten, keep the original, account for it."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar, cast

import msgspec

from compressors import mixed
from compressors._arms import draw, keyed
from compressors._health import health_of
from compressors._report import report
from compressors._results import Compression, Decision, Health, Reading
from compressors._sent import Memory
from compressors._shorten import account, shorten
from compressors._start import Loaded, load_book
from compressors._wording import passages_text
from compressors.book import Book, Slice
from compressors.digest import SHORT, engine_digest, fingerprint_of
from compressors.errors import HandleUnknown
from compressors.events import AUTH_MODES, AuthMode, Fault
from compressors.handles import HandleStore, SqliteHandles, open_handles
from compressors.home import Home
from compressors.kinds import KINDS
from compressors.kinds.base import Content, Kind, Passage
from compressors.pepper import Pepper, load_pepper
from compressors.profiles import BUILT_IN_DEFAULT, PASSTHROUGH, Profile
from compressors.structure import model_family
from compressors.tokens import estimate
from compressors.turn import Turn

__all__ = [
    "Compression",
    "Decision",
    "Engine",
    "Health",
    "Loaded",
    "Reading",
    "Turn",
    "load_book",
    "passages_text",
]

MessagesT = TypeVar("MessagesT")


class Engine:
    """Shortens what tools return, as its publication says, and gives originals back.

    Made by :meth:`start`. What it does never changes while it runs. Safe to share between
    threads as far as its handle store is.

    Attributes:
        pepper: the secret that keys every hash it states.
        book: the publication it started with.
        handles: where it keeps originals.
        digest: 16 hex digits of its code, the libraries that shape output, and artefacts.
        fingerprint: 16 hex digits of digest, settings, pepper and publication.
    """

    def __init__(
        self,
        *,
        pepper: Pepper,
        loaded: Loaded,
        handles: HandleStore,
        strict_certificates: bool = False,
        code: str | None = None,
        kinds: Mapping[str, Kind] = KINDS,
        recognise: Callable[[str], Content] = mixed.read,
        clock: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        """Put together from parts; ``code`` is the full engine digest, ``clock`` counts ns."""
        self.pepper = pepper
        self.book: Book = loaded.book
        self.handles = handles
        self._code = code or engine_digest()
        self.digest = self._code[:SHORT]
        publication = loaded.book.publication
        self.fingerprint = fingerprint_of(
            self._code,
            strict=strict_certificates,
            pepper_id=pepper.id,
            publication=publication.id if publication else None,
        )
        self._refusal = loaded.refusal
        self._lossless_only = strict_certificates and not loaded.book.certified
        self._standing: Fault | None = "publication_refused" if loaded.refusal else None
        self._kinds = kinds
        self._recognise = recognise
        self._clock = clock
        self._faults: Counter[str] = Counter()
        self._memory = Memory(handles, pepper)

    @classmethod
    def start(
        cls,
        recommendations: str | os.PathLike[str] | None = None,
        home: str | os.PathLike[str] | Home | None = None,
        *,
        handles: HandleStore | str | None = None,
        strict_certificates: bool = False,
        public_key: str | os.PathLike[str] | None = None,
    ) -> Engine:
        """An engine with the publication at ``recommendations``.

        Else with that at ``TOIN_RECOMMENDATIONS``, else with the package's defaults. A file
        that is refused leaves the engine on the defaults, logs one error, and shows in
        :meth:`health`. ``home`` holds pepper and originals; ``handles``, a store or the URL
        of one (:func:`open_handles`), else ``TOIN_HANDLES``, keeps originals elsewhere.
        With ``strict_certificates``, only a publication that a test was spent on with this very
        engine is acted on: else this one stays with lossless profiles. With ``public_key``, a
        PEM file, else ``TOIN_PUBLIC_KEY``, only a file that this key has signed is loaded.

        Raises:
            ConfigurationError: the home's pepper cannot be read, or there is no such store.
        """
        place = home if isinstance(home, Home) else Home.at(home)
        pepper = load_pepper(place.pepper)
        given = recommendations or os.environ.get("TOIN_RECOMMENDATIONS") or None
        key = public_key or os.environ.get("TOIN_PUBLIC_KEY") or None
        loaded = load_book(
            Path(given) if given else None,
            pepper_id=pepper.id,
            engine=engine_digest(),
            public_key=Path(key) if key else None,
        )
        return cls(
            pepper=pepper,
            loaded=loaded,
            handles=_store(handles or os.environ.get("TOIN_HANDLES"), place),
            strict_certificates=strict_certificates,
        )

    def compress(
        self,
        content: str | bytes,
        *,
        query: str | None = None,
        tool: str | None = None,
        auth_mode: str = "unknown",
        model: str = "",
        unit: str | None = None,
    ) -> Compression:
        """``content`` as short as its slice's profile makes it, its original kept.

        ``query`` is what the reader is after (see ``messages.query_for``), ``tool`` the name of
        the tool that returned the content, ``unit`` what arms are drawn from: the keyed
        ``messages.conversation_text``, or any text, which is then keyed here; without one, the
        content. Bytes are taken as UTF-8; what is none comes out as ``surrogateescape`` has it.
        Never raises: at worst the content passes unchanged and ``fault`` says so.
        """
        if isinstance(content, bytes):
            content = content.decode("utf-8", "surrogateescape")
        started = self._clock()
        reading, decision, keyed_tool = None, None, None
        try:
            keyed_tool = self.pepper.key(tool) if tool else None
            reading = self.read(content)
            decision = self.decide(reading, auth_mode=auth_mode, model=model, unit=unit)
            result = self.apply(reading, decision.profile, query=query or "", decision=decision)
            if result.lossy:
                fault = self.handles.put(reading.handle, content)
                if fault is not None:
                    result = self.without_loss(reading, result, fault)
        except Exception as error:
            report(error, "compressing")
            failed = (
                msgspec.structs.replace(reading, fault="raised")
                if reading
                else self._unread(content)
            )
            profile = decision.profile if decision else PASSTHROUGH[failed.kind]
            result = self.apply(failed, profile, decision=decision)
        if result.fault is not None:
            self._faults[result.fault] += 1
        return msgspec.structs.replace(
            result,
            tool=keyed_tool,
            latency_us=(self._clock() - started) // 1000,
        )

    def compress_messages(
        self,
        messages: MessagesT,
        *,
        model: str = "",
        provider: str | None = None,
        auth_mode: str = "unknown",
        session: str | None = None,
        credential: str | None = None,
        system: object = None,
        newest_user_text: bool = False,
    ) -> Turn[MessagesT]:
        """``messages`` as they go to the model: what tools returned shortened, all else as it is.

        ``messages`` are a list, or a whole request with its system prompt; ``system`` is the
        prompt where it is apart. ``provider`` is ``openai_chat``, ``openai_responses``,
        ``anthropic`` or ``gemini``; else the form is told from the messages. New results after
        the model's last turn are compressed, and, with ``newest_user_text``, what the user says
        there; never what stands before a client's cache breakpoint. What went out for a
        conversation before goes out the same again. A conversation is told by the client's
        ``session``, else by how it begins and the ``credential``, of which a keyed digest is
        made at once. Never changes what it is given, and never raises.
        """
        # Who compresses single contents need not wait for what only messages need.
        from compressors._fresh import Request
        from compressors._turn import compress_turn

        how = Request(model, auth_mode, session, credential, newest_user_text)
        return compress_turn(
            self, self._memory, messages, provider=provider, system=system, how=how
        )

    def read(self, content: str) -> Reading:
        """What ``content`` is: its kind, structure, size and handle."""
        fault: Fault | None = None
        try:
            found = self._recognise(content)
            signature = mixed.signature(found, self._kinds)
        except Exception as error:
            report(error, "recognising")
            found, signature, fault = Content("text", content, None), "text", "raised"
        return Reading(
            content=found,
            structure_hash=self.pepper.structure(signature),
            tokens=estimate(content),
            handle=self.pepper.key(content),
            fault=fault,
        )

    def decide(
        self, reading: Reading, *, auth_mode: str, model: str, unit: str | None = None
    ) -> Decision:
        """The profile for ``reading`` and the arm it is part of. Draws as the contract says.

        An unknown ``auth_mode`` is ``unknown``, an unknown ``model`` is ``other``.
        """
        mode = cast("AuthMode", auth_mode if auth_mode in AUTH_MODES else "unknown")
        where = Slice(mode, model_family(model), reading.structure_hash)
        row = None if self._lossless_only else self.book.row(*where)
        if row is None or row.profile.kind != reading.kind:
            usual = self.book.default(reading.kind)
            if self._lossless_only and not usual.safe:
                usual = BUILT_IN_DEFAULT[reading.kind]
            return Decision(mode, where.model_family, usual, "default")
        return draw(
            row,
            where=where,
            mode=mode,
            unit=reading.handle if unit is None else keyed(self.pepper, unit),
            control=self.book.control_share,
            pepper=self.pepper,
            code=self._code,
        )

    def apply(
        self,
        reading: Reading,
        profile: Profile,
        *,
        query: str = "",
        decision: Decision | None = None,
    ) -> Compression:
        """``reading`` under ``profile``: what would go out. Nothing is stored.

        May be called for many profiles on one reading. ``decision`` says for whom and as
        which arm; without one the account says ``unknown``, ``other`` and ``default``. A
        result that is no shorter than the original is the original.
        """
        started = self._clock()
        fault, short = reading.fault, None
        if fault is None and not profile.params.passthrough:
            try:
                short = shorten(
                    reading, profile, query=query, kinds=self._kinds, pepper=self.pepper
                )
            except Exception as error:
                report(error, f"compressing {reading.kind}")
                fault = "raised"
        result = account(reading, profile, short=short, decision=decision)
        return msgspec.structs.replace(
            result,
            fault=fault or self._standing,
            latency_us=(self._clock() - started) // 1000,
        )

    def without_loss(self, reading: Reading, decided: Compression, fault: Fault) -> Compression:
        """What goes out in place of ``decided`` when ``fault`` leaves nothing kept.

        Nothing that needs the original, or that a restart would miss.
        """
        whole = self.apply(reading, BUILT_IN_DEFAULT[reading.kind])
        return msgspec.structs.replace(
            decided,
            text=whole.text,
            tokens_after=whole.tokens_after,
            items_before=whole.items_before,
            items_after=whole.items_after,
            lossy=False,
            handle=None,
            fault=fault,
        )

    def retrieve(self, handle: str, query: str | None = None) -> str:
        """The original behind ``handle``, or the passages of it that answer ``query``.

        Passages say where they stood. Where none answers, or they are no shorter, the whole
        original comes back.

        Raises:
            HandleUnknown: no original is kept under ``handle``, or it is not what was kept.
        """
        original = self.handles.get(handle)
        if self.pepper.key(original) != handle:
            raise HandleUnknown(
                f"what is kept under {handle} is not what was stored there under pepper "
                f"{self.pepper.id}: the store is damaged or of another home; restore it"
            )
        if not query:
            return original
        reading = self.read(original)
        passages = self.passages(reading, query)
        answer = passages_text(passages)
        return answer if passages and estimate(answer) < reading.tokens else original

    def passages(self, reading: Reading, query: str) -> list[Passage]:
        """The parts of a content that answer ``query``, best first; empty where none does."""
        if reading.fault is not None:
            return []
        try:
            return mixed.find(reading.content, query, kinds=self._kinds)
        except Exception as error:
            report(error, f"searching {reading.kind}")
            return []

    def health(self) -> Health:
        """How the engine is, with the reasons where it is not well."""
        return health_of(
            Loaded(self.book, self._refusal),
            lossless_only=self._lossless_only,
            pepper=self.pepper,
            engine=self.digest,
            fingerprint=self.fingerprint,
            faults=self._faults,
        )

    def count_fault(self, fault: Fault) -> None:
        """Have :meth:`health` count a fault that is not one of :meth:`compress`."""
        self._faults[fault] += 1

    def close(self) -> None:
        """Let go of the handle store's files."""
        self.handles.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _unread(self, content: str) -> Reading:
        """The reading of a content that cannot even be read."""
        try:
            tokens = estimate(content)
        except Exception:
            tokens = 0
        return Reading(
            Content("text", content, None), self.pepper.structure("text"), tokens, "", "raised"
        )


def _store(given: HandleStore | str | None, place: Home) -> HandleStore:
    if not given:
        return SqliteHandles(place.handles)
    return open_handles(given) if isinstance(given, str) else given
