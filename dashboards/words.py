"""Sentences that more than one page says, each in one place."""

from __future__ import annotations

from dashboards.ledger import ALL, NONE, Scope

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

CERTIFICATE_SAYS = (
    "**It says:** of the replays that are solved on the whole text, n were tried and k were "
    "harmed; were the true rate epsilon or more, so few would be seen with probability p at most. "
    "p = P(Bin(n, epsilon) ≤ k): anyone can compute it again from the row.\n\n"
    "**It does not say** that your traffic is harmed as rarely, that a model answers as well, or "
    "anything about tasks of another sort. What is said about a slice of yours is how often an "
    "original was asked for again."
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

NO_TRAFFIC = (
    "No traffic has been seen yet, so nothing was saved and nothing can be said. "
    "Run `toin run`, or ingest segments with `toin ingest PATH`."
)

NO_REPLAYS = "No replays have been run yet. Run `toin replay` or `toin run`."

_STATUS = {
    "certified": "certified",
    "development": "development: not spent on a block of the ledger",
    "demonstration": "demonstration: bundled samples at a loose epsilon",
}

REASONS = {
    "certified": "the profile that saves most of those that are certified and asked for rarely",
    "canary_promoted": "its canary saved more with bounded regret",
    "pinned": "a person fixed it",
    "regret_high": "originals were asked for too often, so it went one rung down",
    "negative_savings": "it cost more than it saved, so it went one rung down",
    "skip": "compression saves nothing here, so content passes",
    "no_evidence": "no row: no evidence that counts",
    "too_few_conversations": "no row: too few conversations",
    "too_few_instances": "no row: too few instances",
    "regret_unclear": "no row: how often originals are asked for is not bounded yet",
}


def status(name: str) -> str:
    """What a certificate's status means."""
    return _STATUS.get(name, name)


def reason(name: str | None) -> str:
    """A decision's reason in words."""
    return REASONS.get(name or "", (name or "no decision").replace("_", " "))


def window(scope: Scope) -> str:
    """What a scope is about, in words."""
    days = "all days" if scope.days == ALL else f"the last {scope.days} days"
    until = f" to {scope.newest}" if scope.newest else ""
    under = {
        ALL: "under every publication",
        NONE: "without a publication",
    }.get(scope.publication, f"under publication {scope.publication[:8]}")
    parts = [f"{scope.traffic} traffic {under}, {days}{until}"]
    parts += [
        f"{name} {value}"
        for name, value in (
            ("auth mode", scope.auth),
            ("model family", scope.family),
            ("kind", scope.kind),
        )
        if value != ALL
    ]
    return ", ".join(parts)


def short_key(key: str) -> str:
    """The key of a slice as people read it: the first digits of its hash."""
    parts = key.split("/")
    return f"{parts[0]} / {parts[1]} / {parts[2][:8]}" if len(parts) == 3 else key
