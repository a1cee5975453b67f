"""What a traced line looks like across: its middle, width and contrast."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.features.surface import DARKEST
from glassline.features.workspace import Plane

__all__ = ["Profile", "full_width", "profile"]

STRETCH_PX = 12  # a line is looked across in stretches of this length
FINE = 0.25  # px between samples across
FADED = 0.35  # of the middle's contrast: an end that has less is cut off
STEADY = 3  # steps whose mean says whether an end has faded


@dataclass(frozen=True, eq=False)
class Profile:
    """The look of a line across.

    Attributes:
        points: Shape (m, 2), row and column, moved to the middle of the line; on the
            photo.
        width_px: Full width at half of the contrast.
        contrast: Share of the brightness beside the line; its sign says which.
    """

    points: NDArray[np.float64]
    width_px: float
    contrast: float


def profile(
    image: Plane, points: NDArray[np.float64], expected_px: float, *, is_bright: bool
) -> Profile:
    """Look across a trace, stretch by stretch, and take the median of the stretches.

    Args:
        image: Shape (h, w), 0 to 1.
        points: Shape (m >= 2, 2), row and column of the steps of a trace.
        expected_px: Width looked for; widths up to twice of it can be told.
        is_bright: Whether the line is brighter than the surface; False is darker.
    """
    steps = _even_steps(points)
    reach = max(6.0, 2.0 * expected_px)
    places = np.arange(-reach, reach + FINE / 2, FINE)
    normals = _normals(steps)
    at = steps[:, None, :] + places[None, :, None] * normals[:, None, :]
    samples = cv2.remap(
        image,
        at[..., 1].astype(np.float32),
        at[..., 0].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float64)
    count = max(1, round(len(steps) / STRETCH_PX))
    parts = np.array_split(samples, count)
    sizes = [len(part) for part in parts]
    stretches = np.stack([part.mean(axis=0) for part in parts])
    outer = np.abs(places) > 0.6 * reach
    base = np.median(stretches[:, outer], axis=1)
    rise = stretches - base[:, None]
    sign = 1.0 if is_bright else -1.0
    found = [full_width(sign * each, places, expected_px) for each in rise]
    offsets = np.array([offset for offset, _, _ in found])
    share = sign * np.array([height for _, _, height in found])
    share /= np.maximum(base, DARKEST)
    smooth = np.interp(
        np.linspace(0, 1, len(steps)), (np.arange(count) + 0.5) / count, offsets
    )
    width = float(np.median([width for _, width, _ in found]))
    core = np.abs(places) <= max(2 * FINE, width / 4)
    along = sign * (samples[:, core].mean(axis=1) - np.repeat(base, sizes))
    kept = _without_faded_ends(along)
    middle = (steps + smooth[:, None] * normals)[kept]
    return Profile(
        points=np.clip(middle, 0, np.array(image.shape) - 1),  # samples go beyond it
        width_px=width,
        contrast=float(np.median(share)),
    )


def full_width(
    rise: NDArray[np.float64], places: NDArray[np.float64], within: float
) -> tuple[float, float, float]:
    """Middle, full width at half height, and height of the peak near 0.

    Args:
        rise: Shape (m,), a peak above a base of 0.
        places: Shape (m,), even distances.
        within: How far from 0 the peak may lie.

    Example:
        A triangle of height 2 and base 4 is 2 wide at half of its height.

        >>> places = np.arange(-4.0, 4.5, 0.5)
        >>> full_width(np.maximum(0, 2 - np.abs(places)), places, 1.0)
        (0.0, 2.0, 2.0)
    """
    near = np.flatnonzero(np.abs(places) <= within)
    top = int(near[rise[near].argmax()])
    height = float(rise[top])
    if height <= 0:
        return 0.0, 0.0, 0.0
    left = _crossing(rise[top::-1], places[top::-1], height / 2)
    right = _crossing(rise[top:], places[top:], height / 2)
    return (left + right) / 2, right - left, height


def _crossing(
    rise: NDArray[np.float64], places: NDArray[np.float64], level: float
) -> float:
    """Place at which the curve first falls below the level."""
    below = np.flatnonzero(rise < level)
    if not len(below):
        return float(places[-1])
    after = int(below[0])
    share = (rise[after - 1] - level) / (rise[after - 1] - rise[after])
    return float(places[after - 1] + share * (places[after] - places[after - 1]))


def _without_faded_ends(along: NDArray[np.float64]) -> slice:
    """Which steps lie between the first and the last that still have contrast."""
    near = np.full(STEADY, 1 / STEADY)
    steady = np.convolve(np.pad(along, STEADY // 2, mode="edge"), near, "valid")
    there = np.flatnonzero(steady >= FADED * np.median(along))
    if len(there) < 2:
        return slice(None)
    return slice(int(there[0]), int(there[-1]) + 1)


def _even_steps(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points about one pixel apart along the trace."""
    lengths = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    even = np.linspace(0.0, along[-1], max(2, round(float(along[-1])) + 1))
    return np.stack([np.interp(even, along, points[:, c]) for c in (0, 1)], axis=1)


def _normals(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors across the trace, from its direction over some pixels."""
    half = min(6, len(steps) - 1)
    ahead = np.minimum(np.arange(len(steps)) + half, len(steps) - 1)
    back = np.maximum(np.arange(len(steps)) - half, 0)
    along = steps[ahead] - steps[back]
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    return np.stack([-along[:, 1], along[:, 0]], axis=1)
