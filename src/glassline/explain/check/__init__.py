"""Marks a hand calculation: JSON or a spreadsheet in, the figures that do not follow out."""

from glassline.explain.check.check import Mark, Marks, check

__all__ = ["Mark", "Marks", "check"]
