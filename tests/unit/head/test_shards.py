"""Fit from shards: the bits of `fit`, whoever sums them and whoever answers first."""

from __future__ import annotations

import re
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest

from glassline.errors import GlasslineWarning, InputError, LabelError
from glassline.head import fit, fit_shards


def drawn(rng, n, kind):
    """Draw n parts of three overlapping classes: x, y, and weights if they have any."""
    x = rng.normal(size=(n, 4))
    y = (x @ rng.normal(size=(4, 3)) + rng.gumbel(size=(n, 3))).argmax(axis=1)
    weights = rng.choice([0.0, 0.5, 1.7], n)
    shares = np.eye(3)[y] * 0.8 + rng.dirichlet(np.ones(3), n) * 0.2
    shares[::7] = 0.0  # undecided
    return {
        "ids": (x, y),
        "weighted": (x, y, weights),
        "shares": (x, shares, weights),
    }[kind]


def given(*arrays):
    """Return what a shard returns."""
    return arrays


def cut(arrays, count, rng):
    """Return shards of unlike lengths, one of them empty where there are many."""
    ends = np.sort(rng.integers(0, len(arrays[0]), count - 1))
    pieces = [np.split(array, ends) for array in arrays]
    return [partial(given, *piece) for piece in zip(*pieces, strict=True)]


def bits(found):
    """All that a fit says, to the last bit."""
    return (
        found.head.W.tobytes(),
        found.head.b.tobytes(),
        found.steps,
        found.certificate,
        found.outcome,
        found.parts_per_class,
        found.notes,
    )


def whole(arrays, **options):
    """The fit of all parts in one memory."""
    weights = arrays[2] if len(arrays) == 3 else None
    return fit(arrays[0], arrays[1], weights=weights, classes=3, **options)


@pytest.mark.parametrize(
    ("count", "kind"),
    [*((count, "ids") for count in (1, 2, 7)), (5, "weighted"), (5, "shares")],
)
def test_shards_give_the_bits_of_the_whole(rng, count, kind):
    """20,000 parts, 1 to 8 shards, the sums of which come in another order each time."""
    arrays = drawn(rng, 20_000, kind)

    def run(call, tasks):
        answers = [call(task) for task in tasks]
        return [answers[place] for place in rng.permutation(len(tasks))]

    found = fit_shards(cut(arrays, count, rng), classes=3, penalty=1e-3, run=run)

    assert bits(found) == bits(whole(arrays, penalty=1e-3))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ids", "shares"])
def test_many_parts_begin_on_the_same_sample(rng, kind):
    """Above 100,000 votes a search begins on every so-many-th: on the same ones."""
    arrays = drawn(rng, 130_000, kind)

    found = fit_shards(cut(arrays, 5, rng), classes=3, penalty=1e-3, tolerance=1e-6)

    expected = whole(arrays, penalty=1e-3, tolerance=1e-6)
    assert len({step.parts for step in found.steps}) == 2
    assert bits(found) == bits(expected)


@pytest.mark.slow
def test_processes_sum_them_and_the_first_to_answer_is_taken_first(rng):
    """Two processes; the answers as they come."""
    arrays = drawn(rng, 30_000, "ids")
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:

        def run(call, tasks):
            futures = [pool.submit(call, task) for task in tasks]
            return (each.result() for each in as_completed(futures))

        found = fit_shards(cut(arrays, 4, rng), classes=3, penalty=1e-3, run=run)

    assert bits(found) == bits(whole(arrays, penalty=1e-3))


def test_what_is_unusual_is_said_as_of_the_whole(rng):
    """A class without a part, and a feature that never varies."""
    x = np.column_stack([rng.normal(size=50), np.ones(50)])
    arrays = x, rng.integers(0, 2, 50)

    said = r"^class 2 has no part|^x\[:, 1\] is 1 on every part"
    with pytest.warns(GlasslineWarning, match=said):
        found = fit_shards(cut(arrays, 3, rng), classes=3, penalty=1e-3)
    with pytest.warns(GlasslineWarning, match=said):
        expected = whole(arrays, penalty=1e-3)

    assert bits(found) == bits(expected)
    assert len(found.notes) == 2


@pytest.mark.parametrize(
    ("shards", "error", "message"),
    [
        (
            [([[0.0]], [0]), ([[np.nan]], [1])],
            InputError,
            "shards[1]: x[0, 0]: expected a finite number, got nan.",
        ),
        (
            [([[0.0]], [0]), ([[1.0]], [7])],
            LabelError,
            "shards[1]: y[0]: expected a class id in [0, 2), got 7.",
        ),
        (
            [([[0.0]], [0]), ([[1.0, 2.0]], [1])],
            InputError,
            "shards[1]: expected 1 features as in the first, got 2.",
        ),
        (
            [(np.zeros((0, 1)), np.zeros(0, int))],
            InputError,
            "shards: expected at least one decided part with a weight above 0, got none.",
        ),
        (
            [(np.zeros((1, 200)), [0])],
            InputError,
            "shards: expected at most 300 weights, got 402.",
        ),
    ],
    ids=["nan", "label", "width", "empty", "wide"],
)
def test_what_can_not_be_fitted_is_refused(shards, error, message):
    """The message names the shard."""
    read = [partial(given, np.asarray(x), np.asarray(y)) for x, y in shards]

    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        fit_shards(read, classes=2, penalty=0.1)


def test_without_penalty_shards_are_refused():
    """The optimum may not exist, and to see that takes all parts at once."""
    with pytest.raises(InputError, match=r"^penalty: expected a number above 0 for sh"):
        fit_shards([partial(given, np.zeros((1, 1)), [0])], classes=2, penalty=0.0)


def test_a_shard_that_changes_is_noticed():
    """Another part the second time."""
    answers = iter([2, 2, 3, 3, 3])

    def shard():
        n = next(answers)
        return np.arange(n, dtype=float)[:, None], np.arange(n) % 2

    message = "shards[0]: expected the same parts each time, got others."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        fit_shards([shard], classes=2, penalty=0.1)
