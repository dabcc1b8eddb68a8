"""Pure statistics: numbers in, numbers out. No file, no clock, no randomness.

Harm on data sets (``binomial``; ``losses`` where it is not all or nothing), regret and net
savings of traffic at any time (``regret``, ``savings``, both on ``betting``), who counts
(``sampling``), and whom to try first (``shrinkage``).
"""

from pipelines.evidence.binomial import (
    Count,
    clopper_pearson,
    excess_p,
    harm_p,
    items_missing,
    items_needed,
    power,
    profile_p,
    safe_set,
    sign_p,
    threshold,
)
from pipelines.evidence.intervals import DIGITS, Interval, confidence
from pipelines.evidence.losses import change_p, share_p
from pipelines.evidence.regret import (
    p_regret_above,
    p_regret_below,
    regret_interval,
    worst_p_regret_above,
    worst_p_regret_below,
)
from pipelines.evidence.sampling import admit, window_start
from pipelines.evidence.savings import (
    CALIBRATION,
    Clipped,
    calibrated_clip,
    clip,
    net_savings_interval,
    p_savings_above,
    p_savings_below,
    worst_p_savings_above,
    worst_p_savings_below,
)
from pipelines.evidence.shrinkage import shrunken

__all__ = [
    "CALIBRATION",
    "DIGITS",
    "Clipped",
    "Count",
    "Interval",
    "admit",
    "calibrated_clip",
    "change_p",
    "clip",
    "clopper_pearson",
    "confidence",
    "excess_p",
    "harm_p",
    "items_missing",
    "items_needed",
    "net_savings_interval",
    "p_regret_above",
    "p_regret_below",
    "p_savings_above",
    "p_savings_below",
    "power",
    "profile_p",
    "regret_interval",
    "safe_set",
    "share_p",
    "shrunken",
    "sign_p",
    "threshold",
    "window_start",
    "worst_p_regret_above",
    "worst_p_regret_below",
    "worst_p_savings_above",
    "worst_p_savings_below",
]
