"""How uneven the reflection is, beyond the lamp's own gradient."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.errors import RecipeError, check_within
from glassline.features.ranks import strongest
from glassline.features.surface import DARKEST, Plane, Surface

__all__ = ["GRID", "ReflectionUnevenness", "departures", "measure"]

PER_FIELD = 3  # pixels along a field's side: fewer would be shared unevenly


@dataclass(frozen=True)
class ReflectionUnevenness:
    """How finely slow brightness is looked at.

    Attributes:
        fields: Fields along each side of the photo, 4 to 64.
        share: Share of the fields that counts as the brightest, and as the
            darkest, 0 to 0.5; 0 the one brightest and the one darkest.
    """

    fields: int = 16
    share: float = 0.05

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
    rest = departures(surface, settings)
    spread = strongest(rest, settings.share) + strongest(-rest, settings.share)
    return spread, surface.shown(np.abs(rest).astype(np.float32))


def departures(surface: Surface, settings: ReflectionUnevenness) -> NDArray[np.float64]:
    """Distance of each field from the lamp's plane, per cent of the mean brightness."""
    photo = _smallest(surface, settings.fields)
    size_wh = [min(settings.fields, side) for side in photo.shape[::-1]]
    fields = cv2.resize(photo, size_wh, interpolation=cv2.INTER_AREA).astype(np.float64)
    percent = 100.0 / max(float(fields.mean()), DARKEST)
    return percent * _without_plane(fields)


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
