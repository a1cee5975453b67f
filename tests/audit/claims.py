"""One claim, how often it was tried, and how often it failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scipy.stats import beta

__all__ = ["Claim"]

DOUBT = 1e-5  # a claim is called broken where chance would do it so rarely


@dataclass(frozen=True)
class Claim:
    """A share k/n of trials, and what was promised of it.

    Attributes:
        says: What is claimed, in words.
        how: The conditions, in words.
        promised: The share promised.
        side: Whether it is the most or the least, or told without a promise.
        k: Trials in which it happened.
        n: Trials.
        cells: Conditions tried, of which this is the worst.
    """

    says: str
    how: str
    promised: float
    side: Literal["at most", "at least", "told"]
    k: int
    n: int
    cells: int = 1

    @property
    def share(self) -> float:
        """Return k / n."""
        return self.k / self.n

    def ends(self, tail: float = 0.025) -> tuple[float, float]:
        """Return the exact interval of the share (Clopper and Pearson)."""
        k, n = self.k, self.n
        low = beta.ppf(tail, k, n - k + 1) if k else 0.0
        high = beta.ppf(1 - tail, k + 1, n - k) if k < n else 1.0
        return float(low), float(high)

    @property
    def holds(self) -> bool:
        """Say whether what was seen may be so by chance if the claim is true."""
        if self.side == "told":
            return True
        if self.promised == 0:
            return self.k == 0
        low, high = self.ends(DOUBT / self.cells)
        return low <= self.promised if self.side == "at most" else high >= self.promised

    def row(self) -> str:
        """Return a row of Markdown: claim, conditions, promise, seen, interval."""
        low, high = self.ends()
        promise = {
            "told": "-",
            "at most": f"at most {100 * self.promised:g} %"
            if self.promised
            else "never",
            "at least": f"at least {100 * self.promised:g} %",
        }[self.side]
        worst = f", worst of {self.cells}" if self.cells > 1 else ""
        return (
            f"| {self.says} | {self.how}{worst} | {promise} | {self.k:,}/{self.n:,} | "
            f"{100 * self.share:.1f} % | {100 * low:.1f} to {100 * high:.1f} % |"
        )
