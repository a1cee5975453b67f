"""Does a reading follow its own cause and leave the others alone?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from glassline.arrays import Values
from glassline.errors import InputError, ShapeError
from glassline.interface.record import Record
from glassline.synthetic.besides import Besides
from glassline.synthetic.camera import Colour, Photo
from glassline.synthetic.rendering import CAUSES, Doses, render
from glassline.synthetic.surfaces import Surface

__all__ = ["DOSES", "DoseResponse", "dose_response", "spearman"]

DOSES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)  # from none to twice a clear reject
SIZE_HW = (240, 320)  # as the demo line

Tables = Float64[np.ndarray, "s 4 d"]
"""Rank correlations: s surfaces, 4 causes, d readings; -1 to 1."""

Read = Callable[[Photo | Colour], Values]


@dataclass(frozen=True, eq=False, repr=False)
class DoseResponse(Record):
    """Rank correlation of each cause with each reading.

    Attributes:
        rho: Shape (s, 4, d): surface, cause in the order of `CAUSES`, reading.
            1 the reading grows with the cause whenever it grows, 0 it does not
            see it, -1 it falls.
        parts: Number of parts behind each number.
    """

    rho: Tables
    parts: int


def dose_response(
    read: Read,
    *,
    surfaces: Sequence[Surface],
    doses: Sequence[float] = DOSES,
    repeats: int = 24,
    rng: np.random.Generator,
    besides: bool = False,
) -> DoseResponse:
    """Measure how each reading follows each cause while all four change at once.

    For each surface, every dose is given `repeats` times to every cause, each cause
    in an order of its own, so that the causes are independent and a reading has to
    find its own among the other three. Two independent orders of N parts still
    correlate by chance with a standard deviation of 1 / sqrt(N - 1): 0.08 for the
    168 parts of the defaults.

    Args:
        read: A photo of 240 x 320 pixels to its d readings; always the same d.
        surfaces: The surfaces; each is one table of the result.
        doses: At least two different doses, each in [0, 10].
        repeats: Parts a dose, >= 1.
        rng: Source of the orders and of every part.
        besides: Whether to dose what is no defect (`BESIDES`) instead of the four
            causes; then 0 is what a faithful reading hears of each.

    Returns:
        The tables; for four faithful readings each is near the identity.

    Raises:
        InputError: Too few doses or repeats, or a reading that is not finite.
        ShapeError: A reading is not (d,), or d changes.

    Example:
        A "reading" that is the mean brightness sees glare and little else.

        >>> rng = np.random.Generator(np.random.PCG64(2))
        >>> mean = lambda photo: np.array([photo.mean()])
        >>> found = dose_response(
        ...     mean, surfaces=[Surface("glossy_glass")], repeats=4, rng=rng)
        >>> bool(found.rho[0, 2, 0] > 0.9)
        True

    Source:
        C. Spearman, Am. J. Psychol. 15(1), 1904, doi:10.2307/1412159, with mean
        ranks for ties.
    """
    if len(set(doses)) < 2:
        raise InputError(
            f"doses: expected at least two different doses, got {list(doses)}."
        )
    if repeats < 1:
        raise InputError(f"repeats: expected at least 1, got {repeats}.")
    given = np.repeat(np.asarray(doses, dtype=np.float64), repeats)
    tables = []
    for surface in surfaces:
        plan = np.stack([rng.permutation(given) for _ in CAUSES], axis=1)
        values = np.stack(
            [_values(read, surface, row.tolist(), rng, besides=besides) for row in plan]
        )
        tables.append(
            [[spearman(cause, reading) for reading in values.T] for cause in plan.T]
        )
    return DoseResponse(np.array(tables, dtype=np.float64), len(given))


def spearman(first: Values, second: Values) -> float:
    """Rank correlation of two rows of numbers, from -1 to 1.

    The Pearson correlation of their ranks, where equal numbers share the mean of
    their ranks; 0 where one of them is constant.

    Args:
        first: Shape (n,), finite.
        second: Shape (n,), finite.

    Example:
        >>> print(f"{spearman(np.array([1., 2., 3.]), np.array([1., 4., 9.])):.3f}")
        1.000
    """
    a, b = _ranks(first), _ranks(second)
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0


def _ranks(numbers: Values) -> Values:
    """Ranks from 0; equal numbers share the mean of theirs."""
    _, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts + 1) / 2)[place], dtype=np.float64)


def _values(
    read: Read,
    surface: Surface,
    row: list[float],
    rng: np.random.Generator,
    *,
    besides: bool,
) -> Values:
    turned = replace(surface, lamp_deg=float(rng.uniform(0, 360)))
    doses, shown = (Doses(), Besides(*row)) if besides else (Doses(*row), None)
    image, _ = render(turned, doses, size_hw=SIZE_HW, rng=rng, besides=shown)
    values = np.asarray(read(image), dtype=np.float64)
    if values.ndim != 1:
        raise ShapeError(f"read: expected shape (d,), got {values.shape}.")
    if not np.isfinite(values).all():
        first = int(np.flatnonzero(~np.isfinite(values))[0])
        raise InputError(
            f"read: expected finite numbers, got {values[first]} at [{first}]."
        )
    return values
