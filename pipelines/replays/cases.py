"""Cases: one item as a task of an agent, its records among many others in a tool's answer.

How many others there are, which, in which order, how the item is asked for and how the answer
looks: all of it is drawn by hash of the item, before anything is compressed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import orjson

from compressors.messages import query_for
from pipelines.replays.draws import Draw, digest
from pipelines.replays.items import Item, Library, Record, Split, split_of
from pipelines.replays.references import MANNERS, Manner, said
from pipelines.replays.renderings import RENDERINGS
from pipelines.replays.tasks import Problem, Question, Task

FEWEST, MOST = 30, 60
"""How many records stand around those that are needed."""

SIZE = 26_000
"""Characters of JSON from which on no more records are added, once there are `SCANT`."""

SCANT = 12

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


def build(item: Item, library: Library, *, kind: str) -> Case:
    """The case that ``item`` makes when its answer is rendered as ``kind``."""
    draw = Draw("case", library.digest, item.cluster)
    targets = [library.records[identifier] for identifier in item.needed]
    others = _others(item, targets, library, draw)
    manner = draw.one_of(MANNERS)
    user, search = said(item, targets, others, manner, draw)
    records = draw.shuffled([*targets, *others])
    text = RENDERINGS[kind](records, Draw("rendering", kind, library.digest, item.cluster))
    messages = _messages(item.task, user, search, text, draw)
    query = query_for(messages, len(messages) - 1)
    return Case(
        dataset=item.dataset,
        kind=kind,
        id=digest("case", kind, query, text, *item.needed, orjson_text(item.task))[:16],
        source=item.source,
        cluster=digest("cluster", library.digest, item.cluster)[:16],
        split=split_of(item.cluster, manifest=library.digest),
        manner=manner,
        query=query,
        text=text,
        needed=item.needed,
        task=item.task,
    )


def orjson_text(value: object) -> str:
    """``value`` as canonical JSON text."""
    return msgspec.json.encode(value, order="sorted").decode()


def _others(item: Item, targets: Sequence[Record], library: Library, draw: Draw) -> list[Record]:
    """The records around: those that the data set puts there, then any of its others."""
    wanted = draw.between(FEWEST, MOST)
    pool = list(library.records.values())
    near = [library.records[identifier] for identifier in draw.shuffled(item.near)]
    drawn = [pool[index] for index in draw.picks(len(pool), 3 * MOST)]
    seen = {key for target in targets for key in _keys(target)}
    size = sum(_size(target) for target in targets)
    others: list[Record] = []
    for record in [*near, *drawn]:
        full = len(others) >= wanted or (len(others) >= SCANT and size >= SIZE)
        if full:
            break
        if _size(record) > _LONGEST or not seen.isdisjoint(_keys(record)):
            continue
        seen.update(_keys(record))
        size += _size(record)
        others.append(record)
    return others


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
    if isinstance(task, Question):
        return "list_entries", {"year": draw.between(2024, 2026), "page": draw.between(1, 9)}
    if search:
        return "search_tools", {"query": search}
    return "list_tools", {"workspace": f"ws-{draw.between(10, 99)}"}
