"""Labelled photos: a folder a class, or a CSV or Parquet table.

`Dataset` is parts in a fixed order with their labels; nothing of a photo is read for it.
`readings` reads and measures every part once and keeps what was refused. `folds` deals
parts so that no group is split.
"""

from glassline.dataset.dataset import Dataset, Labelled
from glassline.dataset.part import Part

__all__ = ["Dataset", "Labelled", "Part"]
