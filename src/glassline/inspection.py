"""The whole program: a photo becomes features, logits, probabilities, a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Maps, Named, Values
from glassline.dataset.frame import frame as to_frame
from glassline.dataset.pool import WORKERS, in_order
from glassline.dataset.readings import Refusal
from glassline.decide import ClassSet, Decision, Nearby, Stand
from glassline.errors import (
    ImageError,
    InputError,
    LabelError,
    UnreadError,
    check_one_of,
    show,
)
from glassline.explain import Evidence, Explanation, Provenance, Sheet, Supposed
from glassline.image import Photo, load
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.model import Model
from glassline.model.verdict import Decisions, decide
from glassline.recipe.spelling import find

__all__ = ["Inspection", "attempt", "frame", "inspect", "inspect_many"]


@checked
def inspect(  # noqa: PLR0913  one keyword for each thing a caller may add
    model: Model,
    photo: str | Path | bytes | NDArray[Any],
    *,
    label: str | None = None,
    root: Path | None = None,
    possible: Callable[[Values], ClassSet] | None = None,
    who: str = "",
    inspected_at: datetime | None = None,
) -> Inspection:
    """Look at one photo and say what is seen, how surely, and what to do.

    Args:
        model: A trained model.
        photo: A path, the bytes of a file, or pixels of shape (h, w).
        label: What a person said of the part; the sheet then shows the loss too.
        root: A folder that the photo must not lie outside of.
        possible: What says of x which classes can not be ruled out, as
            `conformal.teach` returns it; the verdict then names them.
        who: Who inspects, for the sheet.
        inspected_at: Date and time with its zone, for the sheet; left out, now.

    Raises:
        ImageError: The photo is refused; `reason` says why.
        LabelError: The label is not one of the model's classes.
        InputError: The time has no zone.
    """
    if label is not None:
        label = find("label", label, model.recipe.classes, LabelError)
    front, settings = model.front, model.recipe.image
    seen = load(photo, settings=settings, root=root, planes=front.planes)
    reading = front.read(seen.view)  # four readings, each in its own unit
    said = decide(model, reading.values[None])  # x, z = xW + b, softmax, the cheapest
    return Inspection(
        photo=seen,
        readings=Named(model.feature_names, reading.values),
        maps=reading.maps,
        x=said.x[0],  # (4,): in spreads of good parts
        logits=said.logits[0],  # (3,)
        probabilities=Named(model.recipe.classes, said.probabilities[0]),  # sum 1
        decided=_decided(said, possible),
        model=model,
        label=label,
        possible=possible,
        provenance=Provenance(
            photo=seen.name,
            photo_sha256=seen.sha256,
            model_sha256=model.sha256,
            inspected_at=inspected_at or datetime.now(UTC).astimezone(),
            who=who,
        ),
        parts=reading.parts,
    )


@checked
def inspect_many(
    model: Model,
    photos: Iterable[str | Path | bytes | NDArray[Any]],
    *,
    workers: int = WORKERS,
    root: Path | None = None,
    possible: Callable[[Values], ClassSet] | None = None,
) -> Iterator[Inspection | Refusal]:
    """Look at many photos, and yield what `inspect` says of each, in their order.

    A photo that is refused, or that a server gives no reading of, is a `Refusal` in its
    place and does not stop the rest. The answers do not depend on the workers.

    Args:
        model: A trained model.
        photos: Paths, bytes or pixels; may be endless.
        workers: Photos looked at at the same time.
        root: As of `inspect`.
        possible: As of `inspect`.

    Example:
        >>> from glassline.model import load  # doctest: +SKIP
        >>> for seen in inspect_many(load("model"), paths):  # doctest: +SKIP
        ...     print(seen.decision if isinstance(seen, Inspection) else seen.reason)
    """
    look = partial(attempt, model, root=root, possible=possible)
    return in_order(look, photos, workers)


@checked
def frame(seen: Iterable[Inspection | Refusal]) -> Any:
    """Return a row a photo as a DataFrame of pandas or polars.

    Columns: image, sha256, class, decision, reason; refused and why, of a photo that was;
    x_ and the name of each feature, p_ and the name of each class.

    Args:
        seen: What `inspect_many` yields, of one model.

    Raises:
        MissingExtraError: Neither is installed.
    """
    rows = [_row(each) for each in seen]
    columns = dict.fromkeys(name for row in rows for name in row)
    return to_frame({name: [row.get(name) for row in rows] for name in columns})


def _row(seen: Inspection | Refusal) -> dict[str, Any]:
    if isinstance(seen, Refusal):
        return {"image": seen.path, "refused": seen.reason, "why": seen.message}
    if not isinstance(seen, Inspection):
        raise InputError(f"seen: expected inspections, got {show(seen)}.")
    features = zip(seen.model.feature_names, seen.x.tolist(), strict=True)
    return {
        "image": seen.photo.name,
        "sha256": seen.photo.sha256,
        "class": seen.predicted_class,
        "decision": seen.decision,
        "reason": seen.reason,
        "refused": None,
        "why": None,
        **{f"x_{name}": value for name, value in features},
        **{f"p_{name}": value for name, value in seen.probabilities.items()},
    }


def attempt(
    model: Model,
    photo: str | Path | bytes | NDArray[Any],
    *,
    label: str | None = None,
    root: Path | None = None,
    possible: Callable[[Values], ClassSet] | None = None,
) -> Inspection | Refusal:
    """Return what `inspect` says of a photo, or why it says nothing."""
    try:
        return inspect(model, photo, label=label, root=root, possible=possible)
    except (ImageError, UnreadError) as error:
        name = str(photo) if isinstance(photo, (str, Path)) else "photo"
        return Refusal(name, error.reason, str(error))


def _decided(
    said: Decisions, possible: Callable[[Values], ClassSet] | None
) -> Decision:
    """Return the decision on one part, with the classes that can not be ruled out."""
    return replace(said.decision(0), possible=possible(said.x[0]) if possible else None)


@dataclass(frozen=True, eq=False, repr=False)
class Inspection(Record):
    """What was seen on one photo, and everything behind the verdict.

    Attributes:
        photo: The photo, with its hash.
        readings: Each feature's reading, in its own unit.
        maps: Shape (d, h', w'), where on the photo each reading comes from.
        x: Shape (d,), the features: the readings in standard units.
        logits: Shape (k,).
        probabilities: Of each class; they sum to 1.
        decided: What to do with the part, and why.
        model: By which.
        label: What a person said of the part, if anybody did.
        supposed: What a person set of x, where this answers a question.
        possible: What says of x which classes can not be ruled out, if that was asked.
        provenance: What its sheet is filed by: the time and the person among it.
        parts: As of `Reading`: the measurements of a feature that is read as several.
    """

    photo: Photo
    readings: Named
    maps: Maps
    x: Values
    logits: NDArray[np.float64]
    probabilities: Named
    decided: Decision
    model: Model
    label: str | None = None
    supposed: Supposed | None = None
    possible: Callable[[Values], ClassSet] | None = field(default=None, compare=False)
    provenance: Provenance | None = field(default=None, compare=False)
    parts: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)

    def _told(self) -> dict[str, Any]:
        return {
            "photo": self.photo.name,
            "predicted_class": self.predicted_class,
            "probabilities": dict(self.probabilities),
            "decision": self.decision,
            "reason": self.reason,
            "readings": dict(self.readings),
            "x": self.x,
            **({"supposed": dict(self.supposed.x)} if self.supposed else {}),
            "model": self.model.sha256,
        }

    @property
    def predicted_class(self) -> str:
        """Return the most probable class; the first of equals."""
        return self.model.recipe.classes[int(np.argmax(self.logits))]

    @property
    def decision(self) -> str:
        """Return what to do: accept, reject or review."""
        return self.decided.action

    @property
    def reason(self) -> str:
        """Return why, in English; `decided.reason.text(lang)` has both languages."""
        return self.decided.reason.text("en")

    @cached_property
    def evidence(self) -> Evidence:
        """Return what drove each reading, in pixels of the whole photo as it was taken."""
        return Evidence.of(
            self.photo.looked,
            self.model.front.locate(self.photo.view),
            readings=self.readings,
            x=Named(self.model.feature_names, self.x),
            units=self.model.units,
            pixel_size_um=self.model.recipe.image.pixel_size_um,
        )

    @property
    def sheet(self) -> Sheet:
        """Return the worked sum of this inspection, with its faces."""
        model = self.model
        return Sheet.of(
            model.head,
            self.x,
            classes=model.recipe.classes,
            features=model.feature_names,
            names=model.recipe.names,
            label=self.label,
            decision=self.decided,
            readings=self.readings.values,
            scale=model.scale,
            evidence=self.evidence
            if self.photo.image.size and not self.supposed
            else None,
            units=model.units,
            front=model.front.kind,
            supposed=self.supposed,
            source=model.front.source,
            provenance=self.provenance,
            parts=self.parts,
        )

    @checked
    def explanation(
        self,
        between: tuple[str, str] | None = None,
        frozen: Sequence[str] = (),
    ) -> Explanation:
        """Return why the part got its class, and what would change it.

        The flips keep to what can be read: within the scale, and no reading below the
        least that its front gives.

        Args:
            between: For which class, against which; left out, the most probable
                against the runner-up.
            frozen: Features that the flips leave as they are.

        Raises:
            LabelError: There is no such class, or the two are one.
            InputError: There is no such feature.
        """
        return Explanation.of(
            self.sheet,
            self.model.head,
            between=between,
            frozen=frozen,
            bounds=self.reach,
        )

    @property
    def reach(self) -> NDArray[np.float64]:
        """Return the least and the largest x that can be read, shape (d, 2)."""
        scale, least = self.model.scale, self.model.front.least
        known = np.isfinite(least)
        at_least = scale.x(np.where(known, least, 0.0)[None])[0]
        low = np.where(known, at_least, -scale.clip)
        return np.stack([low, np.full(len(self.x), scale.top)], axis=1)

    @checked
    def suppose(self, x: Mapping[str, float]) -> Inspection:
        """Return the verdict as it would be were these features at these x.

        Decided as on a photo, the class set included. A question to the model, not the
        world: the other features stay as read. Nothing points at the photo any more.

        Args:
            x: Feature to where it is set, in standard units; 0 is a typical good part.

        Raises:
            InputError: There is no such feature, or no photo can be read as that.
        """
        names, scale = self.model.feature_names, self.model.scale
        asked = self.x.copy()
        for name, value in x.items():
            check_one_of("suppose", name, names)
            place = names.index(name)
            low, high = self.reach[place]
            if not (isinstance(value, Real) and low <= value <= high):
                raise InputError(
                    f"suppose: expected {name} between {low:.10g} and {high:g}, as a "
                    f"photo can be read, got {show(value)}."
                )
            asked[place] = value
        was_set = np.isin(names, list(x))
        readings = np.where(was_set, scale.reading(asked), self.readings.values)
        said = decide(self.model, readings[None], x=asked[None])
        as_read = self.supposed or Supposed(
            x={},
            predicted_class=self.predicted_class,
            probability=self.probabilities[self.predicted_class],
            action=self.decision,
        )
        return replace(
            self,
            parts={name: each for name, each in self.parts.items() if name not in x},
            readings=Named(names, readings),
            x=asked,
            logits=said.logits[0],
            probabilities=Named(self.model.recipe.classes, said.probabilities[0]),
            decided=_decided(said, self.possible),
            supposed=replace(as_read, x={**as_read.x, **x}),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the inspection as plain data, numbers in full precision."""
        kept, stand = self.model.guarantee, self.decided.stand
        nearby, possible = self.decided.nearby, self.decided.possible
        return {
            "image": self.photo.name,
            "sha256": self.photo.sha256,
            "features": dict(self.readings.items()),
            "x": self.x.tolist(),
            "logits": self.logits.tolist(),
            "probabilities": dict(self.probabilities.items()),
            "class": self.predicted_class,
            "decision": self.decision,
            "reason": self.reason,
            "reason_code": self.decided.reason.code,
            "novelty": _plain(stand),
            "gauge": _plain(nearby),
            "possible": _plain(possible),
            "guarantee": kept.as_json() if kept else None,
            **({"supposed": asdict(self.supposed)} if self.supposed else {}),
            "model": self.model.sha256,
        }


def _plain(found: Stand | Nearby | ClassSet | None) -> dict[str, Any] | None:
    """Return what was found as JSON holds it: lists, not tuples."""
    return (
        {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(found).items()
        }
        if found
        else None
    )
