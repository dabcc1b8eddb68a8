"""BFCL: requests with function documents and accepted calls, as a catalogue of tools.

Files are told apart by the fields that their manifest promises: requests carry ``function``
(or, over several turns, ``involved_classes``), answers ``ground_truth``, documents of the
classes ``parameters``. Of a request over several turns one turn is taken, by hash.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import cast

import msgspec

from compressors.errors import InputRefused
from pipelines.replays.draws import Draw, digest
from pipelines.replays.formats import filler
from pipelines.replays.items import (
    Item,
    Library,
    Numbering,
    Record,
    content_words,
    normalised,
    one_a_cluster,
    telling,
)
from pipelines.replays.manifests import Source, SourceFile, records
from pipelines.replays.solvers.calls import (
    UnreadableCallError,
    name_arguments,
    parse_call,
)
from pipelines.replays.tasks import Call, Request

_CLASS_FILES = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}
_TEAMS = ("core", "growth", "data", "mobile", "billing", "search", "platform", "partners")

Document = Mapping[str, object]


class _Catalogue:
    """All function documents met so far, each once, with an id of its own."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self._numbering = Numbering("fn-", digits=5)

    def add(self, document: Document) -> str:
        """The id of ``document``; the same document always has the same."""
        content = msgspec.json.encode(
            [document["name"], document.get("description"), document["parameters"]], order="sorted"
        )
        identifier = self._numbering.of(digest(content.decode()))
        self.documents.setdefault(identifier, document)
        return identifier

    def records(self) -> dict[str, Record]:
        """A record for each document, by id."""
        words = {key: _words(document) for key, document in self.documents.items()}
        frequency = Counter(word for group in words.values() for word in group)
        return {
            key: _record(document, key, words[key], frequency)
            for key, document in self.documents.items()
        }


def read(source: Source) -> Library:
    """The requests of a BFCL-like set that have recorded calls.

    Clusters: the group of function documents for live requests, the scenario's number for
    those over several turns, the normalised request for all others.

    Raises:
        InputRefused: a request has no answer, or has another form than its file promises.
    """
    manifest = source.manifest
    files = manifest.files
    answers = {
        PurePosixPath(file.path).name: _answers(source, file)
        for file in files
        if "ground_truth" in file.fields
    }
    catalogue = _Catalogue()
    classes = {
        PurePosixPath(file.path).stem: [
            catalogue.add(_document(document, f"{source.base / file.path}, line {number}"))
            for number, document in records(source.base / file.path, file)
        ]
        for file in files
        if "parameters" in file.fields
    }
    items: list[Item] = []
    for file in files:
        several = "involved_classes" in file.fields
        if not several and "function" not in file.fields:
            continue
        name = PurePosixPath(file.path).name.removesuffix(".gz")
        for number, record in records(source.base / file.path, file):
            where = f"{source.base / file.path}, line {number}"
            identifier = str(record["id"])
            if identifier not in answers.get(name, {}):
                raise InputRefused(
                    f"{where}, field id: {identifier!r} has no answer in possible_answer/{name}; "
                    "add that file to the manifest, or restore it from the source"
                )
            truth = answers[name][identifier]
            turns = _turns(record["question"], where)
            if several:
                drawn = _turn(turns, truth, Draw("turn", manifest.digest, identifier))
                involved = cast("Sequence[str]", record["involved_classes"])
                near = [
                    document
                    for group in involved
                    for document in classes.get(_CLASS_FILES.get(group, group), [])
                ]
                request, calls = drawn if drawn else ("", ())
                cluster = "scenario " + identifier.rpartition("_")[2]
            else:
                documents = record["function"]
                if not isinstance(documents, list):
                    raise InputRefused(
                        f"{where}, field function: expected a list of function documents; "
                        "restore the file from the source in its manifest"
                    )
                near = [catalogue.add(_document(document, where)) for document in documents]
                request, calls = turns[0], tuple(_recorded(truth, where))
                cluster = _cluster(identifier, request)
            item = _item(
                catalogue, dataset=manifest.name, source=f"{file.path}:{identifier}",
                cluster=cluster, request=request, near=near, calls=calls,
            )  # fmt: skip
            if item is not None:
                items.append(item)
    chosen = one_a_cluster(items, manifest=manifest.digest)
    return Library(manifest.name, manifest.digest, chosen, catalogue.records(), manifest.largest)


def _answers(source: Source, file: SourceFile) -> dict[str, object]:
    return {
        str(record["id"]): record["ground_truth"]
        for _, record in records(source.base / file.path, file)
    }


def _cluster(identifier: str, request: str) -> str:
    """Live requests of one group (the middle number of their id) share function documents."""
    live = re.fullmatch(r"live_\w+?_\d+-(\d+)-\d+", identifier)
    return f"functions {live[1]}" if live else "request " + normalised(request)


def _turns(question: object, where: str) -> list[str]:
    """The last user text of every turn; empty where a turn has none."""
    try:
        turns = msgspec.convert(question, list[list[dict[str, str]]])
    except msgspec.ValidationError as error:
        raise InputRefused(
            f"{where}, field question: expected turns of chat messages ({error}); "
            "restore the file from the source in its manifest"
        ) from error
    texts = [
        next((m.get("content", "") for m in reversed(turn) if m.get("role") == "user"), "")
        for turn in turns
    ]
    if not texts:
        raise InputRefused(
            f"{where}, field question: there is no turn; "
            "restore the file from the source in its manifest"
        )
    return texts


def _turn(turns: Sequence[str], truth: object, draw: Draw) -> tuple[str, tuple[Call, ...]] | None:
    """One turn of several by hash, among those with a request and readable calls."""
    usable: list[tuple[str, tuple[Call, ...]]] = []
    for text, sources in zip(turns, cast("Sequence[Sequence[str]]", truth), strict=False):
        try:
            calls = tuple(parse_call(source) for source in sources)
        except UnreadableCallError:
            continue
        if text and calls:
            usable.append((text, calls))
    return draw.one_of(usable) if usable else None


def _recorded(truth: object, where: str) -> Iterator[Call]:
    try:
        accepted = msgspec.convert(truth, list[dict[str, dict[str, list[object]]]])
    except msgspec.ValidationError as error:
        raise InputRefused(
            f"{where}: its answer's ground_truth is no list of calls with accepted values "
            f"({error}); restore the file from the source in its manifest"
        ) from error
    for call in accepted:
        for function, arguments in call.items():
            yield Call(function, {name: tuple(values) for name, values in arguments.items()})


def _item(
    catalogue: _Catalogue,
    *,
    dataset: str,
    source: str,
    cluster: str,
    request: str,
    near: Sequence[str],
    calls: Sequence[Call],
) -> Item | None:
    """The item, or None where a call is of no documented function: nothing could be needed."""
    by_name = {catalogue.documents[identifier]["name"]: identifier for identifier in near}
    if not calls or any(call.function not in by_name for call in calls):
        return None
    try:
        named = tuple(
            name_arguments(call, _parameters(catalogue.documents[by_name[call.function]]))
            for call in calls
        )
    except UnreadableCallError:
        return None
    needed = tuple(dict.fromkeys(by_name[call.function] for call in named))
    return Item(
        dataset=dataset,
        source=source,
        cluster=cluster,
        request=request,
        needed=needed,
        near=tuple(identifier for identifier in near if identifier not in needed),
        task=Request(named),
    )


def _parameters(document: Document) -> list[str]:
    schema = cast("Mapping[str, object]", document["parameters"])
    properties = schema.get("properties")
    return list(properties) if isinstance(properties, Mapping) else []


def _document(document: object, where: str) -> Document:
    if (
        isinstance(document, Mapping)
        and isinstance(document.get("name"), str)
        and isinstance(document.get("parameters"), Mapping)
    ):
        return document
    raise InputRefused(
        f"{where}: a function document needs a name and parameters; "
        "restore the file from the source in its manifest"
    )


def _words(document: Document) -> tuple[str, ...]:
    spoken = re.sub(r"([a-z])([A-Z])", r"\1 \2", str(document["name"]))
    spoken = spoken.replace("_", " ").replace(".", " ")
    return content_words(f"{spoken} {document.get('description', '')}")


def _record(
    document: Document, identifier: str, words: tuple[str, ...], frequency: Mapping[str, int]
) -> Record:
    draw = Draw("bfcl record", identifier)
    name = str(document["name"])
    return Record(
        id=identifier,
        name=name,
        topic=name.lower(),
        words=words,
        telling=telling(words, frequency=frequency),
        fields={
            "id": identifier,
            "name": name,
            "description": str(document.get("description", "")),
            "version": filler.version(draw),
            "team": draw.one_of(_TEAMS),
            "calls": draw.between(0, 5000),
            "updated": filler.day(draw),
            "parameters": document["parameters"],
        },
    )
