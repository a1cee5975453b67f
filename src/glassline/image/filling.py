"""Fill what is left out of a photo from what is not, so that no edge stands there."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Kept

__all__ = ["filled"]

LEAST = np.float32(1e-6)  # of a pixel's area: divides none by 0
Plane = NDArray[np.floating]


def filled(image: Image, keep: Kept) -> Image:
    """Return the image with every pixel that does not count filled from those that do.

    Level by level the photo is made half as large, each place the mean of those of
    its four pixels that count; then, from the coarsest level to the finest, what has
    no value takes that of the coarser level, between whose places it lies. So what is
    filled is as bright as the part nearest to it, smooth, and the same whatever was
    there.

    Args:
        image: Shape (h, w), finite where `keep` is true.
        keep: Shape (h, w), the pixels that count; at least one.

    Returns:
        Shape (h, w); where `keep` is true, the image's own bits.

    Example:
        >>> image = np.array([[0.25, 0.0], [0.75, 0.0]], dtype=np.float32)
        >>> print(filled(image, np.array([[True, False], [True, False]])))
        [[0.25 0.5 ]
         [0.75 0.5 ]]

    Source:
        The pull-push algorithm: S. J. Gortler, R. Grzeszczuk, R. Szeliski & M. F. Cohen,
        The Lumigraph, SIGGRAPH 1996, section 3.4.1, doi:10.1145/237170.237200.
    """
    if keep.all():
        return image
    share = keep.astype(np.float32)
    coarser = _coarser(image * share, share)
    found = np.array(image, dtype=np.float32)
    np.copyto(found, _grown(coarser, image.shape), where=~keep)
    return found


def _coarser(total: Plane, share: Plane) -> Plane:
    """Half as large: the mean of what counts in 2 x 2 places, and filled where none does.

    Args:
        total: What counts, times its share; 0 where nothing does.
        share: In [0, 1].
    """
    total, share = _halved(total), _halved(share)
    plane = total / np.maximum(share, LEAST)
    if share.min() == 0 and max(share.shape) > 1:
        grown = _grown(_coarser(total, share), share.shape)
        plane = np.where(share > 0, plane, grown)
    return plane


def _grown(plane: Plane, size_hw: tuple[int, ...]) -> Plane:
    size_wh = size_hw[::-1]
    return np.asarray(cv2.resize(plane, size_wh, interpolation=cv2.INTER_LINEAR))


def _halved(plane: Plane) -> Plane:
    """Mean of 2 x 2 places; of an odd last row or column, of what there is."""
    rows, columns = plane.shape
    even = cv2.copyMakeBorder(plane, 0, rows % 2, 0, columns % 2, cv2.BORDER_REPLICATE)
    size_wh = (even.shape[1] // 2, even.shape[0] // 2)
    return np.asarray(
        cv2.resize(even, size_wh, interpolation=cv2.INTER_AREA), dtype=np.float32
    )
