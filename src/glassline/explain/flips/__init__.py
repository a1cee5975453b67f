"""How close a verdict is: the nearest x of another class, with its proof."""

from glassline.explain.flips.answer import Flip, NoFlip, Obstacle
from glassline.explain.flips.proof import HalfSpace, Proof
from glassline.explain.flips.search import flip, flip_each

__all__ = [
    "Flip",
    "HalfSpace",
    "NoFlip",
    "Obstacle",
    "Proof",
    "flip",
    "flip_each",
]
