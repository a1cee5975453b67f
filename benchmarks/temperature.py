"""Where training softens a head: is it better on parts that nobody saw, and as safe?"""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.document import conditions, write_section
from glassline.dataset import Dataset, Part
from glassline.decide import Policy
from glassline.decide.decision import actions
from glassline.errors import GlasslineWarning
from glassline.head import Head, part_losses
from glassline.recipe import ACTIONS, Recipe
from glassline.training.temperature import temper
from glassline.training.trainset import Trainset, learn

APART = (1.0, 2.0, 3.0, 4.4)  # of good parts and each defect, in spreads of a class
PARTS = (30, 60, 150)
WRONG = (0.0, 0.05)  # share of labels that name another class
TRAININGS = 25
UNSEEN = 5_000
ACCEPT = ACTIONS.index("accept")
RECIPE = Recipe(classes=("ok", "scratch", "dirt"))
RAISES = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]])  # class by feature


@dataclass(frozen=True)
class Trial:
    """One training: the temperature, and what it changes on unseen parts."""

    t: float
    loss: float  # nats a part
    escapes: float  # share of bad parts
    surer: float  # the loss, had the temperature found been used though below 1


def main() -> None:
    """Train each cell of the grid anew, often, and judge on fresh parts."""
    trainings = int(sys.argv[1]) if len(sys.argv) > 1 else TRAININGS
    warnings.simplefilter("ignore", GlasslineWarning)
    rows = []
    for cell, (wrong, apart, n) in enumerate(product(WRONG, APART, PARTS)):
        rng = np.random.Generator(np.random.PCG64(cell))
        found = [trial(rng, apart, n, wrong) for _ in range(trainings)]
        rows.append(as_line(apart, n, wrong, found))
        print(rows[-1], flush=True)
    write_section("temperature", document(rows, trainings))


def trial(rng: np.random.Generator, apart: float, n: int, wrong: float) -> Trial:
    """Train on n parts, and judge with and without the temperature."""
    values, labels = drawn(rng, apart, n)
    moved = rng.random(n) < wrong
    labels[moved] = (labels[moved] + rng.integers(1, 3, moved.sum())) % 3
    data = dataset(labels)
    learnt, found = learn(values, data, RECIPE)
    tempered = temper(values, data, RECIPE)
    if tempered is None:
        return Trial(1.0, 0.0, 0.0, 0.0)
    unseen, truth = drawn(rng, apart, UNSEEN)
    swapped = rng.random(UNSEEN) < wrong
    told = np.where(swapped, (truth + rng.integers(1, 3, UNSEEN)) % 3, truth)
    x = learnt.scale.x(unseen)
    plain = judged(found.head, learnt, x, truth, told)
    soft = judged(tempered.applied(found.head), learnt, x, truth, told)
    t = tempered.found.value
    surer = plain
    if t < 1:
        sharp = Head(found.head.W / t, found.head.b / t)
        surer = judged(sharp, learnt, x, truth, told)
    return Trial(
        tempered.value, soft[0] - plain[0], soft[1] - plain[1], surer[0] - plain[0]
    )


def judged(
    head: Head, learnt: Trainset, x: np.ndarray, truth: np.ndarray, told: np.ndarray
) -> tuple[float, float]:
    """Return the mean loss against the labels, and the share of bad parts accepted."""
    policy = Policy.of(RECIPE, np.array(learnt.mix))
    taken = actions(policy, head.probabilities(x))
    loss = float(part_losses(head.logits(x), told).mean())
    return loss, float((taken == ACCEPT)[truth > 0].mean())


def drawn(
    rng: np.random.Generator, apart: float, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw readings: a scratch raises the first, dirt the third, each in spreads."""
    labels = rng.permutation(np.arange(n) % 3)
    return apart * RAISES[labels] + rng.normal(size=(n, 4)), labels


def dataset(labels: np.ndarray) -> Dataset:
    """Return parts with these labels, each a group of its own, and no photos."""
    parts = (
        Part(Path(f"{at}.png"), RECIPE.classes[label], f"row {at}", str(at))
        for at, label in enumerate(labels.tolist())
    )
    return Dataset("drawn", tuple(parts))


def as_line(apart: float, n: int, wrong: float, found: list[Trial]) -> str:
    """Return one row of the table."""
    used = [each for each in found if each.t != 1]
    sharp = [each.surer for each in found if each.surer]
    cells = [
        f"{100 * wrong:g} %",
        f"{apart:g}",
        str(n),
        f"{len(used)}/{len(found)}",
        mean([each.loss for each in used], "{:+.4f}"),
        mean([float(each.loss > 0) for each in used], "{:.0%}"),
        mean([100 * each.escapes for each in used], "{:+.3f}"),
        f"{100 * max([each.escapes for each in used], default=0.0):+.3f}",
        mean([float(each > 0) for each in sharp], "{:.0%}") + f" of {len(sharp)}",
    ]
    return "| " + " | ".join(cells) + " |"


def mean(figures: list[float], shown: str) -> str:
    """Return the mean as text; a dash where there is nothing."""
    return shown.format(np.mean(figures)) if figures else "-"


def document(rows: list[str], trainings: int) -> str:
    """Return the section."""
    heads = (
        "labels wrong",
        "apart",
        "parts",
        "softened",
        "loss changes by",
        "loss rose in",
        "escapes change by (points)",
        "at most",
        "surer would lose in",
    )
    return "\n".join(
        [
            "## Where training softens a head",
            "",
            f"`make temperature`, {conditions('glassline', 'numpy')}.",
            f"{trainings} trainings a row on simulated parts: three classes of four readings,",
            "standard normal, a scratch *apart* further in the first, dirt in the third;",
            "a share of the labels names another class. Each head is judged on",
            f"{UNSEEN:,} fresh parts of the same kind, with and without its temperature:",
            "in how many trainings one was used (T above 1 and clearly better out of",
            "fold), what it changed in the loss (nats a part) and in the share of bad",
            "parts accepted. The last column is why a head is never made surer: of the",
            "trainings where the best temperature was below 1, how many would have lost.",
            "",
            "| " + " | ".join(heads) + " |",
            "|---:" * len(heads) + "|",
            *rows,
        ]
    )


if __name__ == "__main__":
    main()
