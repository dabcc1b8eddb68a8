"""Data sets run again as an agent's tasks, with the tool's answer compressed.

`run_replays` gives outcomes, `certify.certify` turns them into certificates, and
`answerability.answerability` into the rows that people are shown. The latter two need statistics,
which the processes that only replay never load.
"""

from pipelines.replays.outcomes import Outcome, run_replays

__all__ = ["Outcome", "run_replays"]
