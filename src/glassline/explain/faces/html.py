"""The sheet as HTML with native MathML; the example prints on one A4 page."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib.resources import files
from typing import Any

from glassline.explain.blocks.sheet import blocks
from glassline.explain.blocks.wording import Wording
from glassline.explain.faces import mathml
from glassline.explain.faces.picture import svg
from glassline.explain.sheet.figure import Figure
from glassline.explain.sheet.worked_sum import WorkedSum
from glassline.render.templating import templates

__all__ = ["body", "page", "sheet_style"]

SHAPES = {"accept": "●", "reject": "■", "review": "▲"}  # told apart without colour
NARROW = (5, 3)  # features and classes whose matrices fit half an A4 page
ROOMY = (8, 4)  # blocks and features that fill an A4 page; with more, print is smaller
LABELLED = ("W", "costs", "log_p_T")  # the others have the same rows


def page(sheet: WorkedSum, lang: str) -> str:
    """Return a whole page: no script, and nothing fetched from anywhere."""
    wording = Wording(sheet, lang)
    template = templates("glassline.explain.faces").get_template("page.html")
    return template.render(
        tag=wording.catalogue["language"]["tag"],
        title=wording.say["title"],
        style=sheet_style(),
        body=body(sheet, lang),
    )


def body(sheet: WorkedSum, lang: str) -> str:
    """Return the sheet as one `<article class="glassline-sheet">`.

    It carries no style and no script, so that a page may hold several and keep a
    strict content policy; the page adds `sheet_style` once.
    """
    wording = Wording(sheet, lang)
    decision = sheet.decision
    p = sheet.figures["p"]
    shown = [each for each in blocks(wording) if each.key != "evidence"]
    return (
        templates("glassline.explain.faces")
        .get_template("sheet.html")
        .render(
            wording=wording,
            blocks=shown,
            is_dense=len(shown) > ROOMY[0] or len(sheet.features) > ROOMY[1],
            is_wide=any(
                size > most
                for size, most in zip(sheet.figures["W"].shape, NARROW, strict=True)
            ),
            say=wording.say,
            summary=list(wording.summary()),
            filed=list(wording.filed()),
            evidence=svg.face(sheet.evidence, lang) if sheet.evidence else "",
            decision=decision,
            action=wording.action(decision.action) if decision else "",
            action_shape=SHAPES[decision.action] if decision else "",
            tag=wording.catalogue["language"]["tag"],
            bars=[
                {"name": name, "share": f"{100 * value:.2f}", "printed": printed}
                for name, value, printed in zip(
                    wording.labelled(), p.value[0].tolist(), p.printed[0], strict=True
                )
            ],
            label=sheet.label,
            classes=sheet.classes,
            math=_math(wording),
            minus=_minus,
        )
    )


@cache
def sheet_style() -> str:
    """Return the style of the sheet, its math font included, for a style element.

    Every rule is for `.glassline-sheet` or what is inside it.
    """
    here = files("glassline.explain.faces")
    font = here.joinpath("fonts", "glassline-math.woff").read_bytes()
    style = here.joinpath("templates", "sheet.css").read_text(encoding="utf-8")
    return style.replace("{font}", base64.b64encode(font).decode("ascii"))


def _math(wording: Wording) -> Any:
    def math(figure: Figure) -> str:
        kind = figure.kind
        heads = wording.axis(kind.columns) if kind.columns == "actions" else ()
        if figure.key not in LABELLED:
            return mathml.equation(figure, heads=heads)
        is_wide = kind.rows == "features"
        beside = wording.short_features() if is_wide else wording.classes
        return mathml.equation(figure, beside, heads)

    return math


def _minus(text: str) -> str:
    """Set a true minus sign before numbers and between terms, not inside words."""
    return re.sub(r"(?<![^\s(])-(?=[\d\s])", "−", text)
