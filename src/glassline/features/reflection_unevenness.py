"""How uneven the reflection is, beyond the lamp's own gradient."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import PlaneName
from glassline.errors import RecipeError, check_within
from glassline.features.ranks import strongest
from glassline.features.surface import DARKEST, LEAST, Cells, Surface
from glassline.features.workspace import Plane

__all__ = ["GRID", "ReflectionUnevenness", "departures", "measure"]

HALF = 0.5  # of a field: with less of it to look at it does not count
PER_FIELD = 3  # pixels along a field's side: fewer would be shared unevenly


@dataclass(frozen=True)
class ReflectionUnevenness:
    """How finely slow brightness is looked at.

    Attributes:
        fields: Fields along each side of the photo, 4 to 64.
        share: Share of the fields that counts as the brightest, and as the
            darkest, 0 to 0.5; 0 the one brightest and the one darkest.
        plane: What of the photo is read: its grey, or a plane of its colour.
    """

    fields: int = 16
    share: float = 0.05
    plane: PlaneName = "luma"

    def __post_init__(self) -> None:
        check_within("fields", self.fields, 4, 64, RecipeError)
        check_within("share", self.share, 0, 0.5, RecipeError)


GRID = (
    ReflectionUnevenness(),
    *(
        ReflectionUnevenness(fields, share)
        for fields in (16, 32)
        for share in (0.0, 0.05, 0.5)
        if (fields, share) != (16, 0.05)
    ),
)
"""The settings training may choose from, the defaults first."""


def measure(surface: Surface, settings: ReflectionUnevenness) -> tuple[float, Plane]:
    """Range of slow brightness around the lamp's plane, in per cent.

    The photo is averaged over fields x fields areas, the best plane (the lamp's
    gradient) is taken away, and of what is left

        reading = 100 (mean of the brightest share - mean of the darkest share)
                  / mean brightness

    A brighter lamp or a longer exposure moves all of it alike, and not the reading;
    a thin line or a speck disappears in the average of its field.

    Returns:
        The reading, >= 0, in per cent of the mean brightness: 0 for a plane,
        about 1 for an even surface, 10 for a reflection that anyone sees. The map
        has a cell for 4 x 4 px: distance of each field from the plane, per cent.

    Source:
        Residual after removal of the trend: EMVA Standard 1288, release 4.0
        (2021), linear part, non-uniformity; the shares are ours.
    """
    rest, is_counted = departures(surface, settings)
    counted = rest[is_counted]
    spread = strongest(counted, settings.share) + strongest(-counted, settings.share)
    shown = surface.shown(np.abs(rest).astype(np.float32))
    return spread, surface.blanked(shown)


def departures(
    surface: Surface, settings: ReflectionUnevenness
) -> tuple[NDArray[np.float64], Cells]:
    """Distance of each field from the lamp's plane, and which fields count.

    In per cent of the mean brightness. Where only a part of the photo counts, the mean
    of a field is that of its places that do; a field with less than half of them
    does not count, and is 0.
    """
    photo = _smallest(surface, settings.fields)
    size_wh = [min(settings.fields, side) for side in photo.shape[::-1]]
    kept = surface.kept(photo)
    if kept is None:
        fields = _fields(photo, size_wh)
        percent = 100.0 / max(float(fields.mean()), DARKEST)
        return percent * _without_plane(fields), np.ones(fields.shape, np.bool_)
    share = _fields(kept.astype(np.float32), size_wh)
    fields = _fields(surface.blanked(photo), size_wh) / np.maximum(share, LEAST)
    is_counted = share >= min(HALF, float(share.max()))
    percent = 100.0 / max(float(fields[is_counted].mean()), DARKEST)
    rest = _without_plane_of(fields, is_counted)
    return np.where(is_counted, percent * rest, 0.0), is_counted


def _fields(plane: Plane, size_wh: list[int]) -> NDArray[np.float64]:
    return cv2.resize(plane, size_wh, interpolation=cv2.INTER_AREA).astype(np.float64)


def _without_plane_of(
    fields: NDArray[np.float64], is_counted: Cells
) -> NDArray[np.float64]:
    """Fields less the least-squares plane of those that count, whatever their outline."""
    rows, columns = np.indices(fields.shape, dtype=np.float64)
    sides = np.stack([np.ones_like(rows), rows, columns], axis=-1)
    plane = np.linalg.lstsq(sides[is_counted], fields[is_counted], rcond=None)[0]
    return np.asarray(fields - sides @ plane)


def _smallest(surface: Surface, fields: int) -> Plane:
    """Return the smallest photo with three pixels a field; at most that of half size."""
    side = min(surface.image.shape) / (PER_FIELD * fields)
    return surface.smaller(8 if side >= 8 else 4 if side >= 4 else 2)


def _without_plane(fields: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fields less their least-squares plane, whose axes are orthogonal on a grid."""
    rest = fields - fields.mean()
    for axis in (0, 1):
        place = np.arange(fields.shape[axis], dtype=np.float64)
        place -= place.mean()
        length = float((place**2).sum())
        if length > 0:
            slope = (rest.mean(axis=1 - axis) * place).sum() / length
            rest -= slope * (place[:, None] if axis == 0 else place[None, :])
    return np.asarray(rest)
