"""How a run goes, and what runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from glassline.batch.item import Item
from glassline.batch.judging import Row
from glassline.batch.pool import Limits
from glassline.model import Model
from glassline.training.candidates import Candidates

__all__ = ["Engine", "MakesEngine", "Progress", "Settings"]

Progress = Callable[[int, int | None, int], None]
"""Called with (done, of how many, how many of them in an earlier run)."""


class Engine(Protocol):
    """What turns photos into rows: processes of this machine, or many machines."""

    @property
    def replaced(self) -> int:
        """Return how many workers died and were replaced."""
        ...

    def rows(self, items: Iterable[Item]) -> Iterator[list[Row]]:
        """Yield the row of each photo, in their order, as many as are known at once."""
        ...

    def stop(self) -> None:
        """Finish the photos under way, then no more."""
        ...


MakesEngine = Callable[
    [Model, "Settings", Candidates | None], AbstractContextManager[Engine]
]
"""Makes an engine that judges with a model, and reads candidates where there are some."""


@dataclass(frozen=True)
class Settings:
    """How a run goes.

    Attributes:
        workers: Processes.
        resume: Go on with a run that ended before its time; begin one where there is none.
        overwrite: Begin anew, whatever there is.
        lang: Of the reasons in the rows.
        pattern: What names identifiers in a path, as `Naming` reads it.
        encoding: Of CSV manifests.
        limits: What one photo may take.
        readings: A Parquet file for the readings of every candidate, to train on.
        store: The address of records, where each verdict is recorded too.
        files: The folder of their photos and models; as of `Store.open`.
        engine: What runs it; left out, processes of this machine.
    """

    workers: int = 2
    resume: bool = False
    overwrite: bool = False
    lang: str = "en"
    pattern: str | None = None
    encoding: str | None = None
    limits: Limits = field(default_factory=Limits)
    readings: Path | None = None
    store: str | None = None
    files: Path | None = None
    engine: MakesEngine | None = None
