"""What people and programs see: the sheet, the explanation and the evidence, shown.

A face is a function of data and language: `face(worked_sum, lang)` in text, markdown,
json and workbook, `page` and `body` in html, `lines` for an explanation. `Sheet` is a
worked sum that has them at hand. Another language than "en" and "zh-TW" is an InputError.
"""
