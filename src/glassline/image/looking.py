"""From upright pixels to what is looked at: aligned, cut, masked and filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Kept, View
from glassline.image.aligning import find, golden, sized_golden
from glassline.image.background import without_background
from glassline.image.colour import has_colour, planes_of
from glassline.image.comparing import compared
from glassline.image.filling import filled
from glassline.image.masks import check_left, check_size, declared
from glassline.image.pixels import Pixels, check_region, to_grey
from glassline.image.placement import Placement
from glassline.recipe import ImageSettings

__all__ = ["Looked", "look"]

NEAREST = cv2.INTER_NEAREST


@dataclass(frozen=True, eq=False)
class Looked:
    """What of a photo is looked at, and how it lies in the whole photo.

    Attributes:
        view: What a front reads.
        shown: Shape (h, w), the photo as it was taken, for people: the region; of an
            aligned one the whole photo.
        corner_rc: Row and column of the view in the whole photo, aligned where it is.
        placement: Where the golden photo lies on this one; None where none was sought.
    """

    view: View
    shown: Image
    corner_rc: tuple[int, int] = (0, 0)
    placement: Placement | None = None

    @property
    def shown_rc(self) -> tuple[int, int]:
        """Return row and column of what is shown in the whole photo."""
        return self.corner_rc if self.placement is None else (0, 0)

    @property
    def matrix(self) -> NDArray[np.float64] | None:
        """Return what leads from the aligned photo to the one as taken, shape (2, 3)."""
        if self.placement is None:
            return None
        return self.placement.matrix(*self.shown.shape[::-1])

    @property
    def left_out(self) -> Kept | None:
        """Return which pixels of what is shown were not looked at; None for none."""
        keep, matrix = self.view.keep, self.matrix
        if keep is None or matrix is None:
            return None if keep is None else ~keep
        whole = np.zeros(self.shown.shape, np.uint8)
        top, left = self.corner_rc
        whole[top : top + keep.shape[0], left : left + keep.shape[1]] = keep
        laid = cv2.warpAffine(whole, matrix, whole.shape[::-1], flags=NEAREST)
        return np.asarray(laid == 0)


def look(
    pixels: Pixels,
    settings: ImageSettings,
    *,
    planes: Sequence[str] = (),
    colour: Pixels | None = None,
) -> Looked:
    """Make upright pixels what the recipe asks to look at.

    Without mask and alignment the region is cut out, and that is all. With them: the
    photo is laid on the golden one, and its grey compared with it; what polygons, mask
    picture or the level of the background leave out, and what lies outside the photo,
    does not count and is filled from what does.

    Args:
        pixels: Grey, or blue, green, red, turned upright; shape (h, w) or (h, w, c).
        settings: Region, mask, alignment and background.
        planes: The planes of colour that are looked at besides.
        colour: Blue, green, red of the same photo, where pixels are its grey alone.

    Raises:
        ImageError: The photo does not match the golden one, is of another size than it
            or the mask, or too little of it is left.
        RecipeError: A picture of the recipe can not be used.
    """
    wanted = tuple(dict.fromkeys((*planes, *settings.planes)))
    coloured = _planes(pixels if colour is None else colour, wanted)
    looked = _looked(pixels, coloured, settings)
    view = without_background(looked.view, settings.background)
    if wanted != tuple(planes):
        kept = {name: view.planes[name] for name in planes if name in view.planes}
        view = replace(view, planes=kept)
    return replace(looked, view=view)


def _looked(
    pixels: Pixels, coloured: Mapping[str, Image], settings: ImageSettings
) -> Looked:
    """Make pixels and planes of colour what is looked at, background and all."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = check_region(width, height, settings)
    if not settings.is_drawn:
        image = to_grey(pixels[top:bottom, left:right])
        cut = {
            name: np.ascontiguousarray(each[top:bottom, left:right])
            for name, each in coloured.items()
        }
        return Looked(View(image, planes=cut), image, (top, left))
    keep = declared(settings, width, height)
    placement = None
    if settings.align is None and settings.spread is None:
        taken = shown = to_grey(pixels[top:bottom, left:right])
    else:
        frame = whole = to_grey(pixels)
        if settings.align is not None:
            placement = find(sized_golden(settings), whole, keep, settings)
            frame, is_seen = placement.laid(whole)
            keep = keep & is_seen
            coloured = {name: placement.laid(p)[0] for name, p in coloured.items()}
        shown = whole if placement else whole[top:bottom, left:right]
        if settings.spread is not None:
            check_size(golden(settings).shape, width, height, "golden")
            frame = compared(frame, keep, settings)
        taken = np.ascontiguousarray(frame[top:bottom, left:right])
    keep = keep[top:bottom, left:right]
    check_left(keep)
    filled_in = {
        name: filled(np.ascontiguousarray(each[top:bottom, left:right]), keep)
        for name, each in coloured.items()
    }
    view = View(filled(taken, keep), keep, taken, filled_in)
    return Looked(view, shown, (top, left), placement)


def _planes(pixels: Pixels, names: Sequence[str]) -> dict[str, Image]:
    """Return the planes of colour by name; none of a photo without colour."""
    if not names or not has_colour(pixels):
        return {}
    return planes_of(pixels, names)
