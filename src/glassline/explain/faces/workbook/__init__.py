"""The sheet as a spreadsheet: every step a live formula, written and read back."""

from glassline.explain.check.workbook import is_workbook, read
from glassline.explain.faces.workbook.writing import face

__all__ = ["face", "is_workbook", "read"]
