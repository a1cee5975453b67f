"""What a run did, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glassline.batch.judging import Row
from glassline.interface.record import Record

__all__ = ["Summary", "Tally"]


@dataclass(frozen=True, eq=False, repr=False)
class Summary(Record):
    """What a run did.

    Attributes:
        out: The file that holds the rows, or will.
        photos: Rows, those of an earlier run included.
        resumed: How many of them are of an earlier run.
        inspected: How many have a verdict.
        decisions: Of those, by action.
        classes: Of those, by class.
        refused: How many have none, by reason.
        seconds: Of this run alone.
        rate: Photos a second, of this run alone.
        replaced: Workers that died and were replaced.
        interrupted: The signal that ended it before its time; None where it is done.
    """

    out: str
    photos: int
    resumed: int
    inspected: int
    decisions: Mapping[str, int]
    classes: Mapping[str, int]
    refused: Mapping[str, int]
    seconds: float
    rate: float
    replaced: int
    interrupted: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "out": self.out,
            "photos": self.photos,
            "resumed": self.resumed,
            "inspected": self.inspected,
            "decisions": dict(self.decisions),
            "classes": dict(self.classes),
            "refused": dict(self.refused),
            "seconds": round(self.seconds, 3),
            "photos_per_second": round(self.rate, 1),
            "workers_replaced": self.replaced,
            "interrupted": self.interrupted is not None,
        }


class Tally:
    """What the rows say, counted."""

    def __init__(self, names: Sequence[str]) -> None:
        self._at = [names.index(each) for each in ("class", "decision", "refused")]
        self.classes: Counter[str] = Counter()
        self.decisions: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def add(self, rows: Sequence[Row]) -> None:
        """Count some rows more."""
        counters = (self.classes, self.decisions, self.refused)
        for at, counter in zip(self._at, counters, strict=True):
            counter.update(str(row[at]) for row in rows if row[at] is not None)
