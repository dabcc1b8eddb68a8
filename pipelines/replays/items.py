"""Items: what a data set asks, which records answer it, and which of them count.

Items that are not independent (one base question, one scenario, one group of function
documents) form a cluster. One member a cluster is chosen by hash, and the cluster falls to
``learn`` or to a block of ``certify`` by hash, both before any outcome is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from pipelines.replays.draws import digest
from pipelines.replays.tasks import Task

LEARN_PERCENT = 20
"""The share of the clusters that may be looked at and tuned on."""

Split = Literal["learn", "certify", "later"]
"""What may be looked at, the block that certificates are tested on, blocks kept for after it."""


class Record(msgspec.Struct, frozen=True):
    """One record of a tool's answer, before it is rendered.

    ``id`` is how a system names it, ``name`` how a person does. ``topic`` tells what it is
    about (a question, a function's name): two records of one answer never share it. ``words``
    are the words in it that carry meaning, ``telling`` the rarer half of them, by which a
    person would refer to it. ``fields`` are its columns in order, ``id`` among them.
    """

    id: str
    name: str
    topic: str
    words: tuple[str, ...]
    telling: tuple[str, ...]
    fields: dict[str, object]


class Item(msgspec.Struct, frozen=True):
    """One member of a data set.

    ``source`` says where it stands, ``cluster`` what it depends on. ``request`` is the user's
    own text where the data set has one. ``needed`` and ``near`` are ids of records: those the
    answer rests on, and those that the data set itself puts beside them.
    """

    dataset: str
    source: str
    cluster: str
    request: str
    needed: tuple[str, ...]
    near: tuple[str, ...]
    task: Task


class Library(msgspec.Struct, frozen=True):
    """A data set ready to be rendered: one item a cluster, and all records by id.

    ``largest`` is how many characters of JSON an answer may have, ``block`` which of the
    ``blocks`` of the certify part is the current one.
    """

    dataset: str
    digest: str
    items: tuple[Item, ...]
    records: dict[str, Record]
    largest: int
    blocks: int = 1
    block: int = 1

    def split(self, item: Item) -> Split:
        """The part of the data set that ``item`` falls to while ``block`` is the current one."""
        return split_of(item.cluster, manifest=self.digest, blocks=self.blocks, block=self.block)


def split_of(cluster: str, *, manifest: str, blocks: int = 1, block: int = 1) -> Split:
    """What a cluster is for while ``block`` of ``blocks`` is the current one, both from 1.

    A block before the current one is retired: its clusters may be looked at.
    """
    if int(digest("split", manifest, cluster)[:12], 16) % 100 < LEARN_PERCENT:
        return "learn"
    own = 1 + int(digest("block", manifest, cluster)[:12], 16) % blocks
    return "learn" if own < block else "certify" if own == block else "later"


def one_a_cluster(items: Iterable[Item], *, manifest: str) -> tuple[Item, ...]:
    """One member of each cluster, chosen by hash; ordered by cluster."""
    chosen: dict[str, tuple[str, Item]] = {}
    for item in items:
        rank = digest("member", manifest, item.cluster, item.source)
        if item.cluster not in chosen or rank < chosen[item.cluster][0]:
            chosen[item.cluster] = (rank, item)
    return tuple(item for _, (_, item) in sorted(chosen.items()))


def normalised(text: str) -> str:
    """``text`` without case, punctuation and differences in white space."""
    return " ".join(re.findall(r"\w+", text.lower()))


class Numbering:
    """Ids that look like a system's own: a prefix, and digits that follow no order.

    Args:
        prefix: what the ids start with.
        digits: how many digits follow.
    """

    def __init__(self, prefix: str, *, digits: int) -> None:
        self._prefix = prefix
        self._digits = digits
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, topic: str) -> str:
        """The id of ``topic``: always the same, and never one that another topic has."""
        attempt = 0
        while topic not in self._given:
            number = int(digest("id", topic, str(attempt))[:12], 16) % 10**self._digits
            name = f"{self._prefix}{number:0{self._digits}d}"
            if name not in self._taken:
                self._taken.add(name)
                self._given[topic] = name
            attempt += 1
        return self._given[topic]


_STOP = frozenset(
    word
    for line in (
        "about above after again against also although among another any are around away because",
        "been before being below between both but can cannot could did does doing done down during",
        "each either else enough even ever every few for from further gave get gets getting give",
        "gives given goes going gone got had has have having her here hers him his how however",
        "into its itself just keep keeps kept know last least left less let like made make makes",
        "making many may might more most much must need needs never next not now off often once",
        "one ones only other others our out over own per put rather same says see several she",
        "should since some still such take takes than that the their them then there these they",
        "thing things this those though through too took total toward under until upon use used",
        "uses using very want wants was way well were what when where whether which while who",
        "whole whom whose why will with without would yet you your two three four five six seven",
        "eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety",
        "hundred thousand first second third half quarter twice double triple dozen and all ago",
        "yes don doesn isn aren wasn",
    )
    for word in line.split()
)


def content_words(text: str) -> tuple[str, ...]:
    """The words of ``text`` that carry its meaning, in order, each once, in lower case.

    Numbers, number words and words under three letters do not.
    """
    words = re.findall(r"[^\W\d_]{3,}", text.lower())
    return tuple(dict.fromkeys(word for word in words if word not in _STOP))


def rarest(words: tuple[str, ...], *, frequency: Mapping[str, int], count: int) -> tuple[str, ...]:
    """The ``count`` of ``words`` that the fewest records share, in the order they stand in."""
    ranked = sorted(range(len(words)), key=lambda place: (frequency.get(words[place], 0), place))
    return tuple(words[place] for place in sorted(ranked[:count]))


def telling(words: tuple[str, ...], *, frequency: Mapping[str, int]) -> tuple[str, ...]:
    """The rarer half of ``words``: those by which a person would refer to what they stand in."""
    return rarest(words, frequency=frequency, count=max(4, (len(words) + 1) // 2))


def headline(words: tuple[str, ...], *, frequency: Mapping[str, int], length: int = 4) -> str:
    """A short name from the ``length`` rarest of ``words``, in the order in which they stand."""
    chosen = rarest(words, frequency=frequency, count=length)
    return " ".join(word.capitalize() for word in chosen) or "Untitled"
