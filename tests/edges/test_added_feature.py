"""A fifth feature from an installed package: trained, shown, proved; or refused."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest

import glassline
from glassline.dataset import Dataset
from glassline.errors import ModelError, RecipeError
from glassline.explain.faces.picture import svg
from glassline.features import FEATURES, find_feature
from glassline.front import Measured
from glassline.model import Model
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.recipe.plugins import GROUP
from glassline.studies.evaluation import evaluate
from glassline.studies.report import Story, page
from glassline.studies.verification import verify
from glassline.training import train
from glassline.training.candidates import Candidates

PACKAGE = Path(__file__).resolve().parents[2] / "docs" / "plugin"
NAMES = (*FEATURE_NAMES, "saturated")
RECIPE = {
    "classes": ["ok", "scratch", "dirt"],
    "features": {"saturated": {"limit": 0.5}},
}


def _install(folder: Path, name: str, points: dict[str, str]) -> None:
    """Write what an installer leaves behind of a package with these entry points."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\n")
    lines = [f"{feature} = {value}" for feature, value in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The documented example, as if installed."""
    folder = tmp_path / "site"
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    _install(folder, project["name"], project["entry-points"][GROUP])
    shutil.copy(PACKAGE / "glassline_saturated.py", folder)
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def five(installed: Path, line: Dataset) -> Model:
    """A model of five features."""
    return train(line, Recipe.from_table(RECIPE))


def test_five_features_are_trained_shown_scored_and_proved(
    five: Model, line: Dataset, tmp_path: Path
) -> None:
    """The whole way, and the same from the saved file."""
    five.save(tmp_path / "model")
    again = glassline.load(tmp_path / "model")
    photo = line.parts[0].path

    seen = glassline.inspect(again, photo, label="ok")

    assert again.feature_names == five.feature_names == NAMES
    assert again.sha256 == five.sha256
    assert (seen.x.shape, five.head.W.shape) == ((5,), (5, 3))
    assert "x5 saturated" in seen.sheet.text()
    assert "% of the surface" in seen.sheet.text("zh-TW")
    assert "saturated" in svg.face(seen.evidence, "en")
    assert json.loads(seen.sheet.json())["features"][4]["id"] == "saturated"
    assert evaluate(again, line, with_training=True).confusion.sum() == len(line)
    assert verify(again, line, retrain=True).holds
    story = Story("line", again, evaluate(again, line, with_training=True), (seen,), {})
    assert "x5 saturated" in page(story, "zh-TW")


def test_its_grid_is_searched_and_its_declared_settings_are_not(
    installed: Path,
) -> None:
    """As with the four."""
    free = Candidates({"saturated": {}})
    fixed = Candidates({"saturated": {"limit": 0.5}})

    assert tuple(free.grids) == NAMES
    assert [each.limit for each in free.grids["saturated"]] == [0.98, 0.9]
    assert [each.limit for each in fixed.grids["saturated"]] == [0.5]


def test_the_reading_is_what_the_package_measures(installed: Path) -> None:
    """A quarter of the photo is white: 25 %."""
    image = np.full((32, 32), 0.5, np.float32)
    image[:16, :16] = 1.0

    front = Measured({"saturated": {}})

    assert front.read(image).values[4] == 25.0
    assert front.locate(image)["saturated"] == ()


def test_the_four_alone_are_the_default(installed: Path, model: Model) -> None:
    """An installed feature is used by the recipes that name it and by no other."""
    assert tuple(Measured().settings) == FEATURE_NAMES
    assert Recipe(("ok", "dirt")).feature_names == FEATURE_NAMES
    assert model.feature_names == FEATURE_NAMES


def test_a_model_whose_feature_is_not_installed_is_refused(
    five: Model, installed: Path, tmp_path: Path
) -> None:
    """By name, with what to do."""
    five.save(tmp_path / "model")
    shutil.rmtree(next(installed.glob("*.dist-info")))

    with pytest.raises(
        ModelError,
        match=r"^model\.json: expected a model, got: model\.json: "
        r"features\.saturated: expected one of line_strength, texture_change, "
        r"reflection_unevenness, grain_noise, or a feature of an installed package\. "
        r"Install the package that has it, or correct the name\.$",
    ):
        glassline.load(tmp_path / "model")


@pytest.mark.parametrize(
    ("points", "message"),
    [
        pytest.param(
            {"odd": "glassline_none:FEATURE"},
            "expected to import glassline_none:FEATURE, got: "
            "No module named 'glassline_none'. Install its package again.",
            id="no module",
        ),
        pytest.param(
            {"odd": "math:FEATURE"},
            "expected to import math:FEATURE, got: "
            "module 'math' has no attribute 'FEATURE'. Install its package again.",
            id="no attribute",
        ),
        pytest.param(
            {"odd": "math:pi"},
            "expected a Feature, got 3.141592653589793.",
            id="no feature",
        ),
    ],
)
def test_a_broken_package_is_refused(
    points: dict[str, str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What can not be imported, and what is no feature."""
    _install(tmp_path, "broken", points)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(RecipeError, match=f"^{re.escape('features.odd: ' + message)}$"):
        find_feature("odd")


def test_two_packages_with_one_name_are_refused(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which of them a model meant nobody could tell."""
    _install(tmp_path / "other", "other", {"saturated": "math:pi"})
    monkeypatch.syspath_prepend(tmp_path / "other")

    with pytest.raises(
        RecipeError,
        match=r"^recipe: features\.saturated: expected one package that has it, "
        r"got glassline_saturated:FEATURE, math:pi\. Uninstall all but one\.$",
    ):
        Recipe.from_table(RECIPE)


def test_a_package_can_not_replace_one_of_the_four(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it calls its own."""
    _install(tmp_path, "impostor", {"line_strength": "math:pi"})
    monkeypatch.syspath_prepend(tmp_path)

    assert find_feature("line_strength") is FEATURES["line_strength"]


@pytest.mark.parametrize(
    "name", ["os:system", "../plugin", "glassline_saturated:FEATURE"]
)
def test_a_recipe_can_not_name_code(name: str) -> None:
    """A path or a module is no name of an installed feature."""
    with pytest.raises(
        RecipeError, match=r"^recipe: features\..*: expected one of .*$"
    ):
        Recipe.from_table({"classes": ["ok", "dirt"], "features": {name: {}}})
