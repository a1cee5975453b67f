"""Where two models differ: every pair of classes, possible at a point or proved not."""

from glassline.explain.differences.pieces import Judge
from glassline.explain.differences.search import Difference, Verdict, differences

__all__ = ["Difference", "Judge", "Verdict", "differences"]
