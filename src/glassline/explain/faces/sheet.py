"""The sheet: a worked sum with its faces at hand."""

from __future__ import annotations

from dataclasses import replace

from glassline.explain.faces import html, json, markdown, text, workbook
from glassline.explain.sheet.worked_sum import WorkedSum

__all__ = ["Sheet"]


class Sheet(WorkedSum):
    """A worked sum that can be shown; `lang` is "en" or "zh-TW".

    Raises:
        InputError: Another language.

    Example:
        >>> from glassline.explain import example
        >>> print(example().text("en").splitlines()[2])
        Most probable: OK, 0.6485
    """

    def text(self, lang: str = "en") -> str:
        """Return the sheet for a terminal, at most 80 columns wide."""
        return text.face(self, lang)

    def markdown(self, lang: str = "en") -> str:
        """Return the sheet as Markdown, matrices in brackets."""
        return markdown.face(self, lang)

    def html(self, lang: str = "en") -> str:
        """Return a self-contained page; the example prints on one A4."""
        return html.page(self, lang)

    def html_body(self, lang: str = "en") -> str:
        """Return the sheet as one HTML element; a page adds `sheet_style()` once."""
        return html.body(self, lang)

    def xlsx(self, lang: str = "en") -> bytes:
        """Return the sheet as a spreadsheet of live formulas, the bytes of XLSX.

        Raises:
            MissingExtraError: XlsxWriter is not installed.
        """
        return workbook.face(self, lang)

    def _repr_html_(self) -> str:
        """Return the sheet as a notebook shows it: small, without font and photo."""
        style = html.sheet_style().partition("}")[2]
        return f"<style>{style}</style>{html.body(replace(self, evidence=None), 'en')}"

    def json(self) -> str:
        """Return the sheet as JSON in full precision, as `check` reads it."""
        return json.face(self)
