"""How the report says its figures: the same words in HTML and in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compressors.profiles import BY_NAME
from pipelines.replay_report.contents import Beaten, Kind, Reached, Rung, Share

TREATMENTS: Mapping[str, str] = {
    "profile": "profile",
    "random_deletion": "random deletion",
    "truncation": "truncation",
}

PEER = (
    "The other engine has a ratio of its own. It is credited with every value that still stands "
    "anywhere in its text, which is more than our own profiles are."
)

INTRODUCTION = (
    "Each case is a task of an agent: an item stands among many records in a tool's answer, "
    "somebody asks for it, the answer is compressed, and a solver decides whether the recorded "
    "solution can still be carried out on what is left of the text (answerability). In "
    "recorded runs a case is an answer of which a later step of the agent used values: are "
    "they still there? No model took part unless a table says so."
)

CERTIFICATE = (
    "A certificate is about these tasks, not about anybody's traffic and not in general: the "
    "chance that any certified profile harms more than epsilon of the tasks of any of its data "
    "sets is at most delta, over all kinds together. p = P(Bin(n, epsilon) <= harms) can be "
    "computed again from each row; a profile passes when its largest p over the data sets is "
    "at or under the threshold and every milder one passes too."
)

STATUSES: Mapping[str, str] = {
    "certified": "Certified: spent on the ledger of blocks",
    "development": "Development: nothing is certified until the test is spent (--certify)",
    "demonstration": "Demonstration: bundled samples at a loose epsilon",
}

HARMED = (
    "Cases of the learn part and of retired blocks; the certify part is not looked at. `toin "
    "replay --explain CASE` shows each: before, after, and what was missing."
)


def treatment(name: str) -> str:
    """A treatment as people call it; the other engine is called by name and version."""
    return TREATMENTS.get(name, name)


def peer_harms(kind: Kind, dataset: str) -> str:
    """Harms of n of the other engine on a data set."""
    row = next((point.answered for point in kind.peer if point.dataset == dataset), None)
    return f"{row.n - row.solved} of {row.n:,}" if row else "–"


def unlisted(kind: Kind, dataset: str, tasks: int) -> str:
    """Why certificates do not rest on a data set, and against what it counts all the same."""
    against = [
        rung.profile
        for rung in kind.rungs
        if any(row.dataset == dataset for row in rung.certificates)
    ]
    said = f"Certificates do not rest on {dataset}: too few tasks ({tasks})"
    return (
        f"{said}; shown to harm more than its epsilon: {', '.join(against)}."
        if against
        else f"{said}."
    )


def percent(share: float, *, digits: int = 1) -> str:
    """A share as a percentage."""
    return f"{100 * share:.{digits}f} %"


def answered(share: Share) -> str:
    """A share of cases that are still solved, with interval and n."""
    if not share.n:
        return "no case"
    return (
        f"{percent(share.share)} ({100 * share.low:.1f} to {100 * share.high:.1f}), n {share.n:,}"
    )


def harms(rung: Rung, dataset: str) -> str:
    """Harms of n and p of a data set's certificate; a dash where it has none."""
    row = next((row for row in rung.certificates if row.dataset == dataset), None)
    return f"{row.harms} of {row.n:,}, p {small(row.p)}" if row else "–"


def small(p: float) -> str:
    """A p-value: as it is where it is no smaller than a millionth."""
    return f"{p:.6f}" if p >= 1e-6 else f"{p:.1e}"


def verdict(rung: Rung, status: str) -> str:
    """What became of the test of a profile."""
    if not BY_NAME[rung.profile].safe and not rung.passes:
        return "fails"
    if BY_NAME[rung.profile].safe:
        return "nothing lost"
    return "certified" if status == "certified" else f"passes ({status})"


def controls(rows: Sequence[Beaten]) -> str:
    """How a profile stands beside the controls, over the cases in which just one is solved."""
    return "; ".join(
        f"{treatment(row.control)} {row.wins} to {row.losses}"
        f"{'' if row.beaten or row.control not in TREATMENTS else ' (not better)'}"
        for row in rows
    )


def handles(row: Reached) -> str:
    """What the handles of the harmed cases gave."""
    if not row.harmed:
        return "no case harmed"
    mean = row.tokens_by_query / row.by_query if row.by_query else 0
    parts = [f"{row.by_query} of {row.harmed} with {mean:,.0f} tokens more" if row.by_query else ""]
    if row.in_full:
        parts.append(f"{row.in_full} with the whole, {row.tokens_in_full / row.in_full:,.0f} more")
    lost = row.harmed - row.by_query - row.in_full
    if lost:
        parts.append(f"{lost} not")
    return ", ".join(part for part in parts if part)


def needed(rung: Rung) -> str:
    """How many more items would make a certificate of the harms as they are."""
    return ", ".join(f"{dataset} {count:,}" for dataset, count in rung.needed)


def outcome(kind: Kind) -> str:
    """The kind in one sentence."""
    if not kind.best:
        return "No lossy profile passes, so nothing lossy acts."
    saved = percent(kind.saved, digits=0)
    return f"The strongest lossy profile that passes is {kind.best}: {saved} of the tokens saved."
