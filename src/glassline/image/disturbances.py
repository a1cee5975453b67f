"""What a camera does to the same part from one photo to the next."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
import simplejpeg
from jaxtyping import Float32
from numpy.typing import NDArray

from glassline.arrays import Image, Kept, View
from glassline.image.filling import filled

__all__ = [
    "DISTURBANCES",
    "KINDS",
    "MARGIN_PX",
    "Disturbance",
    "Window",
    "disturbed",
    "still",
    "undisturbed",
]

MARGIN_PX = 3  # the largest shift; it also holds every filter's reach
SHIFTS_XY = ((1.0, 0.0), (0.0, -2.0), (-3.0, 1.0), (2.0, 3.0), (0.5, 0.0), (-0.25, 0.5))
EXPOSURE = 0.05
DEFOCUS_PX = 0.5
READ_NOISE = 0.003  # of white; this and the full well: an industrial camera as in
FULL_WELL = 12_000.0  # glassline.synthetic, electrons: 1.8 grey steps at mid grey
QUALITIES = (95, 85, 75)
LANCZOS = 3  # lobes: six taps, just what the margin holds

Window = Float32[np.ndarray, "wh ww"]
"""Grey photo less a margin, possibly turned; 0 black to 1 white."""


@dataclass(frozen=True)
class Disturbance:
    """One way in which the camera varies.

    Attributes:
        kind: What varies, one of `KINDS`; kinds vary independently of each other.
        name: Which way it varies; several disturbances may share it.
        apply: Photo of shape (h, w) and a source of noise to the window of shape
            (h - 6, w - 6) of the photo as disturbed. Neither changes its input.
    """

    kind: str
    name: str
    apply: Callable[[Image, np.random.Generator], Window]


def undisturbed(image: Image) -> Window:
    """Return the photo without its margin: what disturbed ones are held against.

    A shifted camera sees new surface at one edge. The margin is where it comes
    from, so that no edge has to be invented.

    Args:
        image: Shape (h, w), each side above 6.

    Returns:
        Shape (h - 6, w - 6), a view.

    Example:
        >>> undisturbed(np.zeros((16, 20), np.float32)).shape
        (10, 14)
    """
    return _window(image, 0, 0)


def still(view: View) -> View:
    """Return a view without its margin, as `undisturbed` does of an image."""
    seen = _masked(view, undisturbed(view.taken_or_grey), _kept(view, None))
    return _coloured(seen, view, undisturbed)


def disturbed(view: View, how: Disturbance, rng: np.random.Generator) -> View:
    """Return a view as disturbed: the photo moves under its mask, and turns with it.

    Args:
        view: Each side above 6.
        how: One of `DISTURBANCES`.
        rng: Of its noise.
    """
    seen = _masked(view, how.apply(view.taken_or_grey, rng), _kept(view, how))
    return _coloured(seen, view, lambda plane: how.apply(plane, rng))


def _coloured(seen: View, view: View, apply: Callable[[Image], Window]) -> View:
    """Put each plane of colour, disturbed alike, to the grey that was."""
    if not view.planes:
        return seen
    planes = {}
    for name, plane in view.planes.items():
        window = apply(plane)
        planes[name] = window if seen.keep is None else filled(window, seen.keep)
    return replace(seen, planes=planes)


def _kept(view: View, how: Disturbance | None) -> Kept | None:
    if view.keep is None:
        return None
    kept = view.keep.astype(np.float32)
    if how is None or how.kind != "turn":
        return undisturbed(kept) > 0
    return how.apply(kept, np.random.Generator(np.random.PCG64(0))) > 0


def _masked(view: View, window: Window, keep: Kept | None) -> View:
    if keep is None:
        return View(window)
    return View(filled(window, keep), keep, window)


def _window(image: NDArray[np.float32], dx: int, dy: int) -> NDArray[np.float32]:
    height, width = image.shape
    return image[
        MARGIN_PX + dy : height - MARGIN_PX + dy,
        MARGIN_PX + dx : width - MARGIN_PX + dx,
    ]


def _filtered(
    image: NDArray[np.float32], across: NDArray[np.float32], down: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Correlate along both axes; a kernel's middle is its entry (size - 1) // 2."""
    anchor = ((len(across) - 1) // 2, (len(down) - 1) // 2)
    found = cv2.sepFilter2D(image, cv2.CV_32F, across, down, anchor=anchor)
    return np.asarray(found, dtype=np.float32)


def _between(share: float) -> NDArray[np.float32]:
    """Return the Lanczos kernel that reads `share` of a pixel further on."""
    if share == 0:
        return np.ones(1, np.float32)
    place = np.arange(1 - LANCZOS, LANCZOS + 1) - share
    taps = np.sinc(place) * np.sinc(place / LANCZOS)
    return np.asarray(taps / taps.sum(), dtype=np.float32)


def _shift(dx_px: float, dy_px: float) -> Disturbance:
    whole_x, whole_y = math.floor(dx_px), math.floor(dy_px)
    across, down = _between(dx_px - whole_x), _between(dy_px - whole_y)

    def apply(image: Image, rng: np.random.Generator) -> Window:
        is_whole = len(across) == len(down) == 1
        moved = image if is_whole else _filtered(image, across, down)
        return _window(moved, whole_x, whole_y)

    return Disturbance("shift", "shift", apply)


def _turn(quarters: int, is_mirrored: bool) -> Disturbance:
    def apply(image: Image, rng: np.random.Generator) -> Window:
        window = undisturbed(image)
        seen = window[:, ::-1] if is_mirrored else window
        return np.ascontiguousarray(np.rot90(seen, quarters))

    return Disturbance("turn", "turn", apply)


def _exposure(factor: float, name: str) -> Disturbance:
    def apply(image: Image, rng: np.random.Generator) -> Window:
        return np.minimum(undisturbed(image) * np.float32(factor), np.float32(1))

    return Disturbance("exposure", name, apply)


def _defocus() -> Disturbance:
    place = np.arange(-MARGIN_PX, MARGIN_PX + 1)
    bell = np.exp(-0.5 * (place / DEFOCUS_PX) ** 2)
    kernel = np.asarray(bell / bell.sum(), dtype=np.float32)

    def apply(image: Image, rng: np.random.Generator) -> Window:
        return undisturbed(_filtered(image, kernel, kernel))

    return Disturbance("defocus", "defocus", apply)


def _noise() -> Disturbance:
    def apply(image: Image, rng: np.random.Generator) -> Window:
        window = undisturbed(image)
        sigma = np.sqrt(np.float32(READ_NOISE**2) + window / np.float32(FULL_WELL))
        drawn = rng.standard_normal(window.shape, dtype=np.float32)
        return np.clip(window + drawn * sigma, np.float32(0), np.float32(1))

    return Disturbance("noise", "noise", apply)


def _jpeg(quality: int) -> Disturbance:
    def apply(image: Image, rng: np.random.Generator) -> Window:
        # The whole photo is coded, so that blocks lie where the camera puts them.
        grey = np.asarray(np.rint(image * np.float32(255)), dtype=np.uint8)
        coded = simplejpeg.encode_jpeg(
            np.ascontiguousarray(grey[..., None]), quality, "GRAY"
        )
        seen = simplejpeg.decode_jpeg(coded, "GRAY")[..., 0]
        return undisturbed(np.asarray(seen / np.float32(255), dtype=np.float32))

    return Disturbance("jpeg", f"jpeg_{quality}", apply)


KINDS = ("shift", "turn", "exposure", "defocus", "noise", "jpeg")
"""What varies: position, orientation, light, focus, sensor, compression."""

DISTURBANCES = (
    *(_shift(dx_px, dy_px) for dx_px, dy_px in SHIFTS_XY),
    *(_turn(quarters, is_mirrored=False) for quarters in (1, 2, 3)),
    *(_turn(quarters, is_mirrored=True) for quarters in (0, 2)),
    _exposure(1 - EXPOSURE, "exposure_down"),
    _exposure(1 + EXPOSURE, "exposure_up"),
    _defocus(),
    _noise(),
    *(_jpeg(quality) for quality in QUALITIES),
)
"""Every way, in the order of `KINDS`.

- shift: by 1 to 3 whole pixels, and by half and quarter pixels (Lanczos, six taps,
  which blurs the finest detail a little).
- turn: by a quarter, a half and three quarters; mirrored left-right and top-bottom.
- exposure: 5 % less and 5 % more light; what passes white is clipped. The numbers
  are taken as proportional to the light, as industrial cameras deliver them.
- defocus: a Gaussian of 0.5 px on top of the photo's own blur.
- noise: one more photo's worth of read noise and shot noise.
- jpeg: quality 95, 85 and 75, coded and decoded in 8 bits.

Source:
    Noise: EMVA Standard 1288, release 4.0 (2021), section 2. Interpolation:
    C. E. Duchon, J. Applied Meteorology 18(8), 1979.
"""
