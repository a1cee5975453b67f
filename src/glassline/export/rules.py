"""What a target writes down: the numbers and rules behind a verdict, and no more."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from glassline.decide.policy import TIE
from glassline.errors import InputError
from glassline.export.held import Held
from glassline.model import Model

__all__ = ["Ellipsoids", "Rules", "check_whole_photos"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ellipsoids:
    """The region that training saw, beyond which a part goes to a person.

    Attributes:
        centers: Shape (m, d).
        inverses: Shape (m, d, d).
        cut: A part is novel where its least squared distance is above it: the largest
            number whose root is at most the limit, so that no target needs a root.
    """

    centers: Numbers
    inverses: Numbers
    cut: float


@dataclass(frozen=True, eq=False)
class Rules:
    """The scale, the head and the decision of one model, as plain numbers.

    Attributes:
        model_sha256: Which model.
        features: The d names.
        classes: The k names.
        W: Shape (d, k).
        b: Shape (k,).
        center: Shape (d,), of the scale.
        spread: Shape (d,), of the scale.
        clip: Least x is -clip; from clip on up x grows by `slope`.
        slope: Growth of x beyond the clip; 0 where the scale ends there.
        far: The u beyond which x grows no more.
        costs: Shape (k, 3), columns accept, reject, review.
        ratio: Shape (k,), priors over training mix; None where they are equal.
        good: Place of the good class, or -1: then nothing is accepted.
        threshold: Of the guarantee: least adjusted probability of the good class that
            is accepted; None without one.
        region: Where parts are known; None where that is not looked at.
        held: How a decision is held against the camera's repeatability; None where it
            is not.
        tie: Share of the largest cost within which costs count as equal.
    """

    model_sha256: str
    features: tuple[str, ...]
    classes: tuple[str, ...]
    W: Numbers
    b: Numbers
    center: Numbers
    spread: Numbers
    clip: float
    slope: float
    far: float
    costs: Numbers
    ratio: Numbers | None
    good: int
    threshold: float | None
    region: Ellipsoids | None
    held: Held | None
    tie: float = TIE

    @property
    def d(self) -> int:
        """Return the number of features."""
        return len(self.features)

    @property
    def k(self) -> int:
        """Return the number of classes."""
        return len(self.classes)

    @classmethod
    def of(cls, model: Model) -> Rules:
        """Take the numbers out of a model.

        Raises:
            InputError: Its scale has a setting that is not known here.
        """
        known = {"center", "spread", "clip", "slope", "floor"}
        scale = model.scale
        odd = sorted({each.name for each in fields(scale)} - known)
        if odd:
            raise InputError(
                f"model: expected a scale of {', '.join(sorted(known))}, got {odd[0]} "
                "too, which no target knows yet."
            )
        policy, region = model.policy, model.region
        return cls(
            model_sha256=model.sha256,
            features=model.feature_names,
            classes=model.recipe.classes,
            W=model.head.W,
            b=model.head.b,
            center=np.array(scale.center),
            spread=np.array(scale.spread),
            clip=scale.clip,
            slope=scale.slope,
            far=scale.far,
            costs=policy.costs,
            ratio=policy.priors / policy.training_mix if policy.corrects else None,
            good=-1 if policy.good is None else policy.classes.index(policy.good),
            threshold=policy.guarantee.threshold if policy.guarantee else None,
            region=None
            if region is None
            else Ellipsoids(
                np.array(region.centers), np.array(region.inverses), _cut(region.limit)
            ),
            held=Held.of(model),
        )


def check_whole_photos(model: Model, what: str) -> None:
    """Refuse a model that looks at parts of photos, where a target takes whole ones.

    Raises:
        InputError: Its recipe has a mask, aligns photos or leaves a background out.
    """
    if model.recipe.image.is_masked:
        raise InputError(
            f"model: expected one that looks at all of a photo, got one with a mask, "
            f"an alignment or a background, which {what} does not know."
        )


def _cut(limit: float) -> float:
    """Return the largest number whose root, as computed, is at most the limit."""
    cut = limit * limit
    while math.sqrt(cut) > limit:
        cut = math.nextafter(cut, 0.0)
    while math.sqrt(math.nextafter(cut, math.inf)) <= limit:
        cut = math.nextafter(cut, math.inf)
    return cut
