"""The JavaScript of the head and of printed numbers, for pages and for exports."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["script"]


@cache
def script(name: str) -> str:
    """Return the text of one file of `render/static`: a module that imports nothing.

    Args:
        name: "head.js" works out logits, probabilities, loss and decision in the order
            of `glassline.head` and `glassline.decide`; "numbers.js" prints numbers as
            `glassline.render.numbers` does.

    Example:
        >>> "export function logits" in script("head.js")
        True
    """
    return files("glassline.render").joinpath("static", name).read_text("utf-8")
