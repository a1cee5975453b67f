"""Tries to contradict what is exact or proved: mpmath, plain loops, random search."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator

import mpmath as mp
import numpy as np

from audit.claims import Claim
from glassline.decide import Guarantee, Policy
from glassline.decide.flips import flip, flip_decision
from glassline.decide.flips.answer import DecisionFlip, Flip
from glassline.decide.flips.within import decision_within
from glassline.decide.guarantee import Escapes
from glassline.errors import GlasslineWarning
from glassline.features import Scale
from glassline.head import Head, fit, part_losses, softmax
from glassline.recipe import ClassCosts, Recipe
from glassline.studies.comparison.differences import Judge, Verdict, differences
from glassline.studies.labels.agreement import kappa

__all__ = ["exact", "threads"]

SLACK = 1e-9  # a tie that rounding may decide either way contradicts nothing
ACTIONS = ("accept", "reject", "review")


def exact(rng: np.random.Generator, tries: int) -> Iterator[Claim]:
    """Yield every claim that must never be contradicted."""
    yield losses(rng, tries)
    yield certificates(rng, max(3, tries // 5))
    yield flips(rng, tries)
    yield from decisions(rng, tries)
    yield impossible(rng, max(3, tries // 10))
    yield kappas(rng, tries)


def losses(rng: np.random.Generator, tries: int) -> Claim:
    """Losses and probabilities to 1e-13, hard and soft labels, logits of any size."""
    wrong = 0
    for _ in range(tries):
        k = int(rng.integers(2, 6))
        z = rng.normal(size=(1, k)) * 10.0 ** rng.integers(-3, 3)
        z = np.where(rng.random(k) < 0.2, z[0, 0], z)  # ties
        y = rng.dirichlet(np.full(k, 0.3))[np.newaxis]
        y = y if rng.random() < 0.5 else np.eye(k)[[int(rng.integers(k))]]
        with mp.workdps(60):
            powers = [mp.exp(mp.mpf(float(each))) for each in z[0]]
            shares = [each / mp.fsum(powers) for each in powers]
            told = [float(each) for each in y[0]]
            loss = -mp.fsum(
                mp.mpf(t) * mp.log(p) for t, p in zip(told, shares, strict=True) if t
            )
            off = [abs(mp.mpf(float(part_losses(z, y)[0])) - loss) / (loss or 1)]
            off += [
                abs(mp.mpf(float(got)) - p) / p
                for got, p in zip(softmax(z)[0], shares, strict=True)
                if p > 1e-300
            ]
        wrong += max(off) > 1e-13
    return Claim(
        "loss and probabilities within 1e-13 of mpmath at 60 digits",
        "2 to 5 classes, logits of size 1e-3 to 100, ties, hard and soft labels",
        *(0, "at most", wrong, tries),
    )


def certificates(rng: np.random.Generator, tries: int) -> Claim:
    """The optimum in 50 digits is no further than the bound says."""
    wrong = 0
    for _ in range(tries):
        n, k = int(rng.integers(6, 20)), int(rng.integers(2, 4))
        x = rng.normal(size=(n, 2)) * 10.0 ** rng.integers(-2, 3, 2)
        x[:, 0] = np.where(rng.random() < 0.2, 1.0, x[:, 0])  # a constant column
        y = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
        penalty = float(10.0 ** rng.integers(-6, 0))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GlasslineWarning)  # of the constant column
            found = fit(x, y, penalty=penalty, classes=k)
        theta = np.vstack([found.head.W, found.head.b])
        distance = _distance_to_optimum(x, y, theta, penalty)
        wrong += distance > found.certificate.distance_bound
    return Claim(
        "the optimum lies within the certificate's bound",
        "6 to 19 parts, features of size 0.01 to 100, penalty 1e-6 to 0.1; Newton in "
        "mpmath at 50 digits",
        *(0, "at most", wrong, tries),
    )


def _distance_to_optimum(
    x: np.ndarray, y: np.ndarray, theta: np.ndarray, penalty: float
) -> mp.mpf:
    with mp.workdps(50):
        rows = [[mp.mpf(float(v)) for v in row] + [mp.mpf(1)] for row in x]
        d, k = theta.shape
        start = mp.matrix([mp.mpf(float(v)) for v in theta.reshape(-1)])
        at = start.copy()
        for _ in range(60):
            gradient = mp.mpf(penalty) * at
            hessian = mp.mpf(penalty) * mp.eye(d * k)
            for row, label in zip(rows, y.tolist(), strict=True):
                z = [
                    mp.fsum(row[i] * at[i * k + c] for i in range(d)) for c in range(k)
                ]
                powers = [mp.exp(each - max(z)) for each in z]
                p = [each / mp.fsum(powers) for each in powers]
                for i in range(d):
                    for c in range(k):
                        gradient[i * k + c] += (
                            row[i] * (p[c] - (c == label)) / len(rows)
                        )
                        for j in range(d):
                            for e in range(k):
                                hessian[i * k + c, j * k + e] += (
                                    row[i] * row[j] * p[c] * ((c == e) - p[e])
                                ) / len(rows)
            step = mp.lu_solve(hessian, gradient)
            at -= step
            if mp.norm(step) < mp.mpf(10) ** -35:
                break
        return mp.norm(at - start)


def _head(rng: np.random.Generator) -> Head:
    """A head, often a degenerate one: level, doubled classes, very steep, one feature."""
    d, k = int(rng.integers(1, 5)), int(rng.integers(2, 5))
    w, b = rng.normal(size=(d, k)), rng.normal(size=k)
    kind = rng.integers(6)
    w = w * (0.0 if kind == 0 else 1e3 if kind == 1 else 1.0)
    if kind == 2:
        w[:, -1], b[-1] = w[:, 0], b[0]
    if kind == 3:
        w[1:] = 0.0
    return Head(w, b)


def _around(rng: np.random.Generator, head: Head, radius: float) -> np.ndarray:
    """Steps up to a radius: in random directions, and in those that separate classes."""
    random = rng.normal(size=(300, head.d))
    pairs = (head.W[:, :, None] - head.W[:, None, :]).reshape(head.d, -1).T
    steps = np.vstack([random, pairs[np.abs(pairs).sum(axis=1) > 0]])
    steps /= np.sqrt((steps**2).sum(axis=1))[:, None]
    return np.vstack([steps * radius, steps * radius * rng.random((len(steps), 1))])


def flips(rng: np.random.Generator, tries: int) -> Claim:
    """No x nearer than the flip has another class."""
    wrong = 0
    for _ in range(tries):
        head = _head(rng)
        x = rng.normal(size=head.d) * 2
        found = flip(head, x)
        far = found.distance * (1 - SLACK) if isinstance(found, Flip) else 1e3
        z = (x + _around(rng, head, far)) @ head.W + head.b
        own = z[:, found.present_class]
        wrong += bool((z.max(axis=1) > own + SLACK * (1 + np.abs(z).max())).any())
    return Claim(
        "no x nearer than the flip, or within 1,000 where none is possible, has "
        "another class",
        "1 to 4 features, 2 to 4 classes, level, doubled and steep heads; 600 steps each",
        *(0, "at most", wrong, tries),
    )


def _policy(rng: np.random.Generator, k: int) -> Policy:
    """Costs at random, often tied, some under a guarantee with a threshold up to 1."""
    classes = tuple(f"c{i}" for i in range(k))
    costs = {
        name: ClassCosts(*rng.choice([0.0, 0.5, 1.0, 3.0, 20.0], 3).tolist())
        for name in classes
    }
    kept = None
    if rng.random() < 0.4:
        kept = Guarantee(
            threshold=float(rng.choice([0.3, 0.9, 0.999, 1.0])),
            escape=0.01,
            confidence=0.95,
            escapes=tuple(Escapes(name, 0, 400, 0.0075) for name in classes[1:]),
            good_accepted=1,
            good=2,
            cost=0.5,
            parts="new",
            counted="photo",
            data_sha256="",
        )
    return Policy.of(Recipe(classes, good=classes[0], costs=costs), guarantee=kept)


def _decided(
    head: Head, policy: Policy, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The action of each x from the definition, and whether it hangs on no tie."""
    z = x @ head.W + head.b
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    costs = p @ policy.costs
    kept = policy.guarantee
    if kept is not None:
        passed = p[:, 0] >= kept.threshold
        costs[:, 0] = np.where(passed, -1.0, np.inf)
    order = np.sort(costs, axis=1)
    clear = order[:, 1] - order[:, 0] > SLACK * np.abs(policy.costs).max()
    if kept is not None:
        # 1 - p, from the others, tells a threshold of 1 from 1 - 1e-17
        others = np.exp(np.minimum(z[:, 1:] - z[:, :1], 700)).sum(axis=1)
        clear &= np.abs(others - (1 / kept.threshold - 1)) > SLACK
        clear &= passed == (others <= 1 / kept.threshold - 1)
    return costs.argmin(axis=1), clear


def decisions(rng: np.random.Generator, tries: int) -> Iterator[Claim]:
    """No x within `at_least` is decided otherwise, nor one within a silent limit."""
    nearer, astray, within, silent = 0, 0, 0, 0
    for _ in range(tries):
        head = _head(rng)
        policy = _policy(rng, head.k)
        x = rng.normal(size=head.d) * 2
        found = flip_decision(head, policy, x)
        now = ACTIONS.index(found.present_decision)
        far = min(found.at_least * (1 - SLACK), 1e3)
        done, clear = _decided(head, policy, x + _around(rng, head, far))
        nearer += bool(((done != now) & clear).any())
        if isinstance(found, DecisionFlip):
            done, clear = _decided(head, policy, found.x[np.newaxis])
            astray += bool(clear[0]) and ACTIONS[done[0]] != found.decision
        root = rng.normal(size=(head.d, head.d)) * 0.3
        limit = float(rng.choice([0.5, 1.645, 3.0]))
        if decision_within(head, policy, x, root @ root.T, limit) is None:
            silent += 1
            still = Head(root.T @ head.W, (x @ head.W + head.b))
            steps = _around(rng, still, limit * (1 - SLACK))
            done, clear = _decided(still, policy, steps)
            within += bool(((done != now) & clear).any())
    how = (
        "heads as above, tied costs, guarantees with thresholds up to 1; 600 steps each"
    )
    yield Claim(
        "no x nearer than a decision's proved distance is decided otherwise",
        *(how, 0, "at most", nearer, tries),
    )
    yield Claim(
        "the x of another decision is decided so",
        *(how, 0, "at most", astray, tries),
    )
    yield Claim(
        "no reading within the camera's repeatability is decided otherwise where none "
        "is reported",
        *(how, 0, "at most", within, max(silent, 1)),
    )


def impossible(rng: np.random.Generator, tries: int) -> Claim:
    """What two models can never say together, they never say."""
    wrong, pairs = 0, 0
    for _ in range(tries):
        k = int(rng.integers(2, 4))
        w, b = rng.normal(size=(2, k)), rng.normal(size=k)
        scale = Scale(center=(0.0, 0.5), spread=(1.0, 0.7))
        same = rng.random() < 0.4  # the same borders but for rounding
        other = Head(3 * w, 3 * b) if same else Head(w + rng.normal(size=(2, k)), b)
        old, new = Judge(Head(w, b), scale), Judge(other, scale)
        v = rng.uniform(-6, 6, (4_000, 2))
        readings = np.sign(v) * np.expm1(np.abs(v))
        said = [
            judge.head.logits(judge.scale.x(readings)).argmax(axis=1)
            for judge in (old, new)
        ]
        for found in differences(old, new):
            if found.verdict is Verdict.IMPOSSIBLE:
                pairs += 1
                both = (said[0] == found.old_class) & (said[1] == found.new_class)
                wrong += bool(both.any())
    return Claim(
        "a pair of classes proved impossible for two models is never said",
        "2 features, 2 or 3 classes, also the same borders three times as steep; 4,000 "
        "readings each",
        *(0, "at most", wrong, max(pairs, 1)),
    )


def kappas(rng: np.random.Generator, tries: int) -> Claim:
    """Cohen's kappa in plain fractions."""
    wrong = 0
    for _ in range(tries):
        one, other = rng.integers(0, 3, (2, int(rng.integers(2, 30))))
        n = len(one)
        agreed = sum(a == b for a, b in zip(one.tolist(), other.tolist(), strict=True))
        chance = sum(one.tolist().count(c) * other.tolist().count(c) for c in range(3))
        if chance < n * n:
            expected = (agreed / n - chance / n**2) / (1 - chance / n**2)
            wrong += abs(kappa(one, other) - expected) > 1e-12
    return Claim(
        "kappa as its definition has it",
        "2 to 29 parts, 3 classes",
        *(0, "at most", wrong, tries),
    )


def threads() -> Iterator[Claim]:
    """Bits of a fit under 1, 2 and 4 threads of the linear algebra library."""
    for features, side in ((4, "at most"), (6, "told")):
        code = (
            "import numpy as np; from glassline.head import fit;"
            "r = np.random.Generator(np.random.PCG64(5));"
            f"x = r.normal(size=(20000, {features})); y = r.integers(0, 3, 20000);"
            "f = fit(x, y, penalty=1e-3).head; print((f.W.tobytes() + f.b.tobytes()).hex())"
        )
        said = []
        for count in ("1", "2", "4"):
            env = {
                **os.environ,
                "OPENBLAS_NUM_THREADS": count,
                "OMP_NUM_THREADS": count,
            }
            done = subprocess.run(
                [sys.executable, "-c", code], env=env, capture_output=True, check=True
            )
            said.append(done.stdout)
        yield Claim(
            "other bits of W and b under 2 or 4 threads of the algebra library than "
            f"under 1, with {'four' if features == 4 else 'six'} features",
            "20,000 parts, 3 classes",
            *(0, side, sum(each != said[0] for each in said[1:]), 2),
        )
