"""The sheet of one part with its faces, its check, and how close the verdict is."""

from glassline.explain.check import Mark, Marks, check
from glassline.explain.differences import Difference, Judge, Verdict, differences
from glassline.explain.evidence import Evidence
from glassline.explain.example import example
from glassline.explain.explanation import Explanation
from glassline.explain.figure import Figure
from glassline.explain.flips import (
    DecisionFlip,
    Flip,
    NoDecisionFlip,
    NoFlip,
    Obstacle,
    Proof,
    decision_within,
    flip,
    flip_decision,
    flip_each,
)
from glassline.explain.html import sheet_style
from glassline.explain.sheet import Sheet
from glassline.explain.supposed import Supposed

__all__ = [
    "DecisionFlip",
    "Difference",
    "Evidence",
    "Explanation",
    "Figure",
    "Flip",
    "Judge",
    "Mark",
    "Marks",
    "NoDecisionFlip",
    "NoFlip",
    "Obstacle",
    "Proof",
    "Sheet",
    "Supposed",
    "Verdict",
    "check",
    "decision_within",
    "differences",
    "example",
    "flip",
    "flip_decision",
    "flip_each",
    "sheet_style",
]
