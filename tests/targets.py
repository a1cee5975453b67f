"""Targets of an export in tests: their models, and what a machine must have for each."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from glassline.decide import Escapes, Guarantee
from glassline.export import Agreement, Exported, export
from glassline.head import Head
from glassline.model import Model
from glassline.recipe import Recipe

__all__ = [
    "COUNT",
    "ENGINES",
    "PROMISE",
    "QUICK",
    "VARIANTS",
    "exported",
    "variants_of",
]

COUNT = 2_000  # random parts: the certificate's 100,000 are for the command
PROMISE = Guarantee(
    *(
        0.97,
        0.01,
        0.95,
        tuple(Escapes(n, 0, 299, 0.00997) for n in ("scratch", "dirt")),
    ),
    *(20, 30, 0.5, "new", "group", "0" * 64),
)
VARIANTS = ("by cost", "by guarantee", "nothing good", "nothing novel")


def _needs(target: str, *programs: str) -> object:
    found = any(map(shutil.which, programs)) or not programs
    return pytest.param(
        target,
        marks=pytest.mark.skipif(not found, reason=f"needs {' or '.join(programs)}"),
    )


QUICK = (
    _needs("sql"),
    _needs("sheet"),
    _needs("onnx"),
    _needs("js", "node", "nodejs"),
)
"""Targets that nothing is compiled for."""

ENGINES = (
    *QUICK,
    _needs("c", "gcc", "cc", "clang"),
    _needs("st", "gcc", "cc", "clang"),
)
"""The targets, each skipped by name where nothing here can run it."""


def variants_of(model: Model) -> Mapping[str, Model]:
    """Return one model of three classes four times: with other rules to decide by.

    "nothing good" has nine classes, so that its sums are longer than NumPy adds in one
    go, and weights of its own.
    """
    recipe = model.recipe
    priors = {"ok": 0.9, "scratch": 0.07, "dirt": 0.03}
    kinds = tuple(f"kind {place}" for place in range(1, 10))
    rng = np.random.default_rng(9)  # noqa: TID251  the same in every test
    return {
        "by cost": model,
        "by guarantee": replace(
            model, recipe=replace(recipe, priors=priors), guarantee=PROMISE
        ),
        "nothing good": replace(
            model,
            recipe=Recipe(classes=kinds, features=recipe.features),
            head=Head(rng.normal(0, 1, (4, 9)), rng.normal(0, 1, 9)),
            optimum=None,
            training_mix=(1 / 9,) * 9,
            region=None,
        ),
        "nothing novel": replace(model, region=None),
    }


def exported(
    model: Model, target: str, path: Path, count: int = COUNT
) -> tuple[Exported, Agreement]:
    """Export, and return the answers of the first engine beside what was exported."""
    rng = np.random.default_rng(1)  # noqa: TID251  the same in every test
    found = export(model, target, path, rng=rng, count=count)
    return found, found.certificate.engines[0]
