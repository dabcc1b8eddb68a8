"""Evidence that was cut earns nothing: thousands of drawn items, each without a part it needs.

Beside each solver stands one that guesses the missing part and then solves: it earns what chance
gives, and that is what crediting chance would add to the answerability of every profile.
"""

import math

import numpy as np
import pytest

from pipelines.replays.solvers import arithmetic, calls, choices, reuse
from pipelines.replays.tasks import Call

pytestmark = pytest.mark.slow

ITEMS = 2000


def is_chance(earned, chance):
    """Whether of the items as many were earned as chance gives, within 3 standard errors."""
    return abs(earned / ITEMS - chance) <= 3 * math.sqrt(chance * (1 - chance) / ITEMS)


def words(rng, count):
    """Distinct words of eight letters."""
    letters = rng.integers(97, 123, (count, 8), dtype=np.uint8)
    return sorted({bytes(row).decode() for row in letters})


def sentences(rng, count):
    """Sentences of seven words, none of which stands in two of them."""
    drawn = words(rng, 8 * count)
    rng.shuffle(drawn)
    return [" ".join(drawn[7 * i : 7 * i + 7]) for i in range(count)]


def test_a_choice_whose_finding_is_gone_is_not_credited():
    rng = np.random.default_rng(41)
    whole = cut = guessed = 0
    for _ in range(ITEMS):
        *choice, other = sentences(rng, 5)
        right = int(rng.integers(4))
        finding = choice[right].split()
        whole += choices.solve(" ".join(finding), choices=choice, right=right)
        for left in ("", other, " ".join(finding[:3])):
            cut += choices.solve(left, choices=choice, right=right)
        guess = choice[int(rng.integers(4))]
        guessed += choices.solve(guess, choices=choice, right=right)
    assert (whole, cut) == (ITEMS, 0)
    assert is_chance(guessed, 1 / 4)


def test_verdicts_without_one_of_their_statements_are_not_credited():
    rng = np.random.default_rng(42)
    whole = cut = guessed = 0
    for _ in range(ITEMS):
        *choice, other = sentences(rng, 5)
        kept, gone, *wrong = (int(place) for place in rng.permutation(4))
        task = {"choices": choice, "right": (kept, gone)}
        whole += choices.solve_all([choice[kept], choice[gone]], **task)
        cut += choices.solve_all([choice[kept], other], **task)
        cut += choices.solve_all([choice[kept], choice[gone][:-1]], **task)
        guess = int(rng.choice([gone, *wrong]))
        guessed += choices.solve_all([choice[kept], choice[guess]], **task)
    assert (whole, cut) == (ITEMS, 0)
    assert is_chance(guessed, 1 / 3)


def test_a_problem_without_one_of_its_quantities_is_not_credited():
    # No result of a step is itself one of the twenty quantities that could be missing.
    rng = np.random.default_rng(43)
    whole = cut = guessed = 0
    for _ in range(ITEMS):
        a, b, c = (int(n) for n in rng.choice(np.arange(21, 41), 3, replace=False))
        steps = [(f"{a}*{b}", str(a * b)), (f"{a * b}+{c}", str(a * b + c))]
        task = {"steps": steps, "final": str(a * b + c)}
        told = [f"{a} crates of {b} pears", f"and {c} more"]
        whole += arithmetic.solve(" ".join(told), **task)
        missing = (a, b, c)[int(rng.integers(3))]
        left = " ".join(told).replace(str(missing), "several")
        cut += arithmetic.solve(left, **task)
        guessed += arithmetic.solve(f"{left}, perhaps {rng.integers(21, 41)}", **task)
    assert (whole, cut) == (ITEMS, 0)
    assert is_chance(guessed, 1 / 20)


VALUES = {"string": "Rome", "integer": 3, "boolean": True, "array": [1, 2]}


def test_a_call_without_a_needed_part_of_its_document_is_not_credited():
    rng = np.random.default_rng(44)
    whole = cut = guessed = 0
    types = list(VALUES)
    for _ in range(ITEMS):
        names = words(rng, 4)
        used = {name: str(rng.choice(types)) for name in names[1:]}
        call = Call(names[0], {name: (VALUES[kind],) for name, kind in used.items()})

        def document(*gone, names=names, used=used, **more):
            parameters = {
                "properties": {n: {"type": kind} for n, kind in used.items() if n not in gone},
                "required": list(used),
            }
            told = {"name": names[0], "parameters": parameters | more}
            return {part: value for part, value in told.items() if part not in gone}

        whole += calls.solve([document()], calls=[call])
        parameter = str(rng.choice(names[1:]))
        for left in (
            [],
            [document("name")],
            [document("parameters")],
            [document(parameter)],
            [document(required=None)],
            [document(properties={**{n: {"type": k} for n, k in used.items()}, parameter: {}})],
        ):
            cut += calls.solve(left, calls=[call])
        kinds = used | {parameter: str(rng.choice(types))}
        guess = document(properties={n: {"type": kind} for n, kind in kinds.items()})
        guessed += calls.solve([guess], calls=[call])
    assert (whole, cut) == (ITEMS, 0)
    assert is_chance(guessed, 1 / len(VALUES))


def test_a_value_that_is_gone_is_not_credited():
    rng = np.random.default_rng(45)
    whole = cut = guessed = 0
    for _ in range(ITEMS):
        numbers = [f"R-{n}" for n in rng.choice(np.arange(1000, 1020), 5, replace=False)]
        used = [numbers[0], numbers[3]]
        text = "\n".join(f"{number} was moved" for number in numbers)
        whole += reuse.solve(text, values=used, kind="text")
        left = text.replace(used[1], "one")
        cut += reuse.solve(left, values=used, kind="text")
        cut += reuse.solve(text.replace(used[1], used[1][:-1]), values=used, kind="text")
        others = sorted({f"R-{n}" for n in range(1000, 1020)} - set(numbers) | {used[1]})
        guess = f"{left}\n{rng.choice(others)} too"
        guessed += reuse.solve(guess, values=used, kind="text")
    assert (whole, cut) == (ITEMS, 0)
    assert is_chance(guessed, 1 / 16)
