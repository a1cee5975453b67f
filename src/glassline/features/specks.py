"""Find the specks that drove the grain noise."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.features.grain_noise import GrainNoise
from glassline.features.marks import Speck
from glassline.features.surface import DARKEST, Surface, facing, step_px
from glassline.features.workspace import Plane

__all__ = ["find_specks"]

MIN_SIDE_PX = 16  # on a smaller photo there is no place to tell
VISIBLE = 4.0  # times the noise: plain noise hardly ever peaks above it
AS_CLEAR = 0.35  # of the strongest
ROUND = 0.4  # smaller curvature over larger: less is a knot on a line
MOST = 200  # specks measured; more is a texture
FINE = 4  # samples a pixel when a speck is measured
LEAST = 1e-9  # weight of a point without contrast
REACH = 3.0  # widths around a speck that are looked at


def find_specks(surface: Surface, settings: GrainNoise) -> tuple[Speck, ...]:
    """Specks that anyone could point at, the strongest first.

    A speck is a peak of the grain (see `grain_noise`) of at least 4 times the noise
    and 0.35 of the strongest, which curves at least 0.4 times as much one way as
    the other; where none is so round, the strongest alone. Its diameter is that of a circle as large as the patch around it with at
    least half of its contrast to the median nearby; peaks inside a stronger speck
    are that speck.

    Returns:
        At most 200 specks, in photo pixels; none below 16 x 16 px.
    """
    if min(surface.image.shape) < MIN_SIDE_PX:
        return ()
    step = step_px(settings.width_px)
    specks: list[Speck] = []
    for row, column, strength in _peaks(surface, settings):
        place = ((row + 0.5) * step - 0.5, (column + 0.5) * step - 0.5)
        if all(_is_apart(place, each) for each in specks):
            specks.append(_measured(surface.image, place, settings, strength))
    return tuple(specks)


def _peaks(surface: Surface, settings: GrainNoise) -> list[tuple[int, int, float]]:
    """Row, column and strength of the peaks of grain, the strongest first."""
    found = surface.curvature(settings.width_px)
    bend = facing(found.mean, settings.polarity, out=np.empty_like(found.mean))
    grain = surface.blanked((bend - found.turn) / np.float32(found.noise))
    size = 2 * max(1, round(settings.width_px / (2 * step_px(settings.width_px)))) + 1
    highest = cv2.dilate(grain, np.ones((size, size), np.uint8))
    limit = max(VISIBLE, AS_CLEAR * float(grain.max()))
    is_round = bend - found.turn >= ROUND * (bend + found.turn)
    is_peak = (grain == highest) & (grain >= limit)
    if not (is_peak & is_round).any():
        is_round = grain == grain.max()
    rows, columns = np.nonzero(is_peak & is_round)
    strengths = grain[rows, columns]
    order = np.argsort(-strengths, kind="stable")[:MOST]
    return [(int(rows[i]), int(columns[i]), float(strengths[i])) for i in order]


def _is_apart(place: tuple[float, float], speck: Speck) -> bool:
    return math.dist(place, (speck.row, speck.column)) > speck.diameter_px


def _measured(
    image: Plane, place: tuple[float, float], settings: GrainNoise, strength: float
) -> Speck:
    """Look at a speck in finer steps than pixels."""
    reach = REACH * settings.width_px
    offsets = np.arange(-reach, reach + 0.5 / FINE, 1.0 / FINE)
    rows, columns = (
        np.clip(middle + offsets, 0, side - 1).astype(np.float32)
        for middle, side in zip(place, image.shape, strict=True)
    )
    grid = np.meshgrid(columns, rows)
    window = cv2.remap(image, *grid, cv2.INTER_LINEAR).astype(np.float64)
    base = float(np.median(window))
    rise = window - base
    core = _core(rise, settings)
    sign = 1.0 if abs(rise[core].max()) >= abs(rise[core].min()) else -1.0
    if settings.polarity != "either":
        sign = 1.0 if settings.polarity == "bright" else -1.0
    rise *= sign
    height = max(float(rise[core].max()), 0.0)
    patch = _patch(rise, height / 2, core)
    weight = np.where(patch, np.maximum(rise, LEAST), 0.0)
    total = float(weight.sum())
    return Speck(
        row=float((weight.sum(axis=1) * rows).sum() / total),
        column=float((weight.sum(axis=0) * columns).sum() / total),
        diameter_px=2.0 * math.sqrt(float(patch.sum()) / math.pi) / FINE,
        contrast=sign * height / max(base, DARKEST),
        strength=strength,
    )


def _core(rise: NDArray[np.float64], settings: GrainNoise) -> tuple[slice, slice]:
    """The middle of the window, half of the width looked for to each side."""
    middle = rise.shape[0] // 2
    half = round(settings.width_px / 2 * FINE)
    return (slice(middle - half, middle + half + 1),) * 2


def _patch(
    rise: NDArray[np.float64], limit: float, core: tuple[slice, slice]
) -> NDArray[np.bool_]:
    """The connected patch above the limit that holds the core's highest point."""
    inner = rise[core]
    row, column = np.unravel_index(int(inner.argmax()), inner.shape)
    is_in = rise >= min(limit, float(inner.max()))
    _, labels = cv2.connectedComponents(is_in.astype(np.uint8), connectivity=4)
    return np.asarray(labels == labels[core][row, column])
