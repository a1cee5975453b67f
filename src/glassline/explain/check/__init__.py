"""Marks a hand calculation: JSON or a spreadsheet in, the wrong figures out.

`document` and `workbook` read what somebody worked out, `truth` works it out again in
decimals of 450 digits, `check` compares, `text` says the outcome.
"""

from glassline.explain.check.check import Marks, WrongFigure, check
from glassline.explain.check.text import lines

__all__ = ["Marks", "WrongFigure", "check", "lines"]
