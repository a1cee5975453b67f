"""Holds two models against each other: on the parts of a dataset, and exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.dataset import Dataset
from glassline.dataset.copies import Copy
from glassline.dataset.readings import Progress, Readings, Refusal, no_progress
from glassline.errors import DatasetError, InputError
from glassline.image import printable
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.model import Model, read_with
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS
from glassline.studies.comparison.acceptance import Acceptance, acceptance
from glassline.studies.comparison.differences import (
    Difference,
    Judge,
    Verdict,
    differences,
)

__all__ = ["Change", "Comparison", "compare"]

ACCEPT = "accept"
LIMITS = ("max_bytes", "max_pixels")  # what is refused; they move no reading
Said = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, eq=False, repr=False)
class Change(Record):
    """Parts of which the two models say different things.

    Attributes:
        old: What the old model says: a class or a decision.
        new: What the new model says.
        parts: How many parts.
        image: The first of them.
    """

    old: str
    new: str
    parts: int
    image: str


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Record):
    """Where two models differ.

    Attributes:
        old: The model that was used.
        new: The one that may replace it.
        n: Parts that both looked at.
        refused: Photos that one of them could not read.
        copies: Photos that show what another one shows, and count for nothing.
        cameras: Image settings that differ: the two look at different pixels.
        unlike: Features that the two read with different settings.
        ranges: Least and largest reading of each feature that the exact comparison
            covers; empty where `cameras` or `unlike` is not.
        is_seen: Whether those are the readings seen on the parts; else all there are.
        acceptance: Whether the new model can accept what the old one does not; None
            without ranges or without a good class.
        differences: One a pair of classes; None without ranges.
        classes: The parts with another class, by pair, the most first.
        decisions: The parts with another decision, by pair, the most first.
    """

    old: Model
    new: Model
    n: int
    refused: tuple[Refusal, ...]
    copies: tuple[Copy, ...]
    cameras: tuple[str, ...]
    unlike: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    is_seen: bool
    acceptance: Acceptance | None
    differences: tuple[Difference, ...] | None
    classes: tuple[Change, ...]
    decisions: tuple[Change, ...]

    @property
    def passing(self) -> int:
        """Return how many parts the new model accepts and the old one does not."""
        return sum(each.parts for each in self.decisions if each.new == ACCEPT)

    @property
    def never_passes(self) -> bool | None:
        """Return whether the new model accepts only what the old one accepts.

        True: proved in the ranges. False: at some readings, or some part, it accepts
        what the old one rejects or sends to review. None: not decided.
        """
        if self.new.recipe.good is None:
            return None
        verdict = self.acceptance and self.acceptance.verdict
        if self.passing or verdict is Verdict.POSSIBLE:
            return False
        return True if verdict is Verdict.IMPOSSIBLE else None

    def probabilities(
        self, readings: Values
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what each model makes of readings, shape (d,): p of the k classes."""
        row = np.asarray(readings)[np.newaxis]
        return (
            self.old.head.probabilities(self.old.scale.x(row))[0],
            self.new.head.probabilities(self.new.scale.x(row))[0],
        )

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain data; an endless range ends in null."""
        ends = (
            [end if isfinite(end) else None for end in span] for span in self.ranges
        )
        found = self.acceptance
        return {
            "old": self.old.sha256,
            "new": self.new.sha256,
            "n": self.n,
            "never_passes": self.never_passes,
            "cameras": list(self.cameras),
            "unlike": list(self.unlike),
            "ranges": dict(zip(self.old.feature_names, ends, strict=False)),
            "acceptance": found
            and {
                "verdict": found.verdict.value,
                "reason": found.reason,
                **self._at(found.readings),
            },
            "differences": None
            if self.differences is None
            else [self._as_json(each) for each in self.differences],
            "classes": [asdict(each) for each in self.classes],
            "decisions": [asdict(each) for each in self.decisions],
            "refused": [each.as_json() for each in self.refused],
            "copies": [each.as_json() for each in self.copies],
        }

    def _as_json(self, found: Difference) -> dict[str, Any]:
        classes = self.old.recipe.classes
        return {
            "old": classes[found.old_class],
            "new": classes[found.new_class],
            "verdict": found.verdict.value,
            "margin": found.margin,
            "at_most": found.at_most,
            "rounding": found.rounding if isfinite(found.rounding) else None,
            "boxes": found.boxes,
            **self._at(found.readings),
        }

    def _at(self, readings: Values | None) -> dict[str, Any]:
        """Return readings, and what the two models make of them, as plain data."""
        if readings is None:
            return {"readings": None}
        old, new = self.probabilities(readings)
        named = zip(self.old.feature_names, readings.tolist(), strict=True)
        return {
            "readings": dict(named),
            "probabilities": {"old": old.tolist(), "new": new.tolist()},
        }


@checked
def compare(
    old: Model,
    new: Model,
    data: Dataset | None = None,
    *,
    seen: bool = False,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Comparison:
    """Say where two models differ: the parts on which they do, and where they ever can.

    On parts each reads the photo with its own image settings and front, and decides as
    it inspects. Exactly, for all readings that there can be: whether the new model can
    accept what the old one rejects or sends to review (`acceptance`), and for every
    two classes whether the old one can say the one and the new one the other
    (`differences`). That takes models that read alike, with the same settings of every
    feature and the same image settings: else they are different cameras, and the same
    part has different readings.

    Args:
        old: The model that was used.
        new: The one that may replace it.
        data: Parts to compare on; labels are not needed.
        seen: Whether the exact comparison covers only the readings between the least
            and the largest seen on `data`; else every reading from the least that the
            front can give.
        workers: Photos read at the same time.
        progress: Told how far each stage is.

    Raises:
        InputError: The models are not for the same classes and features, or `seen`
            is asked for without data.
        DatasetError: No photo could be read by both.
    """
    _check(old, new)
    if seen and data is None:
        raise InputError("seen: expected parts whose readings are seen, got no data.")
    cameras, unlike = _cameras(old, new), _unlike(old, new)
    are_alike = not cameras and not unlike
    readings: list[Readings] = []
    if data is not None:
        readings = [read_with(old, data, workers=workers, progress=progress)]
        readings += (
            readings
            if are_alike
            else [read_with(new, data, workers=workers, progress=progress)]
        )
        readings = _common(*readings)
    ranges = tuple(_ranges(old, readings if seen else [])) if are_alike else ()
    accepted, found = None, None
    if ranges:
        progress("comparing everywhere", 0, 1)
        judges = (Judge(each.head, each.scale) for each in (old, new))
        found = differences(*judges, ranges=ranges)
        if new.recipe.good is not None:
            accepted = acceptance(old, new, ranges)
    classes: tuple[Change, ...] = ()
    decisions: tuple[Change, ...] = ()
    if readings:
        classes, decisions = (
            tuple(_changes(readings[0], said)) for said in _said((old, new), readings)
        )
    return Comparison(
        old=old,
        new=new,
        n=len(readings[0].data) if readings else 0,
        refused=readings[0].refused if readings else (),
        copies=readings[0].copies if readings else (),
        cameras=cameras,
        unlike=unlike,
        ranges=ranges,
        is_seen=seen,
        acceptance=accepted,
        differences=found,
        classes=classes,
        decisions=decisions,
    )


def _check(old: Model, new: Model) -> None:
    for name in ("classes", "feature_names"):
        mine, yours = (getattr(each.recipe, name) for each in (old, new))
        if mine != yours:
            what = name.replace("_names", "s")
            raise InputError(
                f"new: expected the {what} {', '.join(mine)}, got {', '.join(yours)}."
            )


def _cameras(old: Model, new: Model) -> tuple[str, ...]:
    """Return the image settings by which the two models see different pixels."""
    mine, yours = (asdict(each.recipe.image) for each in (old, new))
    return tuple(
        name
        for name, value in mine.items()
        if name not in LIMITS and value != yours[name]
    )


def _unlike(old: Model, new: Model) -> tuple[str, ...]:
    """Return the features that the two models do not read alike."""
    mine, yours = (each.front.as_json() for each in (old, new))
    if old.front.is_measured and new.front.is_measured:
        return tuple(
            name
            for name, each in mine["features"].items()
            if yours["features"][name] != each
        )
    return () if mine == yours else old.feature_names


def _common(old: Readings, new: Readings) -> list[Readings]:
    """Return both of the parts that both could read; the other photos are refused."""
    if old is new:
        return [old, new]
    paths = [[part.path for part in each.data.parts] for each in (old, new)]
    both = set(paths[0]) & set(paths[1])
    if not both:
        raise DatasetError(
            f"{old.data.name}: expected a photo that both models can read, got none."
        )
    refused = {each.path: each for each in (*new.refused, *old.refused)}
    copies = {each.part.path: each for each in (*new.copies, *old.copies)}
    return [
        replace(
            each.subset(np.flatnonzero([path in both for path in own])),
            refused=tuple(refused.values()),
            copies=tuple(copies.values()),
        )
        for each, own in zip((old, new), paths, strict=True)
    ]


def _ranges(old: Model, seen: Sequence[Readings]) -> Iterator[tuple[float, float]]:
    if not seen:
        yield from ((least, inf) for least in old.front.least.tolist())
        return
    values = seen[0].values
    yield from zip(
        values.min(axis=0).tolist(), values.max(axis=0).tolist(), strict=True
    )


def _said(models: Sequence[Model], readings: Sequence[Readings]) -> tuple[Said, Said]:
    """Return the classes, then the decisions, of both models for every part."""
    classes, decisions = [], []
    for model, each in zip(models, readings, strict=True):
        said = decide(model, each.values)
        classes.append([model.recipe.classes[at] for at in said.classes])
        decisions.append([ACTIONS[at] for at in said.actions])
    return (classes[0], classes[1]), (decisions[0], decisions[1])


def _changes(readings: Readings, said: Said) -> Iterator[Change]:
    """Yield one row for every two different words that the models say of one part."""
    found: dict[tuple[str, str], list[int]] = {}
    for part, pair in enumerate(zip(*said, strict=True)):
        found.setdefault(pair, []).append(part)
    for (before, after), parts in sorted(found.items(), key=lambda each: -len(each[1])):
        if before != after:
            path = readings.data.parts[parts[0]].path
            yield Change(
                before, after, len(parts), printable("/".join(path.parts[-2:]))
            )
