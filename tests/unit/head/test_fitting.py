"""Fit: the optimum, its certificate, and an answer with a name for odd data."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import head as reference

import glassline
from glassline.errors import GlasslineWarning, InputError, LabelError, ShapeError
from glassline.head import (
    Head,
    Outcome,
    certify,
    class_weights,
    cross_entropy,
    fit,
    smooth,
    statistics,
)


def overlapping(rng, n=200, d=4, k=3, scale=1.0):
    """Draw parts whose classes overlap."""
    x = rng.normal(size=(n, d))
    W = scale * rng.normal(size=(d, k))
    return x, (x @ W + rng.gumbel(size=(n, k))).argmax(axis=1)


def theta(head):
    """Return W and b as one matrix."""
    return np.vstack([head.W, head.b])


@pytest.mark.parametrize("penalty", [1e-6, 1e-3, 1.0])
def test_the_gradient_is_zero_at_the_optimum(rng, penalty):
    """The certificate says so, an independent one says so too, and J is the definition."""
    x, y = overlapping(rng)

    found = fit(x, y, penalty=penalty)

    proof = certify(x, y, found.head, penalty=penalty)
    assert found.outcome is Outcome.CONVERGED
    assert proof.gradient_norm <= 1e-9
    assert_allclose(
        proof.distance_bound, (proof.gradient_norm + proof.rounding) / penalty
    )
    assert_allclose(found.certificate.objective, proof.objective, rtol=1e-14)
    assert_allclose(found.certificate.condition, proof.condition, rtol=1e-9)
    assert_allclose(
        proof.objective,
        reference.objective(
            x, reference.one_hot(y, 3), theta(found.head), penalty, np.ones(200)
        ),
        rtol=1e-13,
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_optimum_lies_within_the_bound(rng, seed):
    """A loose fit is never further from a tight one than its certificate says."""
    x, y = overlapping(np.random.Generator(np.random.PCG64(seed)))
    best = fit(x, y, penalty=1e-2, tolerance=1e-13)

    loose = fit(x, y, penalty=1e-2, tolerance=1e-2)

    away = np.linalg.norm(theta(loose.head) - theta(best.head))
    assert 0 < away <= loose.certificate.distance_bound


def test_the_start_does_not_matter(rng):
    """From 0 and from a far head, shifted in all classes, the same optimum."""
    x, y = overlapping(rng)
    far = Head(3 * rng.normal(size=(4, 3)) + 7.0, 3 * rng.normal(size=3) - 5.0)

    near, other = fit(x, y, penalty=1e-2), fit(x, y, penalty=1e-2, start=far)

    assert_allclose(theta(other.head), theta(near.head), atol=1e-7)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_fifteen_numbers_are_ten(rng, k):
    """Every row of W, and b, sums to 0 over the classes, with penalty and without."""
    x, y = overlapping(rng, k=k)

    for_penalty = [theta(fit(x, y, penalty=p).head) for p in (0.0, 1e-3)]

    assert_allclose(np.sum(for_penalty, axis=2), 0.0, atol=1e-12)


def test_bias_alone_fits_the_frequencies(rng):
    """Without penalty and with a feature of zeros, p is the class frequencies."""
    y = np.array([0] * 5 + [1] * 3 + [2] * 2)
    with pytest.warns(
        GlasslineWarning, match=r"^x\[:, 0\] is 0 on every part: it tells nothing\.$"
    ):
        found = fit(np.zeros((10, 1)), y, penalty=0.0)

    assert_allclose(
        found.head.probabilities(np.zeros((1, 1))), [[0.5, 0.3, 0.2]], rtol=1e-8
    )
    assert_array_equal(found.head.W, np.zeros((1, 3)))


def test_scikit_learn_finds_the_same(rng):
    """Its objective with a constant column penalised too has the same optimum."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = overlapping(rng)
    theirs = linear_model.LogisticRegression(
        C=1 / (200 * 1e-2), fit_intercept=False, tol=1e-12, solver="newton-cholesky"
    ).fit(np.hstack([x, np.ones((200, 1))]), y)

    assert_allclose(theta(fit(x, y, penalty=1e-2).head), theirs.coef_.T, atol=1e-8)


@pytest.mark.parametrize("seed", range(20))
def test_weights_are_repeats(seed):
    """Weights 0 to 4 and that many copies of the part give one head, to 1e-8."""
    rng = np.random.Generator(np.random.PCG64(seed))
    x, y = overlapping(rng)
    w = rng.integers(0, 5, size=200)
    copies = rng.permutation(np.repeat(np.arange(200), w))

    weighted = fit(x, y, penalty=1e-3, weights=w.astype(float), tolerance=1e-12)
    repeated = fit(x[copies], y[copies], penalty=1e-3, tolerance=1e-12)

    assert_allclose(theta(weighted.head), theta(repeated.head), atol=1e-8)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_only_the_ratio_of_weights_counts(rng, scale):
    """Weights that sum to far less, or far more, than 1 make the same head and proof."""
    x, y = overlapping(rng, n=50)
    w = rng.uniform(0.5, 2.0, size=50)
    plain = fit(x, y, penalty=1e-2, weights=w)

    found = fit(x, y, penalty=1e-2, weights=scale * w)

    proof = certify(x, y, plain.head, penalty=1e-2, weights=scale * w)
    assert_allclose(theta(found.head), theta(plain.head), atol=1e-12)
    assert_allclose(found.certificate.weight, scale * w.sum(), rtol=1e-14)
    assert_allclose(proof.objective, plain.certificate.objective, rtol=1e-13)


def test_weight_0_is_absence(rng):
    """A class whose weight is 0 leaves the very bits of a fit without its parts."""
    x, y = overlapping(rng)
    kept = y != 2
    with pytest.warns(
        GlasslineWarning, match=r"^class 2 has no part: its weights are guesses\.$"
    ):
        weighted = fit(x, y, penalty=1e-3, weights=kept.astype(float))
    with pytest.warns(
        GlasslineWarning, match=r"^class 2 has no part: its weights are guesses\.$"
    ):
        removed = fit(x[kept], y[kept], penalty=1e-3, classes=3)

    assert_array_equal(theta(weighted.head), theta(removed.head))


def test_labels_of_every_kind(rng):
    """Ids, one-hot rows, undecided rows and a penalty an average part agree."""
    x, y = overlapping(rng)
    rows = reference.one_hot(y, 3)
    more = np.vstack([rows, np.zeros((50, 3))])

    by_id = fit(x, y, penalty=1e-3)
    by_row = fit(x, rows, penalty=1e-3)
    with_undecided = fit(np.vstack([x, rng.normal(size=(50, 4))]), more, penalty=1e-3)
    twice = fit(np.vstack([x, x]), np.concatenate([y, y]), penalty=1e-3)

    assert_array_equal(theta(by_row.head), theta(by_id.head))
    assert_array_equal(theta(with_undecided.head), theta(by_id.head))
    assert_allclose(theta(twice.head), theta(by_id.head), atol=1e-10)


def test_smoothed_and_weighted_rows(rng):
    """With shares and class weights the gradient of the definition is still zero."""
    x, y = overlapping(rng)
    rows = smooth(reference.one_hot(y, 3), 0.1)
    w = rows @ class_weights(y, 3)

    found = fit(x, rows, penalty=1e-3, weights=w)

    assert certify(x, rows, found.head, penalty=1e-3, weights=w).gradient_norm <= 1e-9


def test_many_parts_start_on_a_sample(rng):
    """Above 100,000 parts the first steps read a sample, the last ones everything."""
    x, y = overlapping(rng, n=120_000)

    found = fit(x, y, penalty=1e-3)

    read = [step.parts for step in found.steps]
    assert min(read) < 50_000
    assert read == sorted(read)
    assert read[-1] == 120_000
    assert found.outcome is Outcome.CONVERGED
    assert certify(x, y, found.head, penalty=1e-3).gradient_norm <= 1.1e-9


@pytest.mark.parametrize("weighted", [False, True])
def test_workers_do_not_change_a_bit(rng, weighted):
    """1, 2 and 16 workers return the same head."""
    x, y = overlapping(rng, n=120_000)
    w = rng.uniform(size=len(x)) if weighted else None

    heads = [
        theta(fit(x, y, penalty=1e-3, weights=w, workers=n).head) for n in (1, 2, 16)
    ]

    assert_array_equal(heads[1], heads[0])
    assert_array_equal(heads[2], heads[0])


PROGRAM = """
import hashlib, locale, sys, numpy as np
from glassline.head import fit
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:  # not installed: the default
    pass
i = np.arange(240_000.0).reshape(-1, int(sys.argv[2]))
x = np.sin(i) * 2
y = (np.cos(3 * i[:, 0]) + x[:, 0] > 0).astype(int) + (x[:, 1] > 1)
head = fit(x, y, penalty=1e-3, workers=int(sys.argv[1])).head
print(hashlib.sha256(head.W.tobytes() + head.b.tobytes()).hexdigest())
"""


@pytest.mark.parametrize("d", ["4", "6", "20", "120"])
def test_fresh_processes_agree(tmp_path, d):
    """1, 2, 4 BLAS threads, other workers, hash seed, locale, zone, folder: one head.

    With 6 features and more OpenBLAS cuts products among its threads; with 120 the step
    is found by conjugate gradients.
    """

    def run(folder, threads, workers, more):
        settings = {
            "OPENBLAS_NUM_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "PYTHONPATH": str(Path(glassline.__file__).parents[1]),
            **more,
        }
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, workers, d],
            env=settings,
            cwd=folder,
            capture_output=True,
            check=True,
        ).stdout

    here = run(Path.cwd(), "1", "1", {"PYTHONHASHSEED": "0", "LC_ALL": "C"})
    more = {"PYTHONHASHSEED": "1", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Taipei"}
    there = [run(tmp_path, threads, "16", more) for threads in ("2", "4")]

    assert len(here) == 65
    assert there == [here, here]


@pytest.mark.parametrize("penalty", [1e-3, 1e-8, 0.0])
@pytest.mark.filterwarnings("ignore::glassline.errors.GlasslineWarning")
def test_wide_x(rng, penalty):
    """With 1,000 weights the conjugate gradients reach the same tolerance."""
    x, y = overlapping(rng, n=800, d=110, k=3, scale=0.1)

    found = fit(x, y, penalty=penalty)

    assert found.outcome is Outcome.CONVERGED
    assert found.certificate.condition is None
    assert certify(x, y, found.head, penalty=penalty).gradient_norm <= 1.1e-9
    assert_allclose(theta(found.head).sum(axis=1), 0.0, atol=1e-12)


def test_wide_x_agrees_with_the_exact_step(rng):
    """A column more or less than the limit makes no other head (the column is 0)."""
    x, y = overlapping(rng, n=800, d=98, k=3, scale=0.1)
    narrow = fit(x, y, penalty=1e-3)

    with_zeros = fit(np.hstack([x, np.zeros((800, 5))]), y, penalty=1e-3)

    assert_allclose(with_zeros.head.W[:98], narrow.head.W, atol=1e-6)
    assert_array_equal(with_zeros.head.W[98:], np.zeros((5, 3)))


def clusters(gap=5.0):
    """Return 40 parts in two clusters that a line separates."""
    around = np.linspace(-1, 1, 20)
    x = np.concatenate([around - gap, around + gap])[:, None]
    return x, np.repeat([0, 1], 20)


@pytest.mark.parametrize("penalty", [1 / 40, 1e-6 / 40], ids=["C=1", "C=1e6"])
def test_separated_classes_with_penalty(penalty):
    """The penalty makes the optimum finite; it is found, within its bound."""
    x, y = clusters()

    found = fit(x, y, penalty=penalty)

    assert found.outcome is Outcome.CONVERGED
    assert len(found.steps) <= 100
    assert np.isfinite(theta(found.head)).all()


def test_separated_classes_without_penalty():
    """There is no optimum; the outcome and the warning say so, the head is finite."""
    x, y = clusters()
    with pytest.warns(
        GlasslineWarning,
        match=r"^the penalty is 0 and the classes are separated: there is no optimum\.$",
    ):
        found = fit(x, y, penalty=0.0)

    assert found.outcome is Outcome.SEPARABLE
    assert np.isfinite(theta(found.head)).all()
    assert found.certificate.distance_bound == math.inf
    assert found.message == (
        "Some classes are separated perfectly and the penalty is 0, so the weights "
        f"would grow for ever; stopped after {len(found.steps) - 1} steps. "
        "Set the penalty above 0."
    )


@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e9])
def test_classes_that_touch_without_penalty(unit):
    """Two classes that share one place only, and are apart elsewhere: no optimum."""
    x = unit * np.array([[0.0], [1.0], [2.0], [2.0], [3.0], [4.0]])
    with pytest.warns(
        GlasslineWarning,
        match=r"^the penalty is 0 and the classes are separated: there is no optimum\.$",
    ):
        found = fit(x, np.array([0, 0, 0, 1, 1, 1]), penalty=0.0)

    assert found.outcome is Outcome.SEPARABLE


def test_one_class_apart_without_penalty(rng):
    """Two classes overlap and the third is far away: no optimum."""
    x, y = overlapping(rng, n=100, d=2, k=2)
    far = np.full((5, 2), 50.0) + rng.normal(size=(5, 2))
    with pytest.warns(
        GlasslineWarning,
        match=r"^the penalty is 0 and the classes are separated: there is no optimum\.$",
    ):
        found = fit(np.vstack([x, far]), np.concatenate([y, [2] * 5]), penalty=0.0)

    assert found.outcome is Outcome.SEPARABLE


def test_overlapping_classes_without_penalty(rng):
    """Where the classes overlap the optimum exists, and is found."""
    x, y = overlapping(rng)

    found = fit(x, y, penalty=0.0)

    assert found.outcome is Outcome.CONVERGED
    assert certify(x, y, found.head, penalty=0.0).gradient_norm <= 1e-9


def test_a_duplicate_column_changes_nothing(rng):
    """A feature split in two equal parts, and doubled without penalty, predict alike."""
    x, y = overlapping(rng)
    half = x[:, :1] / math.sqrt(2)
    warning = r"^x\[:, 0\] and x\[:, 4\] are linearly dependent: only their sum is told apart\.$"

    plain = fit(x, y, penalty=1e-3).head.probabilities(x)
    free = fit(x, y, penalty=0.0).head.probabilities(x)
    split = np.hstack([half, x[:, 1:], half])
    double = np.hstack([x, x[:, :1]])
    with pytest.warns(GlasslineWarning, match=warning):
        from_split = fit(split, y, penalty=1e-3)
    with pytest.warns(GlasslineWarning, match=warning):
        from_double = fit(double, y, penalty=0.0)

    assert_allclose(from_split.head.probabilities(split), plain, atol=1e-9)
    assert_allclose(from_double.head.probabilities(double), free, atol=1e-9)
    assert certify(split, y, from_split.head, penalty=1e-3).gradient_norm <= 1e-8


def test_two_features_that_are_one(rng):
    """Where x holds a feature and its double and nothing else, both are named."""
    x, y = overlapping(rng, d=1)
    with pytest.warns(
        GlasslineWarning,
        match=r"^x\[:, 0\] and x\[:, 1\] are linearly dependent: only their sum is told apart\.$",
    ):
        found = fit(np.hstack([x, 2 * x]), y, penalty=1e-3)

    assert_allclose(found.head.W[1], 2 * found.head.W[0], rtol=1e-6)


def test_a_constant_feature_shares_with_the_bias(rng):
    """Its weight is its value times b, as the penalty on both wants; a warning says so."""
    x, y = overlapping(rng)
    x[:, 1] = 2.5
    with pytest.warns(
        GlasslineWarning, match=r"^x\[:, 1\] is 2\.5 on every part: it tells nothing\.$"
    ):
        found = fit(x, y, penalty=1e-3)

    assert_allclose(found.head.W[1], 2.5 * found.head.b, rtol=1e-6)
    assert found.notes == ("x[:, 1] is 2.5 on every part: it tells nothing.",)


@pytest.mark.parametrize("unit", [1e150, 1e-150, 1e8, 1e-8])
def test_any_unit(rng, unit):
    """A feature of 1e150 or 1e-150 gives a finite head and a named outcome."""
    x, y = overlapping(rng)
    x[:, 2] *= unit
    found = fit(x, y, penalty=1e-3)

    assert found.outcome in (Outcome.CONVERGED, Outcome.PRECISION)
    assert np.isfinite(found.head.logits(x)).all()
    assert found.certificate.objective < math.log(3)


@pytest.mark.parametrize("d", [2, 110], ids=["narrow", "wide"])
@pytest.mark.parametrize("size", [1e155, 1e200, 1e300, 1.7e308])
@pytest.mark.filterwarnings("ignore::glassline.errors.GlasslineWarning")
def test_x_whose_squares_no_float_holds(rng, size, d):
    """Beyond 1e154 no Hessian can be summed: the outcome says so, with its remedy."""
    x = size * rng.uniform(-1, 1, size=(30, d))

    found = fit(x, np.arange(30) % 3, penalty=1e-3)

    assert found.outcome is Outcome.OVERFLOW
    assert found.certificate.distance_bound > 1e100
    assert found.message == (
        f"Stopped after {len(found.steps) - 1} steps: the sums leave the range of "
        "64-bit numbers. x or a weight is too large; divide it by its spread."
    )


def test_a_gradient_that_is_no_number():
    """Six parts of 1.7e308 sum to no float, and to no gradient of 0."""
    x = np.full((6, 1), 1.7e308)

    found = fit(x, np.array([0, 0, 0, 0, 1, 1]), penalty=1e-3)

    assert found.outcome is Outcome.OVERFLOW
    assert found.certificate.distance_bound == math.inf


def test_a_class_without_parts_and_x_too_large():
    """What overflows has not converged, whatever else is unusual."""
    with pytest.warns(
        GlasslineWarning, match=r"^class 2 has no part: its weights are guesses\.$"
    ):
        found = fit(
            1e200 * np.array([[0.0], [1.0], [0.5], [2.0]]),
            np.array([0, 1, 1, 0]),
            penalty=1e-2,
            classes=3,
        )

    assert found.outcome is Outcome.OVERFLOW


@pytest.mark.parametrize(
    ("weight", "outcome"), [(2e307, Outcome.CONVERGED), (2.9e307, Outcome.OVERFLOW)]
)
def test_weights_as_large_as_can_be(weight, outcome):
    """Six of log 3 nats a part: their sum is a float, or the outcome says no."""
    x, y = np.arange(6.0)[:, None] / 9, np.array([0, 1, 2, 0, 1, 2])

    found = fit(x, y, penalty=1.0, weights=np.full(6, weight))

    assert found.outcome is outcome


@pytest.mark.parametrize("unit", [1e8, 1e-8])
def test_any_unit_without_penalty(rng, unit):
    """Without a penalty the unit of a feature changes its weight and nothing else."""
    x, y = overlapping(rng)
    scale = np.array([1.0, 1.0, unit, 1.0])

    found = fit(scale * x, y, penalty=0.0, tolerance=1e-7)

    plain = fit(x, y, penalty=0.0, tolerance=1e-12)
    assert_allclose(found.head.W * scale[:, None], plain.head.W, rtol=1e-4)


def test_features_with_an_offset(rng):
    """Features far from 0 are neither constant nor dependent, and fit without a word."""
    x, y = overlapping(rng)

    found = fit(x + 1e4, y, penalty=0.0)

    near = fit(x, y, penalty=0.0)
    assert found.notes == ()
    assert_allclose(found.head.W, near.head.W, rtol=1e-5)


@pytest.mark.parametrize(
    ("y", "classes", "warning", "missing"),
    [
        pytest.param(
            [0, 0, 1, 1],
            3,
            r"^class 2 has no part: its weights are guesses\.$",
            "2",
            id="last",
        ),
        pytest.param(
            [0, 0, 2, 2],
            None,
            r"^class 1 has no part: its weights are guesses\.$",
            "1",
            id="middle",
        ),
        pytest.param(
            [0, 0, 0, 0],
            None,
            r"^class 1 has no part: its weights are guesses\.$",
            "1",
            id="one-class",
        ),
        pytest.param(
            [1, 1, 1, 1],
            None,
            r"^class 0 has no part: its weights are guesses\.$",
            "0",
            id="other-class",
        ),
    ],
)
def test_a_class_without_parts_stays(y, classes, warning, missing):
    """It keeps its place and a small probability, and the outcome names it."""
    x = np.array([[0.0], [1.0], [0.5], [2.0]])
    with pytest.warns(GlasslineWarning, match=warning):
        found = fit(x, np.array(y), penalty=1e-2, classes=classes)

    p = found.head.probabilities(x)
    assert found.outcome is Outcome.CLASS_MISSING
    assert 0 < p[:, int(missing)].max() < 0.2
    assert found.message == (
        f"Converged after {len(found.steps) - 1} steps, but no part is labelled "
        f"{missing}: its probability rests on the penalty alone."
    )


def test_a_class_without_parts_and_without_penalty():
    """Nothing holds its bias: there is no optimum."""
    with pytest.warns(
        GlasslineWarning,
        match=r"^(class 2 has no part: its weights are guesses|the penalty is 0 and the classes are separated: there is no optimum)\.$",
    ):
        found = fit(
            np.array([[0.0], [1.0], [0.5], [2.0]]),
            np.array([0, 1, 1, 0]),
            penalty=0.0,
            classes=3,
        )

    assert found.outcome is Outcome.SEPARABLE
    assert len(found.notes) == 2


def test_one_part_of_a_class():
    """One scratch among good parts is fitted, and warned of."""
    with pytest.warns(
        GlasslineWarning, match=r"^class 1 has one part: its weights are guesses\.$"
    ):
        found = fit(np.array([[0.0], [0.1], [3.0]]), np.array([0, 0, 1]), penalty=1e-2)

    assert found.outcome is Outcome.CONVERGED
    assert found.parts_per_class == (2, 1)
    assert found.head.logits(np.array([[3.0]])).argmax() == 1


@pytest.mark.filterwarnings("ignore::glassline.errors.GlasslineWarning")
def test_more_classes_than_parts(rng):
    """Two parts and six classes still make a head with defined probabilities."""
    found = fit(rng.normal(size=(2, 4)), np.array([1, 4]), penalty=1e-2, classes=6)

    assert_allclose(found.head.probabilities(rng.normal(size=(3, 4))).sum(axis=1), 1.0)


def test_step_limit(rng):
    """A search cut short says how far it was, and how to go on."""
    x, y = overlapping(rng)

    found = fit(x, y, penalty=1e-3, max_steps=2)

    norm = found.certificate.gradient_norm
    assert found.outcome is Outcome.STEP_LIMIT
    assert [step.length for step in found.steps] == [0.0, 1.0, 1.0]
    assert found.message == (
        f"Stopped after 2 steps; the gradient is still {norm:.1e} (wanted 1e-09). "
        "Raise max_steps or the penalty."
    )


def test_no_step_at_all(rng):
    """With max_steps 0 the start comes back, judged."""
    x, y = overlapping(rng)
    start = Head(np.tile([1.0, -1.0, 0.0], (4, 1)), np.zeros(3))

    found = fit(x, y, penalty=1e-3, start=start, max_steps=0)

    assert_array_equal(found.head.W, start.W)
    assert_allclose(
        found.certificate.objective,
        cross_entropy(start.logits(x), y) + 1e-3 / 2 * 8,
        rtol=1e-13,
    )


def test_more_digits_than_there_are(rng):
    """A tolerance of 1e-300 ends where 64-bit numbers end, and says so."""
    x, y = overlapping(rng)

    found = fit(x, y, penalty=1e-3, tolerance=1e-300)

    assert found.outcome is Outcome.PRECISION
    assert found.certificate.gradient_norm < 1e-14
    assert "as far as 64-bit numbers allow" in found.message


def test_every_step_goes_down(rng):
    """J falls from step to step, and the gradient ends below the tolerance."""
    x, y = overlapping(rng, scale=5.0)

    found = fit(x, y, penalty=1e-4)

    assert (np.diff([step.objective for step in found.steps]) <= 1e-15).all()
    assert found.steps[-1].gradient_norm <= found.tolerance
    assert found.steps[0].objective == pytest.approx(math.log(3))


def test_a_far_start_takes_shorter_steps(rng):
    """From a head that is sure and wrong, whole Newton steps would go astray."""
    x, y = overlapping(rng)
    wrong = Head(-30 * fit(x, y, penalty=1e-3).head.W, np.zeros(3))

    found = fit(x, y, penalty=1e-3, start=wrong)

    assert min(step.length for step in found.steps[1:]) < 1
    assert found.outcome is Outcome.CONVERGED


def test_all_undecided():
    """Without a decided part there is nothing to fit."""
    with pytest.raises(
        InputError,
        match=r"^y: expected at least one decided part with a weight above 0, got none\.$",
    ):
        fit(np.ones((2, 1)), np.zeros((2, 2)), penalty=1.0)


PARTS, LABELS = np.array([[0.0], [1.0]]), np.array([0, 1])


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        pytest.param(
            {"x": [[0.0], [math.inf]]},
            InputError,
            r"^x\[1, 0\]: expected a finite number, got inf\.$",
            id="infinite-x",
        ),
        pytest.param(
            {"x": np.ones((2, 0))},
            ShapeError,
            r"^x: expected shape \(n, d >= 1\), got \(2, 0\)\.$",
            id="no-feature",
        ),
        pytest.param(
            {"y": [0]},
            ShapeError,
            r"^y: expected shape \(2,\), one a part, got \(1,\)\.$",
            id="one-label",
        ),
        pytest.param(
            {"y": [0, 3], "classes": 3},
            LabelError,
            r"^y\[1\]: expected a class id in \[0, 3\), got 3\.$",
            id="unseen-label",
        ),
        pytest.param(
            {"y": [0, -1]},
            LabelError,
            r"^y\[1\]: expected a class id in \[0, 1\), got -1\.$",
            id="negative-label",
        ),
        pytest.param(
            {"weights": [0.0, 0.0]},
            InputError,
            r"^y: expected at least one decided part with a weight above 0, got none\.$",
            id="no-weight",
        ),
        pytest.param(
            {"weights": [1.0, math.nan]},
            InputError,
            r"^weights\[1\]: expected a finite number, got nan\.$",
            id="nan-weight",
        ),
        pytest.param(
            {"penalty": -1.0},
            InputError,
            r"^penalty: expected a finite number >= 0, got -1\.0\.$",
            id="negative-penalty",
        ),
        pytest.param(
            {"penalty": math.nan},
            InputError,
            r"^penalty: expected a finite number >= 0, got nan\.$",
            id="nan-penalty",
        ),
        pytest.param(
            {"max_steps": -1},
            InputError,
            r"^max_steps: expected a number >= 0, got -1\.$",
            id="steps",
        ),
        pytest.param(
            {"tolerance": 0.0},
            InputError,
            r"^tolerance: expected a number above 0, got 0\.0\.$",
            id="tolerance",
        ),
        pytest.param(
            {"workers": 0},
            InputError,
            r"^workers: expected a number >= 1, got 0\.$",
            id="workers",
        ),
        pytest.param(
            {"start": Head(np.ones((2, 2)), np.ones(2))},
            ShapeError,
            r"^start: expected W of shape \(1, 2\) to match x and y, got \(2, 2\)\.$",
            id="start",
        ),
    ],
)
@pytest.mark.bad_shape
def test_refusals(changed, error, message):
    """What can not be fitted is refused, naming the first offender."""
    given = {"x": PARTS, "y": LABELS, "penalty": 1.0, **changed}

    with pytest.raises(error, match=message):
        fit(given.pop("x"), given.pop("y"), **given)


def test_statistics_at_the_optimum_are_the_penalty(rng):
    """The data's mean pull equals the penalty's: the condition of the optimum."""
    x, y = overlapping(rng)
    head = fit(x, y, penalty=1e-2, tolerance=1e-13).head

    pull = statistics(x, y, head).gradient / len(x)

    assert_allclose(pull, -1e-2 * theta(head), atol=1e-12)
