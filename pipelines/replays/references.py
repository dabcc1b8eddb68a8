"""How a person asks for a record: by its id, by its name, or in words that only it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pipelines.replays.draws import Draw
from pipelines.replays.items import Item, Record
from pipelines.replays.tasks import Problem, Question, Verdicts

Manner = Literal["id", "name", "wording", "recorded"]
"""How the user says what is needed: in one of three ways, or as it was recorded."""

MANNERS: tuple[Manner, ...] = ("id", "name", "wording")

_WORDS = 3
_STEM = 5

_PROBLEM = {
    "id": (
        "Please work out problem {ref} and give me just the number.",
        "What is the answer to {ref}?",
        "Solve {ref} from the list, please.",
    ),
    "name": (
        "Can you solve the one called “{ref}”? I only need the result.",
        "Work out “{ref}” for me, please.",
        "What comes out of the exercise {ref}?",
    ),
    "wording": (
        "There was a problem with {ref} in it. What is the result?",
        "I need the answer to the exercise about {ref}.",
        "Which number do we get for the story that mentions {ref}?",
    ),
}
_QUESTION = {
    "id": (
        "What did we find for {ref}?",
        "Look up entry {ref} and tell me what is true.",
        "Give me the outcome of {ref}, please.",
    ),
    "name": (
        "What did we conclude in “{ref}”?",
        "Check the entry {ref} for me.",
        "Somebody sent me “{ref}”. What is true about it?",
    ),
    "wording": (
        "Do we have anything on {ref}? What is true?",
        "I keep reading about {ref}. What did the desk find?",
        "Find the entry that deals with {ref} and sum it up.",
    ),
}


def wording_of(record: Record, others: Sequence[Record], draw: Draw) -> str:
    """Words of ``record`` by which a person could tell it from ``others``, drawn by hash.

    At least three of its telling words (fewer where it has fewer), none of them a form of
    another, and as many more as it takes until none of the others has them all. They stand in
    the order of the record.
    """
    rest = [word for word in record.words if word not in record.telling]
    drawn = [*draw.shuffled(record.telling), *draw.shuffled(rest)]
    distinct = list({word[:_STEM]: word for word in reversed(drawn)}.values())[::-1]
    chosen = set(distinct[:_WORDS])
    rivals = [set(other.words) for other in others]
    for word in distinct[_WORDS:]:
        if not any(chosen <= rival for rival in rivals):
            break
        chosen.add(word)
    words = [word for word in record.words if word in chosen]
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def said(
    item: Item, targets: Sequence[Record], others: Sequence[Record], manner: Manner, draw: Draw
) -> tuple[str, str]:
    """What the user says, and what the assistant then searches for (empty where nothing).

    A person who asks for a tool says what they want of it, so a request of the data set is
    quoted whole; where it names no tool, the assistant looks for one in words of its own.
    """
    if isinstance(item.task, Problem):
        return draw.one_of(_PROBLEM[manner]).format(ref=_ref(targets, others, manner, draw)), ""
    if isinstance(item.task, Question | Verdicts):
        if manner == "wording" and draw.below(2):
            return item.request, ""
        return draw.one_of(_QUESTION[manner]).format(ref=_ref(targets, others, manner, draw)), ""
    if manner == "wording":
        return item.request, "; ".join(wording_of(t, others, draw) for t in targets)
    return f"Use {_ref(targets, others, manner, draw)} for this. {item.request}", ""


def _ref(targets: Sequence[Record], others: Sequence[Record], manner: Manner, draw: Draw) -> str:
    match manner:
        case "id":
            return ", ".join(target.id for target in targets)
        case "name":
            return ", ".join(target.name for target in targets)
        case _:
            return "; ".join(wording_of(target, others, draw) for target in targets)
