"""Concepts that a recipe adds to the features: which a line can use."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from glassline.errors import RecipeError, show

__all__ = ["LEAST_CLASSES", "MOST_CONCEPTS", "check_added"]

LEAST_CLASSES = 4  # four concepts tell three apart
MOST_CONCEPTS = 8  # with the features: what a sheet can hold and a person judge
NAME = r"[a-z][a-z0-9_]{0,39}"
WHERE = "training.concepts"


def check_added(
    added: Sequence[str],
    measured: Sequence[str],
    classes: int,
    shown: Collection[Mapping[str, float]],
) -> None:
    """Refuse concepts beside the features that a line can not use, or nobody declares.

    Args:
        added: Their names.
        measured: The names of the features.
        classes: How many there are.
        shown: Of each class that declares some, concept to how strongly it shows it.

    Raises:
        RecipeError: Too few classes, too many concepts, a name that is taken or odd, or
            a concept that no class shows.
    """
    if added and classes < LEAST_CLASSES:
        raise RecipeError(
            f"{WHERE}: expected {LEAST_CLASSES} classes or more with it, got {classes}: "
            "four concepts can tell them apart."
        )
    count = len(measured) + len(added)
    if added and count > MOST_CONCEPTS:
        raise RecipeError(
            f"{WHERE}: expected at most {MOST_CONCEPTS} with the features, got {count}."
        )
    for name in added:
        if (*measured, *added).count(name) > 1 or not re.fullmatch(NAME, name):
            raise RecipeError(
                f"{WHERE}: expected names of their own, of small letters, digits and _, "
                f"got {show(name)}."
            )
        if not any(each.get(name) for each in shown):
            raise RecipeError(
                f"{WHERE}: expected a class that shows {name}, got none. Add "
                f"[concepts.CLASS] with {name} = 1.0."
            )
