"""A photo as it differs from good parts at the same place."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Kept
from glassline.errors import RecipeError
from glassline.image.aligning import golden
from glassline.image.masks import picture
from glassline.recipe import ImageSettings

__all__ = ["compared"]

QUIET = 0.5  # of the usual spread: a quieter place is not magnified further
DARKEST = 4 / 255  # of the golden photo: a darker place says nothing of the light
LEVELS = (0.25, 0.75)  # the grey that stands for "as on good parts" lies between these
SAMPLES = 1 << 16  # pixels by which the light is told
LEAST = 1e-4  # of white: no camera repeats better


def compared(image: Image, keep: Kept, settings: ImageSettings) -> Image:
    """Return how a photo differs from good parts, place by place, as a grey picture.

    With G the golden photo, S the spread of good parts at each place, s its median and
    c the photo's light (the median of photo / G):

        shown = level + (photo / c - G) s / max(S, s / 2),   clipped to [0, 1]

    So a place that looks as on good parts is of one grey everywhere, whatever is drawn
    there; where good parts differ much (an edge that never lies quite alike) a
    difference counts for less; and a brighter lamp changes nothing. `level` is the
    median of the golden photo, at least 0.25 and at most 0.75.

    Args:
        image: Shape (h, w), laid on the golden photo.
        keep: Shape (h, w), where somebody looks.
        settings: `golden` and `spread` are used.

    Raises:
        RecipeError: A picture can not be read, or they are of different sizes.
    """
    mean, weight, level = _normal(settings)
    step = max(1, mean.size // SAMPLES)
    wanted, seen, looked = (each.ravel()[::step] for each in (mean, image, keep))
    told = looked & (wanted > DARKEST)
    light = float(np.median(seen[told] / wanted[told])) if told.any() else 1.0
    shown = image / np.float32(max(light, LEAST))
    shown -= mean
    shown *= weight
    shown += level
    return np.clip(shown, np.float32(0), np.float32(1), out=shown)


@lru_cache(maxsize=4)
def _normal(
    settings: ImageSettings,
) -> tuple[Image, NDArray[np.float32], np.float32]:
    """Golden photo, what each difference is multiplied with, and the level."""
    mean = golden(settings)
    if settings.spread is None:
        raise RecipeError("image.spread: expected a picture of the spread, got none.")
    spread = picture(settings.spread, "spread")
    if spread.shape != mean.shape:
        raise RecipeError(
            f"image.spread: expected {mean.shape[1]} x {mean.shape[0]} px as the golden "
            f"photo has, got {spread.shape[1]} x {spread.shape[0]}."
        )
    usual = np.float32(max(float(np.median(spread)), LEAST))
    weight = usual / np.maximum(spread, np.float32(QUIET) * usual)
    level = np.float32(min(max(float(np.median(mean)), LEVELS[0]), LEVELS[1]))
    return mean, np.asarray(weight, dtype=np.float32), level
