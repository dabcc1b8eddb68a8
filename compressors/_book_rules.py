"""What the keys of a ``recommendations.toml`` have to agree on, and the rows it then gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec

from compressors._book_file import CertificateRow, EvidenceRow, RecommendationRow
from compressors._book_reader import NEXT, BookReader
from compressors.errors import ProfileRefused
from compressors.pepper import PUBLIC_PEPPER
from compressors.profiles import Profile, profile
from compressors.structure import is_family


class Slice(NamedTuple):
    """The unit that learns: who pays how, for which model, with contents of which shape."""

    auth_mode: str
    model_family: str
    structure_hash: str


class Canary(NamedTuple):
    """A neighbouring profile on trial with ``share`` per mille of the units."""

    profile: Profile
    experiment: str
    share: int


class Row(msgspec.Struct, frozen=True):
    """The advice for one slice.

    ``confidence`` is 1 - p of the weakest statement behind it; ``observations`` counts
    conversations.
    """

    profile: Profile
    skip: bool
    canary: Canary | None
    confidence: float
    observations: int
    evidence: EvidenceRow

    @property
    def reason(self) -> str:
        """Why the row says what it says, from the closed set."""
        return self.evidence.reason


Standing = Literal["certified", "demonstration", "development", "none"]
"""What certificates are worth, strongest first; ``none`` where there is none."""

_STANDINGS: tuple[Standing, ...] = ("certified", "demonstration", "development", "none")


def standing(
    defaults: Iterable[Profile], rows: Iterable[Row], certificates: Iterable[CertificateRow]
) -> Standing:
    """The weakest status that any lossy default, row or canary rests on."""
    by_profile: dict[str, Standing] = {}
    for bound in certificates:
        by_profile[bound.profile] = _weaker(
            by_profile.get(bound.profile, "certified"), bound.status
        )
    acting = {profile for profile in defaults if not profile.safe}
    for row in rows:
        tried = (row.canary.profile,) if row.canary else ()
        acting.update(each for each in (row.profile, *tried) if not each.safe)
    found: Standing = "certified"
    for each in acting:
        found = _weaker(found, by_profile.get(each.name, "none"))
    return found


def _weaker(one: Standing, other: Standing) -> Standing:
    return max(one, other, key=_STANDINGS.index)


class BookRules:
    """The checks of one file, in its own order.

    Each raises ``PublicationRefused`` with the place of the first key that is wrong.
    """

    def __init__(self, reader: BookReader) -> None:
        self._file = reader.file
        self._reader = reader
        self._refuse = reader.refuse

    def check_head(self) -> None:
        """The head's keys against one another and against whether there are rows."""
        head = self._file.publication
        has_rows = bool(self._file.recommendation)
        for name in ("pepper_id", "origin", "watermark"):
            if has_rows and getattr(head, name) is None:
                self._refuse(
                    f"is missing, although there are rows; {NEXT}", "publication", path=name
                )
            if not has_rows and getattr(head, name) is not None:
                self._refuse(f"belongs to a file with rows; {NEXT}", "publication", path=name)
        if not has_rows and head.control_share:
            self._refuse(f"expected 0 without rows; {NEXT}", "publication", path="control_share")
        if head.watermark is not None and head.watermark.utcoffset() is None:
            self._refuse(f"has no time zone, expected UTC; {NEXT}", "publication", path="watermark")
        if head.demonstration is False:
            self._refuse(
                f"is false, expected true or no such line; {NEXT}",
                "publication",
                path="demonstration",
            )
        if head.pepper_id == PUBLIC_PEPPER.id and not head.demonstration:
            self._refuse(
                "is missing, although the pepper is the public one that everybody knows; "
                "publish under a pepper of your own, made with `toin pepper new`",
                "publication",
                path="demonstration",
            )
        if head.epsilon.keys() != head.datasets.keys():
            self._refuse(
                f"names other data sets than epsilon does; {NEXT}", "publication", path="datasets"
            )

    def defaults(self) -> dict[str, Profile]:
        """The default of each kind that has one."""
        defaults: dict[str, Profile] = {}
        for n, row in enumerate(self._file.default):
            if row.kind in defaults:
                self._refuse(f"{row.kind} has a default already; {NEXT}", "default", n, "kind")
            defaults[row.kind] = self._profile("default", n, "profile", row.profile, row.params)
            self._check_kind("default", n, defaults[row.kind], row.kind)
        return defaults

    def certificates(self) -> tuple[CertificateRow, ...]:
        """The certificates as they stand."""
        for n, row in enumerate(self._file.certificate):
            self._check_kind(
                "certificate", n, self._profile("certificate", n, "profile", row.profile), row.kind
            )
            if row.harms > row.n:
                self._refuse(f"is {row.harms} of {row.n}; {NEXT}", "certificate", n, "harms")
            if row.dataset not in self._file.publication.datasets:
                self._refuse(
                    f"{row.dataset} is not among publication.datasets; {NEXT}",
                    "certificate",
                    n,
                    "dataset",
                )
        return tuple(self._file.certificate)

    def rows(self) -> dict[Slice, Row]:
        """The advice by slice."""
        rows: dict[Slice, Row] = {}
        for n, row in enumerate(self._file.recommendation):
            if not is_family(row.model_family):
                self._refuse(
                    f"is {row.model_family[:60]!r}, which is no model family; {NEXT}",
                    "recommendation",
                    n,
                    "model_family",
                )
            key = Slice(row.auth_mode, row.model_family, row.structure_hash)
            if key in rows:
                self._refuse(
                    f"the slice has a row already; {NEXT}", "recommendation", n, "structure_hash"
                )
            rows[key] = self._row(n, row)
        return rows

    def _row(self, n: int, row: RecommendationRow) -> Row:
        chosen = self._profile("recommendation", n, "strategy_hint", row.strategy_hint, row.params)
        if row.skip_compression_recommended != chosen.params.passthrough:
            self._refuse(
                f"does not agree with strategy_hint {chosen.name}; {NEXT}",
                "recommendation",
                n,
                "skip_compression_recommended",
            )
        for name in ("net_savings", "regret"):
            low, high = getattr(row.evidence, name)
            if low > high:
                self._refuse(
                    f"is [{low}, {high}], expected the lower bound first; {NEXT}",
                    "recommendation",
                    n,
                    f"evidence.{name}",
                )
        canary = None
        if row.canary is not None:
            tried = self._profile("recommendation", n, "canary.profile", row.canary.profile)
            if tried.kind != chosen.kind or tried.name == chosen.name:
                self._refuse(
                    f"{tried.name} is no neighbour of {chosen.name}; {NEXT}",
                    "recommendation",
                    n,
                    "canary.profile",
                )
            canary = Canary(tried, row.canary.experiment, row.canary.share)
        return Row(
            profile=chosen,
            skip=row.skip_compression_recommended,
            canary=canary,
            confidence=row.confidence,
            observations=row.observations,
            evidence=row.evidence,
        )

    def _profile(
        self, table: str, n: int, path: str, name: str, params: Mapping[str, object] | None = None
    ) -> Profile:
        try:
            return profile(name.partition(".")[0], name, params)
        except ProfileRefused as error:
            at = path if error.field == "profile" else f"params.{error.field}"
            self._refuse(f"{error.reason}; {NEXT}", table, n, at)

    def _check_kind(self, table: str, n: int, found: Profile, kind: str) -> None:
        if found.kind != kind:
            self._refuse(f"{found.name} is no profile for {kind}; {NEXT}", table, n, "profile")
