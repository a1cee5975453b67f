"""The sheet as a spreadsheet: every step a live formula, written and read back."""

from glassline.explain.workbook.face import face
from glassline.explain.workbook.reading import is_workbook, read

__all__ = ["face", "is_workbook", "read"]
