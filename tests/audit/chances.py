"""Simulates what is promised with a probability, from generators of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.stats import beta, norm

from audit.claims import Claim
from glassline.dataset import Dataset
from glassline.dataset.part import Part
from glassline.decide import (
    Guarantee,
    Policy,
    Taught,
    class_set,
    find_guarantee,
)
from glassline.head import fit
from glassline.recipe import ClassCosts, Recipe
from glassline.studies.metrics import calibration, rate, score
from glassline.training.novelty import fit_region
from glassline.training.temperature import temper

__all__ = ["chances", "intervals"]

LOTS = (5, 10, 29, 40, 200)
SHARES = (0.5, 0.8, 0.9, 0.97, 0.999)
LIKENESS = (0.0, 0.3, 0.9)


def chances(rng: np.random.Generator, tries: int) -> Iterator[Claim]:
    """Yield every claim with a probability but the intervals, `tries` studies each."""
    yield from guarantees_of_photos(rng, tries)
    yield from guarantees_of_lots(rng, tries)
    yield from guarantees_out_of_fold(rng, max(10, tries // 4))
    yield sets(rng, max(20, tries // 2))
    yield from novelty(rng, max(10, tries // 4))
    yield from temperatures(rng, max(6, tries // 16))


def intervals(
    rng: np.random.Generator, tries: int, lots: tuple[int, ...] = LOTS
) -> Iterator[Claim]:
    """Yield the worst coverage of each figure for each number of lots, `tries` a cell.

    Lots of 20 parts or of 2 to 60; beta-binomial, so that a lot's own share of right
    parts has the likeness asked for; two classes by turns in each lot. A right part has
    its label at .99 or .7, a wrong one at .3 or .01, so the true means are sums.
    """
    for g in lots:
        cells: dict[str, list[tuple[int, int]]] = {}
        for share in SHARES:
            for likeness in LIKENESS:
                for sizes in (np.full(g, 20), np.geomspace(2, 60, g).astype(int)):
                    hits = _covered(rng, tries, share, likeness, sizes)
                    for name, (k, n) in hits.items():
                        cells.setdefault(name, []).append((k, n))
        for name, found in cells.items():
            k, n = min(
                (each for each in found if each[1]), key=lambda at: at[0] / at[1]
            )
            yield Claim(
                f"the 95 % interval of {name} holds the true one",
                f"{g} lots",
                *(0.93, "at least", k, n, len(found)),
            )


def _covered(
    rng: np.random.Generator,
    tries: int,
    share: float,
    likeness: float,
    sizes: np.ndarray,
) -> dict[str, tuple[int, int]]:
    """How often each interval held; an unknown one is never wrong."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    labels = np.concatenate([np.arange(size) % 2 for size in sizes])
    counts = np.bincount(labels, minlength=2)
    f1 = [
        2
        * share
        * counts[c]
        / (counts[c] + share * counts[c] + (1 - share) * counts[1 - c])
        for c in (0, 1)
    ]
    sure, unsure = np.array([0.99, 0.7]), np.array([0.3, 0.01])
    true = {
        "accuracy": share,
        "balanced accuracy": share,
        "macro-F1": float(np.mean(f1)),
        "the cross-entropy": -float(
            share * np.log(sure).mean() + (1 - share) * np.log(unsure).mean()
        ),
        "the Brier score": 2
        * float(
            share * ((1 - sure) ** 2).mean() + (1 - share) * ((1 - unsure) ** 2).mean()
        ),
        "a rate of decisions": 1 - share,
    }
    held = dict.fromkeys(true, 0)
    given = dict.fromkeys(true, 0)
    for _ in range(tries):
        chance = np.full(len(sizes), share)
        if likeness:
            spread = (1 - likeness) / likeness
            chance = rng.beta(share * spread, (1 - share) * spread, len(sizes))
        right = rng.random(len(groups)) < chance[groups]
        at_label = np.where(right, rng.choice(sure, len(right)), 0.0)
        at_label = np.where(right, at_label, rng.choice(unsure, len(right)))
        p = np.where(
            labels[:, None] == np.arange(2), at_label[:, None], 1 - at_label[:, None]
        )
        scores = score(
            labels, np.where(right, labels, 1 - labels), -np.log(at_label), groups, 2
        )
        found = {
            "accuracy": (scores.accuracy.low, scores.accuracy.high),
            "balanced accuracy": (
                scores.balanced_accuracy.low,
                scores.balanced_accuracy.high,
            ),
            "macro-F1": (scores.macro_f1.low, scores.macro_f1.high),
            "the cross-entropy": (scores.log_loss.low, scores.log_loss.high),
            "a rate of decisions": rate(~right, groups).interval,
        }
        squares = calibration(p, labels, groups).brier
        found["the Brier score"] = (squares.low, squares.high)
        for name, (low, high) in found.items():
            misses = low > true[name] + 1e-9 or high < true[name] - 1e-9
            held[name] += not misses  # NaN: not given, so not wrong
            given[name] += 1
    return {name: (held[name], given[name]) for name in true}


def _free(classes: tuple[str, ...]) -> Policy:
    """Escapes cost nothing, so a threshold goes as low as it may."""
    costs = {name: ClassCosts(0.0, 5.0, 1.0) for name in classes}
    return Policy.of(Recipe(classes, good=classes[0], costs=costs))


def _rows(scores: np.ndarray, k: int) -> np.ndarray:
    others = np.repeat((1 - scores)[:, None] / (k - 1), k - 1, axis=1)
    return np.hstack([scores[:, None], others])


def guarantees_of_photos(rng: np.random.Generator, tries: int) -> Iterator[Claim]:
    """Two defects at once, each part drawn for itself; the true rates from SciPy."""
    policy = _free(("ok", "a", "b"))
    labels = np.repeat([0, 1, 2], [100, 150, 150])
    designs = {
        "one hard to tell, one easy": [(2, 6), (1, 30)],
        "both as hard": [(2, 6), (2, 6)],
        "scores at both ends": [(0.5, 0.5), (2, 2)],
    }
    for name, shapes in designs.items():
        for confidence in (0.95, 0.8):
            broken = 0
            for _ in range(tries):
                scores = np.concatenate(
                    [rng.random(100), *(rng.beta(*shape, 150) for shape in shapes)]
                )
                found = find_guarantee(
                    _rows(scores, 3), labels, policy, escape=0.05, confidence=confidence
                )
                broken += isinstance(found, Guarantee) and any(
                    beta.sf(found.threshold, *shape) > 0.05 for shape in shapes
                )
            yield Claim(
                "a guarantee on photos is broken for one of two defects",
                f"{name}, 150 parts of each, 5 % at {100 * confidence:g} %",
                *(round(1 - confidence, 9), "at most", int(broken), tries),
            )


def _lots(rng: np.random.Generator, g: int) -> tuple[np.ndarray, np.ndarray]:
    """Single parts, and lots of 60 that are alike and better looking: 3 in 100."""
    sizes = np.where(rng.random(g) < 0.03, 60, 1)
    lot = np.repeat(np.arange(g), sizes)
    looks = rng.normal(np.where(sizes > 1, 1.5, 0.0), 1.5)[lot]
    return lot, 1 / (1 + np.exp(4 - looks - rng.normal(0, 0.1, len(lot))))


def _passing(threshold: float) -> tuple[float, float]:
    """The true share of those lots with a part that passes, and of their parts."""
    if threshold >= 1:
        return 0.0, 0.0
    least = 4 + np.log(threshold / (1 - threshold))
    own = np.linspace(-8, 8, 4_001)  # of the lots of 60; their parts spread by 0.1
    weight = norm.pdf(own) / norm.pdf(own).sum()
    single = norm.sf(least, 0, np.hypot(1.5, 0.1))
    each = norm.cdf((least - 1.5 - 1.5 * own) / 0.1)
    lots = 0.97 * single + 0.03 * float(weight @ (1 - each**60))
    parts = 0.97 * single + 0.03 * 60 * float(weight @ (1 - each))
    return lots, parts / (0.97 + 0.03 * 60)


def guarantees_of_lots(rng: np.random.Generator, tries: int) -> Iterator[Claim]:
    """Counted by lot, and by parts of lots; the true shares by quadrature."""
    policy = _free(("ok", "a"))
    broken = {"lots": 0, "parts": 0, "parts of the former": 0}
    for _ in range(tries):
        ids, scores = _lots(rng, 900)
        asked = {"escape": 0.1, "confidence": 0.9, "groups": ids}
        p, labels = _rows(scores, 2), np.ones(len(scores), int)
        by_lot = find_guarantee(p, labels, policy, **asked)
        by_part = find_guarantee(p, labels, policy, **asked, counted="photo-in-group")
        if isinstance(by_lot, Guarantee):
            lots, parts = _passing(by_lot.threshold)
            broken["lots"] += lots > 0.1
            broken["parts of the former"] += parts > 0.1
        if isinstance(by_part, Guarantee):
            broken["parts"] += _passing(by_part.threshold)[1] > 0.1
    how = "900 lots, 3 in 100 of 60 parts that are alike and worse, 10 % at 90 %"
    yield Claim(
        "a guarantee by group is broken for groups",
        *(how, 0.1, "at most", int(broken["lots"]), tries),
    )
    yield Claim(
        "a guarantee by group, were it taken for one of parts",
        *(how, 0.1, "told", int(broken["parts of the former"]), tries),
    )
    yield Claim(
        "a guarantee by photo-in-group is broken for parts",
        *(how, 0.1, "at most", int(broken["parts"]), tries),
    )


def _line(
    rng: np.random.Generator, each: int, apart: float
) -> tuple[np.ndarray, np.ndarray]:
    """Three classes of Gaussian features: good at 0, defects along one feature each."""
    labels = np.repeat([0, 1, 2], each)
    x = rng.normal(size=(3 * each, 4))
    x[labels == 1, 0] += apart
    x[labels == 2, 2] += apart
    return x, labels


def guarantees_out_of_fold(rng: np.random.Generator, tries: int) -> Iterator[Claim]:
    """Judged by heads of other folds; broken is measured on the head of all parts."""
    policy = _free(("ok", "a", "b"))
    broken = {0.95: 0, 0.9: 0, 0.8: 0}
    unseen, truth = _line(rng, 20_000, 3.0)
    for _ in range(tries):
        x, labels = _line(rng, 120, 3.0)
        fold = rng.permutation(len(x)) % 5
        p = np.zeros((len(x), 3))
        for each in range(5):
            head = fit(x[fold != each], labels[fold != each], penalty=1e-3).head
            p[fold == each] = head.probabilities(x[fold == each])
        seen = fit(x, labels, penalty=1e-3).head.probabilities(unseen)[:, 0]
        for confidence in broken:
            found = find_guarantee(
                p, labels, policy, escape=0.05, confidence=confidence
            )
            broken[confidence] += isinstance(found, Guarantee) and any(
                (seen[truth == c] >= found.threshold).mean() > 0.05 for c in (1, 2)
            )
    for confidence, count in broken.items():
        yield Claim(
            "a guarantee out of fold is broken by the head that is used",
            f"120 parts of each of 3 classes, 5 folds, 5 % at {100 * confidence:g} %",
            *(round(1 - confidence, 9), "at most", int(count), tries),
        )


def sets(rng: np.random.Generator, tries: int) -> Claim:
    """Forty labelled parts of two classes that overlap, one new part a study."""
    missed = 0
    for _ in range(tries):
        labels = rng.integers(0, 2, 41)
        labels[:2] = 0, 1
        x = rng.normal(size=(41, 2)) + labels[:, None]
        order = rng.permutation(41)
        x, labels = x[order], labels[order]
        taught = Taught(x[:40], labels[:40], ("ok", "a"), penalty=1e-2)
        true = ("ok", "a")[labels[40]]
        missed += true not in class_set(taught, x[40], miss=0.1).classes
    return Claim(
        "the true class is not in the class set",
        "40 labelled parts, two classes that overlap, 10 %",
        *(0.1, "at most", missed, tries),
    )


def novelty(rng: np.random.Generator, tries: int) -> Iterator[Claim]:
    """New parts of the known classes, 3,000 a model; Gaussian with heavy tails."""
    beyond, over = 0, 0
    for _ in range(tries):
        x, labels = _line(rng, 60, 3.0)
        region = fit_region(x, labels, np.arange(len(x)), ("ok", "a", "b"), rate=0.02)
        new = region.distances(_line(rng, 1_000, 3.0)[0]) > region.limit
        beyond += int(new.sum())
        over += bool(new.mean() > 0.02)
    how = "60 parts of each of 3 classes, rate 2 %"
    yield Claim(
        "a part of a known class is called novel, over all models",
        *(how, 0.02, "told", beyond, 3_000 * tries),
    )
    yield Claim(
        "a single model calls more than 2 % of known parts novel",
        *(how, 0.0, "told", over, tries),
    )


def temperatures(rng: np.random.Generator, tries: int) -> Iterator[Claim]:
    """Classes from blurred to nearly apart, 60 or 150 parts; loss on 6,000 unseen."""
    classes = ("ok", "a", "b")
    recipe = Recipe(classes)
    applied, worse, more = 0, 0, 0
    gained = 0.0
    cells = [(apart, each) for apart in (0.7, 1.5, 2.2, 3.0) for each in (20, 50)]
    for apart, each in cells:
        unseen, truth = _line(rng, 2_000, apart)
        for _ in range(tries):
            x, labels = _line(rng, each, apart)
            parts = tuple(
                Part(Path(f"{i}"), classes[label], "", f"{i}")
                for i, label in enumerate(labels.tolist())
            )
            found = temper(x, Dataset("audit", parts), recipe)
            if found is None or found.value == 1:
                continue
            applied += 1
            head = fit(x, labels, penalty=3e-4).head
            before, after = head.logits(unseen), found.applied(head).logits(unseen)
            old, new = (_loss(z, truth) for z in (before, after))
            worse += new > old
            gained += old - new
            more += _escapes(after, truth) > _escapes(before, truth)
    how = f"{len(cells)} lines, separation 0.7 to 3, 60 or 150 parts"
    yield Claim(
        "training applies a temperature", how, 0.0, "told", applied, tries * len(cells)
    )
    yield Claim(
        f"it raises the loss of unseen parts (gained on average: "
        f"{gained / max(applied, 1):+.4f} nats)",
        *(how, 0.0, "told", worse, max(applied, 1)),
    )
    yield Claim(
        "it lets more unseen defects pass",
        *(how, 0.0, "at most", more, max(applied, 1)),
    )


def _loss(z: np.ndarray, labels: np.ndarray) -> float:
    top = z.max(axis=1)
    total = np.log(np.exp(z - top[:, None]).sum(axis=1)) + top
    return float((total - z[np.arange(len(z)), labels]).mean())


def _escapes(z: np.ndarray, labels: np.ndarray) -> int:
    """Defects accepted by the default costs: from 95 % good on."""
    p = np.exp(z - z.max(axis=1, keepdims=True))
    good = p[:, 0] / p.sum(axis=1)
    return int((good[labels > 0] >= 0.95).sum())
