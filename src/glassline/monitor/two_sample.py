"""Did the mean move between two samples of groups: an exact test, feature by feature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, count, islice
from math import comb, inf

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray

from glassline.arrays import Values
from glassline.errors import InputError, ShapeError

__all__ = ["Shift", "compare_groups", "enough_groups", "groups_needed"]

ALL = 20_000  # ways to deal groups: up to so many every one is looked at
DRAWN = 19_999  # of more ways so many are drawn, and the one that was seen is added
BLOCK = 2_000_000  # numbers of a block of ways in memory
SEED = 20261129  # the same groups give the same answer, to the last bit
TIE = 1e-9  # of the spread of the groups: rounding must not break a tie
POWER = 0.8

Before = Float64[np.ndarray, "m d"]
"""The mean of each earlier group."""

After = Float64[np.ndarray, "n d"]
"""The mean of each later group."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """How far one number moved from one sample to another, and how surely.

    Attributes:
        value: Mean of the later groups less mean of the earlier ones.
        p: Share of all ways to deal the groups into two such samples that move it at
            least as far, times what Holm asks for the company of other numbers.
        least: About the least move that would be noticed in four checks of five.
        is_noticed: Whether p is at most the rate of false alarms.
    """

    value: float
    p: float
    least: float
    is_noticed: bool


def compare_groups(
    before: Before, after: After, *, false_alarms: float
) -> tuple[Shift, ...]:
    """Test each of d numbers for a move of its mean, whole groups at a time.

    With m groups before and n after, means a and b, and variances s^2 (divided by
    count - 1), the size of a move is that of Welch,

        t = |b - a| / sqrt(s_a^2 / m + s_b^2 / n)

    and its p the share of all ways to deal the m + n groups into m and n for which t is
    at least as large: all ways up to 20,000, else 19,999 drawn ones and the one seen.
    The d values of p go through Holm's steps. Where groups before and after are drawn
    alike, in at most a share `false_alarms` of comparisons is anything noticed, for
    every number of groups and every distribution, ties and constants included, however
    the d numbers hang together. Where groups are of other sizes than before, and so
    vary more or less, that holds about, and the better the more groups there are.

    Args:
        before: Shape (m, d), the mean of each earlier group.
        after: Shape (n, d), of each later one.
        false_alarms: In (0, 1), for all d numbers together.

    Raises:
        ShapeError: Not (m, d) and (n, d).
        InputError: Fewer groups than `enough_groups` asks for: no answer could be
            anything but "not noticed".

    Example:
        Of 10 ways to deal 5 groups into 3 and 2, one moves as far as the one seen:

        >>> before, after = np.array([[0.0], [1.0], [2.0]]), np.array([[5.0], [6.0]])
        >>> compare_groups(before, after, false_alarms=0.1)[0].p
        0.1

    Source:
        A. Janssen, Statistics & Probability Letters 36(1), 1997,
        doi:10.1016/S0167-7152(97)00043-6: the studentised permutation test, exact
        where groups are exchangeable, asymptotically right where variances differ.
        S. Holm, Scandinavian Journal of Statistics 6(2), 1979.
    """
    m, n, d = len(before), len(after), before.shape[-1]
    if before.ndim != 2 or after.shape != (n, d):
        raise ShapeError(
            f"groups: expected shapes (m, d) and (n, d), got {before.shape} and "
            f"{after.shape}."
        )
    if not enough_groups(m, n, d, false_alarms):
        raise InputError(
            f"groups: expected more than {m} and {n}: too few to notice anything at a "
            f"rate of {100 * false_alarms:g} % of false alarms."
        )
    both = np.concatenate([before, after])
    spread = np.ptp(both, axis=0)
    middle = both.min(axis=0) + spread / 2
    varies = spread > TIE * np.maximum(1.0, np.abs(middle))
    numbers = np.where(varies, (both - middle) / np.where(varies, spread, 1.0), 0.0)
    seen = _moves(np.arange(m + n)[None] >= m, numbers, n)
    reached, ways = np.zeros(d), 0
    for dealt in _ways(m, n):
        reached += (_moves(dealt, numbers, n) >= seen * (1 - TIE)).sum(axis=0)
        ways += len(dealt)
    p = _holm(reached / ways)
    least = _least(before, after, false_alarms / d)
    moved = after.mean(axis=0) - before.mean(axis=0)
    return tuple(
        Shift(
            float(moved[j]) if varies[j] else 0.0, float(p[j]), float(least[j]), found
        )
        for j, found in enumerate((p <= false_alarms * (1 + TIE)).tolist())
    )


def enough_groups(before: int, after: int, d: int, false_alarms: float) -> bool:
    """Say whether so many groups can show a move of d numbers at all.

    Two on each side, and so many ways to deal them that the farthest alone is at most
    the share `false_alarms` / d of them.

    Example:
        >>> [enough_groups(10, n, 4, 0.01) for n in (2, 3, 4)]
        [False, False, True]
    """
    if min(before, after) < 2:
        return False
    farthest = 2 if before == after else 1  # as many: both ways round are as far
    return farthest <= comb(before + after, after) * false_alarms / d * (1 + TIE)


def groups_needed(before: int, d: int, false_alarms: float) -> int | None:
    """Return how many later groups are enough beside so many; None with one before.

    Example:
        >>> groups_needed(10, 4, 0.01), groups_needed(1, 4, 0.01)
        (4, None)
    """
    if before < 2:
        return None
    return next(n for n in count(2) if enough_groups(before, n, d, false_alarms))


def _ways(m: int, n: int) -> Iterator[NDArray[np.bool_]]:
    """Yield ways to deal m + n groups, in blocks: which are later, (ways, m + n)."""
    size = max(1, BLOCK // (m + n))
    if comb(m + n, n) <= ALL:
        ways = combinations(range(m + n), n)
        while chosen := list(islice(ways, size)):
            dealt = np.zeros((len(chosen), m + n), np.bool_)
            np.put_along_axis(dealt, np.array(chosen), values=True, axis=1)
            yield dealt
        return
    seen = np.arange(m + n) >= m
    yield seen[None]
    rng = np.random.Generator(np.random.PCG64(SEED))
    for start in range(0, DRAWN, size):
        rows = np.tile(seen, (min(size, DRAWN - start), 1))
        yield rng.permuted(rows, axis=1)


def _moves(dealt: NDArray[np.bool_], numbers: Numbers, n: int) -> Numbers:
    """Return Welch's t of each way to deal, shape (ways, d); 0 / 0 is 0."""
    later, m = dealt.astype(np.float64), len(numbers) - n
    sums, squares = later @ numbers, later @ numbers**2
    a, b = (numbers.sum(axis=0) - sums) / m, sums / n
    inner = ((numbers**2).sum(axis=0) - squares - m * a**2) / (m - 1) / m
    inner += (squares - n * b**2) / (n - 1) / n
    moved = np.abs(b - a)
    error = np.sqrt(np.maximum(inner, 0.0))
    t = np.full(moved.shape, inf)
    np.divide(moved, error, out=t, where=error > TIE)
    return np.where(moved > TIE, t, 0.0)


def _holm(p: Values) -> Values:
    """Return each p as Holm's steps leave it: the least times d, the next d - 1, ..."""
    order = np.argsort(p, kind="stable")
    steps = p[order] * np.arange(len(p), 0, -1)
    found = np.empty(len(p))
    found[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return found


def _least(before: Before, after: After, false_alarms: float) -> Values:
    """Return about the least move that is noticed in four checks of five, shape (d,)."""
    from scipy.special import stdtrit  # noqa: PLC0415  costs 0.2 s

    errors = [each.var(axis=0, ddof=1) / len(each) for each in (before, after)]
    total = errors[0] + errors[1]
    parts = errors[0] ** 2 / (len(before) - 1) + errors[1] ** 2 / (len(after) - 1)
    few = float(min(len(before), len(after)) - 1)
    freedom = np.where(parts > 0, total**2 / np.where(parts > 0, parts, 1.0), few)
    wanted = stdtrit(freedom, 1 - false_alarms / 2) + stdtrit(freedom, POWER)
    return np.asarray(wanted * np.sqrt(total))
