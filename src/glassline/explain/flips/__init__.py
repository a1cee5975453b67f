"""How close a verdict is: the nearest x of another class or decision, with its proof."""

from glassline.explain.flips.answer import (
    DecisionFlip,
    Flip,
    NoDecisionFlip,
    NoFlip,
    Obstacle,
)
from glassline.explain.flips.decision import flip_decision
from glassline.explain.flips.proof import HalfSpace, Proof
from glassline.explain.flips.search import flip, flip_each

__all__ = [
    "DecisionFlip",
    "Flip",
    "HalfSpace",
    "NoDecisionFlip",
    "NoFlip",
    "Obstacle",
    "Proof",
    "flip",
    "flip_decision",
    "flip_each",
]
