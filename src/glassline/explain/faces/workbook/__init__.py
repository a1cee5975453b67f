"""The sheet as a spreadsheet: `face`, every step a live formula.

`formulas` has what makes each cell, `writing` settles what stands where and writes it;
`glassline.explain.check.workbook` reads such a file back.
"""

from glassline.explain.faces.workbook.writing import face

__all__ = ["face"]
