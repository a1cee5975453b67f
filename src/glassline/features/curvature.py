"""How brightness curves: the filters of it, strip by strip."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from glassline.features.workspace import Plane, Workspace, strips

__all__ = ["BORDER", "gaussian", "write_curvature"]

BORDER = cv2.BORDER_REFLECT_101
DEPTH = cv2.CV_32F
BEND_MEAN = np.array([[0, 0.5, 0], [0.5, -2, 0.5], [0, 0.5, 0]], dtype=np.float32)
BEND_TURN = np.array([[0, -0.5, 0], [0.5, 0, 0.5], [0, -0.5, 0]], dtype=np.float32)
SLOPE = np.array([-0.5, 0, 0.5], dtype=np.float32)


def write_curvature(
    photo: Plane, sigma: float, workspace: Workspace, *, mean: Plane, turn: Plane
) -> None:
    """Write the half sum and the half difference of the eigenvalues of the Hessian.

    Of the photo blurred by sigma px, times sigma^2. The blur is written as a whole; what
    is made of it is worked out some rows at a time, with a row above and below.
    """
    gain = np.float32(sigma * sigma)
    blurred = workspace.scratch(photo)
    _filter(photo, gaussian(sigma), gaussian(sigma), out=blurred)
    for rows in strips(photo.shape):
        first, last = max(0, rows.start - 1), min(len(photo), rows.stop + 1)
        part = blurred[first:last]
        inner = slice(rows.start - first, rows.stop - first)
        is_whole = part.shape == photo.shape
        mixed = workspace.plane("mixed", part.shape)
        bent = mean if is_whole else workspace.plane("bent", part.shape)
        turned = turn if is_whole else workspace.plane("turned", part.shape)
        cv2.filter2D(part, DEPTH, BEND_MEAN * gain, dst=bent, borderType=BORDER)
        cv2.filter2D(part, DEPTH, BEND_TURN * gain, dst=turned, borderType=BORDER)
        _filter(part, SLOPE * gain, SLOPE, out=mixed)
        if bent is not mean:
            mean[rows] = bent[inner]
        _length(turned[inner], mixed[inner], out=turn[rows])


@lru_cache(maxsize=64)
def gaussian(sigma_px: float) -> Plane:
    """Return the weights of a blur of this sigma, which sum to 1, as far as 3 sigma."""
    radius = max(1, math.ceil(3.0 * sigma_px))
    place = np.arange(-radius, radius + 1, dtype=np.float64)
    bell = np.exp(-0.5 * (place / sigma_px) ** 2)
    return np.asarray(bell / bell.sum(), dtype=np.float32)


def _filter(plane: Plane, along: Plane, down: Plane, *, out: Plane) -> None:
    cv2.sepFilter2D(plane, DEPTH, along, down, dst=out, borderType=BORDER)


def _length(along: Plane, across: Plane, *, out: Plane) -> None:
    """Write sqrt(along^2 + across^2); `along` and `across` are used up.

    Each step is rounded once, as IEEE 754 says, wherever the planes lie: the bits of
    OpenCV's own (cv2.magnitude, by IPP) hang on the address of its memory.
    """
    np.multiply(along, along, out=along)
    np.multiply(across, across, out=across)
    np.add(along, across, out=along)
    np.sqrt(along, out=out)
