"""Rows without processes: the same function, called here, one photo after the other."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from glassline.batch import Item, Settings
from glassline.batch.judging import Judge, Row
from glassline.model import Model
from glassline.training.candidates import Candidates

__all__ = ["Inline", "inline", "rows_of"]


class Inline:
    """An engine that stops, or fails, after some photos where it is told to."""

    replaced = 0

    def __init__(self, judge: Judge, most: int) -> None:
        self._judge, self._most, self.asked = judge, most, 0

    def rows(self, items: Iterable[Item]) -> Iterator[list[Row]]:
        """Yield the row of each photo; an end before its time is a crash of the run."""
        for item in items:
            if self.asked == self._most:
                raise KeyboardInterrupt
            self.asked += 1
            yield self._judge.rows([item])

    def stop(self) -> None:
        """Take no more photos."""
        self._most = self.asked


def inline(most: int = -1):
    """Return what makes the engine, for `Settings`."""

    @contextmanager
    def make(
        model: Model, settings: Settings, candidates: Candidates | None
    ) -> Iterator[Inline]:
        yield Inline(Judge(model, settings.lang, candidates), most)

    return make


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a CSV as its reader sees it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
