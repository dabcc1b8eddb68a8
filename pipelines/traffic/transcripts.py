"""Recorded transcripts of any known form, as conversations in OpenAI chat form.

Grouping. A conversation belongs to an instance, the stand-in for the proxy that would have
seen it. For recordings that is the file. Where one file holds many tasks and no other file
stands beside it to tell instances apart (a path that leads to one file, a JSON array of
runs, a log of many samples), the tasks modulo 8 are the instances: trials of one task share
one, and no single task can stand for several.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from compressors.errors import InputRefused
from pipelines.traffic.documents import Document, Entry, find_documents, read_document
from pipelines.traffic.forms import FORMS, Draft, FormError, Message

GROUPS_IN_ONE_FILE = 8
_MOST_KEYS = 8

OnRefusal = Callable[[InputRefused], None]


@dataclass(frozen=True, slots=True)
class Transcript:
    """One recorded conversation.

    Attributes:
        id: the recording's own name for it, else its file and place in it.
        group: the instance it belongs to, in plain words; keyed before it goes anywhere.
        messages: OpenAI chat, tool messages with ``tool_call_id`` and ``name``.
        model: the model's name as recorded, empty where it was not.
        where: file and line or item, for messages to a person.
        task: what the conversation was about, as the recording names it: trials of one task
            share it. Where it names none, its place in the file.
    """

    id: str
    group: str
    messages: tuple[Message, ...]
    model: str = ""
    where: str = ""
    task: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the conversation itself; never leaves the process unkeyed."""
        written = orjson.dumps(self.messages, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(written).hexdigest()


def read_transcripts(
    path: Path, *, on_refusal: OnRefusal | None = None, on_skip: OnRefusal | None = None
) -> Iterator[Transcript]:
    """The transcripts in the file ``path``, or in the files below the directory ``path``.

    ``on_refusal`` hears of every line, item or file that cannot be read, after which the
    next one is read; without it the first refusal is raised. ``on_skip`` hears of the files
    of a searched directory in which nothing has a known form: data beside the transcripts.

    Raises:
        InputRefused: nothing at ``path`` is a transcript; or, without ``on_refusal``,
            something at ``path`` cannot be read.
    """
    files = find_documents(path)
    searched = path.is_dir()
    found = False
    skipped: list[InputRefused] = []
    for file in files:
        refusals: list[InputRefused] = []
        unknown: list[InputRefused] = []
        name = file.relative_to(path).as_posix() if searched else file.name
        transcripts: list[Transcript] = []
        try:
            document = read_document(file)
        except InputRefused as refusal:
            refusals.append(refusal)
        else:
            refusals += document.flaws
            drafts = list(_drafts(document, refusals=refusals, unknown=unknown))
            split = document.whole or len(files) == 1
            transcripts = _named(drafts, file=name, split=split)
        if searched and unknown and not transcripts and not refusals:
            # Not one known record: this is no transcript file that happens to lie here.
            skipped.append(unknown[0])
            if on_skip:
                on_skip(unknown[0])
            continue
        for flaw in refusals + unknown:
            if on_refusal is None:
                raise flaw
            on_refusal(flaw)
        found = found or bool(transcripts) or bool(refusals)
        yield from transcripts
    if skipped and not found:
        raise InputRefused(
            f"{path}: {len(skipped)} files and no transcript among them; the first one is "
            f"refused since {skipped[0]}"
        )


def _drafts(
    document: Document, *, refusals: list[InputRefused], unknown: list[InputRefused]
) -> Iterator[tuple[Entry, Draft]]:
    for entry in document.entries:
        record = entry.value
        form = next(
            (form for form in FORMS if isinstance(record, dict) and form.recognises(record)), None
        )
        if form is None:
            unknown.append(InputRefused(_unknown(entry)))
            continue
        try:
            drafts = form.read(record)
        except FormError as error:
            refusals.append(
                InputRefused(
                    f"{entry.where}: looks like {form.name}, but {error}; mend that or take it out"
                )
            )
            continue
        for draft in drafts:
            yield entry, draft


def _unknown(entry: Entry) -> str:
    if isinstance(entry.value, dict):
        keys = sorted(entry.value)
        seen = f"the keys {', '.join(keys[:_MOST_KEYS])}{', …' if len(keys) > _MOST_KEYS else ''}"
        if {"event_id", "schema"} <= entry.value.keys():
            return (
                f"{entry.where}: is a telemetry event, not a transcript; read segments with "
                "`toin ingest` or give them to `toin run --telemetry`"
            )
    else:
        seen = f"a {type(entry.value).__name__} instead of an object"
    known = "; ".join(f"{form.name} ({form.keys})" for form in FORMS)
    return (
        f"{entry.where}: is no transcript in a known form: it has {seen}; known are {known}; "
        "convert it to OpenAI chat or leave it out"
    )


def _named(drafts: list[tuple[Entry, Draft]], *, file: str, split: bool) -> list[Transcript]:
    """The drafts with their id and group, as the module's text says, a group after another."""
    tasks = [draft.task or str(entry.place) for entry, draft in drafts]
    split = split and len(set(tasks)) > 1
    places = {task: place for place, task in enumerate(dict.fromkeys(tasks))}
    named = [
        Transcript(
            id=draft.id or f"{file}#{entry.place}",
            group=f"{file}#{_modulo(task, places[task])}" if split else file,
            messages=draft.messages,
            model=draft.model,
            where=entry.where,
            task=task,
        )
        for (entry, draft), task in zip(drafts, tasks, strict=True)
    ]

    return sorted(named, key=lambda transcript: transcript.group)


def _modulo(task: str, place: int) -> int:
    """A numbered task by its number, any other by its place among the file's tasks."""
    return (int(task) if task.isdecimal() else place) % GROUPS_IN_ONE_FILE
