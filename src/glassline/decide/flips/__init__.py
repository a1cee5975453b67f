"""How close a verdict is: the nearest x of another class or decision, with its proof."""

from glassline.decide.flips.answer import (
    DecisionFlip,
    Flip,
    NoDecisionFlip,
    NoFlip,
    Obstacle,
)
from glassline.decide.flips.decision import flip_decision
from glassline.decide.flips.proof import HalfSpace, Proof
from glassline.decide.flips.search import flip, flip_each
from glassline.decide.flips.within import decision_within

__all__ = [
    "DecisionFlip",
    "Flip",
    "HalfSpace",
    "NoDecisionFlip",
    "NoFlip",
    "Obstacle",
    "Proof",
    "decision_within",
    "flip",
    "flip_decision",
    "flip_each",
]
