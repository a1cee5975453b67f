"""The fields of a model file: each read with its own refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import GenericAlias
from typing import Any, TypeVar

import numpy as np

from glassline.decide import Gauge, Guarantee, Region
from glassline.errors import ModelError, show
from glassline.features import Scale
from glassline.front import FRONTS, Front
from glassline.head import Head
from glassline.model.records import TrainingRecord
from glassline.recipe import Recipe
from glassline.recipe.tables import fill

__all__ = [
    "FILE",
    "read_front",
    "read_gauge",
    "read_guarantee",
    "read_heads",
    "read_matrix",
    "read_record",
    "read_region",
    "read_scale",
    "weights_of",
]

FILE = "model.json"
T = TypeVar("T")


def weights_of(head: Head) -> dict[str, Any]:
    """Return W and b as plain data."""
    return {"W": head.W.tolist(), "b": head.b.tolist()}


def read_record(table: Mapping[str, Any]) -> TrainingRecord:
    """Return the training record.

    Raises:
        ModelError: A field is unknown, missing or of another kind.
    """
    return fill(TrainingRecord, table, where=f"{FILE}: training", error=ModelError)


def read_heads(
    document: Mapping[str, Any], record: TrainingRecord, recipe: Recipe
) -> tuple[Head, Head]:
    """Return the head that inspects and the optimum it comes from.

    Raises:
        ModelError: One does not fit the recipe, or the first is not the second divided
            by the temperature that the training record names.
    """
    used, optimum = (_head(field, document, recipe) for field in ("head", "optimum"))
    t = record.temperature.applied if record.temperature else 1.0
    if (optimum.W / t != used.W).any() or (used.b != optimum.b / t).any():
        raise ModelError(
            f"{FILE}: head: expected the optimum divided by the temperature {t:g}, "
            "got other numbers."
        )
    return used, optimum


def _head(field: str, document: Mapping[str, Any], recipe: Recipe) -> Head:
    table = document[field]
    return Head(
        read_matrix(f"{field}.W", table["W"], len(recipe.feature_names), recipe),
        read_matrix(f"{field}.b", [table["b"]], 1, recipe)[0],
    )


def read_front(
    table: Mapping[str, Any], recipe: Recipe, companion: Callable[[str], bytes]
) -> Front:
    """Return the front; `companion` reads the bytes that hash to what it is given.

    Raises:
        ModelError: The kind is unknown, the features are not the recipe's, or the
            front's file is refused.
    """
    if table["kind"] not in FRONTS:
        *others, last = FRONTS
        raise ModelError(
            f"{FILE}: front.kind: expected {', '.join(others)} or {last}, got "
            f"{show(table['kind'])}. This file was written by another glassline; "
            "upgrade."
        )
    names = tuple(table["features"])
    if names != recipe.feature_names:
        raise ModelError(
            f"{FILE}: front.features: expected {', '.join(recipe.feature_names)}, "
            f"got {', '.join(names)}."
        )
    return FRONTS[table["kind"]].restore(table, recipe, companion)


def read_gauge(table: Mapping[str, Any] | None, count: int) -> Gauge | None:
    """Return the gauge study of so many features, or None."""
    if table is None:
        return None
    gauge = _filled(Gauge, table, "gauge")
    if len(gauge.between) != count:
        raise ModelError(
            f"{FILE}: gauge.between: expected {count} numbers, "
            f"got {len(gauge.between)}."
        )
    return gauge


def read_guarantee(table: Mapping[str, Any] | None, recipe: Recipe) -> Guarantee | None:
    """Return the guarantee, or None."""
    if table is None:
        return None
    kept = _filled(Guarantee, table, "guarantee")
    kept.check(recipe.classes, recipe.good)
    return kept


def read_region(table: Mapping[str, Any] | None, count: int) -> Region | None:
    """Return the region of the parts of training, or None."""
    if table is None:
        return None
    region = _filled(Region, table, "novelty")
    if len(region.centers[0]) != count:
        raise ModelError(
            f"{FILE}: novelty.centers: expected {count} numbers each, "
            f"got {len(region.centers[0])}."
        )
    return region


def read_scale(table: Mapping[str, Any], count: int) -> Scale:
    """Return the scale of so many features."""
    scale = _filled(Scale, table, "scale")
    if len(scale.center) != count:
        raise ModelError(
            f"{FILE}: scale.center: expected {count} numbers, got {len(scale.center)}."
        )
    return scale


def _filled(kind: type[T] | GenericAlias, table: Any, place: str) -> T:
    return fill(kind, table, where=FILE, place=place, error=ModelError)


def read_matrix(
    where: str, rows: Any, height: int, recipe: Recipe
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return rows of a number a class."""
    rows = _filled(tuple[tuple[float, ...], ...], rows, where)
    width = len(recipe.classes)
    if len(rows) != height:
        raise ModelError(f"{FILE}: {where}: expected {height} rows, got {len(rows)}.")
    for index, row in enumerate(rows):
        if len(row) != width:
            raise ModelError(
                f"{FILE}: {where}[{index}]: expected {width} numbers "
                f"({', '.join(recipe.classes)}), got {len(row)}."
            )
    return np.array(rows, dtype=np.float64)
