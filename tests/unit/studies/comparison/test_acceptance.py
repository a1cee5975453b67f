"""What a new model accepts anew: proofs against readings drawn at random, by own sums."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import heads, models, readings, recipes, scales

from glassline.decide import Region
from glassline.features import Scale
from glassline.head import Head
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.recipe import Action, ClassCosts
from glassline.studies.comparison.acceptance import Acceptance, acceptance
from glassline.studies.comparison.differences import Verdict

ALL = [(0.0, np.inf)] * 4
PRICES = (0.0, 0.5, 1.0, 5.0, 20.0)
FAR = 5.5  # the readings tried go beyond the clip of 4
WAYS = ("bias", "costs", "weights", "scale", "steeper", "region", "priors")


def _accepts(model: Model, readings: np.ndarray) -> np.ndarray:
    """Which readings are accepted, worked out from the definitions alone."""
    curved = np.sign(readings) * np.log1p(np.abs(readings))
    u = (curved - model.scale.center) / model.scale.spread
    z = np.clip(u, -model.scale.clip, model.scale.clip) @ model.head.W + model.head.b
    e = np.exp(z - z.max(axis=1, keepdims=True))
    if model.recipe.priors:
        e *= np.array(list(model.recipe.priors.values())) / model.training_mix
    table = [model.recipe.class_costs(name) for name in model.recipe.classes]
    accept, reject, review = (
        e @ np.array([getattr(row, each) for row in table])
        for each in ("accept", "reject", "review")
    )
    taken = (accept < reject * (1 - 1e-9)) & (accept < review * (1 - 1e-9))
    if model.region is not None:
        away = u[:, np.newaxis] - np.array(model.region.centers)
        inverses = np.array(model.region.inverses)
        squares = np.einsum("nci,cij,ncj->nc", away, inverses, away)
        taken &= squares.min(axis=1) <= model.region.limit**2 * (1 - 1e-9)
    return taken


def _costs(model: Model, rng: np.random.Generator) -> dict[str, ClassCosts]:
    return {
        name: ClassCosts(
            accept=0.0 if name == model.recipe.good else float(rng.choice(PRICES[1:])),
            reject=float(rng.choice(PRICES)) if name == model.recipe.good else 0.0,
            review=float(rng.choice(PRICES[1:3])),
        )
        for name in model.recipe.classes
    }


def _region(rng: np.random.Generator) -> Region:
    roots = rng.normal(size=(2, 4, 4))
    spreads = roots @ roots.transpose(0, 2, 1) / 2 + 0.3 * np.eye(4)
    return Region(
        classes=("ok", "dirt"),
        centers=tuple(map(tuple, rng.uniform(-1, 3, (2, 4)).tolist())),
        inverses=tuple(
            tuple(map(tuple, rows)) for rows in np.linalg.inv(spreads).tolist()
        ),
        limit=3.0,
        rate=0.02,
        n=100,
    )


def _pair(model: Model, way: str, rng: np.random.Generator) -> tuple[Model, Model]:
    """Two models that differ in one way, the new one often a little stricter."""
    scale = Scale(tuple(rng.uniform(0, 2, 4)), tuple(rng.uniform(0.1, 0.8, 4)))
    head = Head(rng.normal(size=(4, 3)) * rng.choice([0.3, 1, 3]), rng.normal(size=3))
    old = replace(
        model,
        recipe=replace(model.recipe, costs=_costs(model, rng)),
        head=head,
        scale=scale,
        region=_region(rng) if rng.random() < 0.5 else None,
    )
    lean = np.array([rng.choice([0.01, 0.3, 2.0]), 0.0, 0.0])
    nearby = Scale(
        tuple(np.array(scale.center) + rng.normal(size=4) * 0.02),
        tuple(np.array(scale.spread) * rng.uniform(0.95, 1.05, 4)),
    )
    priors = dict(zip(model.recipe.classes, (0.5, 0.3, 0.2), strict=True))
    changed = {
        "bias": {"head": Head(head.W, head.b - lean)},
        "costs": {"recipe": replace(old.recipe, costs=_costs(model, rng))},
        "weights": {"head": Head(head.W + rng.normal(size=(4, 3)) / 20, head.b - lean)},
        "scale": {"scale": nearby, "head": Head(head.W, head.b - lean)},
        "steeper": {"head": Head(3 * head.W, 3 * head.b)},
        "region": {"region": _region(rng)},
        "priors": {"recipe": replace(old.recipe, priors=priors)},
    }
    return old, replace(old, **changed[way])


def _readings(old: Model, new: Model, rng: np.random.Generator) -> np.ndarray:
    u = rng.uniform(-FAR, FAR, (20_000, 4))
    if new.region is not None:
        centers = np.array(new.region.centers)
        u[10_000:] = centers[rng.integers(2, size=10_000)] + rng.normal(
            size=(10_000, 4)
        )
    curved = np.array(new.scale.center) + u * new.scale.spread
    return np.maximum(np.sign(curved) * np.expm1(np.abs(curved)), 0.0)


def _anew(old: Model, new: Model, readings: np.ndarray) -> int:
    return int((_accepts(new, readings) & ~_accepts(old, readings)).sum())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("draw", range(4))
def test_no_reading_shows_what_is_proved_impossible(
    model: Model, rng: np.random.Generator, way: str, draw: int
) -> None:
    """20,000 readings each; an example is one by the definitions too."""
    rng = rng.spawn(draw + 1)[-1]
    old, new = _pair(model, way, rng)

    found = acceptance(old, new, ALL)

    told = {
        Verdict.IMPOSSIBLE: 0,
        Verdict.LEVEL: 0,
        Verdict.POSSIBLE: 1,
    }[found.verdict]
    tried = _readings(old, new, rng) if found.readings is None else found.readings[None]
    assert _anew(old, new, tried) == told


@pytest.mark.parametrize(
    ("lean", "found"),
    [
        pytest.param(0.0, "same", id="the same"),
        pytest.param(1e-13, "border", id="closer than rounding"),
        pytest.param(1e-3, "proved", id="a thousandth of a nat"),
    ],
)
def test_how_close_is_too_close(model: Model, lean: float, found: str) -> None:
    """A proof needs more than what ties and rounding can do to a cost."""
    new = replace(model, head=Head(model.head.W, model.head.b - [lean, 0.0, 0.0]))

    assert acceptance(model, new, ALL).reason == found


@pytest.mark.parametrize("power", [50, 150, 300])
def test_weights_that_rounding_drowns_are_left_open(model: Model, power: int) -> None:
    """Nothing is proved of logits that are off by more than a nat."""
    steep = Head(model.head.W * 10.0**power, model.head.b)
    old = replace(model, head=steep, region=None)
    new = replace(old, head=Head(steep.W, steep.b - [1.0, 0.0, 0.0]))

    assert acceptance(old, new, [(0.0, 1.0)] * 4).verdict is not Verdict.IMPOSSIBLE


def test_nothing_is_accepted_without_a_good_class(model: Model) -> None:
    """So nothing can be accepted anew, and anything may be by the other."""
    recipe = replace(model.recipe, classes=("a", "b", "c"), good=None)
    nameless = replace(model, recipe=recipe)

    assert _verdict(acceptance(model, nameless, ALL)) == ("impossible", "proved")
    assert _verdict(acceptance(nameless, model, ALL)) == ("possible", "example")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Model, Model]:
    """Two models that differ in one thing, tied, steep, tiny and huge ones among them."""
    old = draw(models(st.integers(2, 4)))
    k, d = len(old.recipe.classes), len(old.feature_names)
    costs = draw(recipes(k)).costs.values()
    priced = dict(zip(old.recipe.classes, costs, strict=False))
    bare = {"region": None, "gauge": None, "guarantee": None}
    ways = (
        {"head": draw(heads(k, d))},
        {"head": Head(old.head.W, old.head.b - 1e-14 * np.arange(k))},
        {"scale": draw(scales(d))},
        {"recipe": replace(old.recipe, costs=priced)},
        *({name: nothing} for name, nothing in bare.items()),
    )
    return old, replace(old, **draw(st.sampled_from(ways)))


@settings(max_examples=20)
@given(pair=pairs(), rows=st.lists(readings(), min_size=1, max_size=4))
def test_whatever_the_models_a_proof_holds_where_they_decide(
    pair: tuple[Model, Model], rows: list[np.ndarray]
) -> None:
    """No reading that was drawn is accepted anew where that is proved impossible."""
    old, new = pair
    ranges = [(least, np.inf) for least in old.front.least.tolist()]
    seen = np.abs(np.array(rows))

    found = acceptance(old, new, ranges)

    before, after = (decide(each, seen).actions == Action.ACCEPT for each in (old, new))
    anew = bool((after & ~before).any())
    assert not (anew and found.verdict is Verdict.IMPOSSIBLE)


def _verdict(found: Acceptance) -> tuple[str, str]:
    return found.verdict.value, found.reason
