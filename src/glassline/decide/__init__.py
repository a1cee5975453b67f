"""From probabilities to accept, reject or review."""

from glassline.decide.answer import Guarantee, Refusal, Shortfall
from glassline.decide.band import Band, review_band
from glassline.decide.binomial import parts_needed
from glassline.decide.conformal import ClassSet, Taught, class_set
from glassline.decide.decision import Decision, Reason
from glassline.decide.gauge import Gauge, Nearby, aiag
from glassline.decide.guarantee import Escapes, Promise
from glassline.decide.novelty import Region, Stand
from glassline.decide.policy import Policy
from glassline.decide.threshold import guarantee

__all__ = [
    "Band",
    "ClassSet",
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
    "Taught",
    "aiag",
    "class_set",
    "guarantee",
    "parts_needed",
    "review_band",
]
