"""A sample of conversations under one profile: capped by instance, ready to be weighed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipelines import evidence
from pipelines.choice.model import Observed
from pipelines.evidence import Interval
from pipelines.settings import Settings


class Sample(NamedTuple):
    """The conversations that count, in the order in which they entered."""

    regrets: list[int]
    counted: list[int]
    saved: list[int]
    before: list[int]
    instances: list[str]

    @property
    def conversations(self) -> int:
        """How many conversations count."""
        return len(self.before)

    @property
    def distinct_instances(self) -> int:
        """How many instances they come from."""
        return len(set(self.instances))


EMPTY = Sample([], [], [], [], [])
"""No conversation at all."""


class Weighed(NamedTuple):
    """Bounds on regret and net savings of one sample, each interval at the same alpha."""

    regret: Interval
    net: Interval


def merged(rows: Iterable[Observed]) -> list[Observed]:
    """One row a conversation, in order of start, however many arms and passes it met.

    Its instance is that of its first row, its start the earliest.
    """
    whole: dict[str, Observed] = {}
    for row in sorted(rows, key=lambda r: (r.started, r.conversation, r.publication, r.arm)):
        first = whole.get(row.conversation)
        whole[row.conversation] = (
            row
            if first is None
            else first._replace(
                counted=first.counted + row.counted,
                regrets=first.regrets + row.regrets,
                before=first.before + row.before,
                saved=first.saved + row.saved,
            )
        )
    return list(whole.values())


def sample(rows: Iterable[Observed], *, settings: Settings) -> Sample:
    """The merged conversations that the instance cap lets in, before any outcome is looked at."""
    everyone = merged(rows)
    admitted = evidence.admit([row.instance for row in everyone], cap=settings.effective_cap)
    rows_in = [everyone[place] for place in admitted]
    most = settings.counted_per_conversation
    # A conversation whose pieces ran under several publications may count more than B in sum. A
    # regret proves its compression, also where the segment with that one never arrived; where it
    # did, perhaps under another publication, the compression is counted there already.
    return Sample(
        regrets=[min(row.regrets, most) for row in rows_in],
        counted=[min(max(row.counted, row.regrets), most) for row in rows_in],
        saved=[row.saved for row in rows_in],
        before=[row.before for row in rows_in],
        instances=[row.instance for row in rows_in],
    )


def weigh(of: Sample, *, alpha: float, settings: Settings) -> Weighed:
    """Both intervals of a sample, each wrong with chance at most alpha at any time."""
    return Weighed(
        regret=evidence.regret_interval(
            of.regrets,
            of.counted,
            per_conversation=settings.counted_per_conversation,
            alpha=alpha,
        ),
        net=evidence.net_savings_interval(
            of.saved, of.before, clip_tokens=settings.clip_tokens, alpha=alpha
        ),
    )


def p_kept(of: Sample, *, settings: Settings) -> float:
    """p-value of "the regret rate is at least the limit"."""
    return evidence.p_regret_below(
        of.regrets,
        of.counted,
        per_conversation=settings.counted_per_conversation,
        rate=settings.regret_limit,
    )


def p_gains(of: Sample, *, settings: Settings) -> float:
    """p-value of "net savings are at most 0"."""
    return evidence.p_savings_above(of.saved, of.before, clip_tokens=settings.clip_tokens, net=0.0)


def p_exceeds(of: Sample, *, settings: Settings) -> float:
    """p-value of "the regret rate is at most the limit", with any one instance left out."""
    most, rate = settings.counted_per_conversation, settings.regret_limit
    if settings.min_instances == 1:
        return evidence.p_regret_above(of.regrets, of.counted, per_conversation=most, rate=rate)
    return evidence.worst_p_regret_above(
        of.regrets, of.counted, of.instances, per_conversation=most, rate=rate
    )


def p_loses(of: Sample, *, settings: Settings) -> float:
    """p-value of "net savings are at least 0", with any one instance left out."""
    clip = settings.clip_tokens
    if settings.min_instances == 1:
        return evidence.p_savings_below(of.saved, of.before, clip_tokens=clip, net=0.0)
    return evidence.worst_p_savings_below(
        of.saved, of.before, of.instances, clip_tokens=clip, net=0.0
    )


def gate(of: Sample, *, settings: Settings) -> str | None:
    """Why this sample is too small for a row, None where it is not."""
    if not of.conversations:
        return "no_evidence"
    if of.distinct_instances < settings.min_instances:
        return "too_few_instances"
    if of.conversations < settings.min_conversations:
        return "too_few_conversations"
    return None


def percent(share: float) -> str:
    """A share as a person reads it."""
    return f"{f'{100 * share:.1f}'.removesuffix('.0')} %"


def in_words(of: Sample) -> str:
    """How much a sample is, as a person reads it."""
    return f"{of.conversations} conversations of {of.distinct_instances} instances"


def too_few(of: Sample, seen: Sequence[Observed], why: str, *, settings: Settings) -> str:
    """The sentence for a slice under a gate."""
    if why == "no_evidence":
        return "no conversation shows what a safe profile does here, so the default acts"
    total = len({row.conversation for row in seen})
    capped = (
        f" after the cap of {percent(settings.effective_cap)} an instance ({total} seen)"
        if total != of.conversations
        else ""
    )
    return (
        f"{in_words(of)}{capped}; a row needs {settings.min_conversations} conversations of "
        f"{settings.min_instances} instances, so the default acts"
    )
