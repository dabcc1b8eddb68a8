"""Solvers: whether a task can still be done with what is left of a tool's answer.

One module a data set, one reader for all. They are deterministic, credit evidence and never
chance, and see the text and the task, not the original.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from pipelines.replays.solvers import arithmetic, calls, choices, reader
from pipelines.replays.tasks import Problem, Question, Request, Task

__all__ = ["solved"]


def solved(task: Task, text: str, *, needed: Sequence[str], kind: str) -> bool:
    """Whether ``task`` can be done with ``text``.

    Args:
        task: what has to be done.
        text: the tool's answer, or what is left of it.
        needed: ids of the records that the task rests on.
        kind: what the answer is.
    """
    found = reader.find(text, needed, kind=kind)
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
        case Request():
            return calls.solve([_document(fields) for fields in found.values()], calls=task.calls)


def _document(fields: Mapping[str, object]) -> Mapping[str, object]:
    """A function document; a log carries its parameters as a string of JSON."""
    parameters = fields.get("parameters")
    if isinstance(parameters, str):
        try:
            return {**fields, "parameters": orjson.loads(parameters)}
        except orjson.JSONDecodeError:
            return {"name": fields.get("name")}
    return fields
