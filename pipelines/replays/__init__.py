"""Data sets run again as an agent's tasks, with the tool's answer compressed.

`run_replays` gives outcomes, `certify.certify` turns them into certificates, and
`answerability` into the rows that people are shown.
"""

from pipelines.replays.certify import Certificate
from pipelines.replays.outcomes import Outcome, run_replays
from pipelines.replays.report import Answerability, answerability

__all__ = ["Answerability", "Certificate", "Outcome", "answerability", "run_replays"]
