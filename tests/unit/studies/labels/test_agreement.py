"""Kappa and the rates of AIAG, by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from glassline.errors import InputError, ShapeError
from glassline.studies.labels import agreement, kappa
from glassline.studies.labels.agreement import Agreement, majority
from glassline.studies.metrics import Rate


def test_kappa_of_a_table_worked_by_hand() -> None:
    """20 of 50 yes by both, 15 no by both: 0.7 observed, 0.5 by chance."""
    one = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
    other = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])

    assert kappa(one, other) == pytest.approx((0.7 - 0.5) / (1 - 0.5))


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        pytest.param((44, 6, 3, 97), 0.86, id="A and B"),
        pytest.param((43, 7, 8, 92), 0.78, id="A and C"),
        pytest.param((42, 5, 9, 94), 0.79, id="B and C"),
        pytest.param((45, 5, 3, 97), 0.88, id="A and reference"),
        pytest.param((45, 2, 3, 100), 0.92, id="B and reference"),
        pytest.param((42, 9, 6, 93), 0.77, id="C and reference"),
    ],
)
def test_kappa_is_that_of_the_attribute_study_of_aiag(
    table: tuple[int, int, int, int], wanted: float
) -> None:
    """AIAG, MSA 4th ed., chapter III C: three people, 50 parts three times each."""
    one = np.repeat([0, 0, 1, 1], table)
    other = np.repeat([0, 1, 0, 1], table)

    assert round(kappa(one, other), 2) == wanted


def test_kappa_is_that_of_scikit_learn(rng: np.random.Generator) -> None:
    """Four classes, any agreement."""
    one, other = rng.integers(0, 4, (2, 200))
    other[:100] = one[:100]

    np.testing.assert_allclose(
        kappa(one, other), cohen_kappa_score(one, other), rtol=1e-12
    )
    assert kappa(one, other) == kappa(other, one)
    assert kappa(one, one) == 1.0


@pytest.mark.parametrize("said", [[], [2, 2]], ids=["no parts", "one class only"])
def test_kappa_is_undefined_without_a_choice(said: list[int]) -> None:
    """Agreement by chance is then certain."""
    labels = np.array(said, np.int64)

    assert np.isnan(kappa(labels, labels))


@pytest.mark.bad_shape
def test_labels_of_different_parts_are_refused() -> None:
    """Two judges, the same parts."""
    with pytest.raises(
        ShapeError,
        match=r"^labels: expected two of shape \(n,\), got \(2,\) and \(3,\)\.$",
    ):
        kappa(np.array([0, 1]), np.array([0, 1, 1]))


def test_a_class_below_zero_is_refused() -> None:
    """As numpy would count it from the end."""
    with pytest.raises(InputError, match=r"^labels: expected class ids >= 0\.$"):
        kappa(np.array([0, -1]), np.array([0, 1]))


def test_the_rates_by_hand_with_three_classes() -> None:
    """One defect taken for another is effective, but lowers kappa."""
    reference = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    said = np.array([0, 0, 0, 1, 1, 2, 0, 2, 2, 1])

    found = agreement("B", said, reference, good=0)

    assert (found.judge, found.n) == ("B", 10)
    assert found.effectiveness == Rate(8, 10)
    assert found.miss == Rate(1, 6)
    assert found.false_alarm == Rate(1, 4)
    assert found.kappa == pytest.approx((0.6 - 0.34) / (1 - 0.34))
    assert found.as_json() == {
        "judge": "B",
        "n": 10,
        "kappa": found.kappa,
        "effectiveness": {"k": 8, "n": 10},
        "miss": {"k": 1, "n": 6},
        "false_alarm": {"k": 1, "n": 4},
        "grades": {
            "kappa": "poor",
            "effectiveness": "conditional",
            "miss": "poor",
            "false_alarm": "poor",
        },
    }


def test_without_a_good_class_only_kappa_is_counted() -> None:
    """Nothing was passed or rejected."""
    found = agreement("B", np.array([0, 1]), np.array([0, 1]), good=None)

    assert (found.kappa, found.miss, found.effectiveness) == (1, Rate(0, 0), Rate(0, 0))
    assert found.grade("miss") == "unknown"


@pytest.mark.parametrize(
    ("figure", "value", "grade"),
    [
        ("kappa", 0.76, "good"),
        ("kappa", 0.75, "conditional"),
        ("kappa", 0.40, "conditional"),
        ("kappa", 0.39, "poor"),
        ("kappa", np.nan, "unknown"),
        ("effectiveness", Rate(90, 100), "good"),
        ("effectiveness", Rate(80, 100), "conditional"),
        ("effectiveness", Rate(79, 100), "poor"),
        ("miss", Rate(2, 100), "good"),
        ("miss", Rate(5, 100), "conditional"),
        ("miss", Rate(6, 100), "poor"),
        ("false_alarm", Rate(5, 100), "good"),
        ("false_alarm", Rate(10, 100), "conditional"),
        ("false_alarm", Rate(11, 100), "poor"),
        ("false_alarm", Rate(0, 0), "unknown"),
    ],
)
def test_the_limits_of_aiag(figure: str, value: float | Rate, grade: str) -> None:
    """At each limit, and just beyond it."""
    rates = dict.fromkeys(("effectiveness", "miss", "false_alarm"), Rate(0, 0))
    found = Agreement("A", 100, **{"kappa": 0.5, **rates, figure: value})  # type: ignore[arg-type]

    assert found.grade(figure) == grade


@pytest.mark.parametrize(
    ("votes", "expected"),
    [([], None), ([2], 2), ([0, 1], None), ([0, 1, 1], 1), ([0, 0, 1, 1, 2], None)],
    ids=str,
)
def test_the_majority(votes: list[int], expected: int | None) -> None:
    """A tie decides nothing."""
    assert majority(votes) == expected
