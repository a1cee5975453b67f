"""What a part shows besides the four causes: its own edges, a rim, brushing, a tint.

Dosed like the causes, and no cause of any of the four features: what a reading hears of
them is what it takes for something else.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image
from glassline.errors import check_within
from glassline.synthetic.camera import Colour, Photo
from glassline.synthetic.surfaces import soft_noise

__all__ = ["BESIDES", "Besides", "Brushing", "Drawn", "Edges", "Rim", "Tint"]

BESIDES = ("edges", "rim", "brushing", "tint")
MAX_DOSE = 10.0
EDGE_CONTRAST = 0.6  # at dose 1 the backdrop has so much less light than the part
RIM_CONTRAST = 0.30  # at dose 1: as bright above its surroundings as a clear scratch
BRUSHING = 0.04  # at dose 1: standard deviation, as a share of the local brightness
TINT_SHARE = 0.5  # at dose 1: how far colour leaves grey, as a share of the brightness
LUMA = np.array([0.299, 0.587, 0.114])  # red, green, blue: BT.601
BROWN = np.array([1.0, 0.0, -1.0])  # more red, less blue
SOFT_PX = 0.7  # how wide an edge is: what a lens makes of a sharp one


@dataclass(frozen=True)
class Besides:
    """How much a part shows of what is no defect: 0 none, 1 nominal, continuous.

    Args:
        edges: Contrast of the part's own border and of a hole in it; 1 is a backdrop
            with 60 % less light.
        rim: Contrast of a thick bright curve, as an oil rim or a lamp's highlight; 1
            is 30 % of the local brightness.
        brushing: Strength of a grain with one direction; 1 is 4 % of the brightness.
        tint: Colour of a stain that is as bright as the part; 1 is red up by half.

    Raises:
        InputError: A dose is not in [0, 10].

    Example:
        >>> Besides(edges=1)
        Besides(edges=1, rim=0.0, brushing=0.0, tint=0.0)
    """

    edges: float = 0.0
    rim: float = 0.0
    brushing: float = 0.0
    tint: float = 0.0

    def __post_init__(self) -> None:
        for name, dose in zip(BESIDES, astuple(self), strict=True):
            check_within(f"besides.{name}", dose, 0, MAX_DOSE)


@dataclass(frozen=True)
class Edges:
    """Where a part ends, and the hole in it.

    Args:
        side_xy: A point on its border, in pixels.
        degrees: Of the border's outward direction, clockwise from right.
        hole_xy: Middle of the hole.
        hole_px: Its radius.
    """

    side_xy: tuple[float, float]
    degrees: float
    hole_xy: tuple[float, float]
    hole_px: float

    @classmethod
    def draw(cls, size_hw: tuple[int, int], rng: np.random.Generator) -> Edges:
        """Draw a border that cuts off 8 to 20 % of the photo, and a hole opposite it."""
        rows, columns = size_hw
        degrees = float(rng.uniform(0, 360))
        away = np.array(_direction(degrees)) * np.array([columns, rows])
        middle = np.array([columns, rows]) / 2
        side = middle + float(rng.uniform(0.30, 0.42)) * away
        hole = middle - float(rng.uniform(0.15, 0.30)) * away
        radius = float(rng.uniform(0.06, 0.10)) * min(size_hw)
        return cls((side[0], side[1]), degrees, (hole[0], hole[1]), radius)

    def pattern(self, size_hw: tuple[int, int]) -> Image:
        """Share of the backdrop at each pixel: 0 on the part, 1 beside it."""
        rows, columns = _places(size_hw)
        cos, sin = _direction(self.degrees)
        x0, y0 = self.side_xy
        beyond = (columns - x0) * cos + (rows - y0) * sin
        within = self.hole_px - np.hypot(
            columns - self.hole_xy[0], rows - self.hole_xy[1]
        )
        share = 1 / (
            1 + np.exp(-np.clip(np.maximum(beyond, within) / SOFT_PX, -30, 30))
        )
        return np.asarray(share, dtype=np.float32)

    def apply(self, light: Image, dose: float) -> Image:
        """Return the light with the backdrop beside the part; dose 0 changes nothing."""
        change = 1 - np.float32(EDGE_CONTRAST * dose) * self.pattern(light.shape)
        return np.asarray(light * np.maximum(change, 0), dtype=np.float32)


@dataclass(frozen=True)
class Rim:
    """A thick bright curve with soft flanks.

    Args:
        centre_xy: Of the circle it is an arc of.
        radius_px: Of that circle.
        width_px: Full width at half of its contrast.
        degrees: Of its middle, as seen from the centre.
        span_deg: How far the arc reaches.
    """

    centre_xy: tuple[float, float]
    radius_px: float
    width_px: float
    degrees: float
    span_deg: float

    @classmethod
    def draw(cls, size_hw: tuple[int, int], rng: np.random.Generator) -> Rim:
        """Draw an arc of 0.25 to 0.4 of the shorter side, 14 to 24 px wide."""
        rows, columns = size_hw
        radius = float(rng.uniform(0.25, 0.40)) * min(size_hw)
        x, y = (float(rng.uniform(0.4, 0.6)) * side for side in (columns, rows))
        return cls(
            (x, y),
            radius,
            float(rng.uniform(14, 24)),
            float(rng.uniform(0, 360)),
            float(rng.uniform(90, 200)),
        )

    def pattern(self, size_hw: tuple[int, int]) -> Image:
        """Share of the rim at each pixel: 0 beside it, 1 in its middle."""
        rows, columns = _places(size_hw)
        x, y = columns - self.centre_xy[0], rows - self.centre_xy[1]
        across = (np.hypot(x, y) - self.radius_px) / (self.width_px / 2.3548)
        from_middle = (np.degrees(np.arctan2(y, x)) - self.degrees + 180) % 360 - 180
        taper = np.clip((self.span_deg / 2 - np.abs(from_middle)) / 20, 0, 1)
        return np.asarray(np.exp(-0.5 * across**2) * taper, dtype=np.float32)

    def apply(self, light: Image, dose: float) -> Image:
        """Return the light with the rim in it; dose 0 changes nothing."""
        change = 1 + np.float32(RIM_CONTRAST * dose) * self.pattern(light.shape)
        return np.asarray(light * change, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Brushing:
    """Grain with one direction.

    Args:
        strokes: Shape (h, w), mean 0, standard deviation 1.
    """

    strokes: Image

    @classmethod
    def draw(cls, size_hw: tuple[int, int], rng: np.random.Generator) -> Brushing:
        """Draw strokes 1 px wide and some 40 px long, of any direction."""
        rows, columns = size_hw
        side = math.ceil(math.hypot(rows, columns)) + 2  # holds the photo at any angle
        square = soft_noise((side, side), (1.0, 40.0), rng)
        middle = ((side - 1) / 2, (side - 1) / 2)
        turn = cv2.getRotationMatrix2D(middle, float(rng.uniform(0, 180)), 1.0)
        turn[0, 2] -= (side - columns) / 2
        turn[1, 2] -= (side - rows) / 2
        laid = cv2.warpAffine(square, turn, (columns, rows), flags=cv2.INTER_LINEAR)
        return cls(np.asarray((laid - laid.mean()) / laid.std(), dtype=np.float32))

    def apply(self, light: Image, dose: float) -> Image:
        """Return the light with the strokes in it; dose 0 changes nothing."""
        change = 1 + np.float32(BRUSHING * dose) * self.strokes
        return np.asarray(light * np.maximum(change, 0), dtype=np.float32)


@dataclass(frozen=True)
class Tint:
    """A stain of another colour and the same brightness.

    Args:
        centre_xy: Its middle.
        radii_px: Half of its axes.
        degrees: Of the first.
    """

    centre_xy: tuple[float, float]
    radii_px: tuple[float, float]
    degrees: float

    @classmethod
    def draw(cls, size_hw: tuple[int, int], rng: np.random.Generator) -> Tint:
        """Draw an ellipse of 0.12 to 0.25 of the shorter side, within the photo."""
        rows, columns = size_hw
        radii = rng.uniform(0.12, 0.25, 2) * min(size_hw)
        x, y = (float(rng.uniform(0.3, 0.7)) * side for side in (columns, rows))
        degrees = float(rng.uniform(0, 180))
        return cls((x, y), (float(radii[0]), float(radii[1])), degrees)

    def pattern(self, size_hw: tuple[int, int]) -> Image:
        """Share of the stain at each pixel, its border some pixels soft."""
        rows, columns = _places(size_hw)
        cos, sin = _direction(self.degrees)
        x, y = columns - self.centre_xy[0], rows - self.centre_xy[1]
        along = (x * cos + y * sin) / self.radii_px[0]
        across = (y * cos - x * sin) / self.radii_px[1]
        inside = (1 - np.hypot(along, across)) * min(self.radii_px) / 2
        return np.asarray(np.clip(inside + 0.5, 0, 1), dtype=np.float32)

    def colour(self, photo: Photo, dose: float) -> Colour:
        """Return a grey photo in red, green and blue, the stain in it brown.

        Each pixel keeps its brightness (BT.601) to rounding, as far as its colour stays
        within what 8 bits hold.
        """
        grey = photo.astype(np.float64)[..., None]
        away = BROWN - LUMA @ BROWN  # of no brightness of its own
        share = TINT_SHARE * dose * self.pattern(photo.shape).astype(np.float64)
        most = _room(grey, away)
        stained = grey + np.minimum(share[..., None] * grey, most) * away
        return np.asarray(np.rint(stained), dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Where all of it lies on one part, whatever its dose."""

    edges: Edges
    rim: Rim
    brushing: Brushing
    tint: Tint

    @classmethod
    def draw(cls, size_hw: tuple[int, int], rng: np.random.Generator) -> Drawn:
        """Draw each from a child of its own."""
        border, curve, strokes, stain = rng.spawn(len(BESIDES))
        return cls(
            Edges.draw(size_hw, border),
            Rim.draw(size_hw, curve),
            Brushing.draw(size_hw, strokes),
            Tint.draw(size_hw, stain),
        )

    def under(self, light: Image, doses: Besides) -> Image:
        """Return the surface as the causes find it."""
        return self.brushing.apply(light, doses.brushing) if doses.brushing else light

    def over(self, light: Image, doses: Besides) -> Image:
        """Return the light with what lies over the causes."""
        if doses.rim:
            light = self.rim.apply(light, doses.rim)
        return self.edges.apply(light, doses.edges) if doses.edges else light


def _room(grey: NDArray[np.float64], away: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each pixel may go this way before a colour leaves 0 to 255."""
    ends = np.where(away > 0, 255.0 - grey, grey) / np.abs(away)
    return np.asarray(ends.min(axis=2, keepdims=True))


def _direction(degrees: float) -> tuple[float, float]:
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def _places(
    size_hw: tuple[int, int],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows as a column, columns as a row: broadcast against each other."""
    rows, columns = (np.arange(side, dtype=np.float64) for side in size_hw)
    return rows[:, None], columns[None]
