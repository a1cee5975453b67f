"""What a model says of its own making: one frozen record for each table of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import inf, isfinite
from typing import Any

from glassline.errors import ModelError
from glassline.head import Certificate
from glassline.head.newton import Step
from glassline.recipe.tables import fill

__all__ = [
    "PHOTO_DIGITS",
    "BackboneRecord",
    "Candidate",
    "ConceptsRecord",
    "CopiedPhoto",
    "LearningCurve",
    "Made",
    "Reference",
    "RefusedPhoto",
    "SampledParts",
    "TemperatureRecord",
    "TrainingRecord",
    "certificate_table",
    "read_certificate",
]

PHOTO_DIGITS = 16  # of a photo's hash: two photos of a million share them once in 4e7


@dataclass(frozen=True)
class RefusedPhoto:
    """A photo that training left out: its name, and the code of the reason."""

    image: str
    reason: str


@dataclass(frozen=True)
class CopiedPhoto:
    """A photo that counted for nothing, and the one with the same pixels that did."""

    image: str
    of: str


@dataclass(frozen=True)
class TemperatureRecord:
    """The temperature that fits out-of-fold labels best, and what was applied.

    Attributes:
        value: What would divide the logits; None where no finite one is best.
        outcome: How the search ended, as a sentence.
        before: Mean cross-entropy without it, nats.
        after: With it.
        n: Parts.
        crossed: Each fold at the temperature of the others.
        error: Standard error of `before` - `crossed`.
        folds: Folds.
        applied: What divides `optimum` to give `head`; 1 where none pays.
    """

    value: float | None
    outcome: str
    before: float | None
    after: float | None
    n: int
    crossed: float | None
    error: float | None
    folds: int
    applied: float


@dataclass(frozen=True)
class Candidate:
    """A setting of a feature that training tried, and the loss it gave."""

    feature: str
    settings: Mapping[str, Any]
    loss: float | None


@dataclass(frozen=True)
class BackboneRecord:
    """The pretrained network under a cnn front."""

    name: str
    sha256: str
    int8: bool


@dataclass(frozen=True)
class ConceptsRecord:
    """What the concepts of a cnn front were taught, and how far they can be believed.

    Attributes:
        figures: As `glassline.training.concepts.Figures.as_json` has them; None where
            there were too few groups.
        table: Shape (k, d): how strongly each class shows each feature.
    """

    figures: Mapping[str, Any] | None
    table: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Reference:
    """Where the parts of training that look good lie, group by group: what drift is from.

    Attributes:
        parts: Parts of training that were read, of every class.
        looked_good: Those whose most probable class is the good one.
        groups: The groups that these came in.
        means: Of each group the mean x of its parts that look good, shape (g, d); of
            many groups a few hundred, evenly spaced.
    """

    parts: int
    looked_good: int
    groups: int
    means: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class SampledParts:
    """The parts on which was chosen what can not be summed up: whole groups by chance.

    Attributes:
        parts: How many.
        groups: In how many groups.
        of: Of how many parts; scale and head rest on all of them.
    """

    parts: int
    groups: int
    of: int


@dataclass(frozen=True)
class LearningCurve:
    """What twice as many groups like these would give, by what half of them gave.

    Attributes:
        groups: Of the labelled parts.
        half: Mean cross-entropy of parts out of fold, nats, by heads of half of the other
            groups.
        whole: The same by heads of all others.
        nats: What twice as many groups would take off it.
        nats_error: Standard error of `nats` over groups.
        points: Balanced accuracy, in points, that twice as many groups would add.
        points_error: Standard error of `points` over groups.
    """

    groups: int
    half: float
    whole: float
    nats: float
    nats_error: float
    points: float
    points_error: float


@dataclass(frozen=True)
class TrainingRecord:
    """What a model rests on; no path, so that the folder's place changes nothing.

    Attributes:
        data_sha256: Hash of photos, labels and weights in their order.
        photos: First digits of every photo's hash, those of copies included, sorted;
            where parts were sampled, of those photos alone.
        n: Labelled parts.
        counts: Class to parts that are it by more than half.
        undecided: Parts without a label.
        refused: Photos left out.
        outcome: How the fit ended, as a sentence.
        notes: What the fit said of unusual data.
        steps: The way to the optimum.
        temperature: None where there were too few groups to find one.
        candidates: Settings tried; None of a front without any.
        backbone: Of a cnn front.
        concepts: Of a cnn front.
        copies: Photos with the same pixels as another one; None where there are none.
        reference: Where drift is measured from; None without a good class, and of a
            model from before it was kept.
        like: Hash of the model whose settings and scale were taken; None where both
            were found on these photos.
        taught: Hash of the file of labelled readings; None of very many parts, and of
            a model from before it was kept.
        adds: What the second measurement of each feature gains; None where none has one.
        sampled: On what settings, temperature and region were chosen; None: on all parts.
        curve: How much more photos would help; None where a class has too few groups to
            tell, of a sample, and of a model from before it was kept.
        beyond: Share of the labelled parts (or of the sample) with a reading past the end of the scale; None
            of a model from before it was kept.
    """

    data_sha256: str
    photos: tuple[str, ...]
    n: int
    counts: Mapping[str, int]
    undecided: int
    refused: tuple[RefusedPhoto, ...]
    outcome: str
    notes: tuple[str, ...]
    steps: tuple[Step, ...]
    temperature: TemperatureRecord | None
    candidates: tuple[Candidate, ...] | None = None
    backbone: BackboneRecord | None = None
    concepts: ConceptsRecord | None = None
    copies: tuple[CopiedPhoto, ...] | None = None
    reference: Reference | None = None
    like: str | None = None
    taught: str | None = None
    adds: tuple[float, ...] | None = None
    sampled: SampledParts | None = None
    curve: LearningCurve | None = None
    beyond: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the record as plain data; what does not apply to the model is left out."""
        optional = {each.name for each in fields(self) if each.default is None}
        return {
            key: value
            for key, value in asdict(self).items()
            if value is not None or key not in optional
        }


@dataclass(frozen=True)
class Made:
    """Where a model was trained.

    Attributes:
        glassline: The version.
        opencv: Its version.
        readings: Of the known image there; empty where a server gives them.
    """

    glassline: str
    opencv: str
    readings: tuple[float, ...]


def certificate_table(certificate: Certificate) -> dict[str, float | None]:
    """Return a certificate as plain data; an infinite bound, which is none, is None.

    One that was saved before rounding was counted has no field for it.
    """
    return {
        name: value if value is not None and isfinite(value) else None
        for name, value in asdict(certificate).items()
        if name != "rounding" or value is not None
    }


def read_certificate(table: Mapping[str, Any], where: str) -> Certificate:
    """Return the certificate that `certificate_table` was of.

    Raises:
        ModelError: A field is unknown, missing or no number.
    """
    bounds = ("distance_bound", "rounding")
    ends = {name: inf for name in bounds if table.get(name, 0.0) is None}
    return fill(Certificate, {**table, **ends}, where=where, error=ModelError)
