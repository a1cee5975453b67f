"""A sheet of one's own numbers: x, W and b in, without a model or a photo."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassline.decide import Decision, Policy, decide
from glassline.errors import InputError, ShapeError, show
from glassline.explain.faces.sheet import Sheet
from glassline.explain.sheet.worked_sum import LEARNING_RATE
from glassline.head import Head
from glassline.interface.checked import checked
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.recipe.tables import fill

__all__ = ["Given", "read_given", "work_out"]

CLASSES = ("ok", "scratch", "dirt")
BIAS = ("b", "bias")  # what the last row of a table is called
SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Given:
    """The numbers of one worked sum.

    Attributes:
        x: d features of one part.
        W: d rows of k weights.
        b: k numbers.
        classes: k names; left out, ok, scratch and dirt where k is 3, else c1, c2...
        features: d names; left out, the four where d is 4, else f1, f2...
        label: The class that a person named, or k shares; left out, no loss.
        eta: The step of the learning block, above 0.
    """

    x: tuple[float, ...]
    W: tuple[tuple[float, ...], ...]
    b: tuple[float, ...]
    classes: tuple[str, ...] | None = None
    features: tuple[str, ...] | None = None
    label: str | tuple[float, ...] | None = None
    eta: float = LEARNING_RATE


@checked
def work_out(given: Given) -> Sheet:
    """Return the sheet of these numbers.

    With a class that is called ok, good or 良品 it ends with a decision, at the costs
    that a recipe has by default.

    Raises:
        ShapeError: x, W, b, classes, features or label do not fit each other.
        InputError: A number is not finite, or eta not above 0.
        LabelError: The label is not one of the classes.

    Example:
        z = [2 * 0.5, 0], so the first class has 1 / (1 + e^-1):

        >>> sheet = work_out(Given(x=(2.0,), W=((0.5, 0.0),), b=(0.0, 0.0)))
        >>> sheet.figures["p"].printed
        [['0.7311', '0.2689']]
    """
    widths = {len(row) for row in given.W}
    if len(widths) != 1 or not given.W:
        raise ShapeError(f"W: expected rows of one length, got {sorted(widths)}.")
    head = Head(np.array(given.W), np.array(given.b))
    classes = given.classes or _named("c", head.k, CLASSES)
    return Sheet.of(
        head,
        np.array(given.x),
        classes=classes,
        features=given.features or _named("f", head.d, FEATURE_NAMES),
        label=given.label
        if isinstance(given.label, str | None)
        else np.array(given.label),
        learning_rate=given.eta,
        decision=_decided(head, given.x, classes),
    )


def _decided(
    head: Head, x: tuple[float, ...], classes: tuple[str, ...]
) -> Decision | None:
    recipe = Recipe(classes=classes)
    if recipe.good is None or len(x) != head.d:
        return None
    p = head.probabilities(np.array([x]))[0]
    return decide(Policy.of(recipe), p)


def _named(letter: str, count: int, usual: tuple[str, ...]) -> tuple[str, ...]:
    if count == len(usual):
        return usual
    return tuple(f"{letter}{place}" for place in range(1, count + 1))


@checked
def read_given(text: str, where: str) -> Given:
    r"""Read the numbers of a sheet from JSON or from a table.

    JSON holds x, W and b, and if wanted classes, features, label and eta; or it is a
    hand calculation as `check` reads it, of which the givens are taken. A table is CSV
    with a row a feature and b in the last: `feature, x, ok, dirt`, then the numbers.

    Args:
        text: What the file holds.
        where: The file's name, for messages.

    Raises:
        InputError: Neither of these; the message says what and where.

    Example:
        >>> read_given("feature,x,ok,dirt\nline,2,0.5,0\nb,,0,1", "a.csv").W
        ((0.5, 0.0),)
    """
    if text.lstrip("\ufeff \r\n\t")[:1] == "{":
        return _from_json(text, where)
    return _from_table(text, where)


def _from_json(text: str, where: str) -> Given:
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: expected JSON, got: {error}.") from error
    if "given" in table:
        try:
            table = _flat(table)
        except (LookupError, TypeError, AttributeError) as error:
            raise InputError(
                f"{where}: expected the givens of a hand calculation, as docs/sheet.md "
                "describes them."
            ) from error
    return fill(Given, table, where=where, error=InputError)


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """Take the givens out of a hand calculation: rows of one become lists."""
    given = document["given"]
    found = {key: given[key]["value"] for key in ("x", "W", "b") if key in dict(given)}
    for key in ("x", "b"):
        if key in found:
            found[key] = found[key][0]
    if "y" in given:
        found["label"] = given["y"].get("label") or given["y"]["value"][0]
    if "eta" in given:
        found["eta"] = given["eta"]["value"][0][0]
    for key in ("classes", "features"):
        if key in document:
            found[key] = [each["id"] for each in document[key]]
    return found


def _from_table(text: str, where: str) -> Given:
    first = text.lstrip("\ufeff").splitlines()[:1] or [""]
    separator = max(SEPARATORS, key=first[0].count)
    rows = [
        [cell.strip() for cell in row]
        for row in csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator)
        if any(cell.strip() for cell in row)
    ]
    if len(rows) < 3 or len(rows[0]) < 4 or rows[-1][0].casefold() not in BIAS:
        raise InputError(
            f"{where}: expected JSON, or a table: feature, x and the classes, then a "
            "row a feature, then a row b."
        )
    header, *features, bias = rows
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise InputError(
                f"{where} row {number}: expected {len(header)} cells, got {len(row)}."
            )
    return Given(
        x=tuple(_number(row[1], where, "x") for row in features),
        W=tuple(_numbers(row[2:], where, f"W, row {row[0]}") for row in features),
        b=_numbers(bias[2:], where, "b"),
        classes=tuple(header[2:]),
        features=tuple(row[0] for row in features),
    )


def _numbers(cells: Sequence[str], where: str, name: str) -> tuple[float, ...]:
    return tuple(_number(cell, where, name) for cell in cells)


def _number(cell: str, where: str, name: str) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise InputError(
            f"{where}: {name}: expected a number, got {show(cell)}."
        ) from error
