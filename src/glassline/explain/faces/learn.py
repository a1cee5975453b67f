"""The worked sum as a page to play with: change a number, and every matrix follows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from glassline.explain.blocks.wording import Wording
from glassline.explain.faces import mathml
from glassline.explain.faces.html import SHAPES, sheet_style
from glassline.explain.sheet.figure import BLOCKS, KINDS
from glassline.explain.sheet.worked_sum import WorkedSum
from glassline.recipe import ACTIONS
from glassline.render.scripts import script
from glassline.render.templating import templates
from glassline.render.words import LANGUAGES, words

__all__ = ["body", "page", "scripts", "style"]

GIVEN = ("x", "y", "W", "b", "costs")  # of these a person sets the numbers
SHOWN = ("linear", "softmax", "loss", "learning", "decision")
HIDDEN = ("ratio", "adjusted")  # the page has no other mix of classes
CURVE = (320.0, 190.0, 42.0, 8.0, 10.0, 34.0)  # width, height, left, right, top, bottom
MOST_NATS = 5.0  # of the curve: a true class at p = 0.0067
MODULES = ("head.js", "numbers.js", "learn.js")


def page(sheet: WorkedSum, lang: str = "en") -> str:
    """Return one HTML file that needs no server: both languages, scripts and font in it.

    Args:
        sheet: Where the page begins, with a label and a decision as `work_out` gives.
        lang: Which language it opens in.

    Raises:
        InputError: The language is not one of the two.
    """
    text = words(lang)
    return (
        templates("glassline.explain.faces")
        .get_template("learn.html")
        .render(
            tag=text["language"]["tag"],
            title=text["learn"]["title"],
            style=f"{_font()}\n{style()}",
            body=body(sheet, lang, chooses_language=True),
            script=_joined(),
        )
    )


def body(sheet: WorkedSum, lang: str, *, chooses_language: bool = False) -> str:
    """Return the page's content: no style and no script, for a strict content policy.

    Args:
        sheet: As for `page`.
        lang: The language that is shown; the other one is in it, hidden.
        chooses_language: Whether a switch is shown too.
    """
    wordings = {each: Wording(sheet, each) for each in LANGUAGES}
    return (
        templates("glassline.explain.faces")
        .get_template("learn_body.html")
        .render(
            sheet=sheet,
            lang=lang,
            chooses_language=chooses_language,
            wordings=wordings,
            catalogues={each: words(each) for each in LANGUAGES},
            blocks={name: _figures(sheet, name) for name in SHOWN},
            kinds=KINDS,
            expression=mathml.expression,
            actions=ACTIONS,
            shapes=SHAPES,
            data=_data(sheet, wordings),
            curve=_curve(),
        )
    )


def scripts() -> dict[str, str]:
    """Return the three modules by file name; `learn.js` imports the others beside it."""
    return {name: script(name) for name in MODULES[:2]} | {"learn.js": _own("learn.js")}


@cache
def style() -> str:
    """Return the style of the page; every rule is for `.learn` or what is inside it."""
    return _own("learn.css")


def _own(name: str) -> str:
    return files("glassline.explain.faces").joinpath("static", name).read_text("utf-8")


def _font() -> str:
    """Return the rule that brings the font of formulas: the first of the sheet's."""
    return sheet_style().partition("}")[0] + "}"


def _joined() -> str:
    """Return the three modules as one, which imports nothing."""
    lines = "\n".join(scripts().values()).splitlines()
    return "\n".join(line for line in lines if not line.startswith("import "))


def _figures(sheet: WorkedSum, block: str) -> list[str]:
    return [key for key in BLOCKS[block] if key in sheet.figures and key not in HIDDEN]


def _data(sheet: WorkedSum, wordings: Mapping[str, Wording]) -> dict[str, Any]:
    """Return what the script begins with, and the sentences that it fills in."""
    y = sheet.figures["y"].value[0] if "y" in sheet.figures else None
    policy = sheet.decision.policy if sheet.decision else None
    return {
        "x": sheet.figures["x"].value[0].tolist(),
        "W": sheet.figures["W"].value.tolist(),
        "b": sheet.figures["b"].value[0].tolist(),
        "y": None if y is None else y.tolist(),
        "rate": sheet.learning_rate,
        "costs": policy.costs.tolist() if policy else None,
        "good": policy.classes.index(policy.good) if policy and policy.good else -1,
        "shapes": [SHAPES[each] for each in ACTIONS],
        "symbols": {key: kind.symbol for key, kind in KINDS.items()},
        "words": {
            lang: {
                "tag": wording.catalogue["language"]["tag"],
                "title": wording.catalogue["learn"]["title"],
                "classes": wording.classes,
                "actions": wording.axis("actions"),
                "summary": wording.say["summary"],
                "decided": wording.say["decided"],
                "steps": wording.catalogue["learn"]["steps"],
                "place": wording.catalogue["check"]["place"],
                "entry": wording.catalogue["check"]["entry"],
                "right": wording.catalogue["learn"]["right"],
                "not_a_number": wording.catalogue["learn"]["not_a_number"],
            }
            for lang, wording in wordings.items()
        },
    }


def _curve() -> dict[str, Any]:
    """Return the drawing of -log p over p: its frame, its line, its ticks."""
    width, height, left, right, top, bottom = CURVE
    wide, tall = width - left - right, height - top - bottom
    points = [math.exp(-nats) for nats in np.linspace(MOST_NATS, 0.0, 60)]
    return {
        "width": width,
        "height": height,
        "left": left,
        "top": top,
        "wide": wide,
        "tall": tall,
        "most": MOST_NATS,
        "line": " ".join(
            f"{left + p * wide:.1f},{top + (1 + math.log(p) / MOST_NATS) * tall:.1f}"
            for p in points
        ),
        "across": [(left + p * wide, f"{p:g}") for p in (0, 0.25, 0.5, 0.75, 1)],
        "up": [(top + (1 - n / MOST_NATS) * tall, f"{n}") for n in range(6)],
    }
