"""A small known image, read again wherever a model is loaded."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import cv2
import numpy as np

from glassline import __version__
from glassline.arrays import Image, View
from glassline.errors import GlasslineWarning, ModelError
from glassline.front import Front
from glassline.model.records import Made

__all__ = ["known_image", "self_test"]

SIDE = 96


def known_image() -> Image:
    """Return a fixed grey image with a line, specks, a slope and grain.

    Made with integers alone, so that its bits are the same everywhere.
    """
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.int64)
    grain = (rows * 7919 + columns * 104729 + rows * columns * 31) % 13
    grey = 110 + rows // 4 + grain
    grey[(rows - columns) // 2 == 5] += 40
    grey[(rows % 32 == 20) & (columns % 24 == 3)] -= 60
    return np.asarray(grey / 255, dtype=np.float32)


def known_view(planes: Sequence[str]) -> View:
    """Return the known image, and as each plane of colour the same further left."""
    image = known_image()
    moved = {
        name: np.ascontiguousarray(np.roll(image, -7 * place, axis=1))
        for place, name in enumerate(planes, start=1)
    }
    return View(image, planes=moved)


def self_test(front: Front, expected: Made | None = None) -> Made:
    """Read the known image; compare with what the model's maker read.

    Args:
        front: The model's front.
        expected: What this function returned where the model was trained.

    Returns:
        Where this is, and the readings; none of a front that need not repeat: loading
        a model asks no server.

    Raises:
        ModelError: Another number of readings is expected.

    Warns:
        GlasslineWarning: A reading differs by more than the front's tolerance.
    """
    if front.tolerance is None:
        return Made(__version__, cv2.__version__, ())
    readings = front.read(known_view(front.planes)).values
    if expected is not None:
        wanted = np.array(expected.readings)
        if wanted.shape != readings.shape:
            raise ModelError(
                f"model.json: self_test.readings: expected {len(readings)} numbers, "
                f"got {wanted.size}."
            )
        off = (np.abs(readings - wanted) / np.maximum(np.abs(wanted), 1e-3)).max()
        if not off <= front.tolerance:
            told = front.unlike.format(
                then=expected.opencv, off=off, now=cv2.__version__
            )
            warnings.warn(f"model.json: {told}", GlasslineWarning, stacklevel=2)
    return Made(__version__, cv2.__version__, tuple(readings.tolist()))
