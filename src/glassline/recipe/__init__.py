"""What a line declares, and how a table of plain data becomes it."""

from glassline.recipe.recipe import (
    ACTIONS,
    FEATURE_NAMES,
    ClassCosts,
    ImageSettings,
    Recipe,
    ReviewSettings,
    TrainingSettings,
)

__all__ = [
    "ACTIONS",
    "FEATURE_NAMES",
    "ClassCosts",
    "ImageSettings",
    "Recipe",
    "ReviewSettings",
    "TrainingSettings",
]
