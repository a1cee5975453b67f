"""Class sets hold the true class as often as promised, for any head and any n."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.decide import Taught, class_set
from glassline.errors import InputError, ShapeError
from glassline.head import class_weights, fit, part_losses

CLASSES = ("ok", "scratch", "dirt")
CENTERS = np.array([[0.0, 0.0], [1.5, 0.0], [0.5, 1.5]])


def drawn(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Parts of three classes that overlap; two thirds are good."""
    labels = rng.choice(3, size=n, p=[0.66, 0.22, 0.12])
    return CENTERS[labels] + rng.normal(size=(n, 2)), labels


def test_a_p_value_by_hand(rng: np.random.Generator) -> None:
    """One fit with the part labelled, and a count."""
    x, labels = drawn(rng, 30)
    part = np.array([0.4, 0.2])

    found = class_set(Taught(x, labels, CLASSES, penalty=1e-3), part, miss=0.1)

    y = np.append(labels, 1)
    every = np.vstack([x, part])
    head = fit(every, y, penalty=1e-3, classes=3, weights=class_weights(y, 3)[y]).head
    losses = part_losses(head.logits(every), y)
    assert_allclose(found.p_values["scratch"], (losses >= losses[-1]).mean())
    kept = tuple(name for name in CLASSES if found.p_values[name] > 0.1)
    assert found.classes == kept


@pytest.mark.slow
@pytest.mark.parametrize("by_class", [False, True])
def test_the_true_class_is_left_out_no_more_often_than_promised(
    rng: np.random.Generator, by_class: bool
) -> None:
    """Over 1,000 studies of 25 parts, each with one new part: 20 %, to 3 sigma."""
    missed = 0
    for _ in range(1_000):
        x, labels = drawn(rng, 26)
        taught = Taught(x[:25], labels[:25], CLASSES, penalty=1e-2)
        found = class_set(taught, x[25], miss=0.2, by_class=by_class)
        missed += CLASSES[labels[25]] not in found.classes

    sigma = np.sqrt(0.2 * 0.8 / 1_000)
    assert missed / 1_000 <= 0.2 + 3 * sigma


@pytest.mark.slow
def test_the_promise_is_hardly_more_cautious_than_it_must_be(
    rng: np.random.Generator,
) -> None:
    """With 24 parts the p-values are 25ths, and 20 % of them are at most 0.2."""
    missed = 0
    for _ in range(1_000):
        x, labels = drawn(rng, 25)
        taught = Taught(x[:24], labels[:24], CLASSES, penalty=1e-2)
        missed += CLASSES[labels[24]] not in class_set(taught, x[24], miss=0.2).classes

    assert missed / 1_000 >= 0.2 - 3 * np.sqrt(0.2 * 0.8 / 1_000)


@pytest.mark.slow
def test_by_class_a_rare_class_is_not_sacrificed(rng: np.random.Generator) -> None:
    """Dirt alone, over 400 studies of 60 parts: at most 20 % left out, to 3 sigma."""
    missed = 0
    for _ in range(400):
        x, labels = drawn(rng, 60)
        part = CENTERS[2] + rng.normal(size=2)
        taught = Taught(x, labels, CLASSES, penalty=1e-2)
        missed += "dirt" not in class_set(taught, part, miss=0.2, by_class=True).classes

    assert missed / 400 <= 0.2 + 3 * np.sqrt(0.2 * 0.8 / 400)


def test_a_larger_promise_gives_a_larger_set(rng: np.random.Generator) -> None:
    """What can be ruled out at 5 % can be at 20 %."""
    x, labels = drawn(rng, 60)
    taught = Taught(x, labels, CLASSES, penalty=1e-2)

    sets = [
        set(class_set(taught, [0.7, 0.7], miss=miss).classes) for miss in (0.05, 0.2)
    ]

    assert sets[0] >= sets[1]


def test_a_class_without_parts_is_not_ruled_out_by_class(
    rng: np.random.Generator,
) -> None:
    """Nothing is known of it, so its p-value is 1."""
    x, labels = drawn(rng, 30)
    taught = Taught(x[labels < 2], labels[labels < 2], CLASSES, penalty=1e-2)

    assert class_set(taught, [0, 0], miss=0.1, by_class=True).p_values["dirt"] == 1.0


def test_where_the_fits_start_changes_no_set(rng: np.random.Generator) -> None:
    """The optimum is one, from nothing or from the head of the parts without the new."""
    x, labels = drawn(rng, 100)
    plain = Taught(x, labels, CLASSES, penalty=1e-3)
    near = replace(plain, start=fit(x, labels, penalty=1e-3).head)

    p_values = [
        class_set(each, [0.5, 0.5], miss=0.05).p_values for each in (plain, near)
    ]

    assert p_values[0] == p_values[1]


@pytest.mark.parametrize("miss", [0.0, 1.0, -0.1])
def test_a_share_out_of_range_is_refused(miss: float) -> None:
    """By name."""
    taught = Taught(np.zeros((2, 1)), np.array([0, 1]), ("ok", "dirt"), penalty=1.0)

    message = f"miss: expected a share above 0 and below 1, got {miss}."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        class_set(taught, [0.0], miss=miss)


@pytest.mark.bad_shape
def test_a_part_of_other_features_is_refused() -> None:
    """One number a feature."""
    taught = Taught(np.zeros((2, 1)), np.array([0, 1]), ("ok", "dirt"), penalty=1.0)

    with pytest.raises(
        ShapeError, match=r"^part: expected shape \(1,\), got \(2,\)\.$"
    ):
        class_set(taught, [0.0, 1.0], miss=0.1)


@pytest.mark.bad_shape
def test_labels_in_shares_are_refused() -> None:
    """A loss is ranked at one label."""
    with pytest.raises(
        ShapeError,
        match=r"^labels: expected shape \(2,\) of class ids, got \(2, 2\)\.$",
    ):
        Taught(np.zeros((2, 1)), np.eye(2), ("ok", "dirt"), penalty=1.0)  # type: ignore[arg-type]
