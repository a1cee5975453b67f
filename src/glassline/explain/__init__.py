"""Why a part got its verdict: evidence, the worked sum, its faces, and its check."""

from glassline.explain.evidence import Evidence
from glassline.explain.explanation import Explanation
from glassline.explain.sheet.example import example
from glassline.explain.sheet.figure import Figure
from glassline.explain.sheet.sheet import Sheet
from glassline.explain.sheet.supposed import Supposed

__all__ = ["Evidence", "Explanation", "Figure", "Sheet", "Supposed", "example"]
