"""From probabilities to accept, reject or review."""

from glassline.decide.binomial import parts_needed
from glassline.decide.calibration import (
    Temperature,
    TemperatureOutcome,
    brier,
    calibrate,
    calibration_error,
)
from glassline.decide.decision import Decision, Reason
from glassline.decide.escapes import Escapes, Promise
from glassline.decide.gauge import Gauge, Nearby, aiag
from glassline.decide.guarantee import guarantee
from glassline.decide.novelty import Region, Stand
from glassline.decide.policy import Policy
from glassline.decide.promise import Guarantee, Refusal, Shortfall

__all__ = [
    "Decision",
    "Escapes",
    "Gauge",
    "Guarantee",
    "Nearby",
    "Policy",
    "Promise",
    "Reason",
    "Refusal",
    "Region",
    "Shortfall",
    "Stand",
    "Temperature",
    "TemperatureOutcome",
    "aiag",
    "brier",
    "calibrate",
    "calibration_error",
    "guarantee",
    "parts_needed",
]
