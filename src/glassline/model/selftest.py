"""A small known image, read again wherever a model is loaded."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from glassline.arrays import Image
from glassline.errors import GlasslineWarning, ModelError
from glassline.front import Front

__all__ = ["known_image", "self_test"]

SIDE = 96
SAID = {
    "measured": "model.json: expected the readings of OpenCV {then}, got readings that "
    "differ by {off:.1e} of their size with OpenCV {now}. Install that version, or "
    "train again here.",
    "cnn": "model.json: expected the readings of where it was trained, got readings that "
    "differ by {off:.1e} of their size. Another processor or ONNX Runtime computes "
    "otherwise; train again here.",
}
TOLERANCES = {  # far below what moves a probability in its fourth decimal
    "measured": 1e-5,
    "cnn": 1e-3,  # single precision: processors add in different orders
}


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


def self_test(
    front: Front, expected: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Read the known image; compare with what the model's maker read.

    Args:
        front: The model's front.
        expected: What this function returned where the model was trained.

    Returns:
        The readings and the OpenCV version, as plain data; no readings of a front
        that asks a server: loading a model asks nobody.

    Warns:
        GlasslineWarning: A reading differs by more than 1e-5 of its size, of a
            network's 1e-3.
    """
    if front.kind not in TOLERANCES:  # it need not repeat, and asking would cost
        return {"opencv": cv2.__version__, "readings": []}
    readings = front.read(known_image()).values
    if expected is not None:
        wanted = np.array(expected["readings"], dtype=np.float64)
        if wanted.shape != readings.shape:
            raise ModelError(
                f"model.json: self_test.readings: expected {len(readings)} numbers, "
                f"got {wanted.size}."
            )
        off = np.abs(readings - wanted) / np.maximum(np.abs(wanted), 1e-3)
        if not off.max() <= TOLERANCES[front.kind]:
            warnings.warn(
                SAID[front.kind].format(
                    then=expected["opencv"], off=off.max(), now=cv2.__version__
                ),
                GlasslineWarning,
                stacklevel=2,
            )
    return {"opencv": cv2.__version__, "readings": readings.tolist()}
