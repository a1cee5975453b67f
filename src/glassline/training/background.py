"""Find what of the photos is not the part, and whether to leave it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import PlaneName, Values, View
from glassline.dataset.readings import Readings
from glassline.image.background import cells_of
from glassline.recipe import Background, Recipe
from glassline.training.candidates import Candidates

__all__ = [
    "find_background",
    "found_on",
    "levels",
    "levels_seen",
    "seeks_background",
    "side_by_side",
]

BINS = 64  # of the levels from black to white
APART = 0.9  # share of all variance that lies between part and background
LEAST = 0.05  # of all cells: less is no background, but a thing on some photos
SEEN_ON: tuple[PlaneName, ...] = ("luma", "red", "blue", "saturation")  # first wins

Levels = NDArray[np.float64]
"""How many cells have each level, of all and of those on the border: shape (2, 64)."""


def seeks_background(recipe: Recipe, candidates: Candidates) -> bool:
    """Return whether training looks for a background that nobody declared.

    Not where a mask or a golden photo tells already. Nor where there is nothing to
    choose.
    """
    return (
        not recipe.image.is_masked
        and recipe.training.background != "none"
        and not candidates.is_settled
    )


def levels_seen(candidates: Candidates) -> tuple[PlaneName, ...]:
    """Return the planes whose levels are counted."""
    return tuple(
        name for name in SEEN_ON if name == "luma" or name in candidates.searched
    )


def levels(view: View, planes: Sequence[str]) -> Values:
    """Return how many cells of each plane have each level, shape (planes * 2 * 64,)."""
    counted = []
    for name in planes:
        cells = cells_of(view.plane(name).taken_or_grey)
        edge = np.concatenate([cells[0], cells[-1], cells[:, 0], cells[:, -1]])
        counted += [np.histogram(each, BINS, (0, 1))[0] for each in (cells, edge)]
    return np.concatenate(counted).astype(np.float64)


def find_background(counts: Levels) -> Background | None:
    """Return a background that good parts have on one plane; None where none is plain.

    The level that parts all cells best into a dark and a light class is Otsu's: the
    largest of w (1 - w) (m1 - m0)^2, with w the share of the light ones and m0, m1 the
    means. There is a background if that is nine tenths of the variance of all levels,
    so that hardly anything lies between, and neither class is less than a twentieth. The
    class that is more frequent on the border of the photos than in all of them is the
    background. Its level is half way from Otsu's to its mean, in hundredths: what is nearer
    to the part (rust, glare) stays.

    Args:
        counts: Shape (2, 64): of all cells, and of those on the border.

    Source:
        N. Otsu, IEEE Trans. Systems, Man and Cybernetics 9(1), 1979, 62-66,
        doi:10.1109/TSMC.1979.4310076.

    Example:
        A part of .2 and a table of .8, a fifth of all and two fifths of the border:

        >>> counts = np.zeros((2, 64))
        >>> counts[:, 12], counts[:, 51] = (80, 60), (20, 40)
        >>> find_background(counts)
        Background(above=0.65, below=None, plane='luma')
    """
    if not counts[0].any():
        return None
    share, at = counts[0] / counts[0].sum(), (np.arange(BINS) + 0.5) / BINS
    dark = np.cumsum(share)[:-1]
    below, mean = np.cumsum(share * at)[:-1], float(share @ at)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (mean * dark - below) ** 2 / (dark * (1 - dark))
    between[~np.isfinite(between)] = 0
    whole = float(share @ (at - mean) ** 2)
    best = np.flatnonzero(between == between.max())
    cut = int(best[(len(best) - 1) // 2])  # of equals, over an empty valley, the middle
    if not whole or between[cut] < APART * whole:
        return None
    edge = float(counts[1, : cut + 1].sum() / counts[1].sum())
    is_light = edge < dark[cut]
    size = 1 - dark[cut] if is_light else dark[cut]
    if not LEAST <= size <= 1 - LEAST or edge == dark[cut]:
        return None
    own = (mean - below[cut]) / size if is_light else below[cut] / size
    level = round(((cut + 1) / BINS + float(own)) / 2, 2)
    return Background(above=level) if is_light else Background(below=level)


def found_on(
    counted: NDArray[np.float64], planes: Sequence[PlaneName]
) -> Background | None:
    """Return the background on the first plane that has one.

    Args:
        counted: Shape (n, planes * 2 * 64), `levels` of n parts.
        planes: Which.
    """
    whole = counted.sum(axis=0).reshape(len(planes), 2, BINS)
    for name, counts in zip(planes, whole, strict=True):
        found = find_background(counts)
        if found is not None:
            return replace(found, plane=name)
    return None


def side_by_side(
    readings: Readings, masked: Readings, background: Background
) -> Readings:
    """Return readings that hold every column twice: as it stands, and without background.

    Where a part could not be read without it, there is no such background, and the
    readings come back as they are.
    """
    rows = {part.path: row for row, part in enumerate(masked.data.parts)}
    paths = [part.path for part in readings.data.parts]
    if not all(path in rows for path in paths):
        return readings
    again = masked.values[[rows[path] for path in paths]]
    return replace(
        readings,
        values=np.hstack([readings.values, again]),
        background=background,
    )
