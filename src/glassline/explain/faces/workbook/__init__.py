"""The sheet as a spreadsheet: `face`, every step a live formula.

`layout` settles what stands where, `formulas` what makes each cell, `writing` writes
both; `glassline.explain.check.workbook` reads such a file back.
"""

from glassline.explain.faces.workbook.writing import face

__all__ = ["face"]
