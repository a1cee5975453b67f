"""What a count proves about a rate: Clopper and Pearson's exact bound."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from glassline.errors import InputError

__all__ = ["allowed_escapes", "check_promise", "parts_needed", "upper_bound"]


def upper_bound(k: float, n: float, confidence: float) -> float:
    """Return the exact upper bound of a rate after k events in n parts.

    The largest rate under which k or fewer are seen with probability at least
    1 - confidence. A line whose true rate is higher than its bound is met in at
    most 1 - confidence of all studies.

    Args:
        k: Events, 0 to n; a fraction where parts are worth fewer than they are.
        n: Parts, each drawn for itself, or what parts that are alike are worth.
        confidence: In (0, 1).

    Returns:
        In (0, 1]; 1 where n = 0.

    Example:
        >>> print(f"{upper_bound(0, 299, 0.95):.5f} {upper_bound(1, 400, 0.95):.4f}")
        0.00997 0.0118

    Source:
        C. J. Clopper and E. S. Pearson, Biometrika 26(4), 1934,
        doi:10.1093/biomet/26.4.404, one-sided.
    """
    from scipy.special import betaincinv  # noqa: PLC0415  costs 0.2 s

    return 1.0 if k >= n else float(betaincinv(k + 1.0, n - k, confidence))


def lower_bound(k: float, n: float, confidence: float) -> float:
    """Return the exact lower bound: the upper one of the n - k parts without an event.

    Example:
        >>> print(f"{lower_bound(299, 299, 0.95):.5f}")
        0.99003
    """
    from scipy.special import betaincinv  # noqa: PLC0415

    return 0.0 if k <= 0 else float(betaincinv(k, n - k + 1.0, 1 - confidence))


def allowed_escapes(n: int, escape: float, confidence: float) -> int:
    """Return the most escapes in n parts that still prove the target; -1: not even 0.

    The largest k with P(at most k of n at rate `escape`) <= 1 - confidence, which
    is the largest whose `upper_bound` is at most `escape`.

    Example:
        >>> [allowed_escapes(n, 0.01, 0.95) for n in (298, 299, 472, 473)]
        [-1, 0, 0, 1]
    """
    from scipy.special import bdtr  # noqa: PLC0415

    def seen(k: int) -> float:  # rises with k
        return float(bdtr(float(k), n, escape))

    return bisect_right(range(n), 1 - confidence, key=seen) - 1


def parts_needed(escape: float, confidence: float, escapes: int = 0) -> int:
    """Return how many parts of a class prove a target, if so many of them escape.

    The same number for each defect class, however many there are (`find_guarantee` says
    why the joint promise costs nothing more).

    Args:
        escape: The target rate, in (0, 1).
        confidence: In (0, 1).
        escapes: How many of the parts escape, >= 0.

    Raises:
        InputError: A number is out of range.

    Example:
        >>> [parts_needed(e, 0.95) for e in (0.01, 0.001)], parts_needed(0.01, 0.95, 1)
        ([299, 2995], 473)
    """
    check_promise(escape, confidence)
    if escapes < 0:
        raise InputError(f"escapes: expected a number >= 0, got {escapes}.")

    def allowed(n: int) -> int:  # rises with n
        return allowed_escapes(n, escape, confidence)

    enough = escapes + 1
    while allowed(enough) < escapes:
        enough *= 2
    return bisect_left(range(enough), escapes, key=allowed)


def check_promise(escape: float, confidence: float) -> None:
    """Refuse a target or a confidence outside (0, 1).

    Raises:
        InputError: One is; the message names it.
    """
    for name, value in (("escape", escape), ("confidence", confidence)):
        if not 0 < value < 1:
            raise InputError(
                f"{name}: expected a share above 0 and below 1, got {value}."
            )
