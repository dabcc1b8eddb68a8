"""The dashboard's content as one HTML file that opens offline."""

from dashboards.report.page import page
from dashboards.report.write import write_report

__all__ = ["page", "write_report"]
