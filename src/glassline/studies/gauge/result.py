"""What a gauge study found, as values and plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassline.dataset.readings import Refusal
from glassline.decide import Gauge
from glassline.studies.metrics import Rate

__all__ = ["Flips", "Study"]


@dataclass(frozen=True)
class Flips:
    """How many readings did not give what the undisturbed one gave."""

    classes: Rate
    decisions: Rate


@dataclass(frozen=True)
class Study:
    """What was found when every part was read again.

    Attributes:
        gauge: Spread by kind and from part to part: what goes into a model.
        features: The d names, in order.
        of: How many parts the data had; `gauge.parts` of them were read again.
        readings: How often each part was read, the undisturbed reading included.
        on_scale: Parts whose undisturbed x is not at the clip, shape (d,); only
            they count for spread and bias, as the others can not move.
        bias: Name of a disturbance to the mean change of x, shape (d,).
        flips: Name of a disturbance to what changed with it.
        refused: Photos that could not be read.
    """

    gauge: Gauge
    features: tuple[str, ...]
    of: int
    readings: int
    on_scale: tuple[int, ...]
    bias: Mapping[str, tuple[float, ...]]
    flips: Mapping[str, Flips]
    refused: tuple[Refusal, ...]

    @property
    def worst(self) -> tuple[str, str] | None:
        """Return the feature of largest %GRR and the kind that moves it most."""
        if not self.gauge.sigma.any():
            return None
        feature = int(np.nanargmax(self.gauge.grr))
        kind = max(self.gauge.spread, key=lambda each: self.gauge.spread[each][feature])
        return self.features[feature], kind

    def as_json(self) -> dict[str, Any]:
        """Return the study as plain data, numbers in full precision."""
        gauge = self.gauge
        return {
            "parts": gauge.parts,
            "of": self.of,
            "readings": self.readings,
            "photos_sha256": gauge.photos_sha256,
            "features": {
                name: {
                    "sigma": float(gauge.sigma[column]),
                    "between": gauge.between[column],
                    "grr_percent": float(gauge.grr[column]),
                    "ndc": gauge.ndc[column],
                    "aiag": gauge.grades[column],
                    "on_scale": self.on_scale[column],
                    "spread": {kind: row[column] for kind, row in gauge.spread.items()},
                    "bias": {way: row[column] for way, row in self.bias.items()},
                }
                for column, name in enumerate(self.features)
            },
            "flips": {
                way: {
                    "class": each.classes.as_json(),
                    "decision": each.decisions.as_json(),
                }
                for way, each in self.flips.items()
            },
            "refused": [each.as_json() for each in self.refused],
        }
