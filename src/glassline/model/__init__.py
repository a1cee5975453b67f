"""A model: what one verdict depends on, in memory and as a folder."""

from glassline.model.model import FILE, FORMAT, Model, load

__all__ = ["FILE", "FORMAT", "Model", "load"]
