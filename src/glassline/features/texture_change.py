"""How much the fine texture changes over the surface, or from fine to coarse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from glassline.errors import RecipeError
from glassline.features.surface import (
    BORDER,
    DARKEST,
    GREY_STEP,
    MEDIAN_SAMPLES,
    Plane,
    Surface,
    cap,
    strongest,
)

__all__ = ["GRID", "TextureChange", "measure", "roughness"]

FLOOR = GREY_STEP / 4.0  # texture below it is the camera's rounding
LIMIT = 4.0  # times the median: an edge or a speck counts for no more


@dataclass(frozen=True)
class TextureChange:
    """Where texture is compared.

    Attributes:
        across: Compare "places" of the surface, or fine and coarse "scales".
        detail_px: Size of the texture's detail in photo pixels: 1, 2 or 4.
        block_px: Side of the blocks that are compared, in photo pixels, 4 to 256.
        share: Share of the blocks that counts as the roughest, 0 to 0.5; 0 the
            roughest block alone.
        light_power: Power of the block's brightness that its roughness is divided
            by, 0 to 1: 0 none, 0.5 as a camera's photon noise grows, 1 as the
            contrast of a printed or etched texture does.
    """

    across: Literal["places", "scales"] = "places"
    detail_px: Literal[1, 2, 4] = 2
    block_px: float = 16.0
    share: float = 0.2
    light_power: float = 0.5

    def __post_init__(self) -> None:
        if not 4 <= self.block_px <= 256:
            raise RecipeError(f"block_px: expected 4 to 256 px, got {self.block_px:g}.")
        if not 0 <= self.share <= 0.5:
            raise RecipeError(f"share: expected 0 to 0.5, got {self.share:g}.")
        if not 0 <= self.light_power <= 1:
            raise RecipeError(
                f"light_power: expected 0 to 1, got {self.light_power:g}."
            )


BLOCKS = (
    TextureChange("places", 1, 8.0, 0.2),
    TextureChange("places", 2, 8.0, 0.05),
    TextureChange("places", 2, 16.0, 0.1),
    TextureChange("places", 2, 24.0, 0.2),
    TextureChange("places", 4, 16.0, 0.1),
)
GRID = (
    TextureChange(),
    *BLOCKS,
    *(replace(each, light_power=1.0) for each in BLOCKS),
    TextureChange("scales"),
)
"""The settings training may choose from, the defaults first."""


def measure(surface: Surface, settings: TextureChange) -> tuple[float, Plane]:
    """Roughness of the roughest places over the median place, in nepers.

    With e the size of the Laplacian at the scale of the detail, plus a quarter of
    a grey step, and light(B) the mean brightness of block B plus four grey steps,

        r(B) = mean of log e over the pixels of B - light_power log light(B)
        reading = mean of r over the roughest share of blocks - median of r

    The mean of logarithms listens to what most pixels of a block do, so a scratch
    or a speck in it moves it little. A rougher material everywhere, or a brighter
    lamp, adds the same to all blocks and so nothing to the reading; what the lamp
    does to one side of the part only, the light of the block takes away.

    Across scales the reading is log( mean e at 2 px / mean e at 1 px ) instead, no
    e counted for more than four times the median: how coarse the texture is. What
    lies on a surface and hides its finest texture raises it.

    Args:
        surface: The photo.
        settings: What is compared, the blocks and the share.

    Returns:
        The reading in nepers: across places >= 0, 0 for one texture everywhere,
        0.69 where the roughest places are twice as rough as the median place;
        across scales of either sign. The map has a cell for 4 x 4 px: distance of
        each block's r from the median.

    Source:
        Local high-pass energy: K. I. Laws, Textured Image Segmentation, USC IPI
        report 940, 1980. Noise that grows with the root of the light: EMVA
        Standard 1288, release 4.0, section 2. The mean of logarithms and the
        comparison are ours.
    """
    lengths = roughness(surface, settings)
    middle = float(np.median(lengths))
    shown = surface.shown(np.abs(lengths - np.float32(middle)))
    if settings.across == "scales":
        fine, coarse = (_typical(_bend(surface, step)) for step in (1, 2))
        return float(np.log(coarse / fine)), shown
    return strongest(lengths, settings.share) - middle, shown


def roughness(surface: Surface, settings: TextureChange) -> Plane:
    """Mean of log e over each block."""
    size = _bend(surface, settings.detail_px)
    size += np.float32(FLOOR)
    logs = cv2.log(size, dst=size)
    side = settings.block_px / settings.detail_px
    size_wh = tuple(max(1, round(length / side)) for length in size.shape[::-1])
    blocks = cv2.resize(logs, size_wh, interpolation=cv2.INTER_AREA)
    if settings.light_power:
        photo = surface.smaller(settings.detail_px)
        light = cv2.resize(photo, size_wh, interpolation=cv2.INTER_AREA)
        light = np.log(np.maximum(light, 0) + np.float32(DARKEST))
        blocks = blocks - np.float32(settings.light_power) * light
    return np.asarray(blocks)


def _typical(size: Plane) -> float:
    """Mean of the sizes, none counted for more than four times the median one."""
    some = size.reshape(-1)[:: max(1, size.size // MEDIAN_SAMPLES)]
    limit = LIMIT * float(np.median(some)) + FLOOR
    cap(size, limit)
    return float(cv2.sumElems(size)[0]) / size.size + FLOOR


def _bend(surface: Surface, step: int) -> Plane:
    """Size of the Laplacian of the photo made smaller."""
    photo = surface.smaller(step)
    bend = surface.workspace.scratch(photo)
    cv2.Laplacian(photo, cv2.CV_32F, dst=bend, ksize=1, borderType=BORDER)
    return np.abs(bend, out=bend)
