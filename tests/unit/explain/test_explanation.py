"""The explanation of the worked example by hand, and of a rendered part."""

from __future__ import annotations

import json
import re
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

import glassline
from glassline.decide.flips import Flip, NoFlip
from glassline.errors import InputError, LabelError, ShapeError
from glassline.explain import Explanation, Sheet
from glassline.explain.faces.explanation import lines
from glassline.head import Head
from glassline.model import Model
from glassline.render.words import words

BOUNDS = np.array([[-4.0, 4.0]] * 4)


def _head(sheet: Sheet) -> Head:
    return Head(sheet.figures["W"].value, sheet.figures["b"].value[0])


@pytest.fixture
def explained(taught: Sheet) -> Explanation:
    """The worked example: OK before scratch by 0.9 nats, before dirt by 2."""
    return Explanation.of(taught, _head(taught), bounds=BOUNDS)


def test_what_speaks_for_the_first_against_the_second_adds_up(
    explained: Explanation, taught: Sheet
) -> None:
    """0.48 - 0.2 + 0.32 + 0.06 + 0.24 = 0.9 = ln(p_OK / p_scratch)."""
    odds = explained.odds

    p = taught.figures["p"].value[0]
    np.testing.assert_allclose(odds.adds, [0.48, -0.2, 0.32, 0.06], atol=1e-15)
    assert odds.bias == pytest.approx(0.24)
    assert odds.total == pytest.approx(0.9)
    assert odds.total == pytest.approx(np.log(p[0] / p[1]))


@pytest.mark.parametrize(("one", "other"), [*permutations(range(3), 2)])
def test_any_two_classes_can_be_held_against_each_other(
    taught: Sheet, one: int, other: int
) -> None:
    """The adds and the bias give the log-odds; turned round, their negative."""
    names = (taught.classes[one], taught.classes[other])
    p = taught.figures["p"].value[0]

    odds = Explanation.of(taught, _head(taught), between=names, bounds=BOUNDS).odds

    assert sum(odds.adds) + odds.bias == pytest.approx(odds.total)
    assert odds.total == pytest.approx(np.log(p[one] / p[other]))


def test_the_probability_without_a_feature_is_that_of_x_with_a_zero(
    explained: Explanation, taught: Sheet
) -> None:
    """One row a feature, the others as they are."""
    x = taught.figures["x"].value[0]
    head = _head(taught)

    expected = [
        head.probabilities(np.where(np.arange(4) == feature, 0.0, x)[np.newaxis])[0, 0]
        for feature in range(4)
    ]

    np.testing.assert_array_equal(explained.without, expected)


def test_the_flips_are_those_worked_by_hand(explained: Explanation) -> None:
    """0.9 / sqrt(1.41) together; 0.9 / 0.8 by line strength alone."""
    assert isinstance(explained.nearest, Flip)
    assert explained.nearest.distance == pytest.approx(0.9 / np.sqrt(1.41))
    distances = [each.distance for each in explained.alone if isinstance(each, Flip)]
    np.testing.assert_allclose(distances, [1.125, 2 / 0.7, 1.125, 3.0])


def test_a_frozen_feature_stays_and_has_no_row(taught: Sheet) -> None:
    """Without line strength and reflection, dirt is farther and texture alone leads there."""
    found = Explanation.of(
        taught,
        _head(taught),
        frozen=("line_strength", "reflection_unevenness"),
        bounds=BOUNDS,
    )

    x = taught.figures["x"].value[0]
    assert isinstance(found.nearest, Flip)
    assert found.nearest.x[[0, 2]].tolist() == x[[0, 2]].tolist()
    assert [each is None for each in found.alone] == [True, False, True, False]
    assert "Left as they are: x1 line, x3 reflection." in "\n".join(lines(found, "en"))


def test_where_nothing_flips_the_text_says_why(taught: Sheet) -> None:
    """All frozen: neither class nor decision can change."""
    found = Explanation.of(taught, _head(taught), frozen=taught.features, bounds=BOUNDS)

    assert isinstance(found.nearest, NoFlip)
    assert "\n".join(lines(found, "en")).count("No feature is free to move.") == 2
    assert found.as_json()["nearest"] == {"obstacle": "frozen"}
    assert found.as_json()["decision"] == {"obstacle": "frozen"}


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_text_holds_the_figures_in_80_columns(
    explained: Explanation, lang: str
) -> None:
    """Contributions, log-odds, distances."""
    text = "\n".join(lines(explained, lang))

    figures = ("0.30 ", "1.20 ", "0.90", "0.758", "1.125")
    assert [figure for figure in figures if figure not in text] == []
    assert max(map(len, text.splitlines())) <= 80
    assert not re.search(r"[{}]", text)


def test_without_a_decision_only_the_class_is_asked_for(
    rng: np.random.Generator,
) -> None:
    """And without readings there are dashes."""
    head = Head(rng.normal(size=(4, 3)), rng.normal(size=3))
    sheet = Sheet.of(head, rng.normal(size=4), classes=("ok", "scratch", "dirt"))

    found = Explanation.of(sheet, head, bounds=BOUNDS)

    assert found.as_json()["decision"] is None
    assert [*lines(found, "en")][-1] == words("en")["sheet"]["no_decision"]


@pytest.mark.parametrize(
    ("between", "message"),
    [
        (
            ("ok", "stain"),
            r"^between: expected one of ok, scratch, dirt, got 'stain'\.$",
        ),
        (("ok", "ok"), r"^between: expected two classes, got 'ok' twice\.$"),
    ],
)
def test_classes_that_can_not_be_compared_are_refused(
    taught: Sheet, between: tuple[str, str], message: str
) -> None:
    """By name."""
    named = Sheet.of(
        _head(taught), taught.figures["x"].value[0], classes=("ok", "scratch", "dirt")
    )

    with pytest.raises(LabelError, match=message):
        Explanation.of(named, _head(taught), between=between, bounds=BOUNDS)


def test_an_unknown_feature_is_refused(taught: Sheet) -> None:
    """By name."""
    with pytest.raises(
        InputError,
        match=r"^frozen: expected one of line_strength, texture_change, "
        r"reflection_unevenness, grain_noise, got 'gloss'\.$",
    ):
        Explanation.of(taught, _head(taught), frozen=("gloss",), bounds=BOUNDS)


@pytest.mark.bad_shape
def test_bounds_of_another_shape_are_refused(taught: Sheet) -> None:
    """One row a feature."""
    with pytest.raises(
        ShapeError, match=r"^bounds: expected \(4, 2\), got \(3, 2\)\.$"
    ):
        Explanation.of(taught, _head(taught), bounds=BOUNDS[:3])


def test_the_flips_of_a_photo_keep_to_what_can_be_read(
    model: Model, line_folder: Path
) -> None:
    """No reading below 0, and no x beyond the end of the scale."""
    seen = glassline.inspect(model, next(line_folder.rglob("*.png")))

    said = json.loads(json.dumps(seen.explanation().as_json()))

    low, high = np.array(said["bounds"]).T
    np.testing.assert_array_equal(low, model.scale.x(np.zeros((1, 4)))[0])
    np.testing.assert_array_equal(high, 8.0)
    x = np.array(said["nearest"]["x"])
    assert (model.scale.reading(x) >= -1e-12).all()
    assert said["nearest"]["at_least"] == pytest.approx(said["nearest"]["distance"])
    np.testing.assert_allclose(
        np.sum(said["contributions"], axis=0) + said["bias"], said["logits"], rtol=1e-14
    )
