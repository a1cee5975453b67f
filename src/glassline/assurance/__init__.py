"""A guarantee on escapes for a model, from labelled photos that it did not learn from."""

from glassline.assurance.counting import assure
from glassline.assurance.result import Assurance

__all__ = ["Assurance", "assure"]
