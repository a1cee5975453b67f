"""The sheet of one part, every face of it, and the check of a hand calculation."""

from glassline.explain.check import Mark, Marks, check
from glassline.explain.example import example
from glassline.explain.figure import Figure
from glassline.explain.html import sheet_style
from glassline.explain.sheet import Sheet

__all__ = ["Figure", "Mark", "Marks", "Sheet", "check", "example", "sheet_style"]
