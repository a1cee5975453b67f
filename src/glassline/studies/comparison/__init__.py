"""What a new model says differently from an old one: on parts, and anywhere at all."""

from glassline.studies.comparison.compare import compare
from glassline.studies.comparison.result import Change, Comparison

__all__ = ["Change", "Comparison", "compare"]
