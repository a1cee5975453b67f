"""The sheet's figures: the worked example, the sums, what is left out, refusals."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.decide import Policy, decide
from glassline.errors import InputError, LabelError, ShapeError
from glassline.explain import Sheet
from glassline.explain.blocks.wording import Wording
from glassline.explain.sheet.figure import BLOCKS
from glassline.features import Scale
from glassline.head import Head
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.render.words import LANGUAGES

GOLDEN = Path(__file__).parents[3] / "golden" / "worked-example.json"
EXPECTED = json.loads(GOLDEN.read_text(encoding="utf-8"))
CLASSES = ("ok", "scratch", "dirt")
HEAD = Head(
    np.array([[1.0, 0.0, -1.0], [0.5, -0.5, 0.0]]), np.array([0.25, 0.0, -0.25])
)


def small(**changes: Any) -> Sheet:
    """A sheet of two features and three classes, some arguments changed."""
    given = {"x": [0.5, -2.0], "classes": CLASSES, "features": ("spots", "glare")}
    given |= changes
    return Sheet.of(HEAD, given.pop("x"), **given)


def step_of(sheet: Sheet, symbol: str) -> np.ndarray:
    """The value of the figure with this symbol."""
    return next(f.value for f in sheet.figures.values() if f.kind.symbol == symbol)


@pytest.mark.parametrize(
    "step", [pytest.param(s, id=s["symbol"]) for s in EXPECTED["steps"]]
)
def test_every_figure_of_the_worked_example(
    taught: Sheet, step: dict[str, Any]
) -> None:
    """Each step has the shape and, to the six decimals stated, the exact values."""
    value = step_of(taught, step["symbol"])

    assert list(value.shape) == step["shape"]
    assert_allclose(value, step["exact"], rtol=0, atol=5.1e-7)


@pytest.mark.parametrize(
    "step", [pytest.param(s, id=s["symbol"]) for s in EXPECTED["steps"]]
)
def test_print_of_the_worked_example(taught: Sheet, step: dict[str, Any]) -> None:
    """Each step is printed as the exact value rounded to at most four decimals."""
    figure = next(f for f in taught.figures.values() if f.kind.symbol == step["symbol"])

    printed = np.array(figure.printed, dtype=np.float64)

    assert_array_equal(printed, np.round(step["exact"], 4))


@pytest.mark.parametrize("symbol", ["x", "y", "W", "b"])
def test_the_givens_of_the_worked_example(taught: Sheet, symbol: str) -> None:
    """The inputs in the package are those of the worked example."""
    given = EXPECTED["given"][symbol]

    assert_array_equal(step_of(taught, symbol), given["value"])


def test_names_of_the_worked_example(taught: Sheet) -> None:
    """Classes and features carry the same words in both languages."""
    sheet = json.loads(taught.json())

    assert sheet["classes"] == EXPECTED["classes"]
    assert sheet["features"] == EXPECTED["features"]


@pytest.mark.parametrize(
    "row", [pytest.param(r, id=str(r["p_true"])) for r in EXPECTED["intuition_check"]]
)
def test_intuition_of_the_worked_example(taught: Sheet, row: dict[str, Any]) -> None:
    """The two losses beside the sum are -log 0.9 and -log 0.1, rightly rounded."""
    printed = {
        r["p_true"]: r["printed"] for r in json.loads(taught.json())["intuition_check"]
    }

    assert float(printed[row["p_true"]]) == round(row["exact"], 4)


def test_learning_of_the_worked_example(taught: Sheet) -> None:
    """The gradients are p - y, x^T (p - y) and p - y again."""
    p, x = taught.figures["p"].value, taught.figures["x"].value
    error = p - np.array([[0, 1, 0]])

    assert_allclose(taught.figures["dz"].value, error, rtol=1e-15)
    assert_allclose(taught.figures["dW"].value, x.T @ error, rtol=1e-15)
    assert_array_equal(taught.figures["db"].value, taught.figures["dz"].value)


def test_step_of_the_worked_example(taught: Sheet) -> None:
    """One step of 0.1 against the gradient, and the loss of the stepped head."""
    value = {key: figure.value for key, figure in taught.figures.items()}
    stepped = value["x"] @ value["W_new"] + value["b_new"]

    assert_allclose(value["W_new"], value["W"] - 0.1 * value["dW"], rtol=1e-15)
    assert_allclose(value["b_new"], value["b"] - 0.1 * value["db"], rtol=1e-15)
    loss = np.log(np.exp(stepped).sum()) - stepped[0, 1]
    assert_allclose(value["L_new"], [[loss]], rtol=1e-14)
    assert value["L_new"] < value["L"]


@pytest.mark.parametrize("key", ["dW", "db"])
def test_gradients_against_central_differences(key: str) -> None:
    """The slope shown is the slope of the loss, to the order of the stencil."""
    sheet = small(label="dirt")
    value, slope = (
        {"dW": HEAD.W, "db": HEAD.b[np.newaxis]}[key],
        sheet.figures[key].value,
    )
    h = 1e-5

    def loss(change: np.ndarray) -> float:
        moved = {"dW": np.zeros_like(HEAD.W), "db": np.zeros((1, 3)), key: change}
        head = Head(HEAD.W + moved["dW"], HEAD.b + moved["db"][0])
        again = Sheet.of(
            head, [0.5, -2.0], classes=CLASSES, features=("a", "b"), label="dirt"
        )
        return float(again.figures["L"].value[0, 0])

    units = np.eye(value.size).reshape(-1, *value.shape)
    numeric = [(loss(h * u) - loss(-h * u)) / (2 * h) for u in units]

    assert_allclose(slope.ravel(), numeric, rtol=5e-6, atol=1e-10)


def test_contributions_add_up_to_the_bit(rng: np.random.Generator) -> None:
    """Added from first to last feature they give s, and s + b gives the head's z."""
    different = []
    for _ in range(500):
        head = Head(rng.normal(size=(4, 3)), rng.normal(size=3))
        x = rng.normal(size=4)
        sheet = Sheet.of(head, x, classes=CLASSES)
        a = sheet.figures["contributions"].value
        s = ((a[0] + a[1]) + a[2]) + a[3]
        z = head.logits(x[np.newaxis])
        same = (s == sheet.figures["s"].value[0]) & (s + head.b == z[0])
        different.append(int((~same).sum() + (z != sheet.figures["z"].value).sum()))

    assert sum(different) == 0


def test_the_steps_of_softmax_give_the_head_s_probabilities(
    rng: np.random.Generator,
) -> None:
    """E over t is p to the bit, so that the steps are those that were taken."""
    head = Head(rng.normal(size=(4, 3)), rng.normal(size=3))

    figures = Sheet.of(head, rng.normal(size=4), classes=CLASSES).figures

    assert_array_equal(figures["e"].value / figures["t"].value, figures["p"].value)


def test_log_odds_of_the_worked_example(taught: Sheet) -> None:
    """Feature by feature, scratch against OK: -0.48, 0.20, -0.32, -0.06, -0.24."""
    odds = taught.log_odds

    assert (odds.best, odds.second) == (0, 1)
    assert_allclose(odds.differences, [-0.8, 0.2, 0.8, -0.3], rtol=1e-14)
    assert_allclose(odds.adds, [-0.48, 0.2, -0.32, -0.06], rtol=1e-14)
    assert_allclose((odds.bias, odds.total), (-0.24, -0.9), rtol=1e-14)


def test_log_odds_are_the_difference_of_two_logits(rng: np.random.Generator) -> None:
    """The total is the runner-up's logit less the best one's."""
    head = Head(rng.normal(size=(7, 5)), rng.normal(size=5))
    sheet = Sheet.of(head, rng.normal(size=7), classes="abcde", features="1234567")
    z = np.sort(sheet.figures["z"].value[0])

    assert_allclose(sheet.log_odds.total, z[-2] - z[-1], rtol=1e-12)


def test_of_equal_classes_the_first_is_best() -> None:
    """With x and b all 0 every class has p = 1/k; the order of the recipe decides."""
    sheet = Sheet.of(
        Head(np.ones((1, 3)), np.zeros(3)), [0.0], classes=CLASSES, features=["a"]
    )

    assert (sheet.log_odds.best, sheet.log_odds.second) == (0, 1)
    assert sheet.log_odds.total == 0


def test_a_label_of_shares() -> None:
    """Two inspectors disagree: the loss is the mean of what each would cost."""
    both = [small(label=name).figures["L"].value for name in ("ok", "dirt")]

    sheet = small(label=[0.5, 0.0, 0.5])

    assert_allclose(sheet.figures["L"].value, np.mean(both, axis=0), rtol=1e-15)
    assert sheet.label == ""


@pytest.mark.parametrize("label", [None, [0.0, 0.0, 0.0]], ids=["none", "undecided"])
def test_without_a_label_loss_and_learning_are_left_out(label: Any) -> None:
    """What rests on the label is absent, what does not is there."""
    sheet = small(label=label)

    assert sheet.label is None
    assert set(sheet.figures).isdisjoint([*BLOCKS["loss"], *BLOCKS["learning"], "y"])
    assert {*BLOCKS["linear"], *BLOCKS["softmax"]} <= set(sheet.figures)


def test_costs_of_the_worked_example(taught: Sheet) -> None:
    """Expected costs are p C; without priors the correction is left out."""
    p, costs = taught.figures["p"].value, taught.figures["costs"].value

    assert_allclose(taught.figures["expected_costs"].value, p @ costs, rtol=1e-15)
    assert set(taught.figures).isdisjoint(("ratio", "adjusted"))


def test_priors_are_shown_where_they_count(trained: Sheet) -> None:
    """With line priors the ratio and the corrected probabilities are figures too."""
    value = {key: figure.value for key, figure in trained.figures.items()}
    weighted = value["p"] * value["ratio"]

    assert_allclose(value["ratio"], 3 * np.array([[0.97, 0.02, 0.01]]), rtol=1e-14)
    assert_allclose(value["adjusted"], weighted / weighted.sum(), rtol=1e-14)
    assert_allclose(
        value["expected_costs"], value["adjusted"] @ value["costs"], rtol=1e-14
    )


def test_readings_lead_to_x(trained: Sheet) -> None:
    """The scaling shown ends at the x that the sum starts from."""
    assert trained.scaling is not None
    curved = np.array(trained.scaling.curved)
    center, spread = map(
        np.array, (trained.scaling.scale.center, trained.scaling.scale.spread)
    )

    assert_allclose(curved, np.log1p(trained.scaling.readings), rtol=1e-15)
    assert_allclose(
        (curved - center) / spread, trained.figures["x"].value[0], rtol=1e-14
    )


def test_figures_can_not_be_changed(taught: Sheet) -> None:
    """A sheet says what was done; its arrays are read-only."""
    assert [k for k, f in taught.figures.items() if f.value.flags.writeable] == []


def test_names_of_the_recipe_are_shown() -> None:
    """A class may be named for each language; the rest keep glossary or id."""
    sheet = small(names={"en": {"dirt": "dirt or oil"}, "zh-TW": {"dirt": "油污"}})

    assert [Wording(sheet, lang).classes for lang in LANGUAGES] == [
        ("OK", "scratch", "dirt or oil"),
        ("OK", "刮傷", "油污"),
    ]


REFUSALS = [
    pytest.param(
        {"x": [1.0]},
        ShapeError,
        "x: expected shape (2,) to match W (2, 3), got (1,).",
        id="x too short",
    ),
    pytest.param(
        {"classes": ("ok", "dirt")},
        ShapeError,
        "classes: expected shape (3,) to match W (2, 3), got (2,).",
        id="a class missing",
    ),
    pytest.param(
        {"features": FEATURE_NAMES},
        ShapeError,
        "features: expected shape (2,) to match W (2, 3), got (4,).",
        id="features of another head",
    ),
    pytest.param(
        {"x": [float("nan"), 0.0]},
        InputError,
        "x[0, 0]: expected a finite number, got nan.",
        id="nan in x",
    ),
    pytest.param(
        {"x": [1.5e308, 0.0]},
        InputError,
        "z: expected logits less than 1e308 apart, got more.",
        id="logits too far apart",
    ),
    pytest.param(
        {"label": "mud"},
        LabelError,
        "label: expected one of ok, scratch, dirt, got 'mud'.",
        id="unknown label",
    ),
    pytest.param(
        {"label": [1.0, 0.0]},
        ShapeError,
        "label: expected shape (3,), got (2,).",
        id="shares of two classes",
    ),
    pytest.param(
        {"learning_rate": 0.0},
        InputError,
        "learning_rate: expected a number above 0, got 0.0.",
        id="no step",
    ),
    pytest.param(
        {"readings": [1.0], "scale": Scale((0.0, 0.0), (1.0, 1.0))},
        ShapeError,
        "readings: expected shape (2,), got (1,).",
        id="one reading of two",
    ),
    pytest.param(
        {"readings": [1.0, 2.0], "scale": Scale((0.0,), (1.0,))},
        ShapeError,
        "scale: expected shape (2,), got (1,).",
        id="scale of one feature",
    ),
    pytest.param(
        {"decision": decide(Policy.of(Recipe(CLASSES)), [1.0, 0.0, 0.0])},
        InputError,
        "decision: expected one made from this part's probabilities, got another's.",
        id="decision of another part",
    ),
    pytest.param(
        {"decision": decide(Policy.of(Recipe(("ok", "dirt"))), [1.0, 0.0])},
        ShapeError,
        "decision: expected one for ok, scratch, dirt, got one for ok, dirt.",
        id="decision of another recipe",
    ),
]


@pytest.mark.parametrize(("changes", "error", "message"), REFUSALS)
def test_what_does_not_fit_is_refused(
    changes: dict[str, Any], error: type[InputError], message: str
) -> None:
    """No sheet is written about numbers that do not belong together."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        small(**changes)


def test_one_class_is_no_question() -> None:
    """With a single class there is nothing to compare."""
    message = "classes: expected at least 2, got 1."

    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        Sheet.of(
            Head(np.ones((1, 1)), np.zeros(1)), [0.0], classes=["ok"], features=["a"]
        )
