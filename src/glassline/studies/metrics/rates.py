"""A share with the counts behind it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEVEL", "Rate"]

LEVEL = 0.95


@dataclass(frozen=True)
class Rate:
    """k out of n, with its exact (Clopper-Pearson) interval at 95 %.

    Example:
        >>> rate = Rate(0, 299)
        >>> print(f"{rate.value:.3f}, at most {rate.interval[1]:.4f}")
        0.000, at most 0.0123
    """

    k: int
    n: int

    @property
    def value(self) -> float:
        """Return k / n; NaN where n = 0."""
        return self.k / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Return the two-sided 95 % interval; (0, 1) where n = 0."""
        from scipy.stats import beta  # noqa: PLC0415  costs 0.5 s

        tail = (1 - LEVEL) / 2
        if not self.n:
            return 0.0, 1.0
        low = beta.ppf(tail, self.k, self.n - self.k + 1) if self.k else 0.0
        high = (
            beta.ppf(1 - tail, self.k + 1, self.n - self.k) if self.k < self.n else 1.0
        )
        return float(low), float(high)

    def __str__(self) -> str:
        return f"{self.k}/{self.n}"
