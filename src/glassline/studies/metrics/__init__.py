"""How good classes and probabilities are, in counts, with intervals that cover.

`score` takes labels and classes, `calibration` and `reliability` probabilities,
`difference` who was right where two judged the same parts.
Parts come in groups and may be alike within one; `intervals` says what they are worth.
"""

from glassline.studies.metrics.calibration import (
    Bin,
    Calibration,
    calibration,
    reliability,
)
from glassline.studies.metrics.classification import Scores, score
from glassline.studies.metrics.intervals import Rate, Score, rate
from glassline.studies.metrics.paired import difference

__all__ = [
    "Bin",
    "Calibration",
    "Rate",
    "Score",
    "Scores",
    "calibration",
    "difference",
    "rate",
    "reliability",
    "score",
]
