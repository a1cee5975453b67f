"""A recipe from Python takes plain data, and checks it as it checks a file."""

from __future__ import annotations

import re
from typing import Any

import pytest

from glassline.errors import RecipeError
from glassline.recipe import ClassCosts, ImageSettings, Recipe, TrainingSettings
from glassline.recipe.server import VlmSettings

pytestmark = pytest.mark.bad_shape


def test_plain_dicts_are_the_records_that_they_describe() -> None:
    """Costs, image, training and the server; lists are tuples, 5 is 5.0."""
    plain = Recipe(
        ["ok", "dirt"],
        costs={"dirt": {"accept": 50, "reject": 0}},
        image={"region_xyxy": [0, 0, 10, 20]},
        training={"penalty": 1},
        review={"novelty": 0},
        vlm={"model": "eye", "timeout_s": 5},
    )

    assert plain.costs == {"dirt": ClassCosts(50.0, 0.0)}
    assert plain.image == ImageSettings(region_xyxy=(0, 0, 10, 20))
    assert plain.training == TrainingSettings(penalty=1.0)
    assert plain.review.novelty == 0.0
    assert plain.vlm == VlmSettings("eye", timeout_s=5.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"costs": {"dirt": {"accept": "50", "reject": 0}}},
            "costs.dirt.accept: expected a number, got '50'. Write it without quotes.",
        ),
        (
            {"costs": {"dirt": {"review_": 50}}},
            "costs.dirt.review_: expected no such field, got 50. Did you mean review?",
        ),
        (
            {"image": {"max_bytes": 1.5}},
            "image.max_bytes: expected a whole number, got 1.5.",
        ),
        (
            {"training": {"penalty": True}},
            "training.penalty: expected a number, got True.",
        ),
        ({"review": 3}, "review: expected a table, got 3."),
        (
            {"vlm": {"model": "eye", "tries": 0}},
            "vlm.tries: expected a number in [1, 10], got 0.",
        ),
        (
            {"priors": {"ok": "most", "dirt": 0.1}},
            "priors.ok: expected a number, got 'most'. Write it without quotes.",
        ),
        ({"good": 1}, "good: expected text, got 1. Write it in quotes."),
        (
            {"features": {"line_strength": None}},
            "features.line_strength: expected a table, got None.",
        ),
    ],
    ids=[
        "text",
        "field",
        "whole",
        "bool",
        "record",
        "range",
        "priors",
        "good",
        "features",
    ],
)
def test_a_wrong_type_is_refused_at_once(given: dict[str, Any], message: str) -> None:
    """By the field's place, not later by an accident of arithmetic."""
    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        Recipe(("ok", "dirt"), **given)


def test_a_record_by_itself_is_as_strict() -> None:
    """Costs that are text were compared as numbers once."""
    with pytest.raises(
        RecipeError,
        match=r"^costs\.accept: expected a number, got 'x'\. Write it without quotes\.$",
    ):
        ClassCosts(accept="x", reject=0.0)  # type: ignore[arg-type]
