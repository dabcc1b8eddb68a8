"""All transcripts that a person named, and what of it could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from compressors.errors import InputRefused
from pipelines.traffic.transcripts import Transcript, read_transcripts


@dataclass(frozen=True, slots=True)
class Intake:
    """What was read.

    Attributes:
        transcripts: in the order of the paths, those of one group one after another.
        refused: lines, items and files that should be transcripts and cannot be read.
        skipped: files of searched directories that hold something else.
    """

    transcripts: tuple[Transcript, ...]
    refused: tuple[InputRefused, ...] = ()
    skipped: tuple[InputRefused, ...] = ()


def take_in(paths: Iterable[Path]) -> Intake:
    """Read every transcript below ``paths``; what is bad costs nothing that is good.

    Raises:
        InputRefused: a path does not exist, or there is not one transcript below them all.
    """
    transcripts: list[Transcript] = []
    refused: list[InputRefused] = []
    skipped: list[InputRefused] = []
    for path in paths:
        transcripts += read_transcripts(path, on_refusal=refused.append, on_skip=skipped.append)
    if not transcripts and refused:
        raise refused[0]
    return Intake(tuple(transcripts), tuple(refused), tuple(skipped))
