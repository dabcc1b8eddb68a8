"""How figures are said: one place for rounding, signs and the words beside them."""

from __future__ import annotations

ANSWERABILITY = "answerability on these tasks"
NONE_RECORDED = "model accuracy: none recorded"

MODEL_ACCURACY = (
    "A model's own answers, with the tool's answer whole and compressed; not answerability, and no "
    "certificate. Loss of an item: right without less right with, so -1, 0 or 1. p is of “the mean "
    "loss is at least epsilon”, each row for itself. The rows `again` show the noise: a second "
    "sample without compression against the first. Answers that could not be read count as wrong."
)

CERTIFICATE = (
    "A certificate is about these tasks, not about a slice and not in general: the chance that "
    "any certified profile harms more than epsilon of the tasks of any of its data sets is at "
    "most delta. Answerability asks whether the recorded solution can still be carried out on "
    "what is left of the text; no model answered."
)

NET = (
    "Net savings: tokens saved on the first pass, less what retrievals and re-reads brought "
    "back, less markers; a ratio of sums over conversations, by the engine's token estimate. "
    "Trials are never in a total."
)

IMPORTED = (
    "Histories of Headroom and RTK, as they counted: in no total above, no evidence, and behind no "
    "certificate. RTK's tokens are a quarter of the bytes. What a tool did not say is unknown."
)

_STATUS = {
    "certified": "certified",
    "development": "development: not spent on a block of the ledger",
    "demonstration": "demonstration: bundled samples at a loose epsilon",
}


def count(value: float | None) -> str:
    """A whole number with thousands separators, or 'unknown'."""
    return "unknown" if value is None else f"{value:,.0f}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share as a percentage with its sign, or 'unknown'."""
    return "unknown" if share is None else f"{100 * share:.{digits}f} %"


def interval(low: float | None, high: float | None, level: float) -> str:
    """An interval of shares with its level, or why there is none."""
    if low is None or high is None:
        return "no interval: too few conversations"
    return f"{percent(low)} to {percent(high)} at {100 * level:.0f} %"


def status(name: str) -> str:
    """What a certificate's status means."""
    return _STATUS.get(name, name)


def short_key(key: str) -> str:
    """The key of a row as people read it: of a slice, the first digits of its hash.

    The full hash stands in the tables.
    """
    parts = key.split("/")
    return f"{parts[0]} / {parts[1]} / {parts[2][:8]}" if len(parts) == 3 else key
