"""The engine's log: what went wrong and where, never a word of any content."""

from __future__ import annotations

import logging
from pathlib import Path

log = logging.getLogger("toin")


def report(error: Exception, doing: str) -> None:
    """Log one error: its type and place, but not its message, which may quote content."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "an unknown place"
    if trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
    log.error("%s in %s while %s; the content passes unchanged", type(error).__name__, place, doing)
