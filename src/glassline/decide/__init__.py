"""From probabilities to accept, reject or review.

`Policy` holds what mistakes cost; `decide` and `actions` take the cheapest action by it.
What costs do not know is beside it: `Region` (a part unlike those of training), `Gauge`
(how well readings repeat), `find_guarantee` (a promise on escapes), `class_set` (classes
that can not be ruled out). `flips` says how close a decision is; a model's own verdict,
with all of these, is `glassline.model.verdict`.
"""

from glassline.decide.band import Band, review_band
from glassline.decide.binomial import parts_needed
from glassline.decide.calibration import brier, calibration_error
from glassline.decide.conformal import ClassSet, Taught, class_set
from glassline.decide.decision import Decision, Reason, actions, decide
from glassline.decide.gauge import Gauge, Nearby, Unsettled, aiag
from glassline.decide.guarantee import Counted, Escapes, Guarantee, Shortfall, TooFew
from glassline.decide.novelty import Region, Stand
from glassline.decide.policy import Policy
from glassline.decide.threshold import find_guarantee

__all__ = [
    "Band",
    "ClassSet",
    "Counted",
    "Decision",
    "Escapes",
    "Gauge",
    "Guarantee",
    "Nearby",
    "Policy",
    "Reason",
    "Region",
    "Shortfall",
    "Stand",
    "Taught",
    "TooFew",
    "Unsettled",
    "actions",
    "aiag",
    "brier",
    "calibration_error",
    "class_set",
    "decide",
    "find_guarantee",
    "parts_needed",
    "review_band",
]
