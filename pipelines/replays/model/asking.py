"""What a model is asked: the talk up to the tool's answer, and the form of the final answer.

The tool's answer stands there whole or compressed; nothing else differs. A model that gets a
compressed answer cannot ask for the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

import msgspec

from pipelines.replays.cases import Case
from pipelines.replays.draws import digest
from pipelines.replays.tasks import Problem, Question, Request, Reuse, Task, Verdicts

Message = dict[str, object]
"""One message in OpenAI chat form."""

FINAL = "Answer:"
"""What the line begins with from which the final answer is read."""

MOST_CHOICES = len(ascii_uppercase)

_NO_MORE = "No tool can be called any more. "
_PROBLEM = (
    "Work this out from what the tool returned, step by step. Then end with one line that holds "
    "`Answer:` and the number alone, without a unit and without formatting. For example:\n"
    "Answer: 42"
)
_QUESTION = (
    "By what the tool returned, which one of these statements is true?\n{choices}\n"
    "End with one line that holds `Answer:` and one letter, without formatting. For example:\n"
    "Answer: B"
)
_VERDICTS = (
    "By what the tool returned, which of these statements are true? One or more are.\n{choices}\n"
    "End with one line that holds `Answer:` and the letters of all true ones, separated by commas, "
    "without formatting. For example:\n"
    "Answer: A, C"
)
_REQUEST = (
    "Which calls of the functions that the tool returned carry out the request? Make none, but end "
    "with `Answer:` and a JSON array of the calls, each an object with `name` and `arguments`, and "
    "write nothing after it and no formatting around it. Give values in the types that the "
    "function's document names, and leave out optional arguments that the request does not decide. "
    "For example:\n"
    'Answer: [{"name": "add", "arguments": {"a": 1, "b": 2}}]'
)


class Parameters(msgspec.Struct, frozen=True):
    """What shapes an answer besides model and prompt.

    Attributes:
        temperature: As it is sent; None sends none, for models that refuse it.
        max_tokens: The longest answer.
        sample: From 1; a second sample of the same prompt shows the noise.
    """

    temperature: float | None = 0.0
    max_tokens: int = 1024
    sample: int = 1


def asked(case: Case, text: str) -> list[Message]:
    """The messages that are sent for ``case`` when the tool's answer is ``text``.

    Raises:
        ValueError: nothing can be asked about the case, as `can_be_asked` says beforehand.
    """
    if not can_be_asked(case.task) or not case.messages:
        raise ValueError(f"no model is asked about {case.dataset} {case.source}")
    *talk, tool = case.messages
    return [*talk, {**tool, "content": text}, {"role": "user", "content": instruction(case.task)}]


def can_be_asked(task: Task) -> bool:
    """Whether a model can be asked: what a recorded run used later is no question to anybody."""
    match task:
        case Reuse():
            return False
        case Question() | Verdicts():
            return len(task.choices) <= MOST_CHOICES
        case Problem() | Request():
            return True


def instruction(task: Task) -> str:
    """What the last message asks for, and in which form."""
    match task:
        case Problem():
            return _NO_MORE + _PROBLEM
        case Question():
            return _NO_MORE + _QUESTION.replace("{choices}", _lettered(task.choices))
        case Verdicts():
            return _NO_MORE + _VERDICTS.replace("{choices}", _lettered(task.choices))
        case Request():
            return _NO_MORE + _REQUEST
        case Reuse():
            raise ValueError("what a recorded run used later is no question to a model")


def prompt_digest(messages: Sequence[Message]) -> str:
    """64 hex digits of all that is sent as the prompt."""
    return digest("prompt", msgspec.json.encode(messages, order="sorted").decode())


def answer_key(model: str, parameters: Parameters, prompt: str) -> str:
    """64 hex digits that an answer is recorded under: of model, parameters and prompt."""
    return digest("answer", model, msgspec.json.encode(parameters, order="sorted").decode(), prompt)


def _lettered(choices: Sequence[str]) -> str:
    # A choice on several lines would look like several.
    return "\n".join(
        f"{letter}. {' '.join(choice.split())}"
        for letter, choice in zip(ascii_uppercase, choices, strict=False)
    )
