"""A model: what one verdict depends on, in memory and as a folder.

`Model` holds recipe, front, scale, head, policy and the records of its making; `load`
and `Model.save` are the one way from and to disk, and refuse whatever is off by a bit.
`read_with` reads photos as a model does, `learnt` tells those of its training, `verdict` decides on their readings.
"""

from glassline.model.model import FILE, FORMAT, Model, load
from glassline.model.reading import learnt, read_with

__all__ = ["FILE", "FORMAT", "Model", "learnt", "load", "read_with"]
