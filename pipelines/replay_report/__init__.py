"""The report on replays, as one HTML file and as Markdown, both of the same contents."""

from pipelines.replay_report.contents import Contents, contents
from pipelines.replay_report.page import page
from pipelines.replay_report.text import text

__all__ = ["Contents", "contents", "page", "text"]
