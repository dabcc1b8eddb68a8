"""Which branch a content takes: its slice's row, the row's canary, or none on purpose.

Contract: docs/contracts.md, paragraph "Arms". A draw depends on pepper, experiment and unit
alone: whoever is drawn stays drawn, in every process and on every day.
"""

from __future__ import annotations

import re

from compressors._results import Decision
from compressors.book import Row, Slice, experiment
from compressors.events import AuthMode
from compressors.pepper import Pepper
from compressors.profiles import PASSTHROUGH

_KEYED = re.compile(r"[0-9a-f]{16}")


def draw(
    row: Row, *, where: Slice, mode: AuthMode, unit: str, control: int, pepper: Pepper, code: str
) -> Decision:
    """The arm of ``unit`` in the slice ``where`` that has ``row``.

    ``control`` is per mille, ``code`` the full engine digest. The control is drawn first, then
    the canary. Shares say how often a unit ends in that arm of its draw.
    """
    drawn, share = experiment(where, row.profile, engine=code), control
    if _falls(pepper, "control", drawn, unit, share):
        untouched = PASSTHROUGH[row.profile.kind]
        return Decision(mode, where.model_family, untouched, "control", drawn, unit, share)
    if row.canary is not None:
        drawn, share = row.canary.experiment, row.canary.share
        if _falls(pepper, "canary", drawn, unit, share):
            tried = row.canary.profile
            return Decision(mode, where.model_family, tried, "canary", drawn, unit, share)
    return Decision(mode, where.model_family, row.profile, "recommended", drawn, unit, 1000 - share)


def keyed(pepper: Pepper, value: str) -> str:
    """A keyed digest as it is, any other text keyed, so that no text ever leaves."""
    return value if _KEYED.fullmatch(value) else pepper.key(value)


def _falls(pepper: Pepper, label: str, drawn: str, unit: str, share: int) -> bool:
    return pepper.draw(label, drawn, unit) < share / 1000
