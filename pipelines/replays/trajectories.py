"""Trajectories: recorded agent runs, in which a later step shows what of an answer mattered.

The label is what a real model did next: values of a tool's answer that stood nowhere before and
recur in a later message or call (`pipelines.traffic.used` says which values, and where that
errs). Harm is that such a value is gone. Of a task's answers of one kind, over all its recorded
trials, one is taken by hash, so a task is one cluster in each kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from compressors.engine import Engine
from compressors.messages import query_for
from pipelines.replays.cases import Case, orjson_text
from pipelines.replays.draws import digest
from pipelines.replays.items import split_of
from pipelines.replays.manifests import Source
from pipelines.replays.tasks import Reuse
from pipelines.traffic.forms.base import plain_text
from pipelines.traffic.identity import Identity
from pipelines.traffic.transcripts import Transcript, read_transcripts
from pipelines.traffic.used import used_values

FEWEST = 500
"""Characters under which an answer is left alone: there is little to save and nothing to learn."""


class Trajectories(msgspec.Struct, frozen=True):
    """The cases of a set of recorded runs, by kind and there by cluster."""

    dataset: str
    by_kind: Mapping[str, tuple[Case, ...]]

    def count(self, kind: str) -> int:
        """How many cases there are of ``kind``."""
        return len(self.by_kind.get(kind, ()))

    def case(self, kind: str, number: int) -> Case:
        """The case of ``kind`` at the place ``number``, from 0."""
        return self.by_kind[kind][number]


def read_trajectories(
    source: Source, engine: Engine, *, kinds: Sequence[str], without: Collection[str] = ()
) -> Trajectories:
    """The cases of the runs that ``source`` names.

    Args:
        source: a manifest of format ``trajectories``.
        engine: says of which kind an answer is.
        kinds: those under test; answers of others are left out.
        without: conversations that are left out, as telemetry names them under the engine's
            pepper: those that serve as telemetry, since what is learned from may not certify.

    Raises:
        InputRefused: a file holds no transcript in a known form.
    """
    manifest = source.manifest
    drawn: dict[tuple[str, str], tuple[str, Case]] = {}
    for file in manifest.files:
        for transcript in _transcripts(source.base / file.path):
            if without and Identity(engine.pepper, transcript).conversation in without:
                continue
            cluster = f"{file.path.rpartition('/')[0]} {transcript.task}"
            for step, values in used_values(transcript.messages).items():
                case = _case(transcript, step, values, source, cluster, engine, place=file.path)
                if case is None or case.kind not in kinds or case.split == "later":
                    continue
                rank = digest("member", manifest.digest, case.source)
                key = (case.kind, case.cluster)
                if key not in drawn or rank < drawn[key][0]:
                    drawn[key] = rank, case
    by_kind: dict[str, list[Case]] = {kind: [] for kind in kinds}
    for (kind, _), (_, case) in sorted(drawn.items()):
        by_kind[kind].append(case)
    return Trajectories(manifest.name, {kind: tuple(found) for kind, found in by_kind.items()})


def _transcripts(path: Path) -> Iterator[Transcript]:
    # What is damaged is left out; the digest in the manifest says that it was so at the source.
    return read_transcripts(path, on_refusal=lambda _: None, on_skip=lambda _: None)


def _case(
    transcript: Transcript,
    step: int,
    values: tuple[str, ...],
    source: Source,
    cluster: str,
    engine: Engine,
    *,
    place: str,
) -> Case | None:
    text = plain_text(transcript.messages[step].get("content"))
    if len(text) < FEWEST:
        return None
    manifest = source.manifest
    kind = engine.read(text).kind
    query = query_for(transcript.messages, step)
    task = Reuse(values)
    return Case(
        dataset=manifest.name,
        kind=kind,
        id=digest("case", kind, query, text, orjson_text(task))[:16],
        source=f"{place}: {transcript.id}, message {step + 1}",
        cluster=digest("cluster", manifest.digest, cluster)[:16],
        split=split_of(
            cluster, manifest=manifest.digest, blocks=manifest.blocks, block=source.block
        ),
        manner="recorded",
        query=query,
        text=text,
        needed=(),
        task=task,
    )
