"""How the fine texture changes: over the surface, from fine to coarse, or between parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, inf
from typing import Literal

import cv2
import numpy as np

from glassline.arrays import PlaneName
from glassline.errors import RecipeError, check_within
from glassline.features.bends import (
    FLOOR,
    MANY,
    SPECK_STEP,
    bend_of,
    beside_specks,
    overlapping,
    some_bends,
    typical,
    without_specks,
)
from glassline.features.ranks import at_rank, median, step_among, strongest
from glassline.features.surface import (
    CELL_PX,
    DARKEST,
    GREY_STEP,
    LEAST,
    Cells,
    Surface,
)
from glassline.features.workspace import Plane

__all__ = [
    "GRID",
    "TextureChange",
    "blocks_hw",
    "counted_blocks",
    "measure",
    "roughness",
]

HALF = 0.5  # of a block: with less of it to look at it does not count
PER_MILLE = 1000.0
HIGHEST = 64.0  # grey steps: a floor above it would leave nothing to hear


@dataclass(frozen=True)
class TextureChange:
    """Where texture is compared.

    Attributes:
        across: Compare "places" of the surface, fine and coarse "scales", or one
            surface with that of other parts: by its typical place ("parts"), or by its
            "pixels" one by one, without those at specks.
        detail_px: Size of the texture's detail in photo pixels: 1, 2 or 4; across
            pixels 2.
        block_px: Side of the blocks that are compared, in photo pixels, 4 to 256,
            to whole cells of 4 px.
        share: Share of the blocks that counts as the roughest, 0 to 0.5; 0 the
            roughest block alone. Across pixels the share that is rougher than the reading.
        light_power: Power of the block's brightness that its roughness is divided
            by, 0 to 1: 0 none, 0.5 as a camera's photon noise grows, 1 as the
            contrast of a printed or etched texture does.
        overlap: Whether details overlap by half, so that it matters little where on a
            grid of them a change lies; of 2 and 4 px.
        blocks_by: What is told of the roughest share of blocks, across places: their
            "mean", or their "rank", what all of them exceed, which one long scratch does
            not move.
        floor_steps: Grey steps, 0 to 64, that are added to every detail across places as
            noise adds: in squares. Detail far below it is none.
        skip_specks: Whether pixels at specks are left out across scales, as they are
            across pixels.
        plane: What of the photo is read: its grey, or a plane of its colour.
    """

    across: Literal["places", "scales", "parts", "pixels"] = "places"
    detail_px: Literal[1, 2, 4] = 2
    block_px: float = 16.0
    share: float = 0.2
    light_power: float = 0.5
    overlap: bool = False
    blocks_by: Literal["mean", "rank"] = "mean"
    floor_steps: float = 0.0
    skip_specks: bool = False
    plane: PlaneName = "luma"

    @property
    def unit(self) -> str:
        """The unit of the reading."""
        return "per mille" if self.across in ("parts", "pixels") else "nepers"

    @property
    def least(self) -> float:
        """The least reading: across scales it is a logarithm of either sign."""
        return -inf if self.across == "scales" else 0.0

    def __post_init__(self) -> None:
        check_within("block_px", self.block_px, 4, 256, RecipeError)
        check_within("share", self.share, 0, 0.5, RecipeError)
        check_within("light_power", self.light_power, 0, 1, RecipeError)
        check_within("floor_steps", self.floor_steps, 0, HIGHEST, RecipeError)
        if self.overlap and (self.detail_px == 1 or self.across != "places"):
            raise RecipeError(
                "overlap: expected places and detail_px of 2 or 4 with it, got "
                f"{self.across} and {self.detail_px}."
            )
        if self.across != "places" and (self.floor_steps or self.blocks_by == "rank"):
            raise RecipeError(
                "blocks_by, floor_steps: expected places with them, got across "
                f'"{self.across}".'
            )
        if self.skip_specks and self.across != "scales":
            raise RecipeError(
                f'skip_specks: expected scales with it, got across "{self.across}".'
            )
        if self.across == "pixels" and self.detail_px != SPECK_STEP:
            raise RecipeError(
                f"detail_px: expected 2 across pixels, got {self.detail_px}."
            )


STEADY = TextureChange(
    block_px=32.0, share=0.1, overlap=True, blocks_by="rank", floor_steps=12.0
)  # it repeats: details off the grid, above the camera's noise, none of one scratch

GRID = (
    TextureChange(),
    TextureChange("places", 1, 8.0, 0.2),
    STEADY,
    replace(STEADY, block_px=48.0, light_power=1.0, floor_steps=8.0),
    replace(STEADY, detail_px=4, light_power=1.0, floor_steps=4.0),
    TextureChange("scales", skip_specks=True),
    TextureChange("pixels", share=0.1, light_power=0.75),
    TextureChange("pixels", share=0.05, light_power=1.0),
)
"""The settings training may choose from, the defaults first."""


def measure(surface: Surface, settings: TextureChange) -> tuple[float, Plane]:
    """Roughness of the roughest places over the median place, in nepers.

    With e the size of the Laplacian at the scale of the detail, averaged over 2 x 2
    of its pixels (4 px are not averaged: they are a cell), plus a quarter of a grey
    step (with a floor, sqrt(e^2 + floor^2) of that: less is noise), and light(B) the mean
    brightness of block B plus four grey steps,

        r(B) = mean of log e over block B - light_power log light(B)
        reading = mean of r over the roughest share of blocks - median of r

    over the blocks at every cell of 4 x 4 px: they overlap, so that it does not
    matter where on a grid of blocks a change lies. The mean of logarithms listens to
    what most pixels of a block do, so a scratch or a speck in it moves it little. A
    rougher material everywhere, or a brighter lamp, adds the same to all blocks and
    so nothing to the reading; what the lamp does to one side of the part only, the
    light of the block takes away. By rank, the first term is what that share of blocks
    exceeds: a scratch through fewer of them adds nothing.

    Across scales the reading is log( mean e at 2 px / mean e at 1 px ) instead, of
    single pixels, some 65,000 of them, none counted for more than four times the
    median: how coarse the texture is. What lies on a surface and hides its finest
    texture raises it. Specks do too, unless the pixels beside them are left out as below.

    Across parts it is how rough the typical place is, for the scale to compare with good
    parts: what lies on all of the surface changes nothing from place to place.

        reading = 1000 exp( median of r ),   in per mille of light ^ light_power

    Across pixels it is the same of single pixels of half the size, where no speck stands:
    none whose grain (`grain_noise`, 6 px, either polarity) is more than 4 times the noise
    lies within two of them. With e not averaged, light that of the pixel itself, and
    some 65,000 of those that are left (all where all are at specks),

        reading = 1000 times the value of e / light ^ light_power that a share exceeds

    Returns:
        The reading in nepers, across parts and pixels in per mille. Across places >= 0:
        0 for one texture everywhere, 0.69 where the roughest places are twice as rough as
        the median place; across scales of either sign; across parts and pixels >= 0,
        some 60 on paint and 220 on rust. The map has a cell for 4 x 4 px: distance of r
        from the median, of the block around it; across parts 1000 exp(r), across pixels
        1000 times the mean of e over light ^ light_power, of the cell.

    Source:
        Local high-pass energy: K. I. Laws, Textured Image Segmentation, USC IPI
        report 940, 1980. Noise that grows with the root of the light: EMVA
        Standard 1288, release 4.0, section 2. The mean of logarithms and the
        comparison are ours.
    """
    if settings.across == "pixels":
        return _of_pixels(surface, settings)
    lengths = roughness(surface, settings)
    is_counted = counted_blocks(surface, settings)
    counted = lengths if is_counted is None else lengths[is_counted]
    middle = median(counted)
    if settings.across == "parts":
        each = np.float32(PER_MILLE) * np.exp(lengths)
        return PER_MILLE * exp(middle), surface.blanked(_around_cells(each, surface))
    away = np.abs(lengths - np.float32(middle))
    shown = surface.blanked(_around_cells(away, surface))
    if settings.across == "scales":
        find = beside_specks if settings.skip_specks else some_bends
        fine, coarse = (typical(find(surface, step)) for step in (1, 2))
        return float(np.log(coarse / fine)), shown
    if settings.blocks_by == "rank":
        return max(_exceeded(counted, settings.share) - middle, 0.0), shown
    return strongest(counted, settings.share) - middle, shown


def roughness(surface: Surface, settings: TextureChange) -> Plane:
    """Mean of log e over the block that begins at each cell, less the light's share.

    Only whole blocks count: a cell less than a block from the right or lower border
    has none.
    """
    blocks = _over_blocks(surface, _logs(surface, settings), settings)
    if settings.light_power:
        light = _over_blocks(surface, surface.smaller(CELL_PX), settings)
        light = np.log(np.maximum(light, 0) + np.float32(DARKEST))
        blocks = blocks - np.float32(settings.light_power) * light
    return blocks


def blocks_hw(surface: Surface, settings: TextureChange) -> tuple[int, int]:
    """Rows and columns of cells of a block: no more than the photo has."""
    side = max(1, round(settings.block_px / CELL_PX))
    rows, columns = surface.cells_hw
    return min(side, rows), min(side, columns)


def counted_blocks(surface: Surface, settings: TextureChange) -> Cells | None:
    """Which blocks count: those of which at least half the cells do, or the fullest.

    None where all of them do.
    """
    cells = surface.kept_cells
    if cells is None:
        return None
    share = _means(cells.astype(np.float32), blocks_hw(surface, settings))
    return share >= min(HALF, float(share.max()))


def _over_blocks(surface: Surface, cells: Plane, settings: TextureChange) -> Plane:
    """Mean of the cells that count in each block within the photo."""
    side, kept = blocks_hw(surface, settings), surface.kept_cells
    if kept is None:
        return _means(cells, side)
    share = _means(kept.astype(np.float32), side)
    return np.asarray(_means(surface.blanked(cells), side) / np.maximum(share, LEAST))


def _means(cells: Plane, block_hw: tuple[int, int]) -> Plane:
    """Mean over each block of cells that lies within the photo."""
    tall, wide = block_hw
    means = cv2.blur(
        cells, (wide, tall), anchor=(0, 0), borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(means[: cells.shape[0] - tall + 1, : cells.shape[1] - wide + 1])


def _around_cells(blocks: Plane, surface: Surface) -> Plane:
    """Show each block at its middle cell, of two the first; the border as beside it."""
    rows, columns = np.subtract(surface.cells_hw, blocks.shape).tolist()
    frame = (rows // 2, rows - rows // 2, columns // 2, columns - columns // 2)
    return np.asarray(cv2.copyMakeBorder(blocks, *frame, cv2.BORDER_REPLICATE))


def _of_pixels(surface: Surface, settings: TextureChange) -> tuple[float, Plane]:
    """The size of detail that a share of the pixels exceeds, where no speck stands."""
    step, power = settings.detail_px, np.float32(settings.light_power)
    photo = surface.smaller(step)
    size = surface.workspace.plane("size of pixels", photo.shape)

    def size_of(rows: slice) -> Plane:
        part = np.abs(bend_of(surface, step, rows), out=size[rows])
        part += np.float32(FLOOR)
        return part

    mean = surface.cells_of(photo.shape, size_of, surface.averaged)
    places = np.flatnonzero(without_specks(surface))
    places = places[:: step_among((1, places.size), MANY)]
    over = _lit(photo.reshape(-1)[places]) ** power
    values = size.reshape(-1)[places] / over
    reading = PER_MILLE * _exceeded(values, settings.share)
    shown = np.float32(PER_MILLE) * mean
    shown /= _lit(surface.smaller(CELL_PX)) ** power
    return reading, surface.blanked(shown)


def _lit(light: Plane) -> Plane:
    lit = np.maximum(light, 0)
    lit += np.float32(DARKEST)
    return lit


def _exceeded(values: Plane, share: float) -> float:
    """The value that a share of the values exceeds: 0 the largest."""
    flat = values.reshape(-1)
    return at_rank(flat, int((1.0 - share) * (flat.size - 1)))


def _logs(surface: Surface, settings: TextureChange) -> Plane:
    """Mean of log e in each cell."""
    step = settings.detail_px
    photo = surface.smaller(step // 2 if settings.overlap else step)
    overlapped = overlapping(surface, step) if settings.overlap else None
    floor = np.float32(settings.floor_steps * GREY_STEP)

    def logs_of(rows: slice) -> Plane:
        bend = bend_of(surface, step, rows) if overlapped is None else overlapped[rows]
        size = np.abs(bend, out=bend)
        if step < CELL_PX:
            size = surface.halved(size, "size")
        size += np.float32(FLOOR)
        if floor:
            size *= size
            size += floor * floor
            np.sqrt(size, out=size)
        cv2.log(size, dst=size)
        return size

    return surface.cells_of(photo.shape, logs_of, surface.averaged)
