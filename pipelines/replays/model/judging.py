"""What a model's answer says, and whether it is right.

Strict on purpose, so that two readers agree. What follows the last line that begins with
``Answer:`` is the final answer, to the end of the text, and has one form a task:

- a problem: one number in digits, with or without a sign, ``$`` before it, commas between
  thousands, decimals, ``%`` after it. Right: the recorded number.
- a question with one right choice: its letter, a capital.
- a question with several: their letters, separated by commas, none twice. Right: all right
  ones and no other.
- a request: a JSON array of objects with exactly ``name`` (text) and ``arguments`` (an object).
  Right: as `call_check` says.

Everything else cannot be read and counts as wrong, and so does an answer that was cut off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from string import ascii_uppercase
from typing import NamedTuple

import msgspec

from pipelines.replays.model.asking import FINAL
from pipelines.replays.model.call_check import Given, right_calls
from pipelines.replays.tasks import Problem, Question, Request, Reuse, Task, Verdicts

CUT_OFF = "length"
"""The reason of an endpoint for an end at the longest answer."""

_NUMBER = re.compile(r"(-?)\$?((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)%?")
_LETTERS = re.compile(r"[A-Z](?:, ?[A-Z])*")
_DIGITS = 40


class Verdict(NamedTuple):
    """Whether an answer could be read, and if so whether it is right."""

    readable: bool
    right: bool


UNREADABLE = Verdict(readable=False, right=False)


def judge(
    task: Task, answer: str, *, finish: str, documents: Sequence[Mapping[str, object]]
) -> Verdict:
    """What ``answer`` is worth.

    Args:
        task: what was asked.
        answer: the whole text of the model.
        finish: why it ended, as the endpoint says.
        documents: of the functions that a request needs.
    """
    said = None if finish == CUT_OFF else final(answer)
    if said is None:
        return UNREADABLE
    match task:
        case Problem():
            number, recorded = number_in(said), number_in(task.final)
            return _verdict(number is not None, number is not None and number == recorded)
        case Question():
            letters = letters_in(said, len(task.choices))
            one = letters is not None and len(letters) == 1
            return _verdict(one, one and letters == {task.right})
        case Verdicts():
            letters = letters_in(said, len(task.choices))
            return _verdict(letters is not None, letters == set(task.right))
        case Request():
            given = calls_in(said)
            return _verdict(
                given is not None,
                given is not None and right_calls(given, task.calls, documents=documents),
            )
        case Reuse():
            return UNREADABLE


def final(answer: str) -> str | None:
    """What follows the last line that begins with ``Answer:``, or None."""
    before, found, after = f"\n{answer}".rpartition(f"\n{FINAL}")
    del before
    return after.strip() if found else None


def number_in(said: str) -> Fraction | None:
    """The number that ``said`` is, and is nothing but; units of money and parts do not count."""
    match = _NUMBER.fullmatch(said)
    if match is None or len(said) > _DIGITS:
        return None
    return Fraction(match[1] + match[2].replace(",", ""))


def letters_in(said: str, choices: int) -> set[int] | None:
    """The places of the letters that ``said`` lists, or None where it is no such list."""
    if not _LETTERS.fullmatch(said):
        return None
    places = [ascii_uppercase.index(letter) for letter in said if letter not in ", "]
    if len(set(places)) < len(places) or max(places) >= choices:
        return None
    return set(places)


def calls_in(said: str) -> list[Given] | None:
    """The calls that ``said`` holds as a JSON array, or None."""
    try:
        return msgspec.json.decode(said, type=list[Given])
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None


def _verdict(readable: bool, right: bool) -> Verdict:
    return Verdict(readable=readable, right=readable and right)
