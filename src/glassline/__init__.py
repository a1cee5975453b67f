"""Glass-box surface inspection: four features, fifteen numbers, a checkable verdict."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from glassline.version import __version__

if TYPE_CHECKING:
    from glassline.dataset import Dataset
    from glassline.head import cross_entropy, softmax
    from glassline.inspection import Inspection, inspect
    from glassline.model import Model, load
    from glassline.recipe import Recipe
    from glassline.studies.evaluation import Evaluation, evaluate
    from glassline.training import train

__all__ = [
    "Dataset",
    "Evaluation",
    "Inspection",
    "Model",
    "Recipe",
    "__version__",
    "cross_entropy",
    "evaluate",
    "inspect",
    "load",
    "softmax",
    "train",
]

_HOMES = {
    "Dataset": "dataset",
    "Evaluation": "studies.evaluation",
    "Inspection": "inspection",
    "Model": "model",
    "Recipe": "recipe",
    "cross_entropy": "head",
    "evaluate": "studies.evaluation",
    "inspect": "inspection",
    "load": "model",
    "softmax": "head",
    "train": "training",
}


def __getattr__(name: str) -> Any:
    """Import a public name on its first use: `import glassline` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
