"""TruthfulQA: questions that invite a popular error, as entries of a fact-checking desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

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
from pipelines.replays.tasks import Question, Task, Verdicts

_DESKS = ("science", "history", "law", "health", "folklore", "economics", "language")


def read(source: Source) -> Library:
    """The questions of a TruthfulQA-like set; a question is a cluster.

    Of its two tasks, to find the one right choice (mc1) and, where the file has it, to sort out
    all right ones (mc2), one is taken, by hash.

    Raises:
        InputRefused: a question is no text, or the choices do not have exactly one right one.
    """
    manifest = source.manifest
    read_items: list[_Entry] = []
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
            right, wrong = _choices(targets, "mc1_targets", where)
            if len(right) != 1:
                raise _refused("mc1_targets", where)
            sorted_out = None
            if "mc2_targets" in file.fields:
                sorted_out = _choices(record["mc2_targets"], "mc2_targets", where)
            place = f"{file.path}:{number}"
            read_items.append(_Entry(place, question.strip(), right[0], wrong, sorted_out))
    frequency: Counter[str] = Counter()
    for entry in read_items:
        frequency.update(content_words(entry.question))
    numbering = Numbering("F-", digits=5)
    library: dict[str, Record] = {}
    items = []
    for entry in read_items:
        identifier = numbering.of(normalised(entry.question))
        library.setdefault(identifier, _record(entry, identifier, frequency))
        items += [
            Item(
                dataset=manifest.name,
                source=f"{entry.place} {name}",
                cluster=normalised(entry.question),
                request=entry.question,
                needed=(identifier,),
                near=(),
                task=task,
            )
            for name, task in _tasks(entry, Draw("choices", manifest.digest, entry.place))
        ]
    chosen = one_a_cluster(items, manifest=manifest.digest)
    return Library(manifest.name, manifest.digest, chosen, library, manifest.largest)


class _Entry(NamedTuple):
    """A question of the file; ``sorted_out`` are the right and the wrong choices of mc2."""

    place: str
    question: str
    right: str
    wrong: list[str]
    sorted_out: tuple[list[str], list[str]] | None


def _tasks(entry: _Entry, draw: Draw) -> Iterator[tuple[str, Task]]:
    """What can be asked about a question.

    The right choices come first in the file: shuffled, their place tells nothing.
    """
    choices = draw.shuffled([entry.right, *entry.wrong])
    yield "mc1", Question(tuple(choices), choices.index(entry.right))
    if entry.sorted_out:
        right, wrong = entry.sorted_out
        choices = draw.shuffled([*right, *wrong])
        yield "mc2", Verdicts(tuple(choices), tuple(n for n, c in enumerate(choices) if c in right))


def _choices(targets: object, field: str, where: str) -> tuple[list[str], list[str]]:
    """The right choices and the wrong ones; there are some of each."""
    if isinstance(targets, Mapping):
        right = [str(choice) for choice, value in targets.items() if value == 1]
        wrong = [str(choice) for choice, value in targets.items() if value == 0]
        if right and wrong and len(right) + len(wrong) == len(targets):
            return right, wrong
    raise _refused(field, where)


def _refused(field: str, where: str) -> InputRefused:
    several = "one is" if field == "mc1_targets" else "some are"
    return InputRefused(
        f"{where}, field {field}: expected choices of which {several} 1 and the others are 0; "
        "restore the file from the source in its manifest"
    )


def _record(entry: _Entry, identifier: str, frequency: Counter[str]) -> Record:
    draw = Draw("truthfulqa record", identifier)
    words = content_words(entry.question)
    title = headline(words, frequency=frequency)
    fields: dict[str, object] = {
        "id": identifier,
        "title": title,
        "question": entry.question,
        "claim": draw.one_of(entry.wrong),
        "finding": entry.right,
    }
    if entry.sorted_out:
        fields["also_true"] = [c for c in entry.sorted_out[0] if c != entry.right]
    return Record(
        id=identifier,
        name=title,
        topic=normalised(entry.question),
        words=words,
        telling=telling(words, frequency=frequency),
        fields={
            **fields,
            "desk": draw.one_of(_DESKS),
            "editor": filler.person(draw),
            "checked": filler.day(draw),
            "requests": draw.between(1, 400),
        },
    )
