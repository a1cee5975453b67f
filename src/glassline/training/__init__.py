"""The way back: labelled photos become a model."""

from glassline.training.reading import read_candidates
from glassline.training.training import (
    Trained,
    data_hash,
    train,
    train_head,
    train_on,
)

__all__ = [
    "Trained",
    "data_hash",
    "read_candidates",
    "train",
    "train_head",
    "train_on",
]
