"""What became of one case: the answer before and after, and what was missing.

Only what may be looked at is shown: the learn part, and blocks that are retired. Whoever has seen
an item may tune on it, and a block that is tuned on certifies nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from compressors.engine import Engine
from compressors.errors import InputRefused
from compressors.profiles import LADDERS, Profile
from pipelines.replays.cases import Case, Rendered
from pipelines.replays.manifests import selected
from pipelines.replays.outcomes import PROFILE, Cases, Outcome, cases_of, compressed, replay
from pipelines.replays.renderings import KINDS_UNDER_TEST
from pipelines.replays.solvers import reader, reuse
from pipelines.replays.tasks import Reuse

Progress = Callable[[str, int, int], None]


class Treated(msgspec.Struct, frozen=True):
    """A case under one profile.

    Attributes:
        profile: The profile's name.
        solved: Whether the task can still be done.
        reached: As `Outcome.reached`.
        tokens_after: Tokens of what is left.
        tokens_returned: Tokens that its handle gave for the query; 0 where it was not asked.
    """

    profile: str
    solved: bool
    reached: str
    tokens_after: int
    tokens_returned: int


class Explanation(msgspec.Struct, frozen=True):
    """A case, what each profile made of it, and what one of them left.

    Attributes:
        case: The case's digest.
        dataset: Its data set.
        kind: What the answer is.
        source: Where the item stands in the data set.
        manner: How the user names what is needed.
        query: What the engine was told.
        solvable: Whether the case is solved uncompressed.
        tokens_before: Tokens of the whole answer.
        profiles: What became of it under each, in the order of the ladder.
        profile: The one that is shown.
        missing: What of the needed is not there any more, a sentence each.
        names: Words that stand beside what is needed in either text, to find the place by.
        before: The whole answer.
        after: What ``profile`` left of it.
    """

    case: str
    dataset: str
    kind: str
    source: str
    manner: str
    query: str
    solvable: bool
    tokens_before: int
    profiles: tuple[Treated, ...]
    profile: str
    missing: tuple[str, ...]
    names: tuple[str, ...]
    before: str
    after: str


def explain(
    identifier: str,
    *,
    data: Path | None,
    engine: Engine,
    profile: str = "",
    outcomes: Sequence[Outcome] = (),
    without: Collection[str] = (),
    progress: Progress = lambda _name, _done, _total: None,
) -> Explanation:
    """What became of the case with this digest under each profile of its kind.

    Args:
        identifier: the case's digest, 16 hex digits, or as many of its first as no other has.
        data: the folder of the public data sets; None for the bundled samples.
        engine: whose code and pepper are used.
        profile: which one is shown; by default the mildest that harms, else the strongest.
        outcomes: of earlier replays: they tell where the case stands. Without, all cases that may
            be looked at are gone through.
        without: conversations that are left out, as in `run_replays`.
        progress: told how many cases were gone through.

    Raises:
        InputRefused: no such case, several, one that may not be looked at, or no such profile.
    """
    case = _found(identifier, data, engine, outcomes, without, progress)
    if case.split != "learn":
        raise InputRefused(
            f"case {case.id} is of the certify part of {case.dataset}, which nobody looks at: what "
            "is seen may be tuned on. Cases of the learn part can be shown, and those of a block "
            f"after `toin replay --retire {case.dataset}`"
        )
    made = [o for o in replay(case, engine, stamp=("", "")) if o.treatment == PROFILE]
    shown = _shown(case, made, profile)
    after = compressed(case, engine.read(case.text), shown, engine).text
    return Explanation(
        case=case.id,
        dataset=case.dataset,
        kind=case.kind,
        source=case.source,
        manner=case.manner,
        query=case.query,
        solvable=made[0].solvable,
        tokens_before=made[0].tokens_before,
        profiles=tuple(
            Treated(o.profile, o.solved, o.reached, o.tokens_after, o.tokens_returned) for o in made
        ),
        profile=shown.name,
        missing=tuple(missing(case, after)),
        names=case.task.values if isinstance(case.task, Reuse) else case.needed,
        before=case.text,
        after=after,
    )


def missing(case: Case, text: str) -> Iterator[str]:
    """What ``text`` has no more of what the case needs, a sentence for each part."""
    if isinstance(case.task, Reuse):
        for value in reuse.gone(text, values=case.task.values, kind=case.kind):
            yield f"the value {value!r}, which a later step used"
        return
    before = reader.find(case.text, case.needed, kind=case.kind)
    left = reader.find(text, case.needed, kind=case.kind)
    for identifier in case.needed:
        if identifier not in left:
            yield f"the record {identifier}"
        else:
            yield from _fields_missing(identifier, before[identifier], left[identifier])


def _fields_missing(
    identifier: str, before: Mapping[str, object], left: Mapping[str, object]
) -> Iterator[str]:
    for name, value in before.items():
        if name not in left:
            yield f"the field {name} of {identifier}"
        elif left[name] != value:
            there, all_of_it = len(str(left[name])), len(str(value))
            yield f"a part of the field {name} of {identifier}: {there} of {all_of_it} characters"


def _shown(case: Case, made: Sequence[Outcome], name: str) -> Profile:
    ladder = {profile.name: profile for profile in LADDERS[case.kind]}
    if name:
        if name not in ladder:
            raise InputRefused(
                f"{name!r} is no profile of {case.kind}; there are {', '.join(ladder)}"
            )
        return ladder[name]
    harmful = (ladder[o.profile] for o in made if o.solvable and not o.solved)
    return next(harmful, LADDERS[case.kind][-1])


def _found(
    identifier: str,
    data: Path | None,
    engine: Engine,
    outcomes: Sequence[Outcome],
    without: Collection[str],
    progress: Progress,
) -> Case:
    known = {o.item: o for o in outcomes if o.item.startswith(identifier)}
    if len(known) > 1:
        raise InputRefused(
            f"{identifier} begins the digests of {len(known)} cases: {', '.join(sorted(known))}; "
            "give more of it"
        )
    told = next(iter(known.values()), None)
    found: dict[str, Case] = {}
    for case in _candidates(data, engine, told, without, progress):
        if case.id == identifier:
            return case
        if case.id.startswith(identifier):
            found[case.id] = case
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise InputRefused(
            f"{identifier} begins the digests of {', '.join(sorted(found))}; give more of it"
        )
    raise InputRefused(
        f"no case that may be looked at has the digest {identifier}; the report lists those that "
        "are harmed, and they need the data sets (--data) and the engine that it was made with"
    )


def _candidates(
    data: Path | None,
    engine: Engine,
    told: Outcome | None,
    without: Collection[str],
    progress: Progress,
) -> Iterator[Case]:
    """The cases that may be meant: the one that an outcome tells of, else all to be looked at."""
    for source in selected(data):
        if told is not None and source.manifest.name != told.dataset:
            continue
        cases = cases_of(source, engine, without)
        for kind in KINDS_UNDER_TEST if told is None else (told.kind,):
            places = list(_places(cases, kind, told))
            for done, place in enumerate(places):
                if not done % 50:
                    progress(f"{source.manifest.name} as {kind}", done, len(places))
                yield cases.case(kind, place)


def _places(cases: Cases, kind: str, told: Outcome | None) -> Iterator[int]:
    for place in range(cases.count(kind)):
        if isinstance(cases, Rendered):
            item = cases.library.items[place]
            if told is not None:
                if item.source == told.source:
                    yield place
            elif cases.library.split(item) == "learn":
                yield place
        else:
            yield place
