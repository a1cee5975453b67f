"""What is said of concepts on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.cells import cell_len, set_cell_size

from glassline.render.layout import wrap
from glassline.render.words import words

__all__ = ["lines", "meanings"]

NAME_CELLS = 24
CELLS = 9


def lines(
    figures: Mapping[str, Any],
    lang: str,
    followed: Mapping[str, float] | None = None,
) -> Iterator[str]:
    """Yield what training found out about the concepts, for a person.

    Args:
        figures: As `Figures.as_json` gives them.
        lang: "en" or "zh-TW".
        followed: Feature to its meaning on the photos evaluated, where there are any.
    """
    say = words(lang)["concepts"]
    yield say["head"].format(**{k: figures[k] for k in ("n", "folds", "deals")})
    price = say["price"].format(points=f"{100 * figures['price']:+.1f}")
    yield f"{_name(say['glass'])}{figures['glass']:.3f}"
    yield f"{_name(say['black_box'])}{figures['black_box']:.3f}   {price}"
    yield f"{_name(say['control'])}{figures['control']:.3f}"
    heads = ["meaning", "alone", "without"] + ["here"] * bool(followed)
    yield _name(say["concept"]) + "".join(_right(say[head]) for head in heads)
    names = max(figures["subsets"], key=len).split("+")
    for name in names:
        others = "+".join(each for each in names if each != name)
        cells = [
            figures["meaning"].get(name),
            figures["subsets"][name],
            figures["subsets"][others],
            *([followed.get(name)] if followed else []),
        ]
        told = ("-" if cell is None else f"{cell:.3f}" for cell in cells)
        yield _name(name) + "".join(map(_right, told))
    yield from wrap(say["about_meaning"])
    if followed:
        yield from wrap(say["about_here"])


def meanings(followed: Mapping[str, float], lang: str) -> Iterator[str]:
    """Yield how features that were not measured follow their measured readings.

    Args:
        followed: Feature to its meaning on the photos evaluated.
        lang: "en" or "zh-TW".

    Example:
        >>> print(list(meanings({"line_strength": 0.5}, "en"))[1])
        line_strength               0.500
    """
    say = words(lang)["concepts"]
    yield _name(say["feature"]) + _right(say["meaning"])
    for name, found in followed.items():
        yield _name(name) + _right(f"{found:.3f}")
    yield from wrap(say["about_feature"])


def _name(text: str) -> str:
    return set_cell_size(text, NAME_CELLS)


def _right(text: str) -> str:
    return " " * (CELLS - cell_len(text)) + text
