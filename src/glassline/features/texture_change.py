"""How much the fine texture changes from place to place."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from glassline.features.surface import BORDER, GREY_STEP, Plane, Surface

__all__ = ["TextureChange", "measure"]


@dataclass(frozen=True)
class TextureChange:
    """Where texture is compared.

    Attributes:
        block_px: Side of the blocks that are compared, in photo pixels.
        share: Upper and lower share of the blocks that is set against each
            other: 0.1 compares the tenth block from the top with the tenth
            from the bottom.
    """

    block_px: int = 8
    share: float = 0.1


def measure(surface: Surface, settings: TextureChange) -> tuple[float, Plane]:
    """Range over the surface of the fine-scale energy, in nepers.

    With e(B) the mean |Laplacian| of block B, plus a quarter of a grey step,

        reading = quantile_{1 - share} log e(B)  -  quantile_{share} log e(B)

    A rougher material everywhere shifts all logarithms alike and so does not
    move the reading; nor does brightness gain or offset.

    Args:
        surface: The photo.
        settings: Block size and share.

    Returns:
        The reading, >= 0, in nepers: 0 for the same texture everywhere, 0.69
        where the roughest parts are twice as rough as the calmest. The map has
        half the photo's size: distance of each block from the median block.

    Source:
        Local high-pass energy: K. I. Laws, Textured Image Segmentation, USC
        report 940, 1980; the comparison in logarithms is ours.
    """
    energy = np.abs(cv2.Laplacian(surface.image, cv2.CV_32F, borderType=BORDER))
    height, width = energy.shape
    size_wh = (
        max(1, round(width / settings.block_px)),
        max(1, round(height / settings.block_px)),
    )
    blocks = cv2.resize(energy, size_wh, interpolation=cv2.INTER_AREA)
    logs = np.log(blocks + np.float32(GREY_STEP / 4.0))
    low, middle, high = np.quantile(logs, [settings.share, 0.5, 1.0 - settings.share])
    away = np.abs(logs - np.float32(middle))
    half_wh = surface.half.shape[::-1]
    shown = cv2.resize(away, half_wh, interpolation=cv2.INTER_NEAREST)
    return float(high - low), np.asarray(shown)
