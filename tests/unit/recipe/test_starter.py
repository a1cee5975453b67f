"""A recipe to begin with says what no recipe would, and takes any name of a class."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassline.errors import RecipeError
from glassline.recipe import Background, Recipe
from glassline.recipe.recipe import TrainingSettings
from glassline.recipe.starter import starter
from glassline.render.words import LANGUAGES

CLASSES = ("ok", "刮傷", "dirt #2", "a.b")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_as_it_stands_it_changes_nothing(lang: str) -> None:
    """Costs are written out, at the defaults they have anyway."""
    recipe = Recipe.from_table(tomllib.loads(starter(CLASSES, lang=lang)))

    plain = Recipe(classes=CLASSES)
    assert recipe.good == plain.good
    assert [recipe.class_costs(name) for name in CLASSES] == [
        plain.class_costs(name) for name in CLASSES
    ]
    assert (recipe.image, recipe.training, recipe.review, recipe.priors) == (
        plain.image,
        plain.training,
        plain.review,
        None,
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_line_behind_a_hash_is_a_setting(lang: str) -> None:
    """With each # taken away it is a recipe still: the defaults, and the examples."""
    text = starter(CLASSES, lang=lang)

    bare = re.sub(r"^# (?=\[|[\w\"-]+ = |\"[^\"]+\" = )", "", text, flags=re.MULTILINE)
    recipe = Recipe.from_table(tomllib.loads(bare))

    assert (recipe.training, recipe.review) == (
        TrainingSettings(penalty=0.001, measurements=2, background="auto"),
        Recipe(classes=CLASSES).review,
    )
    assert recipe.priors == dict.fromkeys(CLASSES, 0.25)
    assert recipe.image.region_xyxy == (0, 0, 1280, 960)
    assert recipe.image.background == Background(above=0.6)


def test_a_good_class_that_is_not_called_so_is_asked_for() -> None:
    """The line is there, with its #, for a person to decide."""
    assert '# good = "a"' in starter(["a", "b"])
    assert 'good = "b"' in starter(["a", "b"], good="b").splitlines()[3]


def test_three_equal_shares_sum_to_one() -> None:
    """As a recipe asks of priors: 0.3334 + 0.3333 + 0.3333."""
    lines = starter(["ok", "b", "c"]).splitlines()

    assert [line for line in lines if "0.333" in line] == [
        "# ok = 0.3334",
        "# b = 0.3333",
        "# c = 0.3333",
    ]


@given(
    names=st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8),
        min_size=2,
        max_size=5,
        unique_by=lambda name: name.casefold(),
    )
)
def test_any_names_come_back(names: list[str]) -> None:
    """Dots, quotes, hashes, brackets, Chinese: quoted where TOML needs it."""
    assert tuple(tomllib.loads(starter(names))["classes"]) == tuple(names)


def test_what_can_not_be_classes_is_refused() -> None:
    """By the recipe itself."""
    with pytest.raises(
        RecipeError, match=r"^classes: expected 2 to 100 class names, got 1, 'ok'\.$"
    ):
        starter(["ok"])
