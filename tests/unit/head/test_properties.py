"""What holds for every head, drawn with its ties and extremes."""

from __future__ import annotations

import warnings

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import (
    MODEST,
    heads,
    labels,
    part_weights,
    probabilities,
    shares,
    x_rows,
)

from glassline.errors import GlasslineWarning
from glassline.head import (
    Head,
    class_weights,
    cross_entropy,
    fit,
    logit_gradient,
    part_losses,
    smooth,
    statistics,
)

Numbers = np.ndarray
few = settings(max_examples=30)
CALM = (*MODEST, "steep", "tiny")
"""Numbers whose losses add up without overflow."""


@given(head=heads(), x=x_rows())
def test_a_part_has_the_same_bits_alone_or_in_a_batch(head: Head, x: Numbers) -> None:
    """Logits and probabilities, whatever stands before and after the part."""
    z, p = head.logits(x), head.probabilities(x)

    assert_array_equal(np.vstack([head.logits(row[None]) for row in x]), z)
    assert_array_equal(np.vstack([head.probabilities(row[None]) for row in x]), p)


@given(head=heads(kinds=(*CALM, "huge")), x=x_rows())
def test_classes_of_equal_numbers_are_equally_probable(head: Head, x: Numbers) -> None:
    """A second column like the first is a tie to the last bit."""
    twin = Head(np.hstack([head.W, head.W[:, :1]]), np.append(head.b, head.b[0]))

    p = twin.probabilities(x)

    assert_array_equal(p[:, -1], p[:, 0])


@given(head=heads(kinds=CALM), x=x_rows(3), y=labels(3, 2))
def test_a_class_id_is_a_one_hot_row(head: Head, x: Numbers, y: Numbers) -> None:
    """Loss and gradient are the same to the last bit, said either way."""
    z, rows = head.logits(x), np.eye(head.k)[y]

    assert_array_equal(part_losses(z, rows), part_losses(z, y))
    assert_array_equal(logit_gradient(z, rows), logit_gradient(z, y))


@given(head=heads(kinds=CALM), x=x_rows(3), y=labels(3, 2), w=part_weights(3))
def test_the_loss_is_the_weighted_mean_of_the_parts(
    head: Head, x: Numbers, y: Numbers, w: Numbers
) -> None:
    """In [0, inf); a part of weight 0 is not there."""
    z = head.logits(x)
    losses = part_losses(z, y)

    assert (losses >= 0).all()
    assert_allclose(
        cross_entropy(z, y, weights=w),
        (w / w.sum()) @ losses,
        rtol=1e-12,
        atol=1e-300,
    )


@given(p=probabilities(4, 3), z=x_rows(3, 4))
def test_what_a_label_teaches_cancels_over_the_classes(p: Numbers, z: Numbers) -> None:
    """The row p - y sums to 0 and lies in [-1, 1], for shared labels too."""
    taught = logit_gradient(z, p)

    assert_allclose(taught.sum(axis=1), 0, atol=1e-15)
    assert (np.abs(taught) <= 1).all()


@given(head=heads(k=3, kinds=CALM), x=x_rows(6), y=labels(6, 3), w=part_weights(6))
def test_statistics_of_two_blocks_add_up(
    head: Head, x: Numbers, y: Numbers, w: Numbers
) -> None:
    """What one pass over all parts finds; 1e-13 of the largest sum."""
    whole = statistics(x, y, head, weights=w)
    halves = [slice(0, 2), slice(2, 6)]

    added, other = (statistics(x[at], y[at], head, weights=w[at]) for at in halves)

    both = added + other
    size = w.max() * 16
    assert_allclose(both.loss, whole.loss, rtol=1e-13)
    assert_allclose(both.gradient, whole.gradient, rtol=0, atol=1e-13 * size)
    assert_allclose(both.hessian, whole.hessian, rtol=0, atol=1e-13 * size)


@given(head=heads(k=3, kinds=CALM), x=x_rows(5), y=labels(5, 3))
def test_the_hessian_has_no_direction_downward(
    head: Head, x: Numbers, y: Numbers
) -> None:
    """Symmetric, and no eigenvalue below 0 but for rounding."""
    hessian = statistics(x, y, head).hessian
    assert hessian is not None

    assert_array_equal(hessian, hessian.T)
    assert np.linalg.eigvalsh(hessian).min() >= -1e-13 * max(hessian.max(), 1)


@given(head=heads(k=3, kinds=CALM), x=x_rows(4), y=labels(4, 3))
def test_more_workers_give_the_same_bits(head: Head, x: Numbers, y: Numbers) -> None:
    """One thread or three."""
    alone, many = (statistics(x, y, head, workers=count) for count in (1, 3))

    assert alone.loss == many.loss
    assert_array_equal(alone.gradient, many.gradient)
    assert_array_equal(alone.hessian, many.hessian)


@few
@given(
    x=x_rows(12),
    y=labels(12, 3),
    w=part_weights(12),
    penalty=st.sampled_from([1e-4, 0.1, 10.0]),
)
def test_where_training_ends_nothing_pulls(
    x: Numbers, y: Numbers, w: Numbers, penalty: float
) -> None:
    """The gradient of J is 0: that of the losses is minus the penalty's."""
    weights = w / w.max()
    with warnings.catch_warnings(action="ignore", category=GlasslineWarning):
        head = fit(x, y, classes=3, penalty=penalty, weights=weights).head

    taught = statistics(x, y, head, weights=weights, hessian=False)

    pull = taught.gradient / taught.weight
    held = penalty * np.vstack([head.W, head.b])
    assert_allclose(pull + held, 0, atol=1e-6)


@given(y=labels(8, 3))
def test_balanced_classes_weigh_the_same(y: Numbers) -> None:
    """Each class that is there has one share of all weight."""
    weights = class_weights(y, 3)

    sums = np.bincount(y, weights[y], minlength=3)
    present = np.unique(y)
    assert_allclose(sums[present], len(y) / len(present), rtol=1e-12)


@given(p=probabilities(4), amount=st.floats(0, 1))
def test_smoothed_labels_are_shares(p: Numbers, amount: float) -> None:
    """Rows still sum to 1, and no share leaves [0, 1]."""
    smoothed = smooth(p, amount)

    assert_allclose(smoothed.sum(axis=1), 1, rtol=1e-12)
    assert ((smoothed >= 0) & (smoothed <= 1)).all()


@given(head=heads(k=3, kinds=CALM), x=x_rows(), mix=shares(3))
def test_no_other_belief_is_less_surprised(
    head: Head, x: Numbers, mix: Numbers
) -> None:
    """Of all shares the head's own have the least loss against themselves (Gibbs)."""
    z = head.logits(x)
    p = head.probabilities(x)
    others = np.log(np.tile(mix, (len(x), 1)))

    assert (part_losses(z, p) <= part_losses(others, p) + 1e-12).all()
