"""From probabilities to accept, reject or review."""

from glassline.decide.decision import Decision, Reason
from glassline.decide.policy import Policy

__all__ = ["Decision", "Policy", "Reason"]
