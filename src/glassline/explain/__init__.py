"""Why a part got its verdict: evidence, the worked sum, its faces, and its check.

Data first, looks later: `evidence` and `sheet` are figures, `blocks` puts them into
words, `faces` shows them, `check` marks what somebody else worked out by hand. Each
imports only from those before it; `Sheet` is the worked sum with all its faces.
"""

from glassline.explain.evidence import Evidence
from glassline.explain.example import example
from glassline.explain.explanation import Explanation
from glassline.explain.faces.sheet import Sheet
from glassline.explain.sheet.figure import Figure
from glassline.explain.sheet.provenance import Provenance
from glassline.explain.sheet.worked_sum import Supposed, WorkedSum

__all__ = [
    "Evidence",
    "Explanation",
    "Figure",
    "Provenance",
    "Sheet",
    "Supposed",
    "WorkedSum",
    "example",
]
