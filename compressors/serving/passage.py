"""One request's body on its way to the provider: read, shortened in place, given the tool.

Pure work of a thread: no request waits in here for anybody but the handle store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from compressors._report import report
from compressors.engine import Engine
from compressors.messages import read_talk
from compressors.providers import PROVIDERS
from compressors.providers.base import Called, Place, Said
from compressors.serving.dialects import DIALECTS
from compressors.serving.forms import Form, model_of, session_of, streams
from compressors.serving.headers import credential_of
from compressors.serving.objects import json_object, json_text
from compressors.serving.settings import Retrieval
from compressors.serving.splice import NotSpliced, changed, splice
from compressors.serving.tooled import Tooled
from compressors.structure import auth_mode
from compressors.turn import Turn

Untouched = Literal["long", "encoded", "no_json", "not_spliced", "raised"]
"""Why a body of a known form passes as it came."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A body that is ready to go.

    ``request`` is what the client sent, as far as it was understood; ``turn`` the account of
    what was done, None where the body passes as it came, which ``untouched`` explains.
    ``retrieval`` says that the tool is in it.
    """

    body: bytes
    request: Mapping[str, object] = field(default_factory=dict)
    turn: Turn[object] | None = None
    streams: bool = False
    retrieval: bool = False
    untouched: Untouched | None = None
    auth_mode: str = "unknown"
    model: str = ""


class Passage:
    """Prepares bodies with one engine."""

    def __init__(self, engine: Engine, *, retrieval: Retrieval, longest: int) -> None:
        """``longest`` is the longest body in bytes that is read at all."""
        self._engine = engine
        self._tooled = Tooled(engine, retrieval)
        self._longest = longest

    def prepare(self, form: Form, headers: Mapping[str, str], body: bytes) -> Prepared:
        """``body`` as it goes out; ``headers`` are the client's, by name in lower case.

        Never raises: at worst it is the very same.
        """
        if len(body) > self._longest:
            return Prepared(body, untouched="long")
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            return Prepared(body, untouched="encoded")
        request = json_object(body)
        if request is None:
            return Prepared(body, untouched="no_json")
        try:
            return self._prepared(form, headers, body, request)
        except NotSpliced:
            return Prepared(body, request=request, untouched="not_spliced")
        except Exception as error:
            report(error, "preparing a request")
            return Prepared(body, request=request, untouched="raised")

    def _prepared(
        self, form: Form, headers: Mapping[str, str], body: bytes, request: Mapping[str, object]
    ) -> Prepared:
        mode, model = auth_mode(headers), model_of(form, request)
        turn = self._engine.compress_messages(
            request,
            model=model,
            provider=form.name,
            auth_mode=mode,
            session=session_of(headers, request),
            credential=credential_of(headers),
        )
        values = {place: json_text(text) for place, text in changed(request, turn.messages)}
        place = self._tool_place(form, request, turn)
        if place is None:
            return self._done(form, request, turn, splice(body, values), mode, model)
        tool = json_text(DIALECTS[form.name].tool())
        out = splice(body, values, {place: [tool]})
        return self._done(form, request, turn, out, mode, model, retrieval=True)

    def _tool_place(
        self, form: Form, request: Mapping[str, object], turn: Turn[object]
    ) -> Place | None:
        """Where the tool is added, if it is."""
        dialect = DIALECTS[form.name]
        place = None if form.events is False else dialect.tools_place(request)
        names = list(dialect.tool_names(request))
        if place is None or not names:
            return None
        began = not _answered(form, request)
        return place if self._tooled.wanted(turn, names, began=began) else None

    @staticmethod
    def _done(
        form: Form,
        request: Mapping[str, object],
        turn: Turn[object],
        out: bytes,
        mode: str,
        model: str,
        *,
        retrieval: bool = False,
    ) -> Prepared:
        return Prepared(
            out,
            request=request,
            turn=turn,
            streams=streams(form, request),
            retrieval=retrieval,
            auth_mode=mode,
            model=model,
        )


def _answered(form: Form, request: Mapping[str, object]) -> bool:
    """Whether the model has had a turn in it already: then the conversation began elsewhere."""
    if request.get("previous_response_id") is not None:
        return True
    talk = read_talk(request, PROVIDERS[form.name])
    return any(
        isinstance(part, Called) or (isinstance(part, Said) and part.who == "assistant")
        for part in talk.parts
    )
