"""Segments into the warehouse: each event once, every row accounted for.

``rows = stored + duplicates + quarantined``, per segment and in total. Reading a segment
again, renamed or in another place changes nothing, except that rows in quarantine are
taken in once their cause is mended.
"""

from pipelines.ingest.find import closed_segments, find_segments
from pipelines.ingest.report import MOST_NAMED, BadRow, IngestReport
from pipelines.ingest.run import ingest

__all__ = [
    "MOST_NAMED",
    "BadRow",
    "IngestReport",
    "closed_segments",
    "find_segments",
    "ingest",
]
