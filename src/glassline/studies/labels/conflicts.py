"""Labels that contradict each other: the milder part was rejected, the worse one passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features
from glassline.errors import InputError, ShapeError

__all__ = ["Conflict", "conflicts", "fewest_to_check"]


@dataclass(frozen=True)
class Conflict:
    """Two parts whose labels no rule can keep that finds a stronger reading worse.

    Attributes:
        passed: The part labelled good, the worse of the two in every feature.
        rejected: The part labelled bad, the milder.
        margin: x of `passed` less x of `rejected` in the feature where they are
            closest, >= 0: by how much every reading must be wrong to excuse both.
    """

    passed: int
    rejected: int
    margin: float


def conflicts(
    x: Features, is_good: NDArray[np.bool_], *, least: float = 0.0
) -> tuple[Conflict, ...]:
    """Find every pair where a part labelled good is no better than one labelled bad.

        x_passed - x_rejected >= least    in every feature

    A feature measures how strong one thing is that should not be there, so a part
    with more of everything can not be the better one. Which of the two labels is
    wrong the pair does not say; one of them is, or there is something on the milder
    part that no feature sees.

    Args:
        x: Shape (n, d).
        is_good: Shape (n,), which parts are labelled good; the others are bad.
        least: The least margin, >= 0, in spreads of good parts.

    Returns:
        The pairs, the largest margin first; of equals in the order of the parts.

    Raises:
        ShapeError: x is not (n, d), or is_good not (n,).
        InputError: x is not finite, or least is below 0.

    Example:
        Part 2 is labelled bad, but part 0 has 0.5 and 1 more and passed:

        >>> x = np.array([[1.5, 3.0], [2.5, 0.0], [1.0, 2.0]])
        >>> conflicts(x, np.array([True, True, False]))
        (Conflict(passed=0, rejected=2, margin=0.5),)

    Source:
        A consistent rating keeps the order of the criteria: S. Greco, B. Matarazzo
        and R. Slowinski, European Journal of Operational Research 129(1), 2001,
        section 4, doi:10.1016/S0377-2217(00)00167-3.
    """
    if x.ndim != 2 or is_good.shape != x.shape[:1]:
        raise ShapeError(
            f"is_good: expected shape (n,) to match x (n, d), got {is_good.shape} "
            f"and {x.shape}."
        )
    if not np.isfinite(x).all() or not least >= 0:
        raise InputError("x, least: expected finite numbers, and least >= 0.")
    good, bad = np.flatnonzero(is_good), np.flatnonzero(~is_good)
    found = []
    for part in good.tolist():
        margins = (x[part] - x[bad]).min(axis=1, initial=np.inf)
        found += [
            Conflict(part, int(bad[at]), float(margins[at]))
            for at in np.flatnonzero(margins >= least)
        ]
    return tuple(sorted(found, key=lambda pair: (-pair.margin, pair.passed)))


def fewest_to_check(pairs: Sequence[Conflict]) -> tuple[int, ...]:
    """Return a smallest set of parts that has one of every conflicting pair.

    Without them no contradiction is left, and no smaller set does that: the pairs
    form a bipartite graph (good against bad), so its smallest vertex cover is as
    large as its largest matching. Other sets of the same size may exist.

    Returns:
        The parts, in ascending order.

    Example:
        Part 9 passed though it is worse than three that were rejected:

        >>> fewest_to_check([Conflict(9, bad, 1.0) for bad in (1, 2, 3)])
        (9,)

    Source:
        D. Konig, Matematikai es Fizikai Lapok 38, 1931. The matching is SciPy's
        (J. E. Hopcroft and R. M. Karp, SIAM J. Comput. 2(4), 1973,
        doi:10.1137/0202019).
    """
    from scipy.sparse import csr_array  # noqa: PLC0415  0.2 s
    from scipy.sparse.csgraph import maximum_bipartite_matching  # noqa: PLC0415

    if not pairs:
        return ()
    good = sorted({pair.passed for pair in pairs})
    bad = sorted({pair.rejected for pair in pairs})
    row = {part: at for at, part in enumerate(good)}
    column = {part: at for at, part in enumerate(bad)}
    rivals: list[list[int]] = [[] for _ in good]
    for pair in pairs:
        rivals[row[pair.passed]].append(column[pair.rejected])
    places = [(at, to) for at, each in enumerate(rivals) for to in each]
    rows, columns = np.array(places).T
    graph = csr_array(
        (np.ones(len(places), np.int8), (rows, columns)), shape=(len(good), len(bad))
    )
    partner = maximum_bipartite_matching(graph, perm_type="row").tolist()
    seen_good, seen_bad = _alternating(rivals, partner)
    chosen = [good[at] for at in range(len(good)) if at not in seen_good]
    return tuple(sorted([*chosen, *(bad[at] for at in seen_bad)]))


def _alternating(
    rivals: Sequence[Sequence[int]], partner: Sequence[int]
) -> tuple[set[int], set[int]]:
    """Return what is reached from unmatched good parts: any edge out, a matched one back."""
    seen_good = set(range(len(rivals))) - set(partner)
    seen_bad: set[int] = set()
    queue = list(seen_good)
    while queue:
        for to in rivals[queue.pop()]:
            if to not in seen_bad:
                seen_bad.add(to)
                if partner[to] not in seen_good:
                    seen_good.add(partner[to])
                    queue.append(partner[to])
    return seen_good, seen_bad
