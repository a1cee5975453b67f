"""Lay a photo on the golden photo of its part: shift and turn, or a refusal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Kept
from glassline.errors import RecipeError
from glassline.image.masks import check_size, picture
from glassline.image.placement import Placement, on_photo, rotation, warped
from glassline.image.refusals import refuse
from glassline.recipe import ImageSettings

__all__ = [
    "LEAST_MATCH",
    "TURN_DEG",
    "Sized",
    "find",
    "golden",
    "sized_golden",
]

TURN_DEG = 10.0  # the largest turn that is looked for, where the recipe says nothing
LEAST_MATCH = (
    0.5  # correlation; other parts of one kind keep above .8, strangers below .3
)
LEAST_SEEN = 0.9  # of what is looked at: more of it may not lie outside the photo
LEAST_OF_ALL = 0.75  # where all of the photo is: a turn takes its corners away
COARSE_PX, FINE_PX = 128, (160, 640)  # longer side at which shift and turn are sought
STEP_DEG = 2.0  # of the coarse search: a pixel at its border
STEPS = 12  # of the fine search at each size, at most
STILL_PX = 0.002  # a step below it ends the search
FAINT = 1e-4  # spread of grey, as a share of white, below which there is no picture
HUBER = 1.345  # robust spreads beyond which a pixel counts for less: a defect, a shadow
NORMAL_MAD = 1.4826
GRID = 32  # parts of a pixel to which a placement is rounded: what a warp can follow


@lru_cache(maxsize=4)
def golden(settings: ImageSettings) -> Image:
    """Return the golden photo of a recipe, read-only.

    Raises:
        RecipeError: There is none, it can not be read, shows nothing, or is of another
            size than the mask picture.
    """
    if settings.golden is None:
        raise RecipeError("image.golden: expected a golden photo, got none.")
    image = picture(settings.golden, "golden")
    if float(image.std()) < FAINT:
        raise RecipeError(
            "image.golden: expected a part to align with, got one grey everywhere."
        )
    if settings.mask is not None:
        drawn = picture(settings.mask, "mask")
        if drawn.shape != image.shape:
            raise RecipeError(
                f"image.mask: expected {image.shape[1]} x {image.shape[0]} px as the "
                f"golden photo has, got {drawn.shape[1]} x {drawn.shape[0]}."
            )
    return image


@dataclass(frozen=True, eq=False)
class Sized:
    """A photo at the sizes at which it is aligned.

    Attributes:
        shape: Of the photo itself.
        small: Longer side to the photo at that size.
    """

    shape: tuple[int, ...]
    small: dict[int, Image]

    @classmethod
    def of(cls, image: Image) -> Sized:
        """Make a photo small, each size from the next larger one."""
        small: dict[int, Image] = {}
        smaller = image
        for side in sorted({COARSE_PX, *FINE_PX}, reverse=True):
            small[side] = smaller = _small(smaller, side)
        return cls(image.shape, small)


@lru_cache(maxsize=4)
def sized_golden(settings: ImageSettings) -> Sized:
    """Return the golden photo of a recipe at the sizes at which it is aligned."""
    return Sized.of(golden(settings))


def find(wanted: Sized, image: Image, keep: Kept, settings: ImageSettings) -> Placement:
    """Return where the golden photo lies on a photo.

    Coarse: both are made small, the photo is turned in steps of 2 degrees, and for each
    turn the shift of the largest correlation is taken. Fine: at 160 and 640 px, with G the
    golden photo, W the photo as laid so far, G_x, G_y, G_t how G changes with shift and
    turn,

        W  =  c G + d + p_x G_x + p_y G_y + p_t G_t + rest

    is solved by least squares, in which a pixel whose rest is beyond 1.345 robust spreads
    counts for less (a defect, a shadow), and the photo is laid anew by p / c until p
    is below a few thousandths of a pixel. Brightness c and d are free: a brighter lamp
    moves nothing. The answer is rounded to a 32nd of a pixel, at the border for the turn.

    Args:
        wanted: The golden photo; of a recipe, `sized_golden`.
        image: The photo, of any brightness.
        keep: What is looked at, on the golden photo.
        settings: `turn_deg` and `least_match` are used.

    Raises:
        ImageError: `outside_region`: the photo is of another size. `unaligned`: they do
            not correlate, or too much of what is looked at lies outside the photo.

    Source:
        S. Baker & I. Matthews, Lucas-Kanade 20 years on, Int. J. Computer Vision 56(3),
        2004, doi:10.1023/B:VISI.0000011205.11775.fd: the step; weights after P. J. Huber,
        Robust Statistics (1981), section 7.
    """
    check_size(wanted.shape, image.shape[1], image.shape[0], "golden")
    most = TURN_DEG if settings.turn_deg is None else settings.turn_deg
    least = LEAST_MATCH if settings.least_match is None else settings.least_match
    seen = Sized.of(image)
    pose = _coarse(wanted.small[COARSE_PX], seen.small[COARSE_PX], most)
    for side in FINE_PX:
        pose = _fine(wanted.small[side], seen.small[side], pose)
    found = _rounded(pose, wanted, seen)
    limit = most + STEP_DEG  # between the steps of the coarse search
    if not found.match >= least or abs(found.turn_deg) > limit:
        raise refuse(
            "unaligned",
            f"a photo that matches the golden one to at least {least:g}",
            f"{max(found.match, 0.0):.2f}",
            "It shows another part, or this one turned or moved too far.",
        )
    height, width = image.shape
    there = on_photo(found.matrix(width, height), height, width) & keep
    share = int(there.sum()) / max(int(keep.sum()), 1)
    limit = LEAST_OF_ALL if keep.all() else LEAST_SEEN
    if share < limit:
        raise refuse(
            "unaligned",
            f"at least {limit:.0%} of what is looked at on the photo",
            f"{math.floor(100 * share)}%",
            "Take the photo again with the part in its place.",
        )
    return found


@dataclass(frozen=True)
class _Pose:
    """Shift as a share of the longer side, so that it holds at every size; radians."""

    right: float
    down: float
    turn: float


def _small(image: Image, side: int) -> NDArray[np.float32]:
    """Return the image with a longer side of so many pixels, at most its own."""
    share = min(1.0, side / max(image.shape))
    size_wh = [max(8, round(each * share)) for each in image.shape[::-1]]
    found = cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(found, dtype=np.float32)


def _coarse(small: Image, seen: Image, most_deg: float) -> _Pose:
    """Return the best of all shifts and of turns in even steps."""
    height, width = small.shape
    size_wh = [cv2.getOptimalDFTSize(2 * each) for each in (width, height)]
    template = small - small.mean()
    spectrum = _spectrum(template, size_wh)
    reach = np.ones_like(small)  # where the template has pixels: all of its box
    reach_spectrum = _spectrum(reach, size_wh)
    best, pose = 0.0, _Pose(0.0, 0.0, 0.0)
    for degrees in _turns(most_deg):
        matrix = Placement(0.0, 0.0, degrees, 0.0).matrix(width, height)
        turned = warped(seen, matrix, (width, height), cv2.INTER_LINEAR)
        turned -= turned.mean()
        own, ones = _spectrum(turned, size_wh), _spectrum(turned * turned, size_wh)
        product = _correlated(own, spectrum)
        energy = _correlated(ones, reach_spectrum)
        match = product / np.sqrt(np.maximum(energy, FAINT**2 * small.size))
        match *= _overlap(match.shape, small.shape)
        down, right = np.unravel_index(int(match.argmax()), match.shape)
        if match[down, right] > best:
            best = float(match[down, right])
            sizes = np.array(match.shape[::-1])
            shift = np.array([right, down])
            shift = np.where(shift > sizes // 2, shift - sizes, shift)
            # it was seen on the turned photo: turn it back
            shift = rotation(math.radians(degrees)) @ shift
            shift = shift / max(small.shape)
            pose = _Pose(float(shift[0]), float(shift[1]), math.radians(degrees))
    return pose


def _turns(most_deg: float) -> Iterator[float]:
    """Even steps from the middle outward, so that of equals the smallest turn wins."""
    yield 0.0
    count = math.ceil(most_deg / STEP_DEG)
    for place in range(1, count + 1):
        degrees = place * most_deg / count
        yield from (degrees, -degrees)


def _spectrum(plane: Image, size_wh: list[int]) -> NDArray[Any]:
    """Transform with zeros around, so that a shift does not wrap around."""
    return np.fft.rfft2(plane, s=size_wh[::-1])


def _correlated(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    columns = 2 * (one.shape[1] - 1)
    return np.fft.irfft2(one * np.conj(other), s=(one.shape[0], columns))


def _overlap(shape: tuple[int, ...], size_hw: tuple[int, ...]) -> NDArray[Any]:
    """Weigh a shift by what both photos show; none where that is less than half."""
    shares = []
    for whole, side in zip(shape, size_hw, strict=True):
        away = np.minimum(np.arange(whole), whole - np.arange(whole))
        shares.append(np.clip(1 - away / side, 0, 1))
    share = shares[0][:, None] * shares[1][None]
    return np.where(share >= 0.5, np.sqrt(share), 0.0)


def _fine(small: Image, seen: Image, pose: _Pose) -> _Pose:
    """Step by step to the placement of least squares at one size."""
    height, width = small.shape
    longer = max(small.shape)
    columns = np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2)
    rows = (np.arange(height, dtype=np.float32) - np.float32((height - 1) / 2))[:, None]
    down, right = np.gradient(small)
    radius = np.float32(longer / 2)
    turn = (right * -rows + down * columns) / radius
    terms = [small, np.ones_like(small), right, down, turn]
    basis = np.stack([each.ravel() for each in terms]).astype(np.float32)
    for _ in range(STEPS):
        placed = _placement(pose, longer)
        matrix = placed.matrix(width, height)
        laid = warped(seen, matrix, (width, height), cv2.INTER_CUBIC)
        is_in = on_photo(matrix, height, width)
        found = _solved(basis, laid.ravel(), is_in.ravel())
        if found is None:
            return pose
        move = found[2:] / found[0]
        away = math.hypot(float(move[0]), float(move[1])) + abs(float(move[2]))
        if not away < longer / 4:  # lost: what was found before stands
            return pose
        angle = pose.turn - float(move[2]) / float(radius)
        # W(x) = G(x + p): where x - p is read instead, p is gone
        shift = rotation(pose.turn) @ -move[:2] / longer
        pose = _Pose(pose.right + float(shift[0]), pose.down + float(shift[1]), angle)
        if away < STILL_PX:
            break
    return pose


def _solved(
    basis: NDArray[Any], seen: NDArray[Any], is_in: NDArray[np.bool_]
) -> NDArray[Any] | None:
    """Least squares in two rounds: plain, then with what stays far off weighed down."""
    weights = is_in.astype(np.float32)
    found = None
    for _ in range(2):
        weighed = basis * weights
        square = np.einsum("in,jn->ij", weighed, basis, dtype=np.float64)
        right = np.einsum("in,n->i", weighed, seen, dtype=np.float64)
        try:
            found = np.linalg.solve(square, right)
        except np.linalg.LinAlgError:
            return None
        if not found[0] > 0:  # a negative of the part is none
            return None
        rest = np.abs(seen - found.astype(np.float32) @ basis)
        spread = NORMAL_MAD * float(np.median(rest[is_in])) if is_in.any() else 0.0
        limit = np.float32(max(HUBER * spread, FAINT))
        weights = np.where(is_in, limit / np.maximum(rest, limit), np.float32(0))
    return found


def _placement(pose: _Pose, longer: int, match: float = 0.0) -> Placement:
    return Placement(
        pose.right * longer, pose.down * longer, math.degrees(pose.turn), match
    )


def _rounded(pose: _Pose, wanted: Sized, image: Sized) -> Placement:
    """Round to what a warp can follow, and say how well that matches."""
    longer = max(wanted.shape)
    unit = 2 / (GRID * longer)  # radians that move the border by a 32nd of a pixel
    turn = round(pose.turn / unit) * unit
    right, down = (
        round(each * longer * GRID) / GRID for each in (pose.right, pose.down)
    )
    rounded = Placement(right + 0.0, down + 0.0, math.degrees(turn) + 0.0, 0.0)
    small, seen = (each.small[FINE_PX[-1]] for each in (wanted, image))
    share = max(small.shape) / longer
    there = Placement(right * share, down * share, math.degrees(turn), 0.0)
    laid, is_in = there.laid(seen)
    match = _correlation(small[is_in], laid[is_in])
    return Placement(rounded.right_px, rounded.down_px, rounded.turn_deg, match)


def _correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Correlation of two rows; 0 where one of them is even, or there is none."""
    if one.size < 2:
        return 0.0
    a, b = (each - each.mean() for each in (one, other))
    size = math.sqrt(float((a * a).sum()) * float((b * b).sum()))
    return float((a * b).sum()) / size if size > FAINT**2 * one.size else 0.0
