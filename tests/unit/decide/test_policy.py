"""The policy: prior correction, expected costs, the cheapest action, ties."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from glassline.decide import Policy, actions, decide
from glassline.errors import InputError, ShapeError
from glassline.recipe import ACTIONS, ClassCosts, Recipe

CLASSES = ("ok", "scratch", "dirt")
PRIORS = {"ok": 0.9, "scratch": 0.06, "dirt": 0.04}
THIRDS = [1 / 3, 1 / 3, 1 / 3]


def plain(**changes: object) -> Policy:
    """A policy of three classes with default costs, some fields changed."""
    return Policy.of(Recipe(classes=CLASSES, **changes))  # type: ignore[arg-type]


def with_costs(rows: list[list[float]], good: str | None = "ok") -> Policy:
    """A policy of two classes with the given (2, 3) costs."""
    half = np.full(2, 0.5)
    return Policy(("ok", "dirt"), np.array(rows, float), half, half, good=good)


weights = st.lists(st.floats(1e-9, 1), min_size=3, max_size=3)


def shares(raw: list[float]) -> np.ndarray:
    """Positive numbers scaled to sum to 1."""
    return np.array(raw) / np.sum(raw)


def test_costs_are_read_from_the_recipe_in_the_order_of_actions() -> None:
    """Declared costs stand in their class's row, the others keep the defaults."""
    policy = plain(costs={"dirt": ClassCosts(accept=7, reject=2, review=3)})

    assert_array_equal(policy.costs, [[0, 5, 1], [20, 0, 1], [7, 2, 3]])


def test_expected_costs_by_hand() -> None:
    """The reference example's p: 0, 20, 20 for accept; 5, 0, 0 for reject; 1."""
    p = np.array([0.648548, 0.26368, 0.087772])

    costs = plain().expected_costs(p)

    expected = [20 * 0.26368 + 20 * 0.087772, 5 * 0.648548, 1]
    assert_allclose(costs, expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("p", "action"),
    [
        pytest.param([1.0, 0.0, 0.0], "accept", id="surely good"),
        pytest.param([0.0, 1.0, 0.0], "reject", id="surely bad"),
        pytest.param([0.6, 0.4, 0.0], "review", id="in doubt"),
        pytest.param([0.96, 0.04, 0.0], "accept", id="escape costs 0.8 of a look"),
        pytest.param([0.94, 0.06, 0.0], "review", id="escape costs 1.2 looks"),
        pytest.param([0.19, 0.81, 0.0], "reject", id="overkill costs 0.95 of a look"),
        pytest.param([0.21, 0.79, 0.0], "review", id="overkill costs 1.05 looks"),
    ],
)
def test_the_cheapest_action_is_taken(p: list[float], action: str) -> None:
    """The action changes where the expected costs cross."""
    decision = decide(plain(), p)

    assert decision.action == action
    assert decision.reason.code == "cheapest"


@pytest.mark.parametrize(
    ("rows", "action"),
    [
        pytest.param([[1, 1, 1], [1, 1, 1]], "review", id="all equal"),
        pytest.param([[1, 1, 2], [1, 1, 2]], "reject", id="accept and reject equal"),
        pytest.param([[1, 2, 1], [1, 2, 1]], "review", id="accept and review equal"),
        pytest.param([[2, 1, 1], [2, 1, 1]], "review", id="reject and review equal"),
        pytest.param([[0, 0, 0], [0, 0, 0]], "review", id="all free"),
        pytest.param(
            [[1, 1 + 1e-13, 2], [1, 1, 2]], "reject", id="equal but for rounding"
        ),
    ],
)
def test_ties_go_to_the_safer_action(rows: list[list[float]], action: str) -> None:
    """Of equal costs review is taken before reject, reject before accept."""
    decision = decide(with_costs(rows), [0.5, 0.5])

    assert decision.action == action
    assert decision.reason.code == "tie"


def test_a_difference_above_rounding_is_no_tie() -> None:
    """A billionth of the cost still decides."""
    decision = decide(with_costs([[1, 1 + 1e-9, 2], [1, 1 + 1e-9, 2]]), [0.5, 0.5])

    assert (decision.action, decision.reason.code) == ("accept", "cheapest")


def test_without_a_good_class_nothing_is_accepted() -> None:
    """Accept is refused even where it would be free, and the reason says so."""
    decision = decide(with_costs([[0, 5, 1], [0, 5, 1]], good=None), [1.0, 0.0])

    assert decision.action == "review"
    assert decision.reason.code == "no_good_class"
    assert decision.expected_costs[0] == 0
    assert decision.reason.text("en") == (
        "The recipe names no good class, so nothing can be accepted. "
        "Cheapest of the rest: review, 1.00 looks; next: reject, 5.00."
    )
    assert decision.reason.text("zh-TW") == (
        "配方未指定良品類別，因此一律不得允收。"
        "其餘成本最低：複判，1.00 次人工目檢；其次：拒收，5.00。"
    )


def test_two_actions_are_compared_when_accept_is_not_allowed() -> None:
    """The second of the reason is the best allowed action, not accept."""
    reason = decide(with_costs([[0, 0, 1], [0, 0, 1]], good=None), [0.5, 0.5]).reason

    assert (reason.params["action"], reason.params["second"]) == ("reject", "review")


def test_prior_correction_by_hand() -> None:
    """Each p times its ratio, over their sum, in exact fractions."""
    policy = Policy.of(Recipe(classes=CLASSES, priors=PRIORS), [0.5, 0.25, 0.25])
    ratio = [Fraction("0.9") / Fraction("0.5"), Fraction("0.24"), Fraction("0.16")]
    weighted = [Fraction("0.2") * ratio[0], Fraction("0.5") * ratio[1]]
    weighted.append(Fraction("0.3") * ratio[2])
    expected = [float(w / sum(weighted)) for w in weighted]

    adjusted = policy.adjust([0.2, 0.5, 0.3])

    assert_allclose(adjusted, expected, rtol=1e-15)


def test_knowing_nothing_gives_the_priors() -> None:
    """Probabilities equal to the training mix become the line's priors."""
    policy = Policy.of(Recipe(classes=CLASSES, priors=PRIORS))

    assert_allclose(policy.adjust(THIRDS), list(PRIORS.values()), rtol=1e-15)


@given(raw=weights, mix=weights)
def test_correction_there_and_back_is_the_identity(
    raw: list[float], mix: list[float]
) -> None:
    """Correcting to the line and back to training returns the probabilities."""
    p, line = shares(raw), shares(mix)
    there = Policy(CLASSES, np.zeros((3, 3)), line, np.array(THIRDS))
    back = Policy(CLASSES, np.zeros((3, 3)), np.array(THIRDS), line)

    assert_allclose(back.adjust(there.adjust(p)), p, rtol=1e-12)


@given(raw=weights)
def test_corrected_probabilities_sum_to_one(raw: list[float]) -> None:
    """The correction renormalises."""
    adjusted = Policy.of(Recipe(classes=CLASSES, priors=PRIORS)).adjust(shares(raw))

    assert_allclose(adjusted.sum(), 1, rtol=1e-15)


def test_without_priors_the_bits_are_kept() -> None:
    """No priors, no correction, whatever the training mix was."""
    p = np.array([0.1, 0.2, 0.7])

    policy = Policy.of(Recipe(classes=CLASSES), [0.8, 0.1, 0.1])

    assert_array_equal(policy.adjust(p), p)
    assert not policy.corrects


def test_rare_priors_do_not_underflow() -> None:
    """A certain answer stays certain however rare the line says it is."""
    priors = {"ok": 1 - 2e-300, "scratch": 1e-300, "dirt": 1e-300}
    policy = Policy.of(Recipe(classes=CLASSES, priors=priors))

    assert_array_equal(policy.adjust([0.0, 1.0, 0.0]), [0, 1, 0])


def test_many_parts_get_the_same_bits_as_one_by_one(rng: np.random.Generator) -> None:
    """Actions and costs of a batch are those of each part alone, to the bit."""
    policy = Policy.of(Recipe(classes=CLASSES, priors=PRIORS))
    p = rng.dirichlet([0.5, 0.5, 0.5], size=257)

    single = [decide(policy, row) for row in p]

    assert_array_equal(policy.expected_costs(p), [d.expected_costs for d in single])
    assert_array_equal(policy.adjust(p), [d.probabilities for d in single])
    assert [ACTIONS[a] for a in actions(policy, p)] == [d.action for d in single]
    assert {d.action for d in single} == set(ACTIONS)


def test_no_part_at_all() -> None:
    """A batch of none gets no action."""
    assert actions(plain(), np.empty((0, 3))).shape == (0,)


def test_the_policy_can_not_be_changed_behind_its_back() -> None:
    """The costs are a read-only copy of what was given."""
    costs = np.zeros((3, 3))
    policy = Policy(CLASSES, costs, np.array(THIRDS), np.array(THIRDS))

    costs[0, 0] = 9

    assert policy.costs[0, 0] == 0
    assert not policy.costs.flags.writeable


def test_raising_one_cost_never_favours_that_action(rng: np.random.Generator) -> None:
    """With a dearer action, it is taken for fewer parts and never for new ones."""
    p = rng.dirichlet([1, 1, 1], size=500)
    cheap = plain()
    dear = plain(costs={"scratch": ClassCosts(accept=40, reject=0)})

    newly_accepted = (actions(dear, p) == 0) & (actions(cheap, p) != 0)

    assert not newly_accepted.any()
    assert (actions(dear, p) == 0).sum() < (actions(cheap, p) == 0).sum()


@pytest.mark.parametrize(
    ("p", "error", "message"),
    [
        pytest.param(
            [0.5, 0.5],
            ShapeError,
            "probabilities: expected shape (3,), got (2,).",
            id="two of three",
        ),
        pytest.param(
            [0.5, 0.4, 0.2],
            InputError,
            "probabilities[0]: expected numbers >= 0 that sum to 1, "
            "got [0.5, 0.4, 0.2].",
            id="sums to 1.1",
        ),
        pytest.param(
            [float("nan"), 0.5, 0.5],
            InputError,
            "probabilities[0]: expected numbers >= 0 that sum to 1, "
            "got [nan, 0.5, 0.5].",
            id="nan",
        ),
        pytest.param(
            [float("inf"), 0.5, 0.5],
            InputError,
            "probabilities[0]: expected numbers >= 0 that sum to 1, "
            "got [inf, 0.5, 0.5].",
            id="infinite",
        ),
        pytest.param(
            [-0.5, 1.0, 0.5],
            InputError,
            "probabilities[0]: expected numbers >= 0 that sum to 1, "
            "got [-0.5, 1.0, 0.5].",
            id="negative",
        ),
        pytest.param(
            [1e308, 1e308, 1e308],
            InputError,
            "probabilities[0]: expected numbers >= 0 that sum to 1, "
            "got [1e+308, 1e+308, 1e+308].",
            id="huge",
        ),
    ],
)
def test_bad_probabilities_are_refused(
    p: list[float], error: type[InputError], message: str
) -> None:
    """No decision is taken on numbers that are no probabilities."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        decide(plain(), p)


def test_the_first_bad_row_is_named() -> None:
    """In a batch the message names the first row that is wrong."""
    p = np.array([THIRDS, [1, 1, 1], [2, 2, 2]])

    with pytest.raises(
        InputError, match=r"^probabilities\[1\]: .* got \[1\.0, 1\.0, 1\.0\]\.$"
    ):
        plain().adjust(p)


@pytest.mark.parametrize("shape", [(), (2,), (2, 4), (1, 1, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    """Only (k,) and (n, k) are probabilities of three classes."""
    message = f"probabilities: expected shape (3,) or (n, 3), got {shape}."

    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        plain().adjust(np.full(shape, 0.5))


@pytest.mark.bad_shape
def test_actions_want_a_batch() -> None:
    """One part alone goes through decide."""
    message = "probabilities: expected shape (n, 3), got (3,)."

    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        actions(plain(), np.array(THIRDS))


@pytest.mark.parametrize(
    ("mix", "error", "message"),
    [
        pytest.param(
            [0.5, 0.5],
            ShapeError,
            "training_mix: expected shape (3,), got (2,).",
            id="two of three",
        ),
        pytest.param(
            [0.5, 0.5, 0.0],
            InputError,
            "training_mix[dirt]: expected a share above 0, got 0.",
            id="never trained on dirt",
        ),
        pytest.param(
            [0.5, 0.5, 0.5],
            InputError,
            "training_mix: expected shares that sum to 1, got a sum of 1.5.",
            id="sums to 1.5",
        ),
        pytest.param(
            [0.5, float("nan"), 0.5],
            InputError,
            "training_mix[scratch]: expected a share above 0, got nan.",
            id="nan",
        ),
    ],
)
def test_a_bad_training_mix_is_refused(
    mix: list[float], error: type[InputError], message: str
) -> None:
    """Priors can only be corrected from a mix that holds every class."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        Policy.of(Recipe(classes=CLASSES, priors=PRIORS), mix)


def test_costs_must_be_finite() -> None:
    """An infinite cost would make every sum infinite."""
    message = "costs: expected finite numbers, got NaN or infinity."

    with pytest.raises(InputError, match=f"^{message}$"):
        with_costs([[0, np.inf, 1], [20, 0, 1]])


@pytest.mark.bad_shape
def test_costs_must_fit_the_classes() -> None:
    """One row a class, one column an action."""
    message = "costs: expected shape (2, 3), got (1, 3)."

    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        with_costs([[0, 5, 1]])
