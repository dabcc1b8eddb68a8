"""Segments and other tools' histories into the warehouse: once each, every row accounted for.

``rows = stored + duplicates + quarantined + erased``, per segment and in total. Reading a segment
again, renamed or in another place changes nothing, except that rows in quarantine are
taken in once their cause is mended.
"""

from pipelines.ingest.find import Source, closed_segments, find_segments
from pipelines.ingest.report import MOST_NAMED, BadRow, IngestReport
from pipelines.ingest.run import ingest

__all__ = [
    "MOST_NAMED",
    "BadRow",
    "IngestReport",
    "Source",
    "closed_segments",
    "find_segments",
    "ingest",
]
