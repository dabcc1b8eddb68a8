"""The GSM8K solver: the recorded calculator steps, carried out on what is left of a problem.

It credits evidence only. Every operand of every recorded step must be stated in the passage
or be the result of an earlier step; the arithmetic is exact; the last result must be the
recorded answer. A passage without one needed operand is therefore unsolved.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from fractions import Fraction

from pipelines.replays.solvers.quantities import stated

_STEP = re.compile(r"<<([^<>]*?)=([^<>=]*)>>")
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


class _UnstatedError(Exception):
    """A step cannot be carried out: an operand is stated nowhere, or the step is no arithmetic."""


def steps_of(answer: str) -> tuple[tuple[str, str], ...]:
    """The calculator annotations ``<<expression=result>>`` of a recorded answer, in order."""
    return tuple((left.strip(), right.strip()) for left, right in _STEP.findall(answer))


def final_of(answer: str) -> str:
    """What stands after the last ``#### `` of a recorded answer; empty where nothing does."""
    return answer.rpartition("####")[2].strip() if "####" in answer else ""


def solve(passage: str, *, steps: Sequence[tuple[str, str]], final: str) -> bool:
    """Whether the recorded ``steps`` can be carried out on ``passage`` and end at ``final``.

    Args:
        passage: what is left of the problem's statement.
        steps: pairs of expression and recorded result.
        final: the recorded answer.
    """
    expected = _literal(final)
    if expected is None:
        return False
    known = set(stated(passage))
    result: Fraction | None = None
    try:
        for expression, recorded in steps:
            result = _evaluate(_parse(expression), known)
            written = _literal(recorded)
            if written is None or not _rounds_to(result, written, recorded):
                return False
            known.update((result, written))
            result = written
    except (_UnstatedError, ZeroDivisionError):
        return False
    return result == expected


def _parse(expression: str) -> ast.expr:
    cleaned = expression.replace("$", "").replace(",", "").replace("x", "*").replace("%", "/100")
    try:
        return ast.parse(cleaned.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise _UnstatedError(expression) from error


def _evaluate(node: ast.expr, known: set[Fraction]) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            operand = Fraction(repr(value))
            if operand not in known:
                raise _UnstatedError(repr(value))
            return operand
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_evaluate(inner, known)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _evaluate(inner, known)
        case ast.BinOp(left=left, op=operator, right=right):
            return _combine(operator, _evaluate(left, known), _evaluate(right, known))
    raise _UnstatedError(ast.dump(node))


def _combine(operator: ast.operator, left: Fraction, right: Fraction) -> Fraction:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
    raise _UnstatedError(type(operator).__name__)


def _literal(text: str) -> Fraction | None:
    """A number as the recordings write it, else None."""
    cleaned = text.replace(",", "").replace("$", "").strip().rstrip(".")
    try:
        if cleaned.endswith("%"):
            return Fraction(cleaned[:-1]) / 100
        return Fraction(cleaned)
    except (ValueError, ZeroDivisionError):
        return None


def _rounds_to(result: Fraction, written: Fraction, recorded: str) -> bool:
    """Whether ``written`` is ``result``, exactly or rounded at the last recorded digit."""
    if result == written:
        return True
    digits = len(recorded.partition(".")[2].strip("% ")) if "." in recorded else 0
    return digits > 0 and abs(result - written) <= Fraction(1, 2 * 10**digits)
