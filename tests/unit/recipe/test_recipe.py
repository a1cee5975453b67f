"""A recipe says what a line declares, and refuses what contradicts itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glassline.errors import RecipeError
from glassline.recipe import ClassCosts, ImageSettings, Recipe, TrainingSettings


def test_the_class_called_ok_is_the_good_one() -> None:
    """Nobody has to say that ok is good."""
    assert Recipe(classes=("ok", "scratch")).good == "ok"


@pytest.mark.parametrize("name", ["OK", "good", "Good", "良品"])
def test_the_usual_words_for_good_are_known(name: str) -> None:
    """As other tools and plants name their folders."""
    assert Recipe(classes=("scratch", name)).good == name


@pytest.mark.bad_shape
def test_a_text_is_no_list_of_classes() -> None:
    """Nobody means the classes o and k."""
    with pytest.raises(
        RecipeError, match=r"^classes: expected a list of names, got 'ok'\.$"
    ):
        Recipe(classes="ok")  # type: ignore[arg-type]


def test_without_a_class_ok_nothing_is_good() -> None:
    """Six kinds of defect and no good class: nothing is guessed."""
    assert Recipe(classes=("crazing", "patches")).good is None


def test_the_order_of_classes_is_kept() -> None:
    """The order declared is the order of every matrix."""
    assert Recipe(classes=("dirt", "ok", "scratch")).classes == (
        "dirt",
        "ok",
        "scratch",
    )


def test_costs_default_to_looks_by_a_person() -> None:
    """An escape costs 20 looks, a good part scrapped 5, a look 1."""
    recipe = Recipe(classes=("ok", "scratch"))

    costs = (recipe.class_costs("ok"), recipe.class_costs("scratch"))

    assert costs == (ClassCosts(0, 5, 1), ClassCosts(20, 0, 1))


def test_class_names_follow_the_language_and_the_recipe() -> None:
    """The glossary's word, unless the recipe names its own."""
    recipe = Recipe(
        classes=("ok", "scratch", "x9"), names={"zh-TW": {"scratch": "刮痕"}}
    )

    shown = [recipe.class_name(name, "zh-TW") for name in recipe.classes]

    assert shown == ["OK", "刮痕", "x9"]


def test_a_toml_file_holds_every_field(tmp_path: Path) -> None:
    """What is written in TOML arrives in the recipe."""
    path = tmp_path / "recipe.toml"
    path.write_text(
        """
        classes = ["ok", "scratch", "dirt"]
        currency = "NTD"
        [names.zh-TW]
        dirt = "油污"
        [costs.scratch]
        accept = 400
        reject = 0
        review = 3
        [priors]
        ok = 0.97
        scratch = 0.02
        dirt = 0.01
        [image]
        region_xyxy = [10, 20, 110, 220]
        pixel_size_um = 12.5
        [training]
        penalty = 0.01
        class_weights = "none"
        """,
        encoding="utf-8",
    )

    recipe = Recipe.read(path)

    assert recipe == Recipe(
        classes=("ok", "scratch", "dirt"),
        currency="NTD",
        names={"zh-TW": {"dirt": "油污"}},
        costs={"scratch": ClassCosts(400, 0, 3)},
        priors={"ok": 0.97, "scratch": 0.02, "dirt": 0.01},
        image=ImageSettings(region_xyxy=(10, 20, 110, 220), pixel_size_um=12.5),
        training=TrainingSettings(penalty=0.01, class_weights="none"),
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param({}, "classes: expected a value, got nothing.", id="no-classes"),
        pytest.param(
            {"classes": ["ok"]},
            "classes: expected 2 to 100 class names, got 1, 'ok'.",
            id="one-class",
        ),
        pytest.param(
            {"classes": ["ok", "ok"]},
            "classes: expected each name once, got 'ok' twice.",
            id="twice",
        ),
        pytest.param(
            {"classes": ["ok", " "]},
            "classes: expected printable names without outer blanks, got ' '.",
            id="blank",
        ),
        pytest.param(
            {"classes": ["ok", ""]},
            "classes: expected names, got an empty one.",
            id="empty",
        ),
        pytest.param(
            {"classes": ["ok", "a\x1b[2J"]},
            "classes: expected printable names without outer blanks, got 'a\\x1b[2J'.",
            id="escape-code",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "names": {"zh-tw": {"ok": "良品"}}},
            "names: expected one of en, zh-TW, got 'zh-tw'. Did you mean zh-TW?",
            id="unknown-language",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "good": "fine"},
            "good: expected one of ok, dirt, got 'fine'.",
            id="unknown-good",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "colour": 3},
            "colour: expected no such field, got 3.",
            id="unknown-field",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "image": {"zoom": 3}},
            "image.zoom: expected no such field, got 3.",
            id="unknown-nested-field",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "concepts": {"rust": {}}},
            "concepts.rust: expected one of ok, dirt, got 'rust'.",
            id="concepts-of-no-class",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "concepts": {"dirt": {"glow": 1.0}}},
            "concepts.dirt.glow: expected a number in [0, 1] for one of line_strength, "
            "texture_change, reflection_unevenness, grain_noise, got 1.0.",
            id="concepts-of-no-feature",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "concepts": {"dirt": {"grain_noise": 1.5}}},
            "concepts.dirt.grain_noise: expected a number in [0, 1] for one of "
            "line_strength, texture_change, reflection_unevenness, grain_noise, "
            "got 1.5.",
            id="concepts-beyond-one",
        ),
        pytest.param(
            {"classes": ["ok", "a", "b"], "training": {"concepts": ["rust"]}},
            "training.concepts: expected 4 classes or more with it, got 3: four concepts can "
            "tell them apart.",
            id="three-classes-need-no-more-concepts",
        ),
        pytest.param(
            {
                "classes": ["ok", "a", "b", "c"],
                "training": {"concepts": ["p", "q", "r", "s", "t"]},
            },
            "training.concepts: expected at most 8 with the features, got 9.",
            id="nine-concepts",
        ),
        pytest.param(
            {
                "classes": ["ok", "a", "b", "c"],
                "training": {"concepts": ["grain_noise"]},
            },
            "training.concepts: expected names of their own, of small letters, digits and _, "
            "got 'grain_noise'.",
            id="a-concept-with-a-name-of-the-four",
        ),
        pytest.param(
            {
                "classes": ["ok", "a", "b", "c"],
                "training": {"concepts": ["deep red"]},
            },
            "training.concepts: expected names of their own, of small letters, digits and _, "
            "got 'deep red'.",
            id="a-concept-with-a-blank",
        ),
        pytest.param(
            {
                "classes": ["ok", "a", "b", "c"],
                "training": {"concepts": ["rust"]},
            },
            "training.concepts: expected a class that shows rust, got none. Add "
            "[concepts.CLASS] with rust = 1.0.",
            id="a-concept-that-no-class-shows",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "priors": {"ok": 1.0}},
            "priors: expected one number for each of ok, dirt, got ok.",
            id="priors-missing",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "priors": {"ok": 0.5, "dirt": 0.4}},
            "priors: expected numbers above 0 that sum to 1, got a sum of 0.9.",
            id="priors-sum",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "image": {"region_xyxy": [5, 0, 5, 9]}},
            "image.region_xyxy: expected left < right and top < bottom, all >= 0, "
            "got [5, 0, 5, 9].",
            id="empty-region",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "training": {"penalty": -1}},
            "training.penalty: expected a number >= 0, got -1.0.",
            id="penalty",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "training": {"label_smoothing": 1.1}},
            "training.label_smoothing: expected a number in [0, 1], got 1.1.",
            id="smoothing",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "costs": {"mud": {"accept": 1, "reject": 0}}},
            "costs.mud: expected one of ok, dirt, got 'mud'.",
            id="unknown-cost-class",
        ),
        pytest.param(
            {"classes": ["ok", "dirt"], "features": {"gloss": {}}},
            "features.gloss: expected one of line_strength, texture_change, "
            "reflection_unevenness, grain_noise, or a feature of an installed package. "
            "Install the package that has it, or correct the name.",
            id="unknown-feature",
        ),
    ],
)
def test_a_wrong_recipe_is_refused_by_field(
    table: dict[str, object], message: str
) -> None:
    """Where, what was expected, what came."""
    with pytest.raises(RecipeError, match=f"^{re.escape('recipe.toml: ' + message)}$"):
        Recipe.from_table(table, "recipe.toml")


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    """The path that was asked for stands in the message."""
    path = tmp_path / "none.toml"

    with pytest.raises(
        RecipeError,
        match=f"^{re.escape(str(path))}: expected a recipe file, "
        r"got: No such file or directory\.$",
    ):
        Recipe.read(path)


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    """The parser's own place is passed on."""
    path = tmp_path / "broken.toml"
    path.write_text("classes = ok\n", encoding="utf-8")

    with pytest.raises(
        RecipeError,
        match=f"^{re.escape(str(path))}: expected TOML in UTF-8, got: .*line 1.*$",
    ):
        Recipe.read(path)
