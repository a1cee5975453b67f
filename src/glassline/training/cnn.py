"""Training with a network front: a pretrained backbone, and four concepts on top."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import CHANNELS, Values, View
from glassline.dataset import Dataset
from glassline.dataset.readings import (
    Progress,
    Readings,
    in_colour,
    no_progress,
    read_parts,
)
from glassline.front import Cnn, Measured
from glassline.front.cnn import GREY, fitted
from glassline.front.onnx import Session
from glassline.front.onnx.backbones import DEFAULT, read_backbone
from glassline.front.onnx.graph import Backbone, concept_network, statistics_network
from glassline.head.threads import one_thread
from glassline.model import Model
from glassline.model.records import BackboneRecord, ConceptsRecord
from glassline.recipe import Recipe
from glassline.training.concepts import Concepts, Material, assess, fit_concepts
from glassline.training.concepts.figures import ENDS
from glassline.training.training import train_head
from glassline.training.trainset import good_parts, settled

__all__ = [
    "Lessons",
    "Statistics",
    "choose_backbone",
    "head_readings",
    "material_of",
    "read_statistics",
    "train",
    "train_on",
]


RANGES = 64  # photos that set what 8 bits must span
MIRRORED = 1_000  # photos up to which each is seen mirrored too; more say enough


@dataclass(frozen=True)
class Lessons:
    """What was read of a dataset for a network front.

    Attributes:
        readings: Of each part a row: the statistics, those of the photo mirrored
            (where there are few photos), then the measured readings.
        backbone: What gave the statistics.
        recipe: Classes, image settings, concepts.
        planes: The planes of colour that it took; none where that is the grey.
    """

    readings: Readings
    backbone: Backbone
    recipe: Recipe
    planes: tuple[str, ...] = ()

    @property
    def statistics(self) -> NDArray[np.float64]:
        """Return what the stages of the backbone hold, shape (n, width)."""
        return self.readings.values[:, : self.backbone.width]

    @property
    def material(self) -> Material:
        """Return the labelled parts as a concept layer sees them."""
        seen = self.readings.values[:, : -len(self.recipe.measured_names)]
        return material_of(
            self.readings.data,
            seen,
            self.readings.values[:, seen.shape[1] :],
            self.recipe,
            self.backbone,
        )


def material_of(
    data: Dataset,
    seen: NDArray[np.float64],
    measured: NDArray[np.float64],
    recipe: Recipe,
    backbone: Backbone,
) -> Material:
    """Gather labelled parts for a concept layer.

    Args:
        data: The n parts.
        seen: Shape (n, views * width), what `Statistics` read of each.
        measured: Shape (n, d), its measured readings.
        recipe: Classes and concepts.
        backbone: What gave the statistics.
    """
    views = seen.reshape(len(seen), -1, backbone.width)
    return Material.of(
        data,
        views[:, 0],
        measured,
        recipe,
        mirrored=views[:, 1:],
        evened=backbone.evened,
    )


def train(
    data: Dataset,
    recipe: Recipe,
    *,
    backbone: str = DEFAULT,
    int8: bool = False,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Model:
    """Train a model whose four features come from a network.

    Each photo is measured and run through the backbone once; four concepts are
    taught; the head is fitted to their out-of-fold readings; and what that costs,
    means and proves is assessed on groups that they were not learnt from. The same data,
    recipe, backbone and processor give the same model, whatever the number of
    workers.

    Args:
        data: The labelled parts.
        recipe: Classes, costs, settings; `concepts` where a person knows which class
            shows which feature.
        backbone: A name, or the path of an ONNX file; see `read_backbone`.
        int8: Whether to run the backbone in whole numbers of 8 bits: quicker and
            smaller, at a cost that the figures of the concepts include.
        workers: Photos read at the same time, a thread each.
        progress: Told how far each stage is.

    Raises:
        LabelError: A label is not one of the recipe's classes.
        DatasetError: No photo could be read, or fewer than two groups are labelled.
        InputError: There is no such backbone.
        ModelError: The backbone's file is damaged or hostile.
        MissingExtraError: The extra cnn is not installed.

    Warns:
        GlasslineWarning: As in `glassline.training.training.train`.
    """
    data.targets(recipe.classes)  # a wrong label is found before the photos are read
    network = choose_backbone(data, recipe, backbone, int8=int8)
    lessons = read_statistics(data, recipe, network, workers=workers, progress=progress)
    lessons.readings.warn_of_near()
    return train_on(lessons, progress=progress)


def choose_backbone(
    data: Dataset, recipe: Recipe, name: str = DEFAULT, *, int8: bool = False
) -> Backbone:
    """Return a backbone, in 8 bits if wanted: then 64 of the photos set its ranges."""
    backbone = read_backbone(name)
    if not int8:
        return backbone
    from glassline.front.onnx.quantising import quantised  # noqa: PLC0415  slow to import

    planes = _planes(data, recipe)
    side = Session(statistics_network(backbone), name).side
    rows = np.unique(np.linspace(0, len(data) - 1, RANGES).round().astype(np.int64))
    photos = read_parts(
        data.subset(rows),
        lambda view: fitted(view, side, planes or GREY).ravel().astype(np.float64),
        recipe.image,
        workers=1,
        planes=planes,
    )
    shape = (1, len(planes or GREY), side, side)
    return quantised(
        backbone, [row.reshape(shape).astype(np.float32) for row in photos.values]
    )


def read_statistics(
    data: Dataset,
    recipe: Recipe,
    backbone: Backbone,
    *,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Lessons:
    """Run every photo through the backbone, also mirrored, and measure it.

    In red, green and blue where the photos have colour, else in grey. Of more than
    1,000 photos none is mirrored.
    """
    statistics, measured = Statistics(data, recipe, backbone), Measured(recipe.features)

    def measure(view: View, /) -> Values:
        return np.concatenate([statistics(view), measured.values(view)])

    readings = read_parts(
        data,
        measure,
        recipe.image,
        workers=workers,
        progress=progress,
        planes=(*measured.planes, *statistics.planes),
    )
    return Lessons(readings, backbone, recipe, statistics.planes)


class Statistics:
    """Reads what the stages of a backbone hold of a photo, and of it mirrored.

    A scratch is one seen from either side, and measures the same: what of the
    statistics changes with the side is noise to a concept. Of more than 1,000 photos
    the photo alone says enough.

    Args:
        data: The parts, some of which are looked at for colour.
        recipe: How photos are read.
        backbone: Which.

    Attributes:
        planes: The planes of colour that it reads; none of grey photos.
    """

    def __init__(self, data: Dataset, recipe: Recipe, backbone: Backbone) -> None:
        self.planes = _planes(data, recipe)
        self._taken = self.planes or GREY
        network = statistics_network(backbone, len(self._taken))
        self._session = Session(network, backbone.name)
        self._is_mirrored = len(data) <= MIRRORED

    def __call__(self, view: View, /) -> Values:
        """Return mean and spread of every channel of every stage.

        Returns:
            Shape (width,); or (3 width,): then of the photo mirrored left to right,
            and top to bottom.
        """
        taken = fitted(view, self._session.side, self._taken)
        seen = [taken]
        if self._is_mirrored:
            seen += [np.ascontiguousarray(np.flip(taken, axis)) for axis in (3, 2)]
        found = [self._session.run(each)[0][0] for each in seen]
        return np.concatenate(found).astype(np.float64)


def _planes(data: Dataset, recipe: Recipe) -> tuple[str, ...]:
    """Return the planes that a network takes of these photos; none where it is the grey."""
    return CHANNELS if in_colour(data, recipe.image) else ()


def train_on(lessons: Lessons, *, progress: Progress = no_progress) -> Model:
    """Train a model on what `read_statistics` returned."""
    with one_thread():  # the same bits, however many cores
        return _train_on(lessons, progress)


def _train_on(lessons: Lessons, progress: Progress) -> Model:
    recipe, material = settled(lessons.recipe, lessons.readings.data), lessons.material
    concepts = fit_concepts(material, recipe)
    figures = assess(material, recipe, progress=progress)
    model = train_head(
        lessons.readings,
        head_readings(lessons, concepts),
        recipe,
        front=Cnn(
            concept_network(
                lessons.backbone,
                concepts.layer.weights,
                concepts.layer.offset,
                _typical(material, concepts, recipe),
                len(lessons.planes or GREY),
            ),
            recipe.feature_names,
        ),
        ends=ENDS,
    )
    backbone = lessons.backbone
    record = replace(
        model.record,
        backbone=BackboneRecord(backbone.name, backbone.sha256, backbone.is_int8),
        concepts=ConceptsRecord(
            figures.as_json() if figures else None,
            tuple(map(tuple, concepts.table.tolist())),
        ),
    )
    return replace(model, record=record)


def head_readings(
    lessons: Lessons, concepts: Concepts | None = None
) -> NDArray[np.float64]:
    """Return the readings that the head is trained on, a row a part that was read.

    An undecided part taught nothing, so the layer has not seen it either.
    """
    known = lessons.readings.data.targets(lessons.recipe.classes).any(axis=1)
    with one_thread():
        concepts = concepts or fit_concepts(lessons.material, lessons.recipe)
        found = concepts.layer.read(lessons.statistics)
    found[known] = concepts.readings
    return found


def _typical(material: Material, concepts: Concepts, recipe: Recipe) -> Values:
    """Return the median readings of the good parts, or of all where there are none."""
    good = good_parts(material.targets, recipe)
    chosen = slice(None) if good is None or not good.any() else good
    return np.asarray(np.median(concepts.readings[chosen], axis=0))
