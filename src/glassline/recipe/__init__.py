"""What a line declares, and how a table of plain data becomes it.

`Recipe` is the whole of it, each table of it a frozen record that checks itself. `tables`
turns TOML and JSON into such records and converts nothing on a guess; every other file
that reads plain data asks it too. `plugins` finds features that installed packages bring.
"""

from glassline.recipe.image import Background, ImageSettings
from glassline.recipe.recipe import (
    ACTIONS,
    FEATURE_NAMES,
    GOOD_WORDS,
    Action,
    ClassCosts,
    Recipe,
    ReviewSettings,
    TrainingSettings,
)

__all__ = [
    "ACTIONS",
    "FEATURE_NAMES",
    "GOOD_WORDS",
    "Action",
    "Background",
    "ClassCosts",
    "ImageSettings",
    "Recipe",
    "ReviewSettings",
    "TrainingSettings",
]
