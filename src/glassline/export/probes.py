"""What both sides are asked: photos, random parts, and parts beside a border."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import View
from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, no_progress
from glassline.decide import Unsettled
from glassline.export.answers import REFUSED, Answer
from glassline.export.held import Held
from glassline.image import load
from glassline.model import Model
from glassline.model.reading import read_with
from glassline.model.verdict import Decisions, decide
from glassline.recipe import Action

__all__ = ["COUNT", "NEAR", "Photos", "Probes", "draw", "of_photos"]

COUNT = 100_000
NEAR = 1e-6  # in x: how close to a border half of the random parts are
BEYOND = 1.25  # times the clip: as far out as random parts lie
MAX_DRAWS = 50  # then a model is taken to have no border there
CURVED = 50.0  # log(1 + |reading|) of the largest reading that is asked

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Probes:
    """Parts by their readings, and what Python says of them.

    Attributes:
        model: Whose verdicts.
        readings: Shape (n, d).
        photos: Where the photos lie whose readings come first.
        near: How many, behind the others, lie within `NEAR` of a border.
        refused: How many, the last, have a number that is not finite.
    """

    model: Model
    readings: Numbers
    photos: tuple[Path, ...]
    near: int
    refused: int

    def __len__(self) -> int:
        return len(self.readings)

    @property
    def answered(self) -> int:
        """Return how many have an answer: the first."""
        return len(self) - self.refused

    @cached_property
    def unclipped(self) -> Numbers:
        """Return the readings in standard units, before their clip, shape (n, d)."""
        found = self.readings.copy()
        finite = self.readings[: self.answered]
        found[: self.answered] = self.model.scale.unclipped(finite)
        return found

    @cached_property
    def _decisions(self) -> Decisions:
        return decide(self.model, self.readings[: self.answered])

    @cached_property
    def open(self) -> NDArray[np.bool_]:
        """Return which answers Python itself leaves open, shape (n,).

        Whether a part is held that lies so near to the limit of its gauge is what the
        search happens to settle, and so is one that it did not settle.
        """
        found = np.zeros(len(self), np.bool_)
        held = Held.of(self.model)
        nearly = 0.0 if held is None else held.nearly
        for row, limit in self._decisions.limits.items():
            found[row] = (
                isinstance(limit, Unsettled)
                or limit.distance > (1 - nearly) * limit.limit
            )
        return found

    @cached_property
    def said(self) -> Answer:
        """Return what Python answers, and -1 and NaN where it refuses to."""
        found = self._decisions
        places = np.full((2, self.refused), REFUSED)
        k = found.probabilities.shape[1]
        return Answer(
            "Python",
            np.append(found.classes, places[0]),
            np.append(found.actions, places[1]),
            np.vstack([found.probabilities, np.full((self.refused, k), np.nan)]),
        )

    def views(self, planes: Sequence[str] = ()) -> Iterator[View]:
        """Yield the photos with these planes of colour, one at a time."""
        settings = self.model.recipe.image
        return (
            load(path, settings=settings, planes=planes).view for path in self.photos
        )

    @property
    def sha256(self) -> str:
        """Return the hash of the readings."""
        return hashlib.sha256(self.readings.tobytes()).hexdigest()


@dataclass(frozen=True, eq=False)
class Photos:
    """Photos that were read.

    Attributes:
        readings: Shape (n, d).
        paths: Where they lie.
        sha256: The hash of each.
    """

    readings: Numbers
    paths: tuple[Path, ...]
    sha256: tuple[str, ...]


def of_photos(
    model: Model, data: Dataset, *, workers: int, progress: Progress = no_progress
) -> Photos:
    """Return the readings of every photo that can be read."""
    found = read_with(model, data, workers=workers, progress=progress)
    paths = tuple(part.path for part in found.data.parts)
    return Photos(found.values, paths, found.sha256)


def draw(
    model: Model,
    rng: np.random.Generator,
    *,
    photos: Photos | None = None,
    count: int = COUNT,
) -> Probes:
    """Return the photos' readings, and as many random parts, half beside a border.

    The first half is even over a box a quarter wider than the clip. For the second a
    part is drawn there or among the known parts, and another one that gets another
    class or decision; the way between them is halved until both ends are within 1e-6
    of each other. Both are kept: between them lies a border, whichever rule draws it.
    Last come parts with NaN or infinity in one place, which a target must refuse.

    Args:
        model: Whose borders.
        rng: Draws the parts.
        photos: Come first, if there are any.
        count: Of random parts; even.
    """
    d = len(model.feature_names)
    spread = _anywhere(model, rng, count // 2)
    ends = _beside_borders(model, rng, count // 4)
    near = np.concatenate(ends)
    rest = _anywhere(model, rng, count - len(spread) - len(near))
    photos = photos or Photos(np.zeros((0, d)), (), ())
    u = np.concatenate([spread, rest, near])
    refused = _refused(_readings(model, u[:1])[0])
    return Probes(
        model,
        np.concatenate([photos.readings, _readings(model, u), refused]),
        photos=photos.paths,
        near=len(near),
        refused=len(refused),
    )


def _refused(reading: Numbers) -> Numbers:
    """Return a reading with NaN, inf and -inf in each place in turn, (3 d, d)."""
    found = np.tile(reading, (3 * len(reading), 1))
    for place in range(len(reading)):
        found[3 * place : 3 * place + 3, place] = np.nan, np.inf, -np.inf
    return found


def _readings(model: Model, u: Numbers) -> Numbers:
    """Return readings that stand at u, none of them absurdly large."""
    scale = model.scale
    curved = np.array(scale.center) + np.array(scale.spread) * u
    curved = np.clip(curved, -CURVED, CURVED)
    return np.asarray(np.sign(curved) * np.expm1(np.abs(curved)))


def _anywhere(model: Model, rng: np.random.Generator, n: int) -> Numbers:
    reach = BEYOND * model.scale.clip
    return rng.uniform(-reach, reach, (n, len(model.feature_names)))


def _known(model: Model, rng: np.random.Generator, n: int) -> Numbers:
    """Return parts like those of training: around the centres of its classes."""
    region, d = model.region, len(model.feature_names)
    if region is None:
        return rng.normal(0.0, model.scale.clip / 2, (n, d))
    roots = np.linalg.cholesky(np.linalg.inv(np.array(region.inverses)))
    place = rng.integers(len(region.classes), size=n)
    steps = rng.normal(0.0, region.limit / np.sqrt(d), (n, d))
    moved = np.einsum("nij,nj->ni", roots[place], steps)
    return np.asarray(np.array(region.centers)[place] + moved)


def _beside_borders(
    model: Model, rng: np.random.Generator, pairs: int
) -> tuple[Numbers, Numbers]:
    """Return the two sides of a border, pair by pair, each within `NEAR`."""
    found: list[tuple[Numbers, Numbers]] = []
    missing = pairs
    for turn in range(MAX_DRAWS):
        if missing <= 0:
            break
        source = _anywhere if turn % 2 else _known
        a, b = source(model, rng, pairs), _known(model, rng, pairs)
        differ = _said(model, a) != _said(model, b)
        share = max(1, pairs // 4)  # of one draw: then both sources have a part
        a, b = a[differ][: min(missing, share)], b[differ][: min(missing, share)]
        found.append((a, b))
        missing -= len(a)
    a, b = (np.concatenate(side) for side in zip(*found, strict=True))
    said = _said(model, a)
    while len(a) and np.abs(a - b).max() > NEAR / 2:
        middle = (a + b) / 2
        same = (_said(model, middle) == said)[:, np.newaxis]
        a, b = np.where(same, middle, a), np.where(same, b, middle)
    return a, b


def _said(model: Model, u: Numbers) -> NDArray[np.int64]:
    """Return one number for class and decision together.

    A search for each of millions of parts would take hours: what a gauge limit holds
    is seen here by a climb, and asked of Python once the parts are found.
    """
    held, scale = Held.of(model), model.scale
    found = decide(replace(model, gauge=None), _readings(model, u))
    taken = found.actions.copy()
    if held is not None:
        moves = held.moves(found.unclipped, scale.clip, scale.slope, scale.far)
        taken[held.looks_held(model.head, found.x, moves, taken)] = Action.REVIEW
    return np.asarray(3 * found.classes + taken)
