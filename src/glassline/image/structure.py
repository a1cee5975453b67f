"""The face of a part on a photo: without its own edges and holes, and the backdrop."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Kept

__all__ = ["face"]

SIDE_PX = 640  # longer side at which structure is sought
SIGMA_PX = 1.5
AS_STEEP = 8.0  # times the usual slope: an edge
LEAST_STEP = 4 / 255  # grey across one pixel: less is no edge, however even the rest
MARGIN_PX = 4  # around an edge, at that size: what a filter reaches
LEAST_SHARE = 0.005  # of the photo: a smaller piece between edges is no face
LEAST_FACE = 0.2  # of the photo: so much must lie free of its border to be the part
AS_VARIED = 5.0  # times the usual spread over good parts: a place that never repeats


def face(photo: Image, spread: Image | None = None) -> Kept:
    """Return where a part's own surface lies on a photo that shows no defect.

    Left out are edges (where brightness changes eight times as steeply as is usual on
    this photo) and 4 px around them, at a size of 640 px; what varies from good part
    to good part five times as much as is usual; pieces between edges below half a per
    cent of the photo; and, where a fifth of the photo or more lies in pieces that do not
    touch its border, the backdrop: the pieces that do, and those as bright as these.

    Args:
        photo: Shape (h, w): a good part, best the mean of several that lie alike.
        spread: Shape (h, w), how much good parts differ at each place.

    Returns:
        Shape (h, w). A proposal: a person looks at it before a line uses it.
    """
    share = min(1.0, SIDE_PX / max(photo.shape))
    size_wh = [max(16, round(side * share)) for side in photo.shape[::-1]]
    small = cv2.resize(photo, size_wh, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), SIGMA_PX)
    slope = np.hypot(*np.gradient(smooth)).astype(np.float32)
    is_edge = slope > max(AS_STEEP * float(np.median(slope)), LEAST_STEP)
    if spread is not None:
        varied = cv2.resize(spread, size_wh, interpolation=cv2.INTER_AREA)
        varied = cv2.GaussianBlur(varied, (0, 0), 2 * SIGMA_PX)
        is_edge |= varied > max(AS_VARIED * float(np.median(varied)), LEAST_STEP)
    side = 2 * MARGIN_PX + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    free = cv2.dilate(is_edge.astype(np.uint8), disc) == 0
    kept = _without_backdrop(free, np.asarray(smooth, dtype=np.float32))
    whole = cv2.resize(
        kept.astype(np.uint8), photo.shape[::-1], interpolation=cv2.INTER_NEAREST
    )
    return np.asarray(whole == 1)


def _without_backdrop(
    free: NDArray[np.bool_], smooth: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Keep the pieces between edges that are the part."""
    count, pieces = cv2.connectedComponents(free.astype(np.uint8), connectivity=4)
    sizes = np.bincount(pieces.ravel(), minlength=count)
    large = [
        piece for piece in range(1, count) if sizes[piece] >= LEAST_SHARE * free.size
    ]
    rim = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
    outer = sorted(set(large) & set(rim.tolist()))
    inner = [piece for piece in large if piece not in outer]
    if not outer or sum(int(sizes[piece]) for piece in inner) < LEAST_FACE * free.size:
        return np.isin(pieces, large)
    behind = float(np.median(smooth[np.isin(pieces, outer)]))
    first = max(inner, key=lambda piece: int(sizes[piece]))
    part = float(np.median(smooth[pieces == first]))
    seen = [
        piece
        for piece in inner
        if abs(float(np.median(smooth[pieces == piece])) - part)
        <= abs(float(np.median(smooth[pieces == piece])) - behind)
    ]
    return np.isin(pieces, seen)
