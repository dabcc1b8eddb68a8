"""Readers of the data sets' own formats: files in, a library of items and records out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

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
    """The data set that ``source`` names, without the items of blocks kept for later.

    Raises:
        InputRefused: a file holds something else than its manifest and format promise.
    """
    read = READERS[source.manifest.format](source)
    library = msgspec.structs.replace(read, blocks=source.manifest.blocks, block=source.block)
    items = tuple(item for item in library.items if library.split(item) != "later")
    return msgspec.structs.replace(library, items=items)
