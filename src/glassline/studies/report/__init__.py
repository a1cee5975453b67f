"""One self-contained page: how a model was trained, scored, and judged three parts.

`page` fills the template from a `Story`; `charts` and `pictures` draw what it shows.
Nothing is fetched from anywhere, so the page can be mailed.
"""

from __future__ import annotations

from glassline.studies.report.page import Story, page, told_by_wrong

__all__ = ["Story", "page", "told_by_wrong"]
