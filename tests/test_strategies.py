"""What property tests draw: the degenerate cases come, and everything is valid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from strategies import (
    extreme_costs,
    full_recipes,
    gauges,
    heads,
    image_settings,
    images,
    labels,
    models,
    part_weights,
    policies,
    probabilities,
    readings,
    recipes,
    regions,
    scales,
    shares,
    x_rows,
)

from glassline.decide import Policy
from glassline.model import Model
from glassline.recipe import Recipe

SEARCH = settings(phases=[Phase.generate], max_examples=2_000, database=None)


@pytest.mark.parametrize(
    ("strategy", "wanted"),
    [
        pytest.param(recipes(), lambda r: r.good is None, id="no-good-class"),
        pytest.param(recipes(), lambda r: len(r.classes) == 6, id="six-classes"),
        pytest.param(recipes(), lambda r: len(r.classes) == 2, id="two-classes"),
        pytest.param(
            recipes(), lambda r: min((r.priors or {"": 1}).values()) < 1e-8, id="rare"
        ),
        pytest.param(recipes(), lambda r: not r.review.gauge, id="gauge-off"),
        pytest.param(
            recipes(costs=extreme_costs),
            lambda r: any(c.accept >= 1e300 for c in r.costs.values()),
            id="a-cost-no-currency-has",
        ),
        pytest.param(
            recipes(),
            lambda r: any(c.accept == c.reject == c.review for c in r.costs.values()),
            id="tied-costs",
        ),
        pytest.param(
            recipes(), lambda r: any(c.accept < 0 for c in r.costs.values()), id="gain"
        ),
        pytest.param(full_recipes(), lambda r: len(r.features) == 4, id="settings"),
        pytest.param(full_recipes(), lambda r: bool(r.names), id="names"),
        pytest.param(full_recipes(), lambda r: bool(r.concepts), id="concepts"),
        pytest.param(policies(), lambda p: p.guarantee is None, id="by-cost"),
        pytest.param(
            policies(), lambda p: p.guarantee and p.guarantee.is_void, id="void-promise"
        ),
        pytest.param(
            policies(promised=True), lambda p: p.guarantee.threshold == 1, id="certain"
        ),
        pytest.param(
            policies(promised=True), lambda p: p.guarantee.threshold == 2, id="never"
        ),
        pytest.param(policies(), lambda p: not p.corrects, id="no-correction"),
        pytest.param(heads(), lambda h: not h.W.any(), id="zero-head"),
        pytest.param(heads(), lambda h: np.abs(h.W).max() > 1e100, id="huge-head"),
        pytest.param(heads(), lambda h: np.abs(h.W).max() > 100, id="steep-head"),
        pytest.param(heads(), lambda h: 0 < np.abs(h.W).max() < 1e-300, id="tiny-head"),
        pytest.param(
            heads(),
            lambda h: h.W.any() and (h.W[:, 0] == h.W[:, -1]).all(),
            id="two-classes-alike",
        ),
        pytest.param(heads(d=40), lambda h: h.d == 40 and h.W.any(), id="wide-head"),
        pytest.param(probabilities(3), lambda p: (p == 1).any(), id="certain-p"),
        pytest.param(
            probabilities(3), lambda p: (p == p[:, :1]).all() and p.any(), id="tied-p"
        ),
        pytest.param(x_rows(), lambda x: (np.abs(x) == 4).any(), id="at-the-clip"),
        pytest.param(readings(), lambda r: (r < 0).any(), id="below-zero"),
        pytest.param(readings(), lambda r: (r > 1e5).any(), id="far-off"),
        pytest.param(labels(5, 3), lambda y: (y == y[0]).all(), id="one-class"),
        pytest.param(part_weights(5), lambda w: (w == 0).any(), id="weight-0"),
        pytest.param(scales(), lambda s: min(s.spread) == 1e-3, id="hardly-varies"),
        pytest.param(gauges(), lambda g: not g.sigma.any(), id="repeats-exactly"),
        pytest.param(
            image_settings, lambda s: s.region_xyxy is not None, id="a-region"
        ),
        pytest.param(images(), lambda i: (i == i[0, 0]).all(), id="flat-image"),
        pytest.param(images(), lambda i: len(np.unique(i)) == 2, id="two-greys"),
        pytest.param(
            models(), lambda m: m.guarantee and m.gauge, id="promise-and-gauge"
        ),
        pytest.param(models(), lambda m: m.region is None, id="no-region"),
    ],
)
def test_the_degenerate_cases_come(
    strategy: st.SearchStrategy[Any], wanted: Callable[[Any], bool]
) -> None:
    """Each of them is found within 2,000 draws."""
    assert wanted(find(strategy, wanted, settings=SEARCH))


@settings(max_examples=50)
@given(recipe=recipes(costs=extreme_costs), full=full_recipes())
def test_recipes_are_such_that_a_line_could_declare(
    recipe: Recipe, full: Recipe
) -> None:
    """Built anew from their own fields they are not refused."""
    assert Recipe(**vars(recipe)) == recipe
    assert Recipe(**vars(full)) == full


@given(policy=policies(costs=extreme_costs))
def test_policies_have_a_cost_for_every_class_and_action(policy: Policy) -> None:
    """Finite numbers, shares that sum to 1, a promise only beside a good class."""
    k = len(policy.classes)

    assert policy.costs.shape == (k, 3)
    assert np.isfinite(policy.costs).all()
    assert abs(policy.priors.sum() - 1) < 1e-9
    assert policy.guarantee is None or policy.good is not None


@given(p=probabilities(4), mix=shares(4))
def test_shares_are_shares(p: np.ndarray, mix: np.ndarray) -> None:
    """Rows within [0, 1] that sum to 1; a mix leaves no class out."""
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    assert (mix > 0).all()


@settings(max_examples=25)
@given(model=models(full=True), without=recipes(good=False))
def test_models_fit_together(model: Model, without: Recipe) -> None:
    """Head, scale and region of one width; no good class where none was asked for."""
    k, d = len(model.recipe.classes), len(model.feature_names)

    assert model.head.W.shape == (d, k)
    assert len(model.scale.center) == d
    assert model.policy.guarantee is model.guarantee
    assert without.good is None


@settings(max_examples=25)
@given(region=regions(("ok", "dirt", "dent")))
def test_regions_are_ellipsoids(region: Any) -> None:
    """Every direction leads out of them."""
    assert (np.linalg.eigvalsh(np.array(region.inverses)) > 0).all()
