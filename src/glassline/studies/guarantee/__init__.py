"""A guarantee on escapes for a model, from labelled photos that it did not learn from.

`assure` says which parts may be counted and what the head says of them; the threshold
itself is found in `glassline.decide`. `Assurance` is the guarantee or why there is none.
"""

from glassline.studies.guarantee.counting import Assurance, assure

__all__ = ["Assurance", "assure"]
