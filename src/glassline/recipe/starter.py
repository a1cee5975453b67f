"""A recipe to begin with: every setting with its default, commented, ready to edit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from glassline.recipe.recipe import ACTIONS, FEATURE_NAMES, Recipe
from glassline.render.words import words

__all__ = ["starter"]

COLUMN = 38  # where the comments begin
PART = [[0, 0], [1280, 0], [1280, 960], [0, 960]]  # corners, as a recipe names them
HOLE = [[600, 440], [680, 440], [640, 520]]


def starter(
    classes: Sequence[str],
    good: str | None = None,
    lang: str = "en",
    *,
    is_golden: bool = False,
) -> str:
    """Return a recipe.toml for these classes.

    Classes and costs are written plainly; every other setting stands there with its
    default behind a `#`. Read as it is, it is the recipe that no file would be.

    Args:
        classes: In their order, which every matrix keeps.
        good: The class of good parts; left out, the one called so.
        lang: Of the comments.
        is_golden: Whether mask.png and golden.png lie beside it, and are named.

    Raises:
        RecipeError: These can not be classes.

    Example:
        >>> print(starter(["ok", "#2"]).splitlines()[2][:23])
        classes = ["ok", "#2"]
    """
    recipe = Recipe(classes=tuple(classes), good=good)
    told = words(lang)["recipe"]
    return "\n".join(
        [
            f"# {told['title']}",
            "",
            *_of_classes(recipe, lang),
            *_settings(recipe, lang, is_golden),
            "",
        ]
    )


def _of_classes(recipe: Recipe, lang: str) -> Iterator[str]:
    told = words(lang)["recipe"]
    yield _set("classes", list(recipe.classes), told["classes"])
    if recipe.good is None:
        yield _off("good", recipe.classes[0], told["good"])
    else:
        yield _set("good", recipe.good, told["good"])
    yield _off("currency", recipe.currency, told["currency"])
    yield from _table(("names", lang), told["names"])
    for name in recipe.classes:
        yield _off(name, recipe.class_name(name, lang))
    for name in recipe.classes:
        yield from _table(("costs", name), told["costs"].format(name=name))
        for action in ACTIONS:
            cost = getattr(recipe.class_costs(name), action)
            yield _set(action, cost, told[action])
    first, *others = _table(("priors",), told["priors"])
    yield from (first, *(f"# {line}" if line[0] == "[" else line for line in others))
    shares = _shares(len(recipe.classes))
    for name, share in zip(recipe.classes, shares, strict=True):
        yield _off(name, share)


def _settings(recipe: Recipe, lang: str, is_golden: bool) -> Iterator[str]:
    told = words(lang)["recipe"]
    for section in ("image", "training", "review"):
        yield from _table((section,), told[f"about_{section}"])
        if section == "training":
            yield _off("penalty", 0.001, told["penalty"])
            yield _off("measurements", 2, told["measurements"])
            yield _off("background", "auto", told["background_search"])
        for key, value in vars(getattr(recipe, section)).items():
            if value is not None:
                yield _off(key, value, told[key])
        if section == "image":
            yield _off("region_xyxy", [0, 0, 1280, 960], told["region_xyxy"])
            yield _off("pixel_size_um", 12.5, told["pixel_size_um"])
            yield _off("part", [PART], told["part"])
            yield _off("leave_out", [HOLE], told["leave_out"])
            yield from _pictures(told, is_golden)
            if not is_golden:  # the mask of the golden photo tells
                yield _off("background", {"above": 0.6}, told["background"])
    yield from _table(("features", FEATURE_NAMES[0]), told["features"])
    yield _off("polarity", "dark", told["polarity"])


def _pictures(told: Mapping[str, str], is_golden: bool) -> Iterator[str]:
    if is_golden:  # what is not there can not be named, not even behind a hash
        yield _set("mask", "mask.png", told["mask"])
        yield _set("golden", "golden.png", told["golden"])
        yield _set("align", "golden", told["align"])
        yield _off("spread", "spread.png", told["spread"])


def _shares(count: int) -> list[float]:
    """Return equal shares of few decimals that sum to 1."""
    each = round(1 / count, 4)
    return [round(1 - each * (count - 1), 4), *[each] * (count - 1)]


def _table(path: tuple[str, ...], comment: str) -> Iterator[str]:
    yield ""
    yield f"# {comment}"
    yield f"[{'.'.join(_key(part) for part in path)}]"


def _set(key: str, value: Any, comment: str = "") -> str:
    line = f"{_key(key)} = {_value(value)}"
    return f"{line:<{COLUMN}} # {comment}" if comment else line


def _off(key: str, value: Any, comment: str = "") -> str:
    return f"# {_set(key, value, comment)}"


def _key(name: str) -> str:
    """Quote what TOML does not take bare, which is most of what people call classes."""
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else _value(name)


def _value(value: Any) -> str:
    """Return a plain value as TOML writes it; a text as JSON does, which TOML reads."""
    if isinstance(value, dict):
        return f"{{ {', '.join(_set(key, each) for key, each in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)
