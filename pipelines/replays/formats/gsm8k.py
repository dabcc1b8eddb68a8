"""GSM8K: word problems with recorded calculator steps, as records of a problem collection."""

from __future__ import annotations

from collections import Counter

from compressors.errors import InputRefused
from pipelines.replays.draws import Draw
from pipelines.replays.formats import filler
from pipelines.replays.items import (
    Item,
    Library,
    Numbering,
    Record,
    content_words,
    headline,
    normalised,
    one_a_cluster,
    telling,
)
from pipelines.replays.manifests import Source, records
from pipelines.replays.solvers.arithmetic import final_of, steps_of
from pipelines.replays.tasks import Problem

_TOPICS = ("arithmetic", "ratios", "money", "time", "percentages", "geometry", "averages")


def read(source: Source) -> Library:
    """The problems of a GSM8K-like set; a question that is repeated is one cluster.

    Raises:
        InputRefused: a question or an answer is no text, or an answer has no ``#### `` line.
    """
    manifest = source.manifest
    read_items: list[tuple[str, str, str]] = []
    for file in manifest.files:
        path = source.base / file.path
        for number, record in records(path, file):
            question, answer = record["question"], record["answer"]
            for field, value in (("question", question), ("answer", answer)):
                if not isinstance(value, str) or not value.strip():
                    raise InputRefused(
                        f"{path}, line {number}, field {field}: expected text, found "
                        f"{value!r:.40}; restore the file from the source in its manifest"
                    )
            assert isinstance(question, str)
            assert isinstance(answer, str)
            if not final_of(answer):
                raise InputRefused(
                    f"{path}, line {number}, field answer: no final answer after '#### '; "
                    "restore the file from the source in its manifest"
                )
            read_items.append((f"{file.path}:{number}", question.strip(), answer))
    frequency: Counter[str] = Counter()
    for question in {question for _, question, _ in read_items}:
        frequency.update(content_words(question))
    numbering = Numbering("P-", digits=5)
    library: dict[str, Record] = {}
    items = []
    for place, question, answer in read_items:
        identifier = numbering.of(normalised(question))
        library.setdefault(identifier, _record(question, identifier, frequency))
        items.append(
            Item(
                dataset=manifest.name,
                source=place,
                cluster=normalised(question),
                request="",
                needed=(identifier,),
                near=(),
                task=Problem(steps_of(answer), final_of(answer)),
            )
        )
    chosen = one_a_cluster(items, manifest=manifest.digest)
    return Library(manifest.name, manifest.digest, chosen, library, manifest.largest)


def _record(question: str, identifier: str, frequency: Counter[str]) -> Record:
    draw = Draw("gsm8k record", identifier)
    words = content_words(question)
    title = headline(words, frequency=frequency)
    return Record(
        id=identifier,
        name=title,
        topic=normalised(question),
        words=words,
        telling=telling(words, frequency=frequency),
        fields={
            "id": identifier,
            "title": title,
            "topic": draw.one_of(_TOPICS),
            "grade": draw.between(3, 8),
            "author": filler.person(draw),
            "updated": filler.day(draw),
            "statement": question,
        },
    )
