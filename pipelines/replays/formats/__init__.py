"""Readers of the data sets' own formats: files in, a library of items and records out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipelines.replays.formats import bfcl, gsm8k, truthfulqa
from pipelines.replays.items import Library
from pipelines.replays.manifests import Format, Source

__all__ = ["READERS", "read_library"]

READERS: Mapping[Format, Callable[[Source], Library]] = {
    "gsm8k": gsm8k.read,
    "truthfulqa": truthfulqa.read,
    "bfcl": bfcl.read,
}


def read_library(source: Source) -> Library:
    """The data set that ``source`` names.

    Raises:
        InputRefused: a file holds something else than its manifest and format promise.
    """
    return READERS[source.manifest.format](source)
