"""The classes that can not be ruled out for a part: a set that holds the true one."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassline.arrays import ClassIds, Features, Values
from glassline.errors import GlasslineWarning, InputError, ShapeError
from glassline.head import Head, class_weights, fit, part_losses, smooth
from glassline.head.inputs import as_features
from glassline.head.targets import as_class_ids

__all__ = ["ClassSet", "Taught", "class_set"]


@dataclass(frozen=True)
class ClassSet:
    """The classes that a part may have.

    Attributes:
        classes: Those whose p-value is above `miss`, in the recipe's order; none
            where the part fits no class.
        p_values: Class to the share of parts that fit their label as badly as this
            one would fit the class.
        miss: The true class is left out in at most this share of parts.
        n: Parts it was compared with.
        by_class: Whether that holds within each class too, and not only over all.
    """

    classes: tuple[str, ...]
    p_values: Mapping[str, float]
    miss: float
    n: int
    by_class: bool


@dataclass(frozen=True, eq=False)
class Taught:
    """Labelled parts, and how a head is fitted to them.

    Attributes:
        x: Shape (n, d), features by a rule that does not depend on these parts.
        labels: Shape (n,), class ids.
        classes: The k class names.
        penalty: As fitted.
        is_balanced: Whether classes weigh the same, as in training.
        smoothing: Of the labels, as in training.
        start: A head to start from, such as the one fitted to these parts; it
            changes the time, not the answer.
    """

    x: Features
    labels: ClassIds
    classes: tuple[str, ...]
    penalty: float
    is_balanced: bool = True
    smoothing: float = 0.0
    start: Head | None = None

    def __post_init__(self) -> None:
        x = as_features(self.x)
        y = as_class_ids(self.labels, len(x), len(self.classes))
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "labels", y)

    def losses_with(self, part: Values, label: int) -> NDArray[np.float64]:
        """Return the loss of each part and, last, of one more, under their own fit."""
        x, y = np.vstack([self.x, part]), np.append(self.labels, label)
        k = len(self.classes)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GlasslineWarning)  # of a part that may be
            found = fit(
                x,
                smooth(np.eye(k)[y], self.smoothing),
                penalty=self.penalty,
                weights=class_weights(y, k)[y] if self.is_balanced else None,
                start=self.start,
            )
        return part_losses(found.head.logits(x), y)


def class_set(
    taught: Taught, part: ArrayLike, *, miss: float, by_class: bool = False
) -> ClassSet:
    """Return the classes that can not be ruled out for a part.

    Each class is tried in turn: the part is given that label, and the head is fitted
    to all n + 1 parts, which for fifteen numbers takes a few milliseconds. With L_i
    the loss of part i at its label under that head, and L the new part's,

        p-value of the class = (parts with L_i >= L, the new one included) / (n + 1)

    and the class stays if its p-value is above `miss`. With the true label the n + 1
    parts are treated alike, so if they were drawn alike the new one's loss is as
    likely to stand anywhere among theirs, and the true class is left out in at most
    `miss` of parts, for any n and whatever the head is worth; a poor head gives
    large sets. This is full conformal prediction, without a split and without an
    approximation.

    With `by_class` only parts of the tried class are counted, and the promise holds
    for each class by itself, with larger sets: scratches are then not left out more
    often because good parts never are.

    Args:
        taught: Labelled parts, one photo of each piece, drawn like those to come.
            Where settings and scale were chosen on these very parts, they are not
            treated quite like the new one, and the promise holds nearly.
        part: Shape (d,).
        miss: In (0, 1).
        by_class: See above.

    Raises:
        ShapeError: The part has another number of features.
        InputError: `miss` is out of range.

    Example:
        Good parts from -3 to 1, dirty ones from -1 to 3. At -2 dirt is ruled out, at
        0 nothing is, and at 9 a part fits dirt better than any of those seen:

        >>> x = np.r_[np.linspace(-3, 1, 20), np.linspace(-1, 3, 20)][:, np.newaxis]
        >>> taught = Taught(x, np.repeat([0, 1], 20), ("ok", "dirt"), penalty=1e-3)
        >>> [class_set(taught, [at], miss=0.1).classes for at in (-2.0, 0.0, 9.0)]
        [('ok',), ('ok', 'dirt'), ('dirt',)]

    Source:
        V. Vovk, A. Gammerman and G. Shafer, Algorithmic Learning in a Random World
        (2005), sections 2.2 (transductive conformal predictors) and 4.5 (by class).
    """
    if not 0 < miss < 1:
        raise InputError(f"miss: expected a share above 0 and below 1, got {miss}.")
    row = np.asarray(part, np.float64)
    if row.shape != taught.x.shape[1:]:
        raise ShapeError(f"part: expected shape {taught.x.shape[1:]}, got {row.shape}.")
    p_values = {}
    for label, name in enumerate(taught.classes):
        losses = taught.losses_with(row, label)
        if by_class:
            losses = losses[np.append(taught.labels, label) == label]
        slack = 1e-9 * (1 + losses[-1])  # equal parts are fitted equally, to rounding
        p_values[name] = float((losses >= losses[-1] - slack).mean())
    return ClassSet(
        classes=tuple(name for name in taught.classes if p_values[name] > miss),
        p_values=p_values,
        miss=miss,
        n=len(taught.x),
        by_class=by_class,
    )
