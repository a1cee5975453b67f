"""A model whose photos may kill whoever reads them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.recipe.plugins import GROUP
from glassline.training import train

PACKAGE = Path(__file__).resolve().parents[2] / "poison" / "glassline_poison.py"


@pytest.fixture(scope="module")
def poisonous(
    settled: Model, line: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Model]:
    """The settled model and one feature more, which dies of some photos."""
    site = tmp_path_factory.mktemp("site")
    info = site / "poison-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: poison\n")
    points = f"[{GROUP}]\npoison = glassline_poison:FEATURE\n"
    (info / "entry_points.txt").write_text(points)
    shutil.copy(PACKAGE, site)
    features = {**settled.recipe.features, "poison": {"factor": 0.5}}
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(site)
        yield train(line, Recipe(classes=line.classes, features=features))
