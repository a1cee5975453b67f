"""Where two models differ: every pair of classes, possible at a point or proved not."""

from glassline.studies.comparison.differences.pieces import Judge
from glassline.studies.comparison.differences.search import (
    Difference,
    Verdict,
    differences,
)

__all__ = ["Difference", "Judge", "Verdict", "differences"]
