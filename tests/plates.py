"""Parts with a shape of their own: a plate with a hole and a sign, on a backdrop.

Drawn by hand, so that where everything lies is known; moved and turned before the
camera's noise comes on top, as a part in a loose fixture is.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

__all__ = ["HEIGHT", "KEEP", "WIDTH", "matrix", "plate"]

HEIGHT, WIDTH = 120, 160
LEFT, TOP, RIGHT, BOTTOM = 26, 20, 134, 100  # of the plate
HOLE_XY, HOLE_PX = (106, 60), 12
MARGIN_PX = 5

_rows, _columns = np.mgrid[0:HEIGHT, 0:WIDTH]
_away = np.hypot(_columns - HOLE_XY[0], _rows - HOLE_XY[1])
KEEP = (
    (_rows >= TOP + MARGIN_PX)
    & (_rows < BOTTOM - MARGIN_PX)
    & (_columns >= LEFT + MARGIN_PX)
    & (_columns < RIGHT - MARGIN_PX)
    & (_away > HOLE_PX + MARGIN_PX)
)
"""The plate's face: off its edges, its hole, and the backdrop."""


def plate(
    rng: np.random.Generator,
    defect: str = "ok",
    *,
    shift_xy: tuple[float, float] = (0.0, 0.0),
    turn_deg: float = 0.0,
) -> np.ndarray:
    """Return a photo of a plate, shape (120, 160), 8 bits.

    Args:
        rng: Draws the surface and the noise.
        defect: ok, scratch or dirt.
        shift_xy: Where the plate lies from its place, right and down.
        turn_deg: How far it is turned about the photo's middle, clockwise.
    """
    fine = 4  # drawn four times as large: edges are soft as a lens makes them
    canvas = np.full((HEIGHT * fine, WIDTH * fine), 60.0)
    face = canvas[TOP * fine : BOTTOM * fine, LEFT * fine : RIGHT * fine]
    grain = cv2.resize(rng.normal(0, 5, (BOTTOM - TOP, RIGHT - LEFT)), face.shape[::-1])
    face[:] = 150 + grain + 3 * np.linspace(-1, 1, face.shape[1])
    middle = tuple(round((each + 0.5) * fine) for each in HOLE_XY)
    cv2.circle(canvas, middle, HOLE_PX * fine, 60.0, -1)
    for box in ((34, 28, 44, 31), (34, 35, 40, 38)):  # a sign that tells the sides
        x0, y0, x1, y1 = (each * fine for each in box)
        canvas[y0:y1, x0:x1] = 105.0
    if defect == "scratch":
        row = int(rng.integers(50, 80))
        ends = ((40, row), (84, row + int(rng.integers(-8, 8))))
        cv2.line(canvas, *(tuple(fine * e for e in xy) for xy in ends), 225.0, 2 * fine)
    if defect == "dirt":
        for _ in range(12):
            spot = (int(rng.integers(40, 86)) * fine, int(rng.integers(48, 86)) * fine)
            cv2.circle(canvas, spot, 6, 70.0, -1)
    moved = cv2.warpAffine(
        cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA),
        matrix(shift_xy, turn_deg),
        (WIDTH, HEIGHT),
        flags=cv2.INTER_LANCZOS4,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return (moved + rng.normal(0, 1.5, moved.shape)).clip(0, 255).astype(np.uint8)


def matrix(shift_xy: tuple[float, float], turn_deg: float) -> np.ndarray:
    """Where a place of the plate at rest lies on a photo of it moved, shape (2, 3)."""
    angle = math.radians(turn_deg)
    turn = np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    middle = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
    return np.column_stack([turn, middle - turn @ middle + np.array(shift_xy)])
