"""Rates with their counts and intervals: how good a set of probabilities is."""

from glassline.scores.figures import Scores, score
from glassline.scores.rates import Rate
from glassline.scores.reliability import Bin, Calibration, calibration, reliability
from glassline.scores.resampling import Score

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
