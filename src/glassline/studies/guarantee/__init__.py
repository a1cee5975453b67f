"""A guarantee on escapes for a model, from labelled photos that it did not learn from."""

from glassline.studies.guarantee.counting import assure
from glassline.studies.guarantee.result import Assurance

__all__ = ["Assurance", "assure"]
