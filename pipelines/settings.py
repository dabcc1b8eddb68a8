"""The numbers of the method: one struct that every part of the platform is handed.

Contract: docs/contracts.md, section "How a profile is chosen". Nothing here is read from
the environment; a home may keep its own values in ``settings.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from compressors.errors import ConfigurationError

Share = Annotated[float, Meta(gt=0, lt=1)]
Positive = Annotated[int, Meta(gt=0)]
PerMille = Annotated[int, Meta(ge=0, le=500)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{24}$")]


class Pin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A slice whose profile a person has fixed. It still has to be in the kind's safe set.

    ``until`` is the last day, of the newest event, on which it acts; None for no end.
    """

    auth_mode: str
    model_family: str
    structure_hash: Hash
    profile: str
    why: str = ""
    until: date | None = None

    @property
    def slice(self) -> tuple[str, str, str]:
        """What it is about: auth mode, model family and structure hash."""
        return (self.auth_mode, self.model_family, self.structure_hash)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What decides how much evidence is enough, and how it is gathered.

    Attributes:
        delta: Chance that any certified profile of any kind exceeds its epsilon.
        alpha: Error of a statement about a slice, after selection.
        regret_limit: Share of compressions that may be asked for again.
        counted_per_conversation: B, the first compressions of a conversation that count.
        follow_up_hours: How long after its start a live conversation enters the evidence.
        clip_tokens: Largest conversation, in tokens before compression, that counts whole.
        half_life_days: Half the length of an evidence window; a window opens every half-life.
        canary_window_days: How long a canary has to earn its promotion.
        instance_cap: Largest share of a slice's evidence that one instance may hold.
        canary_share: Per mille of the units that a canary is tried on.
        control_share: Per mille of the units that pass uncompressed.
        min_instances: Fewest instances for a row; 1 for a single organisation that says so.
        min_conversations: Fewest conversations for a row.
        max_bad_share: Largest share of quarantined rows with which anything is published.
        events_at: Folder (within the home, unless absolute) or address where events stand as
            Parquet, a folder a day; empty keeps them in the warehouse's file.
        retention_days: Days that events are kept, from the night they are erased; 0 keeps all.
        pins: Slices whose profile a person has fixed; those of ``pins.toml`` are added.
    """

    delta: Share = 0.05
    alpha: Share = 0.05
    regret_limit: Share = 0.05
    counted_per_conversation: Positive = 4
    follow_up_hours: Annotated[int, Meta(ge=0)] = 24
    clip_tokens: Positive = 200_000
    half_life_days: Positive = 14
    canary_window_days: Positive = 28
    instance_cap: Annotated[float, Meta(gt=0, le=1)] = 0.2
    canary_share: PerMille = 50
    control_share: PerMille = 10
    min_instances: Positive = 5
    min_conversations: Positive = 50
    max_bad_share: Annotated[float, Meta(ge=0, le=1)] = 0.05
    events_at: str = ""
    retention_days: Annotated[int, Meta(ge=0)] = 0
    pins: tuple[Pin, ...] = ()

    @property
    def effective_cap(self) -> float:
        """The instance cap, loosened where fewer instances are enough than it asks for.

        With ``min_instances`` 1 a single instance must be able to hold all the evidence.
        """
        return max(self.instance_cap, 1 / self.min_instances)


def parse_settings(values: Mapping[str, object], *, source: str) -> Settings:
    """Settings from a mapping; what it does not name keeps its default.

    Raises:
        ConfigurationError: an unknown name, or a value out of range; ``source`` names the file.
    """
    try:
        return msgspec.convert(dict(values), Settings)
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"{source} cannot be used: {error}; the names and their ranges stand in "
            "docs/contracts.md under “How a profile is chosen”"
        ) from error


def load_settings(path: Path) -> Settings:
    """Settings kept at ``path`` as TOML; the defaults where there is no such file.

    Raises:
        ConfigurationError: the file cannot be read, is not TOML, or holds a wrong value.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the settings {path} cannot be read ({error})") from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"the settings {path} are not TOML ({error}); mend the line or remove the file"
        ) from error
    return parse_settings(values, source=str(path))
