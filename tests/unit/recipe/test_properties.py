"""What holds for everything that a line may declare."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import class_costs, full_recipes, recipes

from glassline.errors import RecipeError
from glassline.recipe import ACTIONS, ClassCosts, Recipe
from glassline.render.words import LANGUAGES

some = settings(max_examples=50)


def table_of(recipe: Recipe) -> dict[str, Any]:
    """The recipe as a file holds it: lists, and no field that is not set."""
    return json.loads(json.dumps(_set(asdict(recipe))))


def _set(table: dict[str, Any]) -> dict[str, Any]:
    tables = {key: _set(each) for key, each in table.items() if isinstance(each, dict)}
    return {k: v for k, v in {**table, **tables}.items() if v is not None}


@some
@given(recipe=full_recipes())
def test_a_recipe_comes_back_from_its_table(recipe: Recipe) -> None:
    """Every number to the last bit, through the text of a file."""
    assert Recipe.from_table(table_of(recipe)) == recipe


@some
@given(recipe=full_recipes(), word=st.sampled_from(["Classes", "prior", "x y"]))
def test_a_field_that_is_none_is_refused_by_name(recipe: Recipe, word: str) -> None:
    """Wherever the rest is right."""
    with pytest.raises(
        RecipeError,
        match=r"^recipe: .*: expected no such field, got 1\.( Did you mean .*)?$",
    ):
        Recipe.from_table({**table_of(recipe), word: 1})


@some
@given(recipe=recipes())
def test_every_class_has_costs_and_a_word(recipe: Recipe) -> None:
    """Declared or default, in every language."""
    costs = [recipe.class_costs(name) for name in recipe.classes]
    words = [
        recipe.class_name(name, lang) for name in recipe.classes for lang in LANGUAGES
    ]

    assert all(isinstance(each, ClassCosts) for each in costs)
    assert all(words)


@given(
    costs=class_costs,
    action=st.sampled_from(ACTIONS),
    number=st.sampled_from([float("nan"), float("inf"), float("-inf")]),
)
def test_a_cost_is_finite(costs: ClassCosts, action: str, number: float) -> None:
    """The message names which action's it was."""
    with pytest.raises(
        RecipeError,
        match=rf"^costs\.{action}: expected a finite number, got {number}\.$",
    ):
        ClassCosts(**{**vars(costs), action: number})
