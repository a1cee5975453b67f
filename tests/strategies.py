"""Everything that property tests draw, degenerate cases first: recipes to whole models.

What is drawn is valid: a refusal in a property test is a fault. Numbers that are tied,
0, tiny or huge come as often as ordinary ones, for that is where proofs break. A model
is built in memory from what was drawn, so nothing is trained here.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from glassline.decide import Escapes, Gauge, Guarantee, Policy, Region
from glassline.features import FEATURES, Scale
from glassline.front import Measured
from glassline.head import Head
from glassline.model import Model, load
from glassline.recipe import (
    FEATURE_NAMES,
    ClassCosts,
    ImageSettings,
    Recipe,
    ReviewSettings,
    TrainingSettings,
)
from glassline.render.words import LANGUAGES

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Draw = st.DrawFn

D = len(FEATURE_NAMES)
CLASS_COUNTS = st.integers(2, 6)
NAMES = ("ok", "scratch", "dirt", "良品", "刮傷", "a b", "ünder-|*", "x1", "Good")


def written(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers as people write them down: at most six decimals."""
    return st.integers(round(low * 1e6), round(high * 1e6)).map(lambda n: n / 1e6)


WEIGHTS = {
    "written": written(-9, 9),
    "ordinary": st.floats(-5, 5),
    "whole": st.integers(-2, 2).map(float),  # columns alike, walls that are parallel
    "zero": st.just(0.0),
    "steep": st.floats(-300, 300),
    "tiny": st.floats(-1e-300, 1e-300),
    "huge": st.floats(-1e150, 1e150),
}
KINDS = ("shift",), ("shift", "noise")
MODEST = ("written", "whole", "zero")
"""Weights whose sums a person can write down."""

money = st.sampled_from([0.0, 0.0, 1.0, 1.0, 5.0, 20.0, -3.0]) | written(0, 100)
extreme_money = money | st.sampled_from([1e-300, 1e300, -1e300, 5e-324])


def shares(k: int, *, least: float = 1e-9) -> st.SearchStrategy[Numbers]:
    """K numbers above 0 that sum to 1: alike, ordinary, and one that is nearly all."""
    part = st.sampled_from([1.0, 1.0, least]) | st.floats(0.01, 1)
    return arrays(np.float64, k, elements=part).map(lambda row: row / row.sum())


@st.composite
def probabilities(draw: Draw, k: int, n: int | None = None) -> Numbers:
    """Rows that sum to 1, shape (n, k): also certain, tied, and all but 0."""
    rows = draw(st.integers(1, 5)) if n is None else n
    part = st.sampled_from([0.0, 1.0, 1.0, 1e-12, 1e-300]) | st.floats(0, 1)
    raw = draw(arrays(np.float64, (rows, k), elements=part))
    total = raw.sum(axis=1, keepdims=True)
    raw = np.where(total > 0, raw, 1.0)
    return np.asarray(raw / raw.sum(axis=1, keepdims=True))


def labels(n: int, k: int) -> st.SearchStrategy[np.ndarray[Any, np.dtype[np.int64]]]:
    """Class ids, shape (n,): often of one class alone."""
    one = st.integers(0, k - 1).map(lambda c: np.full(n, c, np.int64))
    return one | arrays(np.int64, n, elements=st.integers(0, k - 1))


def part_weights(n: int) -> st.SearchStrategy[Numbers]:
    """How much each part counts, shape (n,): some nothing, never all."""
    one = st.sampled_from([0.0, 1.0, 1.0, 1e-9, 1e9]) | st.floats(0.01, 10)
    return arrays(np.float64, n, elements=one).filter(lambda row: row.sum() > 0)


@st.composite
def heads(
    draw: Draw,
    k: int | st.SearchStrategy[int] = CLASS_COUNTS,
    d: int | st.SearchStrategy[int] = D,
    kinds: tuple[str, ...] = tuple(WEIGHTS),
) -> Head:
    """W and b of one size of number; in one head of three two classes are alike."""
    k = k if isinstance(k, int) else draw(k)
    d = d if isinstance(d, int) else draw(d)
    numbers = draw(
        arrays(np.float64, (d + 1, k), elements=WEIGHTS[draw(st.sampled_from(kinds))])
    )
    twin = draw(st.sampled_from([False, False, True]))
    numbers[:, -1] = numbers[:, 0] if twin else numbers[:, -1]
    return Head(numbers[:-1], numbers[-1])


def x_rows(
    n: int | None = None, d: int = D, clip: float = 4.0
) -> st.SearchStrategy[Numbers]:
    """Rows of x within the clip, shape (n, d): also 0, at the clip, and -0.0."""
    one = st.sampled_from([0.0, -0.0, clip, -clip, 1.0]) | written(-clip, clip)
    count = st.integers(1, 5) if n is None else st.just(n)
    return count.flatmap(lambda rows: arrays(np.float64, (rows, d), elements=one))


def x_values(d: int = D, clip: float = 4.0) -> st.SearchStrategy[Numbers]:
    """One part's x, shape (d,)."""
    return x_rows(1, d, clip).map(lambda rows: rows[0])


def readings(d: int = D) -> st.SearchStrategy[Numbers]:
    """One part's readings, shape (d,): none, tiny, below 0, far off every scale."""
    one = st.sampled_from([0.0, -0.0, 1e-300, 1e6, -1e6]) | written(-50, 200)
    return arrays(np.float64, d, elements=one)


@st.composite
def scales(draw: Draw, d: int = D) -> Scale:
    """Centres and spreads; some features hardly vary."""
    center = draw(arrays(np.float64, d, elements=written(-3, 6)))
    spread = st.sampled_from([1e-3, 1.0, 20.0]) | written(0.01, 5)
    spreads = draw(arrays(np.float64, d, elements=spread))
    clip = draw(st.sampled_from([4.0, 4.0, 1.0, 30.0]))
    return Scale(tuple(center), tuple(spreads), clip)


image_settings = st.builds(
    ImageSettings,
    max_bytes=st.sampled_from([1, 20_000_000]),
    max_pixels=st.sampled_from([256, 50_000_000]),
    orientation=st.sampled_from(["exif", "stored"]),
    region_xyxy=st.none()
    | st.tuples(
        st.integers(0, 9), st.integers(0, 9), st.integers(10, 99), st.integers(10, 99)
    ),
    pixel_size_um=st.none() | st.sampled_from([5e-324, 12.5, 1e300]),
)


@st.composite
def images(draw: Draw, least: int = 16, most: int = 40) -> np.ndarray[Any, Any]:
    """Small grey photos, shape (h, w), uint8: flat, of two values, or all noise."""
    side = st.integers(least, most)
    values = draw(
        st.sampled_from(
            [
                st.integers(0, 255),
                st.sampled_from([0, 255]),
                st.just(draw(st.integers(0, 255))),
            ]
        )
    )
    return draw(arrays(np.uint8, (draw(side), draw(side)), elements=values))


class_costs = st.builds(ClassCosts, accept=money, reject=money, review=money)
extreme_costs = st.builds(
    ClassCosts, accept=extreme_money, reject=extreme_money, review=extreme_money
)
settings_of_features = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from([asdict(each) for each in feature.grid])
        for name, feature in FEATURES.items()
    },
)


@st.composite
def recipes(
    draw: Draw,
    k: int | st.SearchStrategy[int] = CLASS_COUNTS,
    *,
    costs: st.SearchStrategy[ClassCosts] = class_costs,
    good: bool | None = None,
) -> Recipe:
    """What decides: classes, costs, priors and review, little, much, tied, extreme.

    Args:
        draw: Hypothesis's own.
        k: How many classes.
        costs: Of one class; `extreme_costs` has numbers that no currency has.
        good: Whether there is a good class; left out, either.
    """
    k = k if isinstance(k, int) else draw(k)
    start = draw(st.integers(0, len(NAMES) - 1))
    classes = tuple((NAMES + NAMES)[start : start + k])
    if good is False:
        classes = tuple(f"kind {place}" for place in range(k))
    chosen = None if good is False else draw(st.none() | st.sampled_from(classes))
    return Recipe(
        classes=classes,
        good=chosen or (classes[0] if good else None),
        costs=draw(_some(classes, costs)),
        priors=draw(st.none() | shares(k).map(lambda row: _named(classes, row))),
        review=draw(
            st.builds(
                ReviewSettings,
                novelty=st.sampled_from([0.0, 0.02, 0.999]),
                gauge=st.sampled_from([0.0, 1e-9, 1.645, 30.0]),
            )
        ),
    )


@st.composite
def full_recipes(draw: Draw) -> Recipe:
    """The same with every other field that a line may declare."""
    recipe = draw(recipes())
    named = st.sampled_from(recipe.classes)
    return replace(
        recipe,
        names=draw(_some(LANGUAGES, st.dictionaries(named, st.sampled_from("甲xy")))),
        features=draw(settings_of_features),
        concepts=draw(_some(recipe.classes, _some(FEATURE_NAMES, st.floats(0, 1)))),
        currency=draw(st.sampled_from(["looks", "NT$", "元"])),
        image=draw(image_settings),
        training=draw(
            st.builds(
                TrainingSettings,
                penalty=st.sampled_from([0.0, 1e-12, 3e-4, 1e6]),
                class_weights=st.sampled_from(["none", "balanced"]),
                label_smoothing=st.floats(0, 1),
            )
        ),
    )


def _named(classes: tuple[str, ...], row: Numbers) -> dict[str, float]:
    return dict(zip(classes, row.tolist(), strict=True))


def _some(
    keys: tuple[str, ...], values: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(keys), values, max_size=len(keys))


@st.composite
def promises(draw: Draw, recipe: Recipe) -> Guarantee:
    """A guarantee for the defects of a recipe with a good class."""
    counts = st.tuples(st.integers(0, 3), st.integers(3, 400))
    drawn = [(name, *draw(counts)) for name in recipe.classes if name != recipe.good]
    return Guarantee(
        threshold=draw(st.sampled_from([1e-9, 0.5, 1.0, 2.0]) | st.floats(0.01, 1)),
        escape=0.01,
        confidence=0.95,
        escapes=tuple(Escapes(name, k, n, 0.01) for name, k, n in drawn),
        good_accepted=draw(st.integers(0, 50)),
        good=50,
        cost=draw(money),
        parts=draw(st.sampled_from(["new", "out_of_fold"])),
        counted=draw(st.sampled_from(["group", "photo"])),
        data_sha256="0" * 64,
        is_void=draw(st.booleans()),
    )


@st.composite
def policies(
    draw: Draw,
    k: int | st.SearchStrategy[int] = CLASS_COUNTS,
    *,
    costs: st.SearchStrategy[ClassCosts] = class_costs,
    promised: bool | None = None,
    good: bool | None = None,
) -> Policy:
    """Costs, priors and mix of a line, by cost alone or with a guarantee."""
    if promised is None:
        promised = good is not False and draw(st.booleans())
    recipe = draw(recipes(k, costs=costs, good=True if promised else good))
    return Policy.of(
        recipe,
        draw(shares(len(recipe.classes), least=1e-6)),
        draw(promises(recipe)) if promised else None,
    )


@st.composite
def gauges(draw: Draw, d: int = D) -> Gauge:
    """How readings repeat: exactly, a little, or not at all."""
    spread = st.sampled_from([0.0, 1e-9, 0.1, 3.0]) | st.floats(1e-6, 1)
    row = arrays(np.float64, d, elements=spread).map(tuple)
    return Gauge(
        parts=draw(st.integers(2, 99)),
        photos_sha256="0" * 64,
        between=draw(row),
        spread={kind: draw(row) for kind in draw(st.sampled_from(KINDS))},
    )


@st.composite
def regions(draw: Draw, classes: tuple[str, ...], d: int = D) -> Region:
    """Ellipsoids about the classes, round or flat."""
    seen = classes[: draw(st.integers(1, len(classes)))]
    inverses = []
    for _ in seen:
        root = draw(arrays(np.float64, (d, d), elements=st.floats(-1, 1)))
        inverses.append((root @ root.T + 1e-3 * np.eye(d)).tolist())
    return Region(
        classes=seen,
        centers=tuple(tuple(draw(x_values(d)).tolist()) for _ in seen),
        inverses=tuple(tuple(map(tuple, rows)) for rows in inverses),
        limit=draw(st.sampled_from([1e-6, 3.0, 1e6]) | st.floats(0.1, 20)),
        rate=0.02,
        n=99,
    )


@cache
def saved_model() -> Model:
    """The model that every copy of the tests carries: three classes, default settings."""
    return load(Path(__file__).parent / "golden" / "model-0.1.json")


def model_of(
    recipe: Recipe,
    head: Head,
    scale: Scale,
    *,
    mix: Numbers | None = None,
    **parts: Any,
) -> Model:
    """Build a model in memory: its training record is the saved model's.

    Args:
        recipe: Of k classes.
        head: Of k classes and the recipe's features.
        scale: Of the recipe's features.
        mix: Shape (k,); left out, each class as often.
        parts: `region`, `gauge`, `guarantee`: none of them where left out.
    """
    k = len(recipe.classes)
    given = {"region": None, "gauge": None, "guarantee": None, **parts}
    return replace(
        saved_model(),
        recipe=recipe,
        front=Measured(recipe.features),
        scale=scale,
        head=head,
        optimum=None,
        training_mix=tuple(np.full(k, 1 / k) if mix is None else mix.tolist()),
        made=None,
        **given,
    )


@st.composite
def models(
    draw: Draw,
    k: int | st.SearchStrategy[int] = CLASS_COUNTS,
    *,
    kinds: tuple[str, ...] = tuple(WEIGHTS),
    good: bool | None = None,
    full: bool = False,
) -> Model:
    """Whole models, with and without region, gauge and guarantee."""
    recipe = draw(full_recipes() if full else recipes(k, good=good))
    d = len(recipe.feature_names)
    has_promise = recipe.good is not None and draw(st.booleans())
    return model_of(
        recipe,
        draw(heads(len(recipe.classes), d, kinds)),
        draw(scales(d)),
        mix=draw(shares(len(recipe.classes), least=1e-6)),
        region=draw(st.none() | regions(recipe.classes, d)),
        gauge=draw(st.none() | gauges(d)),
        guarantee=draw(promises(recipe)) if has_promise else None,
    )
