"""What a new model says differently from an old one: on parts, and anywhere at all.

`compare` runs both on the same photos, each as it inspects, and counts. `acceptance`
asks of every reading whether the new model accepts what the old one does not, and
`differences` which classes can differ: each finds a reading or proves that there is none.
"""

from glassline.studies.comparison.compare import Change, Comparison, compare

__all__ = ["Change", "Comparison", "compare"]
