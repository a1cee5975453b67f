"""What a new model says differently from an old one: on parts, and anywhere at all.

`compare` runs both on the same photos and counts; `differences` searches every reading
for one on which the classes differ, or proves that there is none.
"""

from glassline.studies.comparison.compare import compare
from glassline.studies.comparison.result import Change, Comparison

__all__ = ["Change", "Comparison", "compare"]
