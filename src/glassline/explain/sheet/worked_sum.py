"""The worked sum of one part as data: every figure from readings to decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from glassline.arrays import Values, as_floats
from glassline.decide import Decision
from glassline.errors import InputError, LabelError, ShapeError
from glassline.explain.evidence import Evidence
from glassline.explain.sheet import sums
from glassline.explain.sheet.figure import BLOCKS, Figure
from glassline.explain.sheet.provenance import Provenance
from glassline.features import Scale
from glassline.features.scale import curve
from glassline.head import Head
from glassline.interface.record import Record
from glassline.recipe import FEATURE_NAMES
from glassline.recipe.spelling import find

__all__ = ["Scaling", "Supposed", "WorkedSum"]

LEARNING_RATE = 0.1  # small enough that the loss of the example falls
HALF_RANGE = 5e307  # half of what logits may differ by: z - m must stay finite
AGREEMENT = 1e-9  # of a probability: how well a decision must fit the sum


@dataclass(frozen=True)
class Scaling:
    """How the readings of one part became x, one entry a feature.

        u = (curved - center) / spread
        x = max( -clip, min( u, clip + slope (min(u, far) - clip) ) )

    Attributes:
        readings: Each in its own unit.
        curved: sign(reading) log(1 + |reading|).
        scale: With center, spread and clip.
    """

    readings: tuple[float, ...]
    curved: tuple[float, ...]
    scale: Scale

    @classmethod
    def of(cls, readings: ArrayLike, scale: Scale, shape: tuple[int, ...]) -> Scaling:
        """Work out the scaling of readings of shape (d,).

        Raises:
            ShapeError: Readings or scale are not for d features.
        """
        values = as_floats(readings, "readings")
        for name, got in (
            ("readings", values.shape),
            ("scale", (len(scale.center),)),
        ):
            if got != shape:
                raise ShapeError(f"{name}: expected shape {shape}, got {got}.")
        return cls(tuple(values.tolist()), tuple(curve(values).tolist()), scale)


@dataclass(frozen=True)
class Supposed:
    """What a person asked: x that were set, and the verdict on the part as it was read.

    Attributes:
        x: Feature to what it was set to, in standard units.
        predicted_class: The most probable class as read.
        probability: Its probability.
        action: The decision as read.
    """

    x: Mapping[str, float]
    predicted_class: str
    probability: float
    action: str


@dataclass(frozen=True, eq=False, repr=False)
class WorkedSum(Record):
    """The whole worked sum of one part; make it with `of`.

    Attributes:
        classes: The k class ids.
        names: Language to class id to the word shown, as `Recipe.names`.
        features: The d feature ids.
        figures: Key to figure: every matrix of the sum, in full precision. Without
            a label those of loss and learning are absent, without a decision
            those of the decision.
        log_odds: Best class against runner-up.
        label: The class a person named, "" if the label is shares, None without.
        decision: What to do with the part, or None.
        scaling: How x comes from the readings, or None.
        learning_rate: The step of the learning block.
        evidence: Where on the photo the readings come from, or None.
        units: Feature to the unit of its reading, where the catalogue has none.
        front: The kind of what read the features; other than measured, every face
            says what that means.
        supposed: What a person set, where the sheet answers a question.
        source: Where the readings come from, as the front's words name it.
        provenance: What the sheet is filed by, or None where there was no photo.
        parts: Feature to reading and weight of each of its measurements, where it is
            read as several.
    """

    classes: tuple[str, ...]
    names: Mapping[str, Mapping[str, str]]
    features: tuple[str, ...]
    figures: Mapping[str, Figure]
    log_odds: sums.LogOdds
    label: str | None
    decision: Decision | None
    scaling: Scaling | None
    learning_rate: float
    evidence: Evidence | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    front: str = "measured"
    supposed: Supposed | None = None
    source: Mapping[str, str] = field(default_factory=dict)
    provenance: Provenance | None = None
    parts: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)

    @classmethod
    def of(  # noqa: PLR0913  one keyword for each thing a sheet may show
        cls,
        head: Head,
        x: ArrayLike,
        *,
        classes: Sequence[str],
        features: Sequence[str] = FEATURE_NAMES,
        names: Mapping[str, Mapping[str, str]] | None = None,
        label: str | ArrayLike | None = None,
        decision: Decision | None = None,
        readings: ArrayLike | None = None,
        scale: Scale | None = None,
        learning_rate: float = LEARNING_RATE,
        evidence: Evidence | None = None,
        units: Mapping[str, str] | None = None,
        front: str = "measured",
        supposed: Supposed | None = None,
        source: Mapping[str, str] | None = None,
        provenance: Provenance | None = None,
        parts: Mapping[str, tuple[tuple[float, float], ...]] | None = None,
    ) -> Self:
        """Work the sum of one part.

        Every figure comes from the functions that inspect and train use, so the
        sheet shows what was done and not a retelling. In each column the
        contributions, added from the first feature to the last, give s to the
        bit, and s + b gives z to the bit.

        Args:
            head: W (d, k) and b (k,).
            x: Shape (d,), the part in standard units, finite.
            classes: The k class ids, in the head's order.
            features: The d feature ids, in the head's order.
            label: A class id, or shares of shape (k,) that sum to 1. None, or all
                shares 0 (undecided), leaves loss and learning out.
            decision: What was decided by these probabilities.
            readings: Shape (d,), in each feature's own unit; needs `scale`.
            scale: What turned the readings into x.
            learning_rate: Above 0; the step that the learning block shows.
            names: Language to class id to the word shown.
            evidence: Of this part's photo, for the same features.
            units: Feature to the unit of its reading, where the catalogue has none.
            front: The kind of what read the features.
            supposed: What a person set of x, if it was set.
            source: Of a server: its name, its model, the hash of the prompt.
            provenance: Photo, model, time and person.
            parts: Feature to reading and weight of each of its measurements.

        Raises:
            ShapeError: x, classes, features, label or readings do not fit the head.
            InputError: A number is not finite, or the decision rests on other
                probabilities than these.
            LabelError: The label is not one of the classes.

        Example:
            >>> head = Head(W=np.array([[1.0, 0.0]]), b=np.array([0.0, 0.0]))
            >>> worked = WorkedSum.of(
            ...     head, [0.0], classes=["ok", "dirt"], features=["spots"], label="ok")
            >>> worked.figures["L"].printed  # log 2
            [['0.6931']]
        """
        row = _checked_x(head, x, classes, features)
        if not 0 < learning_rate < np.inf:
            raise InputError(
                f"learning_rate: expected a number above 0, got {learning_rate}."
            )
        worked = [sums.forward(head, row)]
        y = _target(label, tuple(classes))
        if y is not None:
            worked.append(sums.loss(head.logits(row[np.newaxis]), y))
            worked.append(sums.learning(head, row, y, learning_rate))
        if decision is not None:
            p = head.probabilities(row[np.newaxis])[0]
            _check_decision(decision, p, tuple(classes))
            worked.append(sums.deciding(decision))
        return cls(
            classes=tuple(classes),
            names=names or {},
            features=tuple(features),
            figures={figure.key: figure for figure in chain(*worked)},
            log_odds=sums.LogOdds.of(head, row),
            label=None if y is None else label if isinstance(label, str) else "",
            decision=decision,
            scaling=None
            if readings is None or scale is None
            else Scaling.of(readings, scale, row.shape),
            learning_rate=learning_rate,
            evidence=evidence,
            units=units or {},
            front=front,
            supposed=supposed,
            source=source or {},
            provenance=provenance,
            parts=parts or {},
        )

    def _told(self) -> dict[str, Any]:
        best = self.log_odds.best
        return {
            "predicted_class": self.classes[best],
            "probability": float(self.figures["p"].value[0, best]),
            "decision": self.decision and self.decision.action,
            "label": self.label,
            "features": self.features,
            "figures": len(self.figures),
        }

    def block(self, name: str) -> tuple[Figure, ...]:
        """Return the figures of one of `BLOCKS` that this sheet has."""
        return tuple(self.figures[k] for k in BLOCKS[name] if k in self.figures)


def _checked_x(
    head: Head, x: ArrayLike, classes: Sequence[str], features: Sequence[str]
) -> Values:
    row = as_floats(x, "x")
    d, k = head.W.shape
    for name, got, expected in (
        ("x", row.shape, (d,)),
        ("classes", (len(classes),), (k,)),
        ("features", (len(features),), (d,)),
    ):
        if got != expected:
            raise ShapeError(
                f"{name}: expected shape {expected} to match W {(d, k)}, got {got}."
            )
    if k < 2:
        raise ShapeError(f"classes: expected at least 2, got {k}.")
    z = head.logits(row[np.newaxis])
    if not z.max() / 2 - z.min() / 2 < HALF_RANGE:
        raise InputError("z: expected logits less than 1e308 apart, got more.")
    return row


def _target(
    label: str | ArrayLike | None, classes: tuple[str, ...]
) -> np.ndarray | None:
    if label is None:
        return None
    if isinstance(label, str):
        label = find("label", label, classes, LabelError)
        return np.array([[float(name == label) for name in classes]])
    shares = as_floats(label, "label")
    if shares.shape != (len(classes),):
        raise ShapeError(
            f"label: expected shape ({len(classes)},), got {shares.shape}."
        )
    return shares[np.newaxis] if shares.any() else None


def _check_decision(decision: Decision, p: Values, classes: tuple[str, ...]) -> None:
    policy = decision.policy
    if policy.classes != classes:
        raise ShapeError(
            f"decision: expected one for {', '.join(classes)}, "
            f"got one for {', '.join(policy.classes)}."
        )
    if not np.abs(policy.adjust(p) - decision.probabilities).max() <= AGREEMENT:
        raise InputError(
            "decision: expected one made from this part's probabilities, got another's."
        )
