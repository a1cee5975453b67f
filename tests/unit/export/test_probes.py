"""What both sides are asked lies where it is said to lie."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from targets import VARIANTS

from glassline.decide.flips import flip, flip_decision
from glassline.export.probes import NEAR, Probes, draw
from glassline.model import Model

COUNT = 400


def _drawn(model: Model, rng: np.random.Generator) -> Probes:
    return draw(model, rng, count=COUNT)


@pytest.mark.parametrize("variant", VARIANTS)
def test_half_of_them_lie_on_two_sides_of_a_border(
    variants: Mapping[str, Model], rng: np.random.Generator, variant: str
) -> None:
    """Pairs within 1e-6 of one another, with another class or another decision."""
    probes = _drawn(variants[variant], rng)

    n = probes.answered
    a, b = slice(n - COUNT // 2, n - COUNT // 4), slice(n - COUNT // 4, n)
    said = 3 * probes.said.classes + probes.said.actions
    assert probes.near == COUNT // 2
    assert np.abs(probes.unclipped[a] - probes.unclipped[b]).max() <= NEAR
    assert (said[a] != said[b]).all()


def test_the_proved_nearest_border_is_as_near(
    variants: Mapping[str, Model], rng: np.random.Generator
) -> None:
    """By `flip` and `flip_decision`, which share no code with the halving.

    Without novelty, whose border they do not know, and inside the clip.
    """
    model = variants["nothing novel"]
    probes = _drawn(model, rng)
    x = probes.unclipped[probes.answered - probes.near : probes.answered]
    inside = x[(np.abs(x) < model.scale.clip - 2 * NEAR).all(axis=1)][:4]

    distances = [
        min(
            flip(model.head, each).distance,
            flip_decision(model.head, model.policy, each).distance,
        )
        for each in inside
    ]

    assert len(inside) == 4
    assert max(distances) <= 2 * NEAR  # twice: x differs by NEAR in each feature


def test_the_last_are_not_finite_and_have_no_answer(
    settled: Model, rng: np.random.Generator
) -> None:
    """NaN, inf and -inf in each place by turns."""
    probes = _drawn(settled, rng)

    last = probes.readings[-12:]
    assert np.isnan(last[::3]).sum(axis=0).tolist() == [1, 1, 1, 1]
    assert (last[1::3] == np.inf).sum(axis=0).tolist() == [1, 1, 1, 1]
    assert (last[2::3] == -np.inf).sum(axis=0).tolist() == [1, 1, 1, 1]
    assert probes.said.classes[-12:].tolist() == [-1] * 12
    assert np.isnan(probes.said.probabilities[-12:]).all()
    assert np.isfinite(probes.readings[:-12]).all()
