"""What has to be done with a tool's answer: one struct a data set, read by its solver."""

from __future__ import annotations

import msgspec


class Call(msgspec.Struct, frozen=True):
    """A recorded call: the function's name and, per argument, the accepted values."""

    function: str
    arguments: dict[str, tuple[object, ...]]


class Problem(msgspec.Struct, frozen=True, tag="problem"):
    """Calculator steps (expression, recorded result) to carry out on the record's statement."""

    steps: tuple[tuple[str, str], ...]
    final: str


class Question(msgspec.Struct, frozen=True, tag="question"):
    """Choices to decide by the record's finding; ``right`` is the index of the right one."""

    choices: tuple[str, ...]
    right: int


class Verdicts(msgspec.Struct, frozen=True, tag="verdicts"):
    """Choices to sort by all that the record finds; ``right`` are the indices of the right ones."""

    choices: tuple[str, ...]
    right: tuple[int, ...]


class Request(msgspec.Struct, frozen=True, tag="request"):
    """Calls to build from the records, which are function documents."""

    calls: tuple[Call, ...]


class Reuse(msgspec.Struct, frozen=True, tag="reuse"):
    """Values of the answer that a later step of the recording used, and nothing had said before."""

    values: tuple[str, ...]


Task = Problem | Question | Verdicts | Request | Reuse
