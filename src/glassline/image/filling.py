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
    return np.asarray(_pulled(np.where(keep, image, share), share), np.float32)


def _pulled(plane: Plane, share: Plane) -> Plane:
    """Fill a plane of means, 0 where it has no share, of shares in [0, 1]."""
    if share.min() > 0 or max(plane.shape) == 1:
        return plane
    total, part = (_halved(each) for each in (plane * share, share))
    coarser = _pulled(total / np.maximum(part, LEAST), part)
    grown = cv2.resize(coarser, plane.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(share > 0, plane, np.asarray(grown, dtype=np.float32))


def _halved(plane: Plane) -> Plane:
    """Mean of 2 x 2 places; of an odd last row or column, of what there is."""
    rows, columns = plane.shape
    even = cv2.copyMakeBorder(plane, 0, rows % 2, 0, columns % 2, cv2.BORDER_REPLICATE)
    size_wh = (even.shape[1] // 2, even.shape[0] // 2)
    return np.asarray(
        cv2.resize(even, size_wh, interpolation=cv2.INTER_AREA), dtype=np.float32
    )
