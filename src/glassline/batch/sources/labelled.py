"""The parts of a dataset as photos of a run, with what people said of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glassline.batch.item import Item
from glassline.dataset import Dataset, Part

__all__ = ["SAID", "Labelled"]

SAID = ("label", "group", "weight", "soft", "inspector", "source")
"""What is kept of each part beside its path; shares as JSON."""


@dataclass(frozen=True)
class Labelled:
    """The parts of a dataset, in its order."""

    data: Dataset

    @property
    def name(self) -> str:
        """Return what the dataset is called."""
        return self.data.name

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Return what is kept of each part."""
        return SAID

    def count(self) -> int:
        """Return how many parts there are."""
        return len(self.data)

    def items(self, identifiers: Sequence[str]) -> Iterator[Item]:
        """Yield the parts."""
        for part in self.data.parts:
            said = _said(part)
            yield Item(
                os.fspath(part.path),
                tuple(said.get(each, "") for each in identifiers),
                path=os.fspath(part.path),
                root=os.fspath(part.within) if part.within else None,
                sha256=part.sha256,
            )


def _said(part: Part) -> dict[str, str]:
    return {
        "label": part.label or "",
        "group": part.group,
        "weight": repr(part.weight),
        "soft": json.dumps(dict(part.soft)) if part.soft else "",
        "inspector": part.inspector or "",
        "source": part.source,
    }
