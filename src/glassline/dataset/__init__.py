"""Labelled photos: a folder a class, or a CSV or Parquet table."""

from glassline.dataset.dataset import Dataset, Labelled
from glassline.dataset.part import Part

__all__ = ["Dataset", "Labelled", "Part"]
