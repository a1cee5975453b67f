"""What of a photo the C library looks at: region, polygons and mask picture, as numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from glassline.errors import InputError
from glassline.image import background
from glassline.image.masks import LEAST_CELLS, WHITE, picture
from glassline.recipe import ImageSettings

__all__ = ["check_as_they_lie", "looked"]


def check_as_they_lie(settings: ImageSettings, what: str) -> None:
    """Refuse a recipe that lays photos on a golden one, or that asks colour for the part.

    Raises:
        InputError: It does; what to do is said.
    """
    told = settings.background
    if told is not None and told.plane != "luma":
        raise InputError(
            f"model: expected a background that is told by grey (luma) for {what}, got one "
            f"told by {told.plane}. Draw what to look at as image.part, give the level of "
            'the grey, or train with training.background = "none".'
        )
    if settings.align is None and settings.spread is None:
        return
    done = (
        "aligns photos with" if settings.align is not None else "compares photos with"
    )
    raise InputError(
        f"model: expected photos as they are taken for {what}, got a recipe that {done} a "
        f"golden one, which {what} does not know. Hold the part in a fixture and leave "
        "image.align and image.spread out of the recipe, or export the verdict alone to "
        "another target."
    )


def looked(settings: ImageSettings) -> Iterator[str]:
    """Write what `looking.c` needs to know, corners from the upper left of the region."""
    region = settings.region_xyxy
    left, top = region[:2] if region else (0, 0)
    rows, columns = (region[3] - top, region[2] - left) if region else (0, 0)
    outlines = (*(settings.part or ()), *(settings.leave_out or ()))
    runs: list[int] = []
    if settings.mask is not None:
        white = picture(settings.mask, "mask") >= WHITE
        if region:
            white = white[top : top + rows, left : left + columns]
        rows, columns = white.shape
        runs = _runs(white.ravel())
    corners = [corner for outline in outlines for corner in outline]
    least = [0, 0]
    if not region and corners:  # else the whole photo is not seen here
        least = [math.ceil(max(each)) for each in zip(*corners, strict=True)]
    yield f"#define MASKED {int(settings.is_masked)}"
    yield from _background(settings)
    yield f"#define DRAWN {len(outlines)} /* polygons, of which these are parts: */"
    yield f"#define PARTS {len(settings.part or ())}"
    yield f"#define HAS_PARTS {int(settings.part is not None)}"
    yield f"#define RUNS {len(runs)}"
    yield f"#define LEAST_CELLS {LEAST_CELLS}U"
    for name, value in {
        "ROWS": rows,
        "COLUMNS": columns,
        "LEAST_ROWS": least[1],
        "LEAST_COLUMNS": least[0],
    }.items():
        yield f"static const int32_t {name} = {value};"
    if outlines:
        starts = np.cumsum([0, *map(len, outlines)]).tolist()
        listed = ", ".join(
            f"{{{start}, {len(each)}}}"
            for start, each in zip(starts[:-1], outlines, strict=True)
        )
        yield f"static const int32_t OUTLINES[DRAWN][2] = {{{listed}}};"
        moved = ", ".join(
            f"{{{float(x - left).hex()}, {float(y - top).hex()}}}" for x, y in corners
        )
        yield f"static const double CORNERS[][2] = {{{moved}}};"
    if runs:
        yield "/* so many pixels are left out, so many looked at, and so on */"
        yield f"static const uint32_t MASK[RUNS] = {{{', '.join(map(str, runs))}}};"


def _background(settings: ImageSettings) -> Iterator[str]:
    told = settings.background
    yield f"#define BACKGROUND {int(told is not None)}"
    if told is None:
        return
    yield f"#define BACKGROUND_ABOVE {int(told.side == 'above')}"
    yield f"static const float LEVEL = {float(np.float32(told.level)).hex()}F;"
    for name, value in {
        "LEAST_BESIDE": background.BESIDE,
        "LEAST_HOLE": background.HOLE,
        "EVEN": background.EVEN,
    }.items():
        yield f"static const double {name} = {value.hex()};"


def _runs(white: NDArray[np.bool_]) -> list[int]:
    """Return the lengths of runs, the first of what is left out, which may be 0."""
    ends = np.flatnonzero(np.diff(white)) + 1
    lengths: list[int] = np.diff([0, *ends.tolist(), len(white)]).tolist()
    return [0, *lengths] if white[0] else lengths
