"""One labelled photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

__all__ = ["Part"]


@dataclass(frozen=True)
class Part:
    """One photo and what a person said of it.

    Attributes:
        path: Where the photo lies.
        label: The class a person gave; None is undecided.
        source: Where the label stands, for messages.
        group: Parts of one group (a lot, one piece photographed twice) are
            never split between training and scoring.
        weight: How much the part counts; >= 0.
        soft: Class to share, where inspectors disagree; instead of `label`.
        sha256: What the photo must hash to, where the table says so.
        inspector: Who gave the label.
        scores: Feature to how strongly a person saw it, 0 not at all to 1 fully.
        within: The folder that the photo must not lie outside of.
    """

    path: Path
    label: str | None
    source: str
    group: str
    weight: float = 1.0
    soft: Mapping[str, float] | None = None
    sha256: str | None = None
    inspector: str | None = None
    scores: Mapping[str, float] | None = None
    within: Path | None = None

    @property
    def shares(self) -> Mapping[str, float]:
        """Return what each class got: 1 the label, or the shares; nothing undecided."""
        return self.soft or ({self.label: 1.0} if self.label else {})

    def spelt(self, first: Mapping[str, str]) -> Part:
        """Return the part with its classes in another spelling."""
        if all(first[name] == name for name in self.shares):
            return self
        if self.soft:
            shares = {first[name]: share for name, share in self.soft.items()}
            return replace(self, soft=shares)
        return replace(self, label=first[str(self.label)])
