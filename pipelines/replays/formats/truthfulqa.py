"""TruthfulQA: questions that invite a popular error, as entries of a fact-checking desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

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
from pipelines.replays.tasks import Question

_DESKS = ("science", "history", "law", "health", "folklore", "economics", "language")


def read(source: Source) -> Library:
    """The questions of a TruthfulQA-like set (mc1: one right choice); a question is a cluster.

    Raises:
        InputRefused: a question is no text, or the choices do not have exactly one right one.
    """
    manifest = source.manifest
    read_items: list[tuple[str, str, str, list[str]]] = []
    for file in manifest.files:
        path = source.base / file.path
        for number, record in records(path, file):
            question, targets = record["question"], record["mc1_targets"]
            where = f"{path}, element {number}"
            if not isinstance(question, str) or not question.strip():
                raise InputRefused(
                    f"{where}, field question: expected text, found {question!r:.40}; "
                    "restore the file from the source in its manifest"
                )
            right, wrong = _choices(targets, where)
            read_items.append((f"{file.path}:{number}", question.strip(), right, wrong))
    frequency: Counter[str] = Counter()
    for _, question, _, _ in read_items:
        frequency.update(content_words(question))
    numbering = Numbering("F-", digits=5)
    library: dict[str, Record] = {}
    items = []
    for place, question, right, wrong in read_items:
        identifier = numbering.of(normalised(question))
        library.setdefault(identifier, _record(question, right, wrong, identifier, frequency))
        # The right choice comes first in the file: shuffled, its place tells nothing.
        choices = Draw("choices", manifest.digest, place).shuffled([right, *wrong])
        items.append(
            Item(
                dataset=manifest.name,
                source=place,
                cluster=normalised(question),
                request=question,
                needed=(identifier,),
                near=(),
                task=Question(tuple(choices), choices.index(right)),
            )
        )
    chosen = one_a_cluster(items, manifest=manifest.digest)
    return Library(manifest.name, manifest.digest, chosen, library)


def _choices(targets: object, where: str) -> tuple[str, list[str]]:
    if isinstance(targets, Mapping):
        right = [str(choice) for choice, value in targets.items() if value == 1]
        wrong = [str(choice) for choice, value in targets.items() if value == 0]
        if len(right) == 1 and wrong and len(wrong) + 1 == len(targets):
            return right[0], wrong
    raise InputRefused(
        f"{where}, field mc1_targets: expected choices of which one is 1 and the others are 0; "
        "restore the file from the source in its manifest"
    )


def _record(
    question: str, right: str, wrong: list[str], identifier: str, frequency: Counter[str]
) -> Record:
    draw = Draw("truthfulqa record", identifier)
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
            "question": question,
            "claim": draw.one_of(wrong),
            "finding": right,
            "desk": draw.one_of(_DESKS),
            "editor": filler.person(draw),
            "checked": filler.day(draw),
            "requests": draw.between(1, 400),
        },
    )
