"""Parts to a gauge study: read again under every disturbance, compared in x."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float64
from numpy.typing import NDArray

from glassline.arrays import Features, Values, View
from glassline.dataset import Dataset
from glassline.dataset.copies import Copy
from glassline.dataset.readings import (
    Progress,
    Readings,
    Refusal,
    no_progress,
    read_parts,
)
from glassline.decide import Gauge
from glassline.errors import InputError, check_one_of
from glassline.image.background import without_background
from glassline.image.disturbances import (
    DISTURBANCES,
    KINDS,
    Disturbance,
    disturbed,
    still,
)
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.studies.metrics import Rate

__all__ = ["Flips", "Study", "study"]

SEED = 20261122  # the noise of a photo is the same in every run
STAGE = "reading parts again"

Rereadings = Float64[np.ndarray, "n m d"]
"""x of n parts, m readings each, the undisturbed one first."""


@dataclass(frozen=True)
class Flips:
    """How many readings did not give what the undisturbed one gave."""

    classes: Rate
    decisions: Rate


@dataclass(frozen=True, eq=False, repr=False)
class Study(Record):
    """What was found when every part was read again.

    Attributes:
        gauge: Spread by kind and from part to part: what goes into a model.
        features: The d names, in order.
        of: How many parts the data had; `gauge.parts` of them were read again.
        readings: How often each part was read, the undisturbed reading included.
        on_scale: Parts whose undisturbed x is not at the clip, shape (d,); only
            they count for spread and bias, as the others can not move.
        bias: Name of a disturbance to the mean change of x, shape (d,).
        flips: Name of a disturbance to what changed with it.
        refused: Photos that could not be read.
        copies: Photos that show what another one shows, and count for nothing.
    """

    gauge: Gauge
    features: tuple[str, ...]
    of: int
    readings: int
    on_scale: tuple[int, ...]
    bias: Mapping[str, tuple[float, ...]]
    flips: Mapping[str, Flips]
    refused: tuple[Refusal, ...]
    copies: tuple[Copy, ...]

    @property
    def worst(self) -> tuple[str, str] | None:
        """Return the feature of largest %GRR and the kind that moves it most."""
        if not self.gauge.sigma.any():
            return None
        feature = int(np.nanargmax(self.gauge.grr))
        kind = max(self.gauge.spread, key=lambda each: self.gauge.spread[each][feature])
        return self.features[feature], kind

    def as_json(self) -> dict[str, Any]:
        """Return the study as plain data, numbers in full precision."""
        gauge = self.gauge
        return {
            "parts": gauge.parts,
            "of": self.of,
            "readings": self.readings,
            "photos_sha256": gauge.photos_sha256,
            "features": {
                name: {
                    "sigma": float(gauge.sigma[column]),
                    "between": gauge.between[column],
                    "grr_percent": float(gauge.grr[column]),
                    "ndc": gauge.ndc[column],
                    "aiag": gauge.grades[column],
                    "on_scale": self.on_scale[column],
                    "spread": {kind: row[column] for kind, row in gauge.spread.items()},
                    "bias": {way: row[column] for way, row in self.bias.items()},
                }
                for column, name in enumerate(self.features)
            },
            "flips": {
                way: {
                    "class": each.classes.as_json(),
                    "decision": each.decisions.as_json(),
                }
                for way, each in self.flips.items()
            },
            "refused": [each.as_json() for each in self.refused],
            "copies": [each.as_json() for each in self.copies],
        }


@checked
def study(
    model: Model,
    data: Dataset,
    *,
    parts: int | None = None,
    without: Iterable[str] = (),
    workers: int = 2,
    progress: Progress = no_progress,
) -> Study:
    """Read each part again under every disturbance, and compare in x units.

    With x_ic the reading of part i under disturbance c of kind g, and x_i0 the
    undisturbed one, the spread of the kind is the pooled within-part one,

        s_g^2 = mean over i of var(x_i0, all x_ic)     (divided by their count - 1)

    the bias the mean of x_ic - x_i0, and the spread from part to part that of x_i0.
    All readings are of the photo less a margin of 3 px. Labels are not looked at.
    The same data give the same study, to the last bit, whatever the number of
    workers.

    This is the repeatability of the measurement, on photos that were changed in the
    computer. What it can not show is what only photographing again shows: the
    fixture, the lamp, a second station.

    Args:
        model: Whose front, scale, head and policy.
        data: The parts; best as varied as the line makes them, since %GRR is a
            share of their spread.
        parts: Read at most so many, evenly spaced over the data; left out, all.
        without: Kinds to leave out, as where a fixture lets no part turn.
        workers: Photos read at the same time.
        progress: Told how far the study is.

    Raises:
        InputError: `without` names no kind or all kinds; fewer than 2 parts could
            be read, or none lies on the scale of a feature.
        DatasetError: No photo could be read.

    Source:
        AIAG, Measurement Systems Analysis, 4th edition (2010), chapter III section B:
        equipment variation, the pooled within-part spread. The disturbances are
        ours; adding kinds up as independent is too.
    """
    used = _without(tuple(without))
    image = model.recipe.image
    readings = read_parts(
        _evenly(data, parts),
        _rereading(model, used),
        replace(image, background=None),  # it is found anew wherever the photo moved
        workers=workers,
        progress=lambda _, done, total: progress(STAGE, done, total),
        planes=tuple(dict.fromkeys((*model.front.planes, *image.planes))),
    )
    n, m, d = len(readings.values), 1 + len(used), len(model.feature_names)
    if n < 2:
        raise InputError(f"gauge: expected at least 2 parts that can be read, got {n}.")
    x = model.scale.x(readings.values.reshape(n * m, d)).reshape(n, m, d)
    on_scale = np.abs(x[:, 0]) < model.scale.clip
    _check_on_scale(on_scale, model)
    kinds = _places([each.kind for each in used])
    names = _places([each.name for each in used])
    return Study(
        gauge=Gauge(
            parts=n,
            photos_sha256=_hash(readings),
            between=tuple((x[:, 0] - x[0, 0]).std(axis=0, ddof=1).tolist()),
            spread={kind: _spread(x, on_scale, at) for kind, at in kinds.items()},
            covariance=_covariance(x, on_scale, list(kinds.values())),
        ),
        features=model.feature_names,
        of=len(data),
        readings=m,
        on_scale=tuple(on_scale.sum(axis=0).tolist()),
        bias={name: _bias(x, on_scale, at) for name, at in names.items()},
        flips=_flips(model, readings.values.reshape(n * m, d), m, names),
        refused=readings.refused,
        copies=readings.copies,
    )


def _without(kinds: tuple[str, ...]) -> tuple[Disturbance, ...]:
    for kind in kinds:
        check_one_of("without", kind, KINDS)
    used = tuple(each for each in DISTURBANCES if each.kind not in kinds)
    if not used:
        raise InputError("without: expected at least one kind to be left, got none.")
    return used


def _evenly(data: Dataset, parts: int | None) -> Dataset:
    if parts is None or parts >= len(data):
        return data
    return data.subset(np.arange(parts) * len(data) // max(parts, 1))


def _rereading(model: Model, used: Sequence[Disturbance]) -> Callable[[View], Values]:
    background = model.recipe.image.background

    def values(view: View) -> Values:
        return model.front.values(without_background(view, background))

    def measure(view: View, /) -> Values:
        # Seeded by the photo, so that its place among the others changes nothing.
        photo = zlib.crc32(view.grey.tobytes())
        rng = np.random.Generator(np.random.PCG64([SEED, photo]))
        rows = [values(still(view))]
        rows += [values(disturbed(view, each, rng)) for each in used]
        return np.concatenate(rows)

    return measure


def _places(keys: list[str]) -> dict[str, list[int]]:
    """Return for each key the places of its readings, 0 being the undisturbed one."""
    return {
        key: [place for place, other in enumerate(keys, 1) if other == key]
        for key in dict.fromkeys(keys)
    }


def _spread(
    x: Rereadings, on_scale: NDArray[np.bool_], at: list[int]
) -> tuple[float, ...]:
    away = x[:, [0, *at]] - x[:, :1]  # an exact 0 stays one
    pooled = (away.var(axis=1, ddof=1) * on_scale).sum(axis=0) / on_scale.sum(axis=0)
    return tuple(np.sqrt(pooled).tolist())


def _covariance(
    x: Rereadings, on_scale: NDArray[np.bool_], kinds: Sequence[list[int]]
) -> tuple[tuple[float, ...], ...]:
    """Return how the readings of one part move together, summed over the kinds.

    A pair of features counts where both are on scale, so the variances are those of
    the spreads. Where pairs counted on different parts do not fit together, what
    would be a variance below 0 is made 0.
    """
    d = x.shape[2]
    total = np.zeros((d, d))
    both = (on_scale[:, :, np.newaxis] & on_scale[:, np.newaxis, :]).astype(float)
    counts = np.maximum(both.sum(axis=0), 1.0)
    for at in kinds:
        away = x[:, [0, *at]] - x[:, :1]
        away = away - away.mean(axis=1, keepdims=True)
        own = np.einsum("nmi,nmj->nij", away, away) / len(at)
        total += (own * both).sum(axis=0) / counts
    variances, axes = np.linalg.eigh(total)
    if variances.min() < 0:
        total = (axes * np.maximum(variances, 0.0)) @ axes.T
    return tuple(map(tuple, ((total + total.T) / 2).tolist()))


def _bias(
    x: Rereadings, on_scale: NDArray[np.bool_], at: list[int]
) -> tuple[float, ...]:
    away = (x[:, at] - x[:, :1]).mean(axis=1)
    return tuple(((away * on_scale).sum(axis=0) / on_scale.sum(axis=0)).tolist())


def _flips(
    model: Model, readings: Features, m: int, names: Mapping[str, list[int]]
) -> dict[str, Flips]:
    """Count what changes with each disturbance, as the model as it is decides."""
    said = decide(model, readings)
    classes, decisions = said.classes.reshape(-1, m), said.actions.reshape(-1, m)
    return {
        name: Flips(_changed(classes, at), _changed(decisions, at))
        for name, at in names.items()
    }


def _changed(seen: NDArray[np.int64], at: list[int]) -> Rate:
    return Rate(int((seen[:, at] != seen[:, :1]).sum()), len(seen) * len(at))


def _check_on_scale(on_scale: NDArray[np.bool_], model: Model) -> None:
    for name, count in zip(model.feature_names, on_scale.sum(axis=0), strict=True):
        if not count:
            raise InputError(
                f"gauge: {name}: expected a part within x = +-{model.scale.clip:g}, "
                "got none. Study parts like those the model was trained on."
            )


def _hash(readings: Readings) -> str:
    digest = hashlib.sha256()
    for photo in readings.sha256:
        digest.update(bytes.fromhex(photo))
    return digest.hexdigest()
