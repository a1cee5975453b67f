"""Centre and spread of readings that lie in pieces: the bits of `Scale.fit` on all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from glassline.features.scale import MIN_SPREAD, SOFT, Scale, curve
from glassline.head.shards import Run

__all__ = ["Labelled", "scale_of"]

DIGIT = 16  # bits that a pass tells apart: four passes for a number
BITS = 64

Labelled = Callable[[], tuple[NDArray[np.float64], NDArray[np.bool_]]]
"""Returns the readings of the labelled parts of one piece, shape (n, d), and which are good."""


def scale_of(pieces: Sequence[Labelled], run: Run = map) -> Scale:
    """Return what `Scale.fit` returns for all pieces together, to the last bit.

    A median is found digit by digit, 16 bits a pass: each piece counts how many of its
    numbers have which next digit, and counts add up exactly, in whatever order they come.
    Four passes find the medians, four more those of the distances from them. Where these
    are 0 the standard deviation takes their place, summed row by row, here.

    Args:
        pieces: In their order; called once a pass, wherever `run` takes it.
        run: As in `fit_shards`.

    Example:
        Two pieces of one feature; all four parts are good:

        >>> one = lambda: (np.array([[0.0], [1.0]]), np.array([True, True]))
        >>> other = lambda: (np.array([[3.0], [9.0]]), np.array([True, True]))
        >>> scale_of([one, other]) == Scale.fit(np.array([[0.0], [1.0], [3.0], [9.0]]))
        True
    """
    middle = _medians(pieces, None, run)
    away = 1.4826 * _medians(pieces, middle, run)
    spread = away[0]
    if (spread <= MIN_SPREAD).any():
        for fallback in _deviations(pieces):
            spread = np.where(spread > MIN_SPREAD, spread, fallback)
        spread = np.where(spread > MIN_SPREAD, spread, 1.0)
    spread = np.maximum(spread, SOFT.floor * away[1])
    return Scale(tuple(middle[0]), tuple(spread), SOFT.clip, SOFT.slope, SOFT.floor)


def _medians(
    pieces: Sequence[Labelled], centers: NDArray[np.float64] | None, run: Run
) -> NDArray[np.float64]:
    """Return the medians of the good parts and of all, shape (2, d).

    Args:
        pieces: In any order.
        centers: Shape (2, d), from which distances are taken; None takes the numbers.
        run: As in `fit_shards`.
    """
    known: dict[Place, int] = {}
    ranks: dict[Place, int] = {}
    for depth in range(BITS // DIGIT):
        added: dict[Place, NDArray[np.int64]] = {}
        tasks = [(piece, centers, known, depth) for piece in pieces]
        for counts in run(_count, tasks):
            for place, (digits, times) in counts.items():
                whole = added.setdefault(place, np.zeros(1 << DIGIT, np.int64))
                whole[digits] += times
        for place, times in added.items():
            upto = np.cumsum(times)
            rank = ranks.get(place, (int(upto[-1]) - 1 + place[2]) // 2)
            digit = int(np.searchsorted(upto, rank, side="right"))
            ranks[place] = rank - int(upto[digit] - times[digit])
            known[place] = known.get(place, 0) << DIGIT | digit
    d = len(known) // 4
    keys = [known[place] for place in product(range(2), range(d), range(2))]
    ends = _numbers(np.array(keys, np.uint64)).reshape(2, d, 2)
    return np.asarray((ends[:, :, 0] + ends[:, :, 1]) / 2)


Place = tuple[int, int, int]
"""Good parts or all, which column, and the lower or the upper of the two in the middle."""


def _count(
    task: tuple[Labelled, NDArray[np.float64] | None, dict[Place, int], int],
) -> dict[Place, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the next digits that come in a piece, and how often each does."""
    piece, centers, known, depth = task
    shift = np.uint64(BITS - DIGIT * (depth + 1))
    found = {}
    for which, numbers in enumerate(_both(piece)):
        if centers is not None:
            numbers = np.abs(numbers - centers[which])
        heads = _keys(numbers) >> shift
        for column, end in product(range(heads.shape[1]), range(2)):
            own = heads[:, column]
            if depth:
                before = np.uint64(known[which, column, end])
                own = own[own >> np.uint64(DIGIT) == before]
            digits = (own & np.uint64((1 << DIGIT) - 1)).astype(np.int64)
            found[which, column, end] = np.unique(digits, return_counts=True)
    return found


def _both(piece: Labelled) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the logarithms of the good parts' readings, and of all parts'."""
    readings, good = piece()
    curved = curve(readings)
    return curved[good], curved


def _keys(numbers: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return integers in the order of the numbers: of one below 0 all bits are turned."""
    bits = np.ascontiguousarray(numbers + 0.0).view(np.uint64)  # -0 becomes 0
    top = np.uint64(1 << (BITS - 1))
    return np.where(bits & top, ~bits, bits | top)


def _numbers(keys: NDArray[np.uint64]) -> NDArray[np.float64]:
    top = np.uint64(1 << (BITS - 1))
    return np.where(keys & top, keys & ~top, ~keys).view(np.float64)


def _deviations(pieces: Sequence[Labelled]) -> NDArray[np.float64]:
    """Return the standard deviations of the good parts and of all, shape (2, d)."""
    means = _means(pieces, lambda numbers, which: numbers)
    return np.sqrt(_means(pieces, lambda numbers, which: (numbers - means[which]) ** 2))


def _means(
    pieces: Sequence[Labelled],
    of: Callable[[NDArray[np.float64], int], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return means over the good parts and over all, shape (2, d).

    Row is added to row, as NumPy adds up columns.
    """
    sums = [np.zeros((0, 1)), np.zeros((0, 1))]
    counts = [0, 0]
    for piece in pieces:
        for which, numbers in enumerate(_both(piece)):
            each = of(numbers, which)
            counts[which] += len(each)
            rows = np.vstack([sums[which], each]) if len(sums[which]) else each
            sums[which] = rows.sum(axis=0, keepdims=True)
    return np.concatenate(
        [total / count for total, count in zip(sums, counts, strict=True)]
    )
