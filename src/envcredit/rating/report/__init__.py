"""The results of a run as one page that people open, search, print and keep."""

from envcredit.rating.report.page import html, write_report

__all__ = ["html", "write_report"]
