"""From probabilities to accept, reject or review."""

from glassline.decide.decision import Decision, Reason
from glassline.decide.gauge import Gauge, aiag
from glassline.decide.policy import Policy

__all__ = ["Decision", "Gauge", "Policy", "Reason", "aiag"]
