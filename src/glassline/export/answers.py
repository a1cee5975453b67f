"""What one engine answers to the probes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["REFUSED", "Answer"]

REFUSED = -1  # in the place of class and decision: a number is not finite


@dataclass(frozen=True, eq=False)
class Answer:
    """Class, decision and probabilities of n parts, by one engine.

    Attributes:
        engine: Its name and version.
        classes: Shape (n,), -1 where it refused.
        actions: Shape (n,), -1 where it refused.
        probabilities: Shape (n, k), NaN where it refused.
        open: Shape (n,), which parts lie within the margin that the target states, so
            that it promises nothing of them; left out, none.
        margin: What is stated, in words; none where `open` is left out.
        decides: Whether the engine takes decisions, or names classes alone.
        bound: What is promised of the probabilities: none differs by more.
        readings: Of the photos, as the engine read them, if it reads photos.
        reading_bound: What is promised of those: none is off by a larger share.
    """

    engine: str
    classes: NDArray[np.int64]
    actions: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    open: NDArray[np.bool_] | None = None
    margin: str | None = None
    decides: bool = True
    bound: float = 1e-9
    readings: NDArray[np.float64] | None = None
    reading_bound: float = 1e-5

    @classmethod
    def of_table(cls, engine: str, table: NDArray[np.float64]) -> Self:
        """Take an answer from rows of class, decision and k probabilities."""
        places = np.where(np.isnan(table[:, :2]), REFUSED, table[:, :2])
        classes, actions = places.astype(np.int64).T
        is_refused = (classes == REFUSED) | (actions == REFUSED)
        probabilities = np.where(is_refused[:, np.newaxis], np.nan, table[:, 2:])
        return cls(engine, classes, actions, probabilities)

    @property
    def sha256(self) -> str:
        """Return the hash of all: little-endian, classes, decisions, probabilities."""
        parts = (
            np.ascontiguousarray(self.classes, "<i8"),
            np.ascontiguousarray(self.actions, "<i8"),
            np.ascontiguousarray(self.probabilities, "<f8"),
        )
        return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
