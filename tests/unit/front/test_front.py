"""What the fronts say of themselves, so that nobody asks which of them one is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.front import FRONTS, Cnn, Front, Measured, Vlm
from glassline.model.selftest import known_image
from glassline.recipe import Recipe
from glassline.recipe.server import VlmSettings

ASKED = VlmSettings(model="m", endpoint="http://localhost:1/v1")


def test_the_word_of_the_file_finds_the_front() -> None:
    """In the order of the message that names them."""
    assert {"measured": Measured, "cnn": Cnn, "vlm": Vlm} == FRONTS


@pytest.mark.parametrize(
    ("kind", "claims"),
    [
        pytest.param(Measured, (True, False, 1e-5), id="measured"),
        pytest.param(Cnn, (False, True, 1e-3), id="cnn"),
        pytest.param(Vlm, (False, False, None), id="vlm"),
    ],
)
def test_claims(kind: type[Front], claims: tuple[bool, bool, float | None]) -> None:
    """Measured, taught, and how far a reading repeats elsewhere."""
    assert (kind.is_measured, kind.is_taught, kind.tolerance) == claims


@pytest.mark.parametrize(
    "front",
    [pytest.param(Measured(), id="measured"), pytest.param(Vlm(ASKED), id="vlm")],
)
def test_a_front_comes_back_from_its_plain_data(front: Front) -> None:
    """Without a companion, which neither has."""
    recipe = Recipe(classes=("ok", "dirt"), vlm=ASKED)

    again = type(front).restore(front.as_json(), recipe, lambda sha256: b"")

    assert again.as_json() == front.as_json()
    assert again.companion is None


@pytest.mark.parametrize(
    "front",
    [pytest.param(Measured(), id="measured"), pytest.param(Vlm(ASKED), id="vlm")],
)
def test_no_reading_lies_below_the_least(front: Front) -> None:
    """The four are sizes, and scores lie in [0, 1]."""
    assert_array_equal(front.least, np.zeros(4))


def test_a_setting_that_reads_either_sign_has_no_least() -> None:
    """Texture across scales is the logarithm of a ratio: it was taken for a size."""
    front = Measured({"texture_change": {"across": "scales"}})

    assert_array_equal(front.least, [0.0, -np.inf, 0.0, 0.0])
    assert front.values(known_image())[1] < 0


def test_the_readings_alone_are_those_of_the_reading() -> None:
    """One photo, twice."""
    front, photo = Measured(), known_image()

    assert_array_equal(front.values(photo), front.read(photo).values)
