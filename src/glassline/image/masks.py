"""Which pixels of a photo a recipe asks to look at: polygons and a mask picture."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Kept
from glassline.errors import ImageError, RecipeError
from glassline.image.pixels import decode
from glassline.image.refusals import refuse
from glassline.recipe import ImageSettings
from glassline.recipe.outlines import Outline
from glassline.recipe.pictures import Picture

__all__ = [
    "CELL_PX",
    "LEAST_CELLS",
    "WHITE",
    "check_left",
    "check_size",
    "declared",
    "inside",
    "picture",
]

CELL_PX = 4  # readings are compared in cells of this side: less is no place
LEAST_CELLS = 16  # as many as the smallest photo has
WHITE = 0.5  # a mask picture says look from here up


def inside(outline: Outline, width: int, height: int) -> Kept:
    """Return the pixels whose centres lie inside a polygon.

    Row by row: each side that passes the height of the row's centres turns inside to
    outside from there to the right. Exact for corners of whole 256ths of a pixel.

    Args:
        outline: Corners, x and y in pixels from the upper left corner of the photo.
        width: Of the photo.
        height: Of the photo.

    Returns:
        Shape (height, width). A centre on a left or upper side is inside, one on a
        right or lower side is not, so that polygons side by side share no pixel.

    Example:
        >>> inside(((1, 0), (3, 0), (3, 2), (1, 2)), 4, 2).astype(int)
        array([[0, 1, 1, 0],
               [0, 1, 1, 0]])
    """
    turned = np.zeros((height, width + 1), np.uint8)
    for place, (x1, y1) in enumerate(outline):
        x0, y0 = outline[place - 1]
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        first, last = (max(0, min(height, int(np.ceil(y - 0.5)))) for y in (y0, y1))
        rows = np.arange(first, last)
        if not len(rows):
            continue
        turned[rows, _columns((x0, y0, x1, y1), rows, width)] ^= 1
    return np.asarray(np.bitwise_xor.accumulate(turned, axis=1)[:, :width] == 1)


def _columns(
    side: tuple[float, float, float, float], rows: NDArray[np.int64], width: int
) -> NDArray[np.int64]:
    """First column of each row whose centre is not left of a side that runs down."""
    x0, y0, x1, y1 = side
    down = rows + 0.5 - y0
    crossing = x0 + down * ((x1 - x0) / (y1 - y0))
    column = np.ceil(np.clip(crossing, -1.0, width + 1.0) - 0.5) - 1.0
    for _ in range(2):  # the quotient may be off by its rounding: products are not
        column += (column + 0.5 - x0) * (y1 - y0) < down * (x1 - x0)
    return np.asarray(np.clip(column, 0, width), dtype=np.int64)


@lru_cache(maxsize=16)
def picture(found: Picture, name: str) -> Image:
    """Return a picture of a recipe as grey, shape (h, w); read-only.

    Raises:
        RecipeError: It can not be read.
    """
    try:
        image = decode(found.data, settings=ImageSettings(orientation="stored"))
    except ImageError as error:
        told = str(error).partition(": ")[2]
        raise RecipeError(f"image.{name}: {told}") from error
    image.setflags(write=False)
    return image


@lru_cache(maxsize=16)
def declared(settings: ImageSettings, width: int, height: int) -> Kept:
    """Return the pixels of a photo that polygons and mask picture say to look at.

    Args:
        settings: `part`, `leave_out` and `mask` are used.
        width: Of the whole photo as turned.
        height: Of the whole photo as turned.

    Returns:
        Shape (height, width), read-only.

    Raises:
        RecipeError: The mask picture can not be read, or is not white anywhere.
        ImageError: `outside_region`: the photo is of another size than the mask picture,
            or a corner lies outside it.
    """
    keep = np.ones((height, width), np.bool_)
    if settings.mask is not None:
        white = picture(settings.mask, "mask") >= WHITE
        if not white.any():
            raise RecipeError(
                "image.mask: expected white where the part is looked at, got black alone."
            )
        check_size(white.shape, width, height, "mask")
        keep &= white
    if settings.part is not None:
        drawn = _drawn(settings.part, "part", width, height)
        keep &= np.any(drawn, axis=0) if drawn else False
    for each in _drawn(settings.leave_out or (), "leave_out", width, height):
        keep &= ~each
    keep.setflags(write=False)
    return keep


def check_size(size_hw: tuple[int, ...], width: int, height: int, name: str) -> None:
    """Refuse a photo that is not as large as a picture of the recipe."""
    if size_hw != (height, width):
        raise refuse(
            "outside_region",
            f"{size_hw[1]} x {size_hw[0]} px, as the {name} of the recipe has",
            f"{width} x {height}",
            f"Take photos of one size, or correct image.{name} in recipe.toml.",
        )


def check_left(keep: Kept) -> None:
    """Refuse a photo of which too little is looked at (`too_small`)."""
    rows, columns = (side // CELL_PX * CELL_PX for side in keep.shape)
    cells = keep[:rows, :columns].reshape(rows // CELL_PX, CELL_PX, -1, CELL_PX)
    left = int(cells.all(axis=(1, 3)).sum())
    if left < LEAST_CELLS:
        raise refuse(
            "too_small",
            f"at least {LEAST_CELLS} cells of {CELL_PX} x {CELL_PX} px to look at",
            str(left),
            "Correct the mask: image.part, image.leave_out, image.mask or image.background "
            "in recipe.toml.",
        )


def _drawn(
    outlines: tuple[Outline, ...], name: str, width: int, height: int
) -> list[Kept]:
    for place, outline in enumerate(outlines):
        for x, y in outline:
            if not (0 <= x <= width and 0 <= y <= height):
                raise refuse(
                    "outside_region",
                    f"the corners of image.{name}[{place}] inside {width} x {height} px",
                    f"[{x:g}, {y:g}]",
                    f"Correct image.{name} in recipe.toml.",
                )
    return [inside(outline, width, height) for outline in outlines]
