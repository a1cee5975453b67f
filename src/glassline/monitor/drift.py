"""Today's readings against those of training: what moved, how far, and what follows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features, Values
from glassline.dataset import Dataset
from glassline.dataset.copies import Copy
from glassline.dataset.readings import Progress, Refusal, no_progress
from glassline.errors import InputError
from glassline.model import Model, learnt, read_with
from glassline.model.records import Reference
from glassline.model.reference import refer
from glassline.model.verdict import Decisions, decide
from glassline.monitor.two_sample import (
    Shift,
    compare_groups,
    enough_groups,
    groups_needed,
)
from glassline.recipe import ACTIONS, Action

__all__ = [
    "FALSE_ALARMS",
    "Consequences",
    "Drift",
    "consequences",
    "drift",
    "find_drift",
]

FALSE_ALARMS = 0.01  # of a line that did not change: a check a day, one in three months


@dataclass(frozen=True)
class Consequences:
    """What the moves do to decisions, if lamp and camera moved and the parts did not.

    Each part is decided as it reads, and as it would read were the moves undone.

    Attributes:
        parts: Parts of today, of every class.
        changes: As decided where training's readings stand, to as decided today, to
            how many parts; only those that are decided otherwise.
        false_rejects: More good parts rejected, of 1,000 parts; fewer, if below 0.
        escapes: More bad parts accepted, of 1,000 parts.
        cost: What 1,000 parts cost more, in the recipe's currency.
        is_mix_declared: Whether the recipe says how often the line makes each class,
            which the last three rest on; if not, each counts as training weighed it.
    """

    parts: int
    changes: tuple[tuple[str, str, int], ...]
    false_rejects: float
    escapes: float
    cost: float
    is_mix_declared: bool

    @property
    def changed(self) -> int:
        """Return how many parts are decided otherwise."""
        return sum(count for _, _, count in self.changes)


@dataclass(frozen=True)
class Drift:
    """Whether the readings moved since training.

    Attributes:
        features: The d names.
        shifts: How each moved, in spreads of good parts; empty where there are too few
            groups to tell.
        sigma: Repeatability of each in the same unit; None of a model without a gauge.
        before: Parts of training, and those that look good.
        after: Parts of today, likewise.
        false_alarms: In how many comparisons with a line that did not change anything
            is noticed.
        needed: Groups of today that are enough; None where training has one group.
        by_photo: Whether training came in lots, but of today no lot has two photos.
        guarantee: Of the model: "none", "stands", "void", or "unknown".
        currency: Of the recipe.
        consequences: None where nothing was noticed.
    """

    features: tuple[str, ...]
    shifts: tuple[Shift, ...]
    sigma: tuple[float, ...] | None
    before: Reference
    after: Reference
    false_alarms: float
    needed: int | None
    by_photo: bool
    guarantee: Literal["none", "stands", "void", "unknown"]
    currency: str
    consequences: Consequences | None = None
    known: int = 0
    refused: tuple[Refusal, ...] = ()
    copies: tuple[Copy, ...] = ()

    @property
    def answer(self) -> Literal["none", "drift", "unknown"]:
        """Return whether anything was noticed, or too few groups to tell."""
        if not self.shifts:
            return "unknown"
        return "drift" if any(each.is_noticed for each in self.shifts) else "none"

    def repeatabilities(self, column: int) -> float | None:
        """Return how far a feature moved in repeatabilities; None where it has none."""
        if self.sigma is None or not self.sigma[column]:
            return None
        return self.shifts[column].value / self.sigma[column]

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as plain data, numbers in full precision."""
        made, sides = self.consequences, {"training": self.before, "today": self.after}
        return {
            "answer": self.answer,
            "false_alarms": self.false_alarms,
            "features": {
                name: {
                    "shift": shift.value,
                    "repeatabilities": self.repeatabilities(column),
                    "p": shift.p,
                    "least": shift.least,
                    "noticed": shift.is_noticed,
                }
                for column, (name, shift) in enumerate(
                    zip(self.features, self.shifts, strict=False)
                )
            },
            **{
                side: {
                    "parts": each.parts,
                    "looked_good": each.looked_good,
                    "groups": each.groups,
                }
                for side, each in sides.items()
            },
            "groups_needed": self.needed,
            "by_photo": self.by_photo,
            "consequences": {**asdict(made), "changed": made.changed} if made else None,
            "guarantee": self.guarantee,
            "known": self.known,
            "refused": [each.as_json() for each in self.refused],
            "copies": [each.as_json() for each in self.copies],
        }


def drift(
    model: Model,
    photos: Dataset,
    reference: Dataset | None = None,
    *,
    false_alarms: float = FALSE_ALARMS,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Drift:
    """Read photos of today and hold them against those of training.

    Labels are not looked at. Photos that the model was trained on are left out.

    Args:
        model: Whose front, scale, head, policy, gauge and guarantee.
        photos: Of today; their groups are lots where a table names them.
        reference: The photos of training, to be read again; left out, what the model
            keeps of them.
        false_alarms: In (0, 1): how often a line that did not change may be noticed.
        workers: Photos read at the same time.
        progress: Told how far it is.

    Raises:
        InputError: As in `find_drift`; or no photo is left, or the model keeps nothing
            of training and there is no reference.
        DatasetError: Not one photo could be read.
    """
    before = model.record.reference
    if before is None and reference is None and model.recipe.good is not None:
        raise InputError(
            "reference: expected the photos of training, got none, and this model was "
            "trained before anything of their readings was kept. Give them with "
            "--reference, or train again."
        )
    if reference is not None:
        old = read_with(model, reference, workers=workers, progress=progress)
        before = refer(model, old.values, old.data.groups())
    today = read_with(model, photos, workers=workers, progress=progress)
    known = learnt(model, today)
    if known.all():
        raise InputError(
            f"{photos.name}: expected photos that the model was not trained on, got "
            f"none of {len(known)}."
        )
    rows = today.subset(np.flatnonzero(~known))
    found = find_drift(
        model, rows.values, rows.data.groups(), before, false_alarms=false_alarms
    )
    return replace(
        found,
        known=int(known.sum()),
        refused=today.refused,
        copies=today.copies,
    )


def find_drift(
    model: Model,
    values: Features,
    groups: NDArray[np.int64],
    before: Reference | None = None,
    *,
    false_alarms: float = FALSE_ALARMS,
) -> Drift:
    """Hold readings of today against those of training.

    Compared are the parts that look good to the model, then and now: x of good parts
    has centre 0 and spread 1 in training, whatever else the line makes, and no label is
    needed. Whole groups are compared, by their mean x, each feature by `compare_groups`.

    Args:
        model: Whose scale, head, policy, gauge and guarantee.
        values: Shape (n, d), readings of today, each in its own unit.
        groups: Shape (n,), group ids; parts of one group may be as alike as copies.
        before: Of training; left out, what the model keeps of it.
        false_alarms: In (0, 1): how often a line that did not change may be noticed.

    Raises:
        InputError: There is no good class, or nothing to compare with.
    """
    before = before or model.record.reference
    after = refer(model, values, groups)
    if after is None or before is None:
        raise InputError(
            "good: expected a class of good parts and their readings in training, got "
            "none: x has no meaning of its own to drift from. Name the good class and "
            "train again."
        )
    d = len(model.feature_names)
    shifts: tuple[Shift, ...] = ()
    if enough_groups(len(before.means), len(after.means), d, false_alarms):
        shifts = compare_groups(
            np.array(before.means), np.array(after.means), false_alarms=false_alarms
        )
    moved = np.array([each.value if each.is_noticed else 0.0 for each in shifts])
    return Drift(
        features=model.feature_names,
        shifts=shifts,
        sigma=tuple(model.gauge.sigma.tolist()) if model.gauge else None,
        before=before,
        after=after,
        false_alarms=false_alarms,
        needed=groups_needed(len(before.means), d, false_alarms),
        by_photo=before.groups < before.looked_good
        and after.groups == after.looked_good,
        guarantee=_guarantee(model, moved),
        currency=model.recipe.currency,
        consequences=consequences(model, values, moved) if moved.any() else None,
    )


def _guarantee(
    model: Model, moved: NDArray[np.float64]
) -> Literal["none", "stands", "void", "unknown"]:
    if model.guarantee is None:
        return "none"
    if model.guarantee.is_void or moved.any():
        return "void"
    return "stands" if len(moved) else "unknown"


def consequences(model: Model, values: Features, moved: Values) -> Consequences:
    """Decide each part as it reads, and as it would were the moves undone.

    Args:
        model: Whose scale, head, policy, region and gauge.
        values: Shape (n >= 1, d), readings, each in its own unit.
        moved: Shape (d,), how far each feature moved, in spreads of good parts; 0 where
            it did not.
    """
    undone = np.stack(
        [model.scale.reading_at(row - moved) for row in model.scale.unclipped(values)]
    )
    today, then = decide(model, values), decide(model, undone)
    pairs, counts = np.unique(
        np.stack([then.actions, today.actions])[:, then.actions != today.actions],
        axis=1,
        return_counts=True,
    )
    p = then.ranking.adjusted
    good = p[:, model.recipe.classes.index(str(model.recipe.good))]
    costs = then.ranking.costs

    def more(action: Action, share: NDArray[np.float64]) -> float:
        turned = (today.actions == action) * 1.0 - (then.actions == action)
        return float(1000 * (turned * share).mean())

    def paid(said: Decisions) -> float:
        return float(1000 * np.take_along_axis(costs, said.actions[:, None], 1).mean())

    return Consequences(
        parts=len(values),
        changes=tuple(
            (ACTIONS[a], ACTIONS[b], int(count))
            for (a, b), count in zip(pairs.T.tolist(), counts.tolist(), strict=True)
        ),
        false_rejects=more(Action.REJECT, good),
        escapes=more(Action.ACCEPT, 1 - good),
        cost=paid(today) - paid(then),
        is_mix_declared=model.recipe.priors is not None,
    )
