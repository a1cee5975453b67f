"""What every door is given, and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from glassline.dataset import Dataset
from glassline.inspection import Inspection, inspect
from glassline.model import Model

__all__ = ["PARTS", "STRANGE", "Line"]

PARTS = 15  # among them every class, a review by cost and some that are limited
STRANGE = "strange.png"


@dataclass(frozen=True, eq=False)
class Line:
    """What a door is given.

    Attributes:
        model: In memory.
        saved: The same as a folder.
        photos: A folder with a labels.csv.
    """

    model: Model
    saved: Path
    photos: Path

    @cached_property
    def data(self) -> Dataset:
        """The photos as a dataset."""
        return Dataset.read(self.photos)

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """The photos, in the order of the table."""
        return tuple(part.path for part in self.data.parts)

    @cached_property
    def inspected(self) -> dict[str, Inspection]:
        """What Python says of each photo: what every door is held against."""
        return {path.name: inspect(self.model, path) for path in self.paths}
