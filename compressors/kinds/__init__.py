"""The nine kinds of content, in the order in which a text is held against them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from compressors.kinds import code, config, diff, html, json, log, search, table, text
from compressors.kinds.base import Kind

__all__ = ["KINDS"]

# What has the clearest marks goes first; every text is a text.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.NAME: kind for kind in (json, diff, html, search, table, log, code, config, text)}
)
