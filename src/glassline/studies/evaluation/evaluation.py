"""How often a model is right: on parts it did not see, in counts, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import ClassIds, Logits
from glassline.dataset import Dataset, Part
from glassline.dataset.copies import Copy
from glassline.dataset.frame import frame
from glassline.dataset.readings import Progress, Readings, Refusal, no_progress
from glassline.errors import InputError
from glassline.head import part_losses, softmax
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.model import Model, learnt, read_with
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS, Action, Recipe
from glassline.studies.metrics import (
    Bin,
    Calibration,
    Rate,
    Scores,
    calibration,
    rate,
    reliability,
    score,
)
from glassline.training.concepts.following import followed, reader

__all__ = ["Evaluation", "Wrong", "evaluate", "judge"]


@dataclass(frozen=True)
class Wrong:
    """A part whose most probable class is not its label.

    Attributes:
        part: Which.
        label: The class a person gave; of shares the largest.
        seen: The most probable class.
        decision: What would be done with the part.
        loss: Its cross-entropy, nats.
    """

    part: Part
    label: str
    seen: str
    decision: str
    loss: float

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data, named as `inspect --json` names it."""
        return {
            "image": str(self.part.path),
            "label": self.label,
            "class": self.seen,
            "decision": self.decision,
            "loss": self.loss,
        }


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Record):
    """The score of a model on labelled parts.

    Attributes:
        recipe: Whose classes and costs.
        labels: Shape (n,), the true classes; a part with shares counts as its
            largest, undecided parts are left out.
        logits: Shape (n, k).
        actions: Shape (n,), places in `ACTIONS`.
        groups: Shape (n,), group ids.
        images: Of each part, the name of its photo.
        scores: Accuracy, balanced accuracy, macro-F1 and log loss, with intervals by
            group where the groups can bear one.
        refused: Photos that could not be read.
        copies: Photos that show what another one shows, and count for nothing.
        undecided: Parts without a label.
        concepts: Of another front, its figures from training (null where there were
            too few groups) and how each concept follows its measured reading on these
            parts.
        wrong: The parts whose most probable class is not the label, by loss, the
            largest first.
        learnt: Photos that the model was trained on.
        with_training: Whether they are scored; else they are left out.
        beyond: Share of the parts with a reading past the end of the model's scale; None
            where parts were judged by several models.
    """

    recipe: Recipe
    labels: ClassIds
    logits: Logits
    actions: NDArray[np.int64]
    groups: NDArray[np.int64]
    images: tuple[str, ...]
    scores: Scores
    refused: tuple[Refusal, ...]
    copies: tuple[Copy, ...]
    undecided: int
    concepts: Mapping[str, Any] | None = None
    wrong: tuple[Wrong, ...] = ()
    learnt: int = 0
    with_training: bool = False
    beyond: float | None = None

    def _told(self) -> dict[str, Any]:
        figures = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss")
        return {
            "n": self.n,
            "groups": self.scores.groups,
            **{name: getattr(self, name) for name in figures},
            **{name: f"{each.k}/{each.n}" for name, each in self.rates.items()},
            "refused": len(self.refused),
            "undecided": self.undecided,
        }

    @property
    def n(self) -> int:
        """Return how many parts were scored."""
        return len(self.labels)

    @property
    def accuracy(self) -> float:
        """Return the share of parts whose most probable class is the label."""
        return self.scores.accuracy.value

    @property
    def balanced_accuracy(self) -> float:
        """Return the mean recall over the classes that occur."""
        return self.scores.balanced_accuracy.value

    @property
    def macro_f1(self) -> float:
        """Return the mean F1 over the classes that occur or were predicted."""
        return self.scores.macro_f1.value

    @property
    def log_loss(self) -> float:
        """Return the mean cross-entropy, nats a part."""
        return self.scores.log_loss.value

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Return the counts, shape (k, k): a row a true class, a column a predicted one."""
        return self.scores.confusion

    @cached_property
    def bins(self) -> Sequence[Bin]:
        """Return the probability said against the share that was true."""
        return reliability(softmax(self.logits), self.labels, self.groups)

    @cached_property
    def calibration(self) -> Calibration:
        """Return how far probabilities are from what came true."""
        return calibration(softmax(self.logits), self.labels, self.groups)

    @cached_property
    def decisions(self) -> NDArray[np.int64]:
        """Return the counts, shape (k, 3): a row a true class, a column an action."""
        table = np.zeros((len(self.recipe.classes), len(ACTIONS)), np.int64)
        np.add.at(table, (self.labels, self.actions), 1)
        return table

    @cached_property
    def rates(self) -> dict[str, Rate]:
        """Return escape, overkill and review rate, each k/n; empty without a good class.

        escape: bad parts accepted / all bad. overkill: good parts rejected / all
        good. review: parts sent to a person / all. Their intervals are by group.
        """
        if self.recipe.good is None:
            return {}
        good = self.labels == self.recipe.classes.index(self.recipe.good)
        return {
            "escape": rate(self.actions[~good] == Action.ACCEPT, self.groups[~good]),
            "overkill": rate(self.actions[good] == Action.REJECT, self.groups[good]),
            "review": rate(self.actions == Action.REVIEW, self.groups),
        }

    def frame(self) -> Any:
        """Return a row a part as a DataFrame of pandas or polars.

        Columns: image, group, label, class, decision, nats (the loss), and p_ and the
        name of each class.

        Raises:
            MissingExtraError: Neither is installed.
        """
        classes, p = self.recipe.classes, softmax(self.logits)
        return frame(
            {
                "image": self.images,
                "group": self.groups,
                "label": [classes[at] for at in self.labels],
                "class": [classes[at] for at in self.logits.argmax(axis=1)],
                "decision": [ACTIONS[at] for at in self.actions],
                "nats": part_losses(self.logits, self.labels),
                **{f"p_{name}": p[:, at] for at, name in enumerate(classes)},
            }
        )

    def as_json(self) -> dict[str, Any]:
        """Return the evaluation as plain data."""
        figures = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss")
        return {
            "n": self.n,
            **{name: getattr(self, name) for name in figures},
            "confusion": self.confusion.tolist(),
            "classes": list(self.recipe.classes),
            "intervals": {
                name: [each["low"], each["high"]]
                for name in figures
                for each in [getattr(self.scores, name).as_json()]
            },
            "calibration": {
                "error": self.calibration.error.as_json(),
                "brier": self.calibration.brier.as_json(),
            },
            "reliability": [
                {
                    "low": b.low,
                    "high": b.high,
                    "mean": b.mean,
                    "k": b.hits.k,
                    "n": b.hits.n,
                }
                for b in self.bins
            ],
            "majority": self.scores.majority,
            "groups": self.scores.groups,
            "decisions": self.decisions.tolist(),
            "rates": {name: each.as_json() for name, each in self.rates.items()},
            "wrong": [each.as_json() for each in self.wrong],
            "refused": [each.as_json() for each in self.refused],
            "copies": [each.as_json() for each in self.copies],
            "undecided": self.undecided,
            "learnt": self.learnt,
            "with_training": self.with_training,
            "beyond": self.beyond,
            **({"concepts": dict(self.concepts)} if self.concepts else {}),
        }


@checked
def evaluate(
    model: Model,
    data: Dataset,
    *,
    with_training: bool = False,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Evaluation:
    """Score a model on labelled photos that it was not trained on.

    Args:
        model: Which is scored.
        data: Labelled parts.
        with_training: Whether photos that the model was trained on are scored too; such
            figures flatter. Else they are left out and counted.
        workers: Photos read at the same time.
        progress: Told how far it is.

    Raises:
        LabelError: A label is not one of the model's classes.
        DatasetError: No photo could be read.
        InputError: No part that could be read is labelled, or the model was trained on
            all that are.
    """
    data.targets(model.recipe.classes)
    measure, planes = reader(model)
    readings = read_with(
        model, data, measure, planes=planes, workers=workers, progress=progress
    )
    readings.warn_of_near()
    known_before = learnt(model, readings)
    if not with_training:
        readings = _others(readings, known_before, model)
    values = readings.values[:, : len(model.feature_names)]
    said = decide(model, values)
    found = judge(model.recipe, said.logits, said.actions, readings)
    labelled = readings.data.labelled(model.recipe.classes).rows
    return replace(
        found,
        concepts=followed(model, readings),
        learnt=int(known_before.sum()),
        with_training=with_training,
        beyond=float(model.scale.beyond(values[labelled]).mean()),
    )


def _others(
    readings: Readings, known_before: NDArray[np.bool_], model: Model
) -> Readings:
    """Leave out the photos of training; some labelled part must be left."""
    labelled = readings.data.targets(model.recipe.classes).any(axis=1)
    if labelled.any() and not (labelled & ~known_before).any():
        raise InputError(
            f"{readings.data.name}: expected labelled photos that the model was not "
            f"trained on, got none: it was trained on {known_before.sum()} of "
            f"{len(known_before)}. Give others, or score these with --with-training "
            "(in Python with_training=True), which flatters."
        )
    return readings.subset(np.flatnonzero(~known_before | ~labelled))


def judge(
    recipe: Recipe, logits: Logits, actions: NDArray[np.int64], readings: Readings
) -> Evaluation:
    """Hold logits and actions, one row a part read, against the labels."""
    known = readings.data.labelled(recipe.classes)
    rows, labels, groups = known.rows, known.labels, known.data.groups()
    if not len(rows):
        raise InputError("evaluate: expected at least one labelled part, got none.")
    seen = logits[rows].argmax(axis=1)
    losses = part_losses(logits[rows], known.targets)
    wrong = np.flatnonzero(seen != labels)
    return Evaluation(
        recipe=recipe,
        labels=labels,
        logits=logits[rows],
        actions=actions[rows],
        groups=groups,
        images=tuple(str(part.path) for part in known.data.parts),
        scores=score(
            labels,
            seen,
            losses,
            groups,
            len(recipe.classes),
        ),
        refused=readings.refused,
        copies=readings.copies,
        undecided=len(readings.data) - len(rows),
        wrong=tuple(
            Wrong(
                part=known.data.parts[row],
                label=recipe.classes[labels[row]],
                seen=recipe.classes[seen[row]],
                decision=ACTIONS[actions[rows][row]],
                loss=float(losses[row]),
            )
            for row in wrong[np.argsort(-losses[wrong], kind="stable")].tolist()
        ),
    )
