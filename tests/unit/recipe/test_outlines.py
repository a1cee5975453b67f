"""Polygons that a recipe draws."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reference.masking import crosses_itself

from glassline.errors import RecipeError
from glassline.recipe import ImageSettings
from glassline.recipe.outlines import MAX_CORNERS, check_outline

few = st.integers(0, 6).map(float)
corners = st.lists(st.tuples(few, few), min_size=3, max_size=7)
SQUARE = ((0.0, 0.0), (8.0, 0.0), (8.0, 8.0), (0.0, 8.0))


def _is_refused(outline: list[tuple[float, float]]) -> bool:
    try:
        check_outline("image.part[0]", tuple(outline))
    except RecipeError:
        return True
    return False


@given(corners)
@example([(0, 0), (4, 4), (4, 0), (0, 4)])  # crossed
@example([(0, 0), (4, 0), (4, 4), (2, 0)])  # a corner on a side
@example([(0, 0), (4, 0), (2, 0), (2, 3)])  # back over itself
@example([(0, 0), (2, 2), (4, 0), (4, 4), (2, 2), (0, 4)])  # touching at a corner
def test_an_outline_is_refused_exactly_where_two_sides_meet(
    outline: list[tuple[float, float]],
) -> None:
    """As a reference says that solves every pair of sides in fractions."""
    twice = any(a == b for a, b in zip(outline, outline[1:] + outline[:1], strict=True))

    assert _is_refused(outline) == (twice or crosses_itself(outline))


def test_no_corner_is_too_near_to_be_told() -> None:
    """A corner one step of a float on this side of another side, and on that."""
    near = float(Fraction(4) - Fraction(1, 2**50))

    check_outline("it", ((0, 0), (8, 0), (8, 4), (6, 4), (5, near), (4, 4), (0, 4)))
    with pytest.raises(RecipeError, match="with a point in common"):
        check_outline("it", ((0, 0), (8, 0), (8, 4), (0, 4), (5, 0)))


@pytest.mark.parametrize(
    ("outline", "message"),
    [
        pytest.param(
            SQUARE[:2], "image.part[0]: expected 3 to 400 corners, got 2.", id="two"
        ),
        pytest.param(
            tuple((float(x), float(x % 7)) for x in range(MAX_CORNERS + 1)),
            "image.part[0]: expected 3 to 400 corners, got 401.",
            id="many",
        ),
        pytest.param(
            (*SQUARE[:2], (float("nan"), 1.0)),
            "image.part[0][2]: expected finite numbers, got [nan, 1].",
            id="nan",
        ),
        pytest.param(
            (*SQUARE[:2], SQUARE[1], SQUARE[2]),
            "image.part[0][2]: expected another corner than the one before, got [8, 0] "
            "twice.",
            id="twice",
        ),
        pytest.param(
            (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]),
            "image.part[0]: expected an outline that does not cross or touch itself, got "
            "the side from [0, 0] to [8, 8] and the one from [8, 0] to [0, 8] with a point "
            "in common. Give the corners in their order around it.",
            id="crossed",
        ),
    ],
)
def test_what_is_no_outline_is_refused_by_name(
    outline: tuple[tuple[float, float], ...], message: str
) -> None:
    """The message names the polygon, and the corner or the sides at fault."""
    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        ImageSettings(part=(outline,))
