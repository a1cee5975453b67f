"""Holds two models against each other: on the parts of a dataset, and exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np

from glassline.arrays import Image, Values
from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, Readings, no_progress, read_parts
from glassline.errors import InputError
from glassline.image import printable
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS
from glassline.studies.comparison.differences import Judge, differences
from glassline.studies.comparison.result import Change, Comparison

__all__ = ["compare"]


def compare(
    old: Model,
    new: Model,
    data: Dataset | None = None,
    *,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Comparison:
    """Say where two models differ: the parts on which they do, and where they ever can.

    On parts both are run as they inspect, class and decision. Exactly, for classes:
    for every two classes either readings at which the old model says one and the new
    one the other, or the proof that there are none, within the range of the readings
    seen on `data` (`differences`). Without data the range is every reading from 0 up,
    for features of one's own any reading. It takes models that read alike, with the
    same settings of every feature.

    Decisions weigh probabilities by cost, so their borders are curved; they are
    compared on parts only.

    Args:
        old: The model that was used.
        new: The one that may replace it.
        data: Parts to compare on; labels are not needed.
        workers: Photos read at the same time.
        progress: Told how far each stage is.

    Raises:
        InputError: The models are not for the same classes and features.
        DatasetError: No photo could be read.
    """
    _check(old, new)
    unlike = _unlike(old, new)
    readings = None if data is None else _read(old, new, data, workers, progress)
    found = None
    ranges = [] if unlike else _ranges(old, readings)
    if not unlike:
        progress("comparing everywhere", 0, 1)
        found = differences(
            Judge(old.head, old.scale), Judge(new.head, new.scale), ranges=ranges
        )
    classes: tuple[Change, ...] = ()
    decisions: tuple[Change, ...] = ()
    if readings is not None:
        classes, decisions = (
            tuple(_changes(readings, said)) for said in _said(old, new, readings)
        )
    return Comparison(
        old=old,
        new=new,
        n=0 if readings is None else len(readings.data),
        refused=() if readings is None else readings.refused,
        copies=() if readings is None else readings.copies,
        unlike=unlike,
        ranges=tuple(ranges),
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


def _unlike(old: Model, new: Model) -> tuple[str, ...]:
    """Return the features that the two models do not read alike."""
    one, other = old.front, new.front
    mine, yours = one.as_json(), other.as_json()
    if one.is_measured and other.is_measured:
        return tuple(
            name
            for name, each in mine["features"].items()
            if yours["features"][name] != each
        )
    return () if mine == yours else old.feature_names


def _read(
    old: Model, new: Model, data: Dataset, workers: int, progress: Progress
) -> Readings:
    """Read every part with both fronts: (n, 2 d), the old model's readings first."""
    unlike = _unlike(old, new)

    def both(image: Image, /) -> Values:
        first = old.front.values(image)
        if not unlike:
            return np.concatenate([first, first])
        return np.concatenate([first, new.front.values(image)])

    return read_parts(data, both, old.recipe.image, workers=workers, progress=progress)


def _ranges(old: Model, readings: Readings | None) -> list[tuple[float, float]]:
    if readings is None:
        return [(least, inf) for least in old.front.least.tolist()]
    seen = readings.values[:, : len(old.feature_names)]
    return list(zip(seen.min(axis=0).tolist(), seen.max(axis=0).tolist(), strict=True))


Said = tuple[Sequence[str], Sequence[str]]


def _said(old: Model, new: Model, readings: Readings) -> tuple[Said, Said]:
    """Return the classes, then the decisions, of both models for every part."""
    classes, decisions = [], []
    halves = np.split(readings.values, 2, axis=1)
    for model, values in zip((old, new), halves, strict=True):
        said = decide(model, values)
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
