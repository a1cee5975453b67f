"""One self-contained page: how a model was trained, scored, and judged three parts."""

from __future__ import annotations

from glassline.studies.report.page import Story, page

__all__ = ["Story", "page"]
