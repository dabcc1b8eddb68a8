"""Cases: one item as a task of an agent, its records among many others in a tool's answer.

How large the answer is, which others stand in it, in which order, how the item is asked for and
how the answer looks: all of it is drawn by hash of the item, before anything is compressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import msgspec
import orjson

from compressors.messages import query_for
from pipelines.replays.draws import Draw, digest
from pipelines.replays.items import Item, Library, Record, Split
from pipelines.replays.references import MANNERS, Manner, said
from pipelines.replays.renderings import RENDERINGS
from pipelines.replays.tasks import Problem, Question, Task, Verdicts

SIZES = (2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 200_000)
"""Characters of JSON at which the sizes of answers change from one band to the next.

The same records take up to twice as many in kinds that say more around them.
"""

SHARES = (5, 5, 5, 4, 3, 2, 1)
"""How often a size falls into each band: most answers of tools are short, few are long."""

FEWEST = 2
"""How many records stand at least around those that are needed."""

_LONGEST = 4_000


class Case(msgspec.Struct, frozen=True):
    """An item as one kind of tool answer.

    Attributes:
        dataset: The data set's name.
        kind: What the answer is rendered as.
        id: 16 hex digits: digest of everything that a solver or the engine is given.
        source: Where the item stands in the data set.
        cluster: Digest of what the item depends on, 16 hex digits.
        split: Whether it may be looked at.
        manner: How the user names what is needed.
        query: What the engine is told, derived as a proxy derives it.
        text: The tool's answer, uncompressed.
        needed: Ids of the records that the answer rests on.
        task: What a solver has to do with them.
        messages: The talk that ends with the answer, in OpenAI chat form, where a model can be
            asked to finish it; else nothing.
    """

    dataset: str
    kind: str
    id: str
    source: str
    cluster: str
    split: Split
    manner: Manner
    query: str
    text: str
    needed: tuple[str, ...]
    task: Task
    messages: tuple[dict[str, object], ...] = ()


def build(item: Item, library: Library, *, kind: str) -> Case:
    """The case that ``item`` makes when its answer is rendered as ``kind``."""
    draw = Draw("case", library.digest, item.cluster)
    targets = [library.records[identifier] for identifier in item.needed]
    others = _others(item, targets, library, draw)
    manner = draw.one_of(MANNERS)
    user, search = said(item, targets, others, manner, draw)
    records = draw.shuffled([*targets, *others])
    text = RENDERINGS[kind].render(records, Draw("rendering", kind, library.digest, item.cluster))
    messages = _messages(item.task, user, search, text, draw)
    query = query_for(messages, len(messages) - 1)
    return Case(
        dataset=item.dataset,
        kind=kind,
        id=digest("case", kind, query, text, *item.needed, orjson_text(item.task))[:16],
        source=item.source,
        cluster=digest("cluster", library.digest, item.cluster)[:16],
        split=library.split(item),
        manner=manner,
        query=query,
        text=text,
        needed=item.needed,
        task=item.task,
        messages=tuple(messages),
    )


class Rendered(msgspec.Struct, frozen=True):
    """The cases that a library's items make in each of ``kinds``."""

    library: Library
    kinds: tuple[str, ...]

    @property
    def dataset(self) -> str:
        """The data set's name."""
        return self.library.dataset

    def count(self, kind: str) -> int:
        """How many cases there are, which is the same in each of ``kinds``."""
        return len(self.library.items) if kind in self.kinds else 0

    def case(self, kind: str, number: int) -> Case:
        """The case of ``kind`` at the place ``number``, from 0; built when it is asked for."""
        return build(self.library.items[number], self.library, kind=kind)


def orjson_text(value: object) -> str:
    """``value`` as canonical JSON text."""
    return msgspec.json.encode(value, order="sorted").decode()


def _others(item: Item, targets: Sequence[Record], library: Library, draw: Draw) -> list[Record]:
    """The records around: those that the data set puts there, then any of its others."""
    wanted = size_of(draw, library.largest)
    pool = list(library.records.values())
    near = [library.records[identifier] for identifier in draw.shuffled(item.near)]
    drawn = (pool[index] for index in draw.each_of(len(pool)))
    seen = {key for target in targets for key in _keys(target)}
    size = sum(_size(target) for target in targets)
    others: list[Record] = []
    for record in chain(near, drawn):
        if len(others) >= FEWEST and size >= wanted:
            break
        if _size(record) > _LONGEST or not seen.isdisjoint(_keys(record)):
            continue
        seen.update(_keys(record))
        size += _size(record)
        others.append(record)
    return others


def size_of(draw: Draw, largest: int) -> int:
    """How many characters of JSON an answer has, drawn as `SIZES` and `SHARES` say.

    Bands beyond ``largest`` are not drawn, and the last one ends there.
    """
    bands = [
        (low, min(high, largest))
        for low, high, share in zip(SIZES, SIZES[1:], SHARES, strict=False)
        for _ in range(share)
        if low < largest
    ]
    return draw.between(*draw.one_of(bands)) if bands else largest


def _keys(record: Record) -> tuple[str, str, str]:
    return record.id, f"name {record.name.lower()}", f"topic {record.topic}"


def _size(record: Record) -> int:
    return len(orjson.dumps(record.fields))


def _messages(task: Task, user: str, search: str, text: str, draw: Draw) -> list[dict[str, object]]:
    """The talk up to the tool's answer, in OpenAI chat form."""
    name, arguments = _call(task, search, draw)
    return [
        {"role": "system", "content": "You help a team with its own records. Use the tools."},
        {"role": "user", "content": user},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": name, "arguments": orjson.dumps(arguments).decode()},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "name": name, "content": text},
    ]


def _call(task: Task, search: str, draw: Draw) -> tuple[str, dict[str, object]]:
    if isinstance(task, Problem):
        return "list_problems", {"collection": f"unit-{draw.between(1, 30)}", "limit": 100}
    if isinstance(task, Question | Verdicts):
        return "list_entries", {"year": draw.between(2024, 2026), "page": draw.between(1, 9)}
    if search:
        return "search_tools", {"query": search}
    return "list_tools", {"workspace": f"ws-{draw.between(10, 99)}"}
