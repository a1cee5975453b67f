"""What a person asks of a model: the verdict, were this feature otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from glassline.render.numbers import number
from glassline.render.words import Words

__all__ = ["Supposed", "telling"]


@dataclass(frozen=True)
class Supposed:
    """Features that a person set, and the verdict on the part as it was read.

    Attributes:
        x: Feature to what it was set to, in standard units.
        predicted_class: The most probable class as read.
        probability: Its probability.
        action: The decision as read.
    """

    x: Mapping[str, float]
    predicted_class: str
    probability: float
    action: str


def telling(
    supposed: Supposed, catalogue: Words, class_word: str, features: Mapping[str, str]
) -> str:
    """Say that features were set, and what the verdict was as read.

    Args:
        supposed: What was asked.
        catalogue: Of one language.
        class_word: The word for the class as read.
        features: Feature id to its word.
    """
    given = (f"{features[name]} x = {value:g}" for name, value in supposed.x.items())
    return catalogue["supposed"]["note"].format(
        features=catalogue["language"]["list"].join(given),
        best=class_word,
        p=number(supposed.probability),
        action=catalogue["decisions"][supposed.action],
    )
