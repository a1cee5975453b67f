"""Whether two photos look like one part photographed twice: told, never acted upon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image

__all__ = ["Likeness", "alike", "likeness"]

LEAST = 24  # px: a smaller image has no structure to know it by
SIDE, REACH = 64, 6  # px: of the small picture, and how far two may be shifted
BLUR = 4.0  # px: of the light that is taken off
HASH_BITS = 12  # of 64 that may differ
OWN = 0.5  # a picture as like itself elsewhere as this is not known by its structure
SAME = 0.8  # correlation from which two are told; measured in docs/files.md
SHARED = 5  # photos: what more of them share is the product, not the part
PAIRS = 50_000  # compared at most, the nearest by hash first: some two seconds
STEP = 127 / 5  # of structure in whole numbers: five spreads fill eight bits

_ramp = np.hanning(SIDE)
WINDOW = np.outer(_ramp, _ramp).astype(np.float32)
_steps = np.arange(-REACH, REACH + 1)
_turns = np.exp(2j * np.pi / SIDE * np.outer(_steps, np.arange(SIDE))) / SIDE
_halves = np.r_[1, np.full(SIDE // 2 - 1, 2), 1]  # the other half mirrors the first
DOWN = _turns.astype(np.complex64)
ACROSS = (_turns[:, : SIDE // 2 + 1] * _halves).T.astype(np.complex64)
ELSEWHERE = np.hypot(*np.meshgrid(_steps, _steps)) >= 4  # px from no shift at all


@dataclass(frozen=True, eq=False)
class Likeness:
    """What a photo is known by.

    Attributes:
        bits: Shape (64,): of a picture of 9 x 8, whether each pixel is brighter than
            the one to its left (a difference hash).
        structure: Shape (64, 64), in eight bits: the small picture less its light.
    """

    bits: NDArray[np.bool_]
    structure: NDArray[np.int8]


def likeness(image: Image) -> Likeness | None:
    """Return what a photo is known by; None where its structure is not its own.

    That is so of a flat surface, and of one that looks alike a little further on, as
    straight lines, edges and brushed metal do along their direction.
    """
    if min(image.shape) < LEAST:
        return None
    coarse = cv2.resize(image, (9, 8), interpolation=cv2.INTER_AREA)
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    fine = small - cv2.GaussianBlur(small, (0, 0), BLUR)
    spread = float(fine.std())
    if spread < 1e-4:  # a fortieth of one grey level of 255
        return None
    steps = np.clip(np.rint((fine - fine.mean()) / spread * STEP), -127, 127)
    structure = steps.astype(np.int8)
    waves = _waves(structure[None])
    own = _correlations(waves, waves)[0]
    if own[ELSEWHERE].max() >= OWN:
        return None
    return Likeness(coarse[:, 1:].ravel() > coarse[:, :-1].ravel(), structure)


def alike(
    marks: Sequence[Likeness | None], groups: Sequence[str]
) -> list[tuple[int, int]]:
    """Return the pairs of photos of different groups that look like one part twice.

    Their hashes differ in at most 12 of 64 bits, and their structures, shifted by at
    most 6 of 64 pixels, correlate to at least 0.8. Where a photo has more than five
    partners, or more than a tenth of all photos, that is the product's own structure,
    as a logo is, and none of them is told.

    Returns:
        Places of the two, the earlier first, in order.
    """
    rows = [row for row, mark in enumerate(marks) if mark is not None]
    known = [mark for mark in marks if mark is not None]
    near = _near([mark.bits for mark in known], [groups[row] for row in rows])
    found: list[tuple[int, int]] = []
    waves = [_waves(mark.structure[None])[0] for mark in known] if len(near) else []
    for block in range(0, len(near), 1000):
        pairs = near[block : block + 1000]
        one, other = (np.array([waves[at] for at in side]) for side in pairs.T)
        best = _correlations(one, other).max(axis=(1, 2))
        told = pairs[best >= SAME].tolist()
        found += [(rows[first], rows[second]) for first, second in told]
    partners = Counter(row for pair in found for row in pair)
    most = min(SHARED, len(marks) // 10)
    return sorted(pair for pair in found if max(partners[row] for row in pair) <= most)


def _near(
    bits: Sequence[NDArray[np.bool_]], groups: Sequence[str]
) -> NDArray[np.int64]:
    """Return the pairs of different groups with near hashes, shape (m, 2), nearest first."""
    signs = np.array(bits, np.float32).reshape(-1, 64) * 2 - 1
    ids = np.unique(np.array(groups, np.str_), return_inverse=True)[1]
    pairs, distances = [np.zeros((0, 2), np.int64)], [np.zeros(0)]
    for start in range(0, len(signs), 500):
        block = signs[start : start + 500]
        apart = (signs.shape[1] - block @ signs.T) / 2
        places = np.arange(start, start + len(block))[:, None]
        wanted = (
            (apart <= HASH_BITS)
            & (ids[places] != ids)
            & (places < np.arange(len(signs)))
        )
        found = np.argwhere(wanted)
        distances.append(apart[wanted])
        pairs.append(found + np.array([start, 0]))
    order = np.argsort(np.concatenate(distances), kind="stable")[:PAIRS]
    return np.concatenate(pairs)[order]


def _waves(structures: NDArray[np.int8]) -> NDArray[np.complexfloating]:
    """Return the spectrum of each structure, faded out to its edges and of length 1."""
    faded = structures * WINDOW
    lengths = np.sqrt((faded * faded).sum(axis=(1, 2), keepdims=True))
    return np.fft.rfft2(faded / lengths).astype(np.complex64)


def _correlations(
    one: NDArray[np.complexfloating], other: NDArray[np.complexfloating]
) -> NDArray[np.floating]:
    """Return how alike each two are at every shift up to `REACH`, shape (n, 13, 13).

    That is the inverse transform of the product of their spectra, for these shifts alone.
    """
    return np.asarray((DOWN @ (one * other.conj()) @ ACROSS).real)
