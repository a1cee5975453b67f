"""Rates with their counts and intervals: how good a set of probabilities is."""

from glassline.studies.metrics.bootstrap import Score
from glassline.studies.metrics.classification import Scores, score
from glassline.studies.metrics.rates import Rate
from glassline.studies.metrics.reliability import (
    Bin,
    Calibration,
    calibration,
    reliability,
)

__all__ = [
    "Bin",
    "Calibration",
    "Rate",
    "Score",
    "Scores",
    "calibration",
    "reliability",
    "score",
]
