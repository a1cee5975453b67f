"""The JavaScript of head and numbers against the Python answers, in another engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from engines import evaluated, needs_node

from glassline.decide import Escapes, Guarantee
from glassline.decide.decision import rank
from glassline.decide.policy import Policy
from glassline.features import Scale
from glassline.head import Head, log_softmax, logit_gradient, part_losses, softmax
from glassline.recipe import ClassCosts, Recipe
from glassline.render.numbers import number, printed

pytestmark = needs_node
CASES = 200
EPS = 2.0**-52
LAST_PLACES = 4  # what a last place of exp comes to in a quotient of sums


@pytest.fixture
def drawn(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """W, b and x of 200 heads, from tame to far beyond what trains."""
    size = 10.0 ** rng.uniform(-2, 2, (CASES, 1, 1))
    W = rng.normal(size=(CASES, 4, 3)) * size
    return W, rng.normal(size=(CASES, 3)), rng.normal(size=(CASES, 4)) * 2


def test_logits_have_the_same_bits(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    """Products and ordered sums are the same in every engine that keeps IEEE 754."""
    given = [each.tolist() for each in drawn]

    found = evaluated(
        tmp_path,
        ("head.js",),
        "given[0].map((W, i) => logits(W, given[1][i], given[2][i]))",
        given,
    )

    wanted = [
        Head(W, b).logits(x[np.newaxis])[0] for W, b, x in zip(*drawn, strict=True)
    ]
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("asked", "reference", "atol"),
    [
        pytest.param("softmax(z)", lambda z, y: softmax(z), 0, id="softmax"),
        pytest.param("logSoftmax(z)", lambda z, y: log_softmax(z), 0, id="log softmax"),
        pytest.param("loss(z, y)", part_losses, 0, id="loss"),
        pytest.param("logitGradient(z, y)", logit_gradient, 2 * EPS, id="gradient"),
    ],
)
def test_what_needs_exp_agrees_to_the_last_places(
    asked: str,
    reference: Callable[[np.ndarray, np.ndarray], np.ndarray],
    atol: float,
    rng: np.random.Generator,
    tmp_path: Path,
) -> None:
    """Only exp and log1p are another library's; labels and shares, tame and far."""
    z = rng.normal(size=(CASES, 3)) * 10.0 ** rng.uniform(-1, 2, (CASES, 1))
    y = rng.dirichlet([0.5] * 3, CASES)
    y[::2] = np.eye(3)[rng.integers(0, 3, CASES // 2)]

    found = evaluated(
        tmp_path,
        ("head.js",),
        f"given.z.map((z, i) => [z, given.y[i]]).map(([z, y]) => {asked})",
        {"z": z.tolist(), "y": y.tolist()},
    )

    np.testing.assert_allclose(
        found, reference(z, y), rtol=LAST_PLACES * EPS, atol=atol
    )


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(("ok", "scratch", "dirt")),
        Recipe(
            ("ok", "scratch", "dirt"), priors={"ok": 0.9, "scratch": 0.04, "dirt": 0.06}
        ),
        Recipe(("a", "b", "c")),
        Recipe(
            ("ok", "scratch", "dirt"),
            costs={
                name: ClassCosts(1.0, 1.0, 1.0) for name in ("ok", "scratch", "dirt")
            },
        ),
    ],
    ids=["usual", "priors", "no good class", "all level"],
)
def test_the_decision_by_cost_is_the_same(
    recipe: Recipe, rng: np.random.Generator, tmp_path: Path
) -> None:
    """Adjusted shares, costs and order, ties included; probabilities given alike."""
    policy = Policy.of(recipe)
    p = rng.dirichlet([0.4] * 3, CASES)
    p[0] = [0.5, 0.25, 0.25]
    ratio = (policy.priors / policy.training_mix).tolist()
    given = {
        "p": p.tolist(),
        "policy": {
            "costs": policy.costs.tolist(),
            "good": -1 if recipe.good is None else recipe.classes.index(recipe.good),
            "ratio": ratio if policy.corrects else None,
            "threshold": None,
        },
    }

    found = evaluated(
        tmp_path, ("head.js",), "given.p.map((p) => rank(p, given.policy))", given
    )

    wanted = rank(policy, p)
    np.testing.assert_array_equal([each["adjusted"] for each in found], wanted.adjusted)
    np.testing.assert_array_equal([each["costs"] for each in found], wanted.costs)
    np.testing.assert_array_equal([each["order"] for each in found], wanted.order)


@pytest.mark.parametrize("threshold", [0.25, 0.5, 0.75, 1.0])
def test_a_guarantee_decides_what_is_accepted(
    threshold: float, rng: np.random.Generator, tmp_path: Path
) -> None:
    """From its threshold on whatever it costs, below it never."""
    kept = Guarantee(
        *(threshold, 0.05, 0.95, (Escapes("dirt", 0, 60, 0.05),)),
        *(20, 30, 0.1, "new", "photo", ""),
    )
    policy = Policy.of(Recipe(("ok", "dirt")), guarantee=kept)
    p = rng.dirichlet([0.5] * 2, CASES)
    p[:4] = [[0.5, 0.5], [0.75, 0.25], [1.0, 0.0], [0.0, 1.0]]
    given = {
        "p": p.tolist(),
        "policy": {
            "costs": policy.costs.tolist(),
            "good": 0,
            "ratio": None,
            "threshold": threshold,
        },
    }

    found = evaluated(
        tmp_path, ("head.js",), "given.p.map((p) => rank(p, given.policy).order)", given
    )

    np.testing.assert_array_equal(found, rank(policy, p).order)


def test_readings_are_standardised_alike(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    """Both signs, and beyond the clip."""
    scale = Scale((0.5, -0.2), (0.3, 0.1), 4.0)
    readings = rng.normal(size=(CASES, 2)) * 3

    found = evaluated(
        tmp_path,
        ("head.js",),
        "given.readings.map((row) => standardise(row, given.scale))",
        {"readings": readings.tolist(), "scale": vars(scale)},
    )

    np.testing.assert_allclose(found, scale.x(readings), rtol=0, atol=1e-14)
    assert np.abs(found).max() == 4.0


TOLD = (
    *(0.0, -0.0, 0.5, 2.5, -2.5, 0.03125, 0.09375, -0.03125, 1.00005, 0.1 + 0.2, 5e-5),
    *(4.9e-5, -1e-20, 1e-320, 1e7, 12345665.0, 12345675.0, 9999999.5, -2.5e9, 1e300),
    *(0.7310585786300049, 1 - 1e-16, 0.99995, 123456.78125, 1 / 3, -0.00005),
)


def test_numbers_are_printed_to_the_last_digit(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    """Ties to the even digit, powers of ten, and a thousand others; any decimals."""
    values = [
        *TOLD,
        *(rng.normal(size=1000) * 10.0 ** rng.uniform(-9, 9, 1000)).tolist(),
    ]
    values += (rng.integers(-4000, 4000, 500) / 32).tolist()

    found = evaluated(
        tmp_path,
        ("numbers.js",),
        "given.map((v) => [0, 1, 2, 3, 4].map((d) => number(v, d)))",
        values,
    )

    assert found == [[number(value, d) for d in range(5)] for value in values]


def test_matrices_are_printed_with_the_same_decimals(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    """As few as say every entry exactly; sums of short decimals are taken for short."""
    rows = [
        rng.integers(-99, 99, (2, 3)) / 10.0**d for d in range(6) for _ in range(30)
    ]
    rows += [each + np.spacing(each) for each in rows] + [rng.normal(size=(2, 2))]
    rows += [np.array([[value, 0.5]]) for value in TOLD]

    found = evaluated(
        tmp_path,
        ("numbers.js",),
        "given.map(printed)",
        [each.tolist() for each in rows],
    )

    assert found == [printed(each) for each in rows]
