"""Solvers: whether a task can still be done with what is left of a tool's answer.

One module a data set, one reader for all. They are deterministic, credit evidence and never
chance, and see the text and the task, not the original.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from pipelines.replays.solvers import arithmetic, calls, choices, reader, reuse
from pipelines.replays.tasks import Problem, Question, Request, Reuse, Task, Verdicts

__all__ = ["solved", "solved_with"]


def solved(
    task: Task, text: str, *, needed: Sequence[str], kind: str, returned: Sequence[str] = ()
) -> bool:
    """Whether ``task`` can be done with ``text``, and with the passages that were ``returned``.

    Args:
        task: what has to be done.
        text: the tool's answer, or what is left of it.
        needed: ids of the records that the task rests on.
        kind: what the answer is.
        returned: passages of the answer that its handle gave besides.
    """
    if isinstance(task, Reuse):
        return reuse.solve(text, values=task.values, kind=kind, returned=returned)
    found = reader.find(text, needed, kind=kind)
    for passage in returned:
        found = {**reader.find(passage, needed, kind=kind), **found}
    return solved_with(task, found, needed=needed)


def solved_with(
    task: Problem | Question | Verdicts | Request,
    found: Mapping[str, Mapping[str, object]],
    *,
    needed: Sequence[str],
) -> bool:
    """Whether ``task`` can be done with what was ``found`` of the ``needed`` records."""
    match task:
        case Problem():
            statement = found.get(needed[0], {}).get("statement")
            return isinstance(statement, str) and arithmetic.solve(
                statement, steps=task.steps, final=task.final
            )
        case Question():
            finding = found.get(needed[0], {}).get("finding")
            return isinstance(finding, str) and choices.solve(
                finding, choices=task.choices, right=task.right
            )
        case Verdicts():
            return choices.solve_all(
                _statements(found.get(needed[0], {})), choices=task.choices, right=task.right
            )
        case Request():
            return calls.solve([_document(fields) for fields in found.values()], calls=task.calls)


def _statements(fields: Mapping[str, object]) -> list[str]:
    """A finding and the list of what else is true, which some kinds carry as a string of JSON."""
    more = fields.get("also_true")
    if isinstance(more, str):
        try:
            more = orjson.loads(more)
        except orjson.JSONDecodeError:
            more = None
    listed = [fields.get("finding"), *(more if isinstance(more, list) else [])]
    return [statement for statement in listed if isinstance(statement, str)]


def _document(fields: Mapping[str, object]) -> Mapping[str, object]:
    """A function document; a log carries its parameters as a string of JSON."""
    parameters = fields.get("parameters")
    if isinstance(parameters, str):
        try:
            return {**fields, "parameters": orjson.loads(parameters)}
        except orjson.JSONDecodeError:
            return {"name": fields.get("name")}
    return fields
