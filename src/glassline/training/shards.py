"""A model of readings in shards: scale and head from all of them, however many they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Features, PartWeights, Targets
from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, Readings, no_progress
from glassline.errors import DatasetError
from glassline.features import Scale
from glassline.features.sums import shares
from glassline.head import fit_shards, smooth
from glassline.head.shards import Run
from glassline.head.targets import balanced
from glassline.model import Model
from glassline.model.records import SampledParts
from glassline.recipe import Recipe
from glassline.training.candidates import Candidates
from glassline.training.choosing import Mix
from glassline.training.crossfit import quiet
from glassline.training.kept import COLUMNS, agreed, part_of, read_kept
from glassline.training.middles import scale_of
from glassline.training.mixing import Mixture
from glassline.training.pieces import Piece, Pieces, Said, look
from glassline.training.record import Counted, record_of
from glassline.training.sound import check_files
from glassline.training.training import (
    Learning,
    choose_settings,
    put_together,
    train_on,
    with_choice,
)
from glassline.training.trainset import (
    check_measured,
    gradient_tolerance,
    harmonic_mean,
    penalty_of,
    settled,
    settled_by,
    shared,
)

__all__ = ["SAMPLE", "train_shards"]

SAMPLE = (
    100_000  # parts, some 800 MB: from there on parts are no more kept beside a model
)


def train_shards(
    *sources: Path,
    recipe: Recipe | None = None,
    good: str | None = None,
    sample: int = SAMPLE,
    run: Run | None = None,
    progress: Progress = no_progress,
) -> Model:
    """Train a model on readings that `glassline batch --readings` kept.

    Up to `sample` parts it is the model that `train` gives on the photos, to the last
    bit. Of more, scale and head are still those of all parts, to the last bit; copies are
    found among all of them. What no sum says is found on a sample: settings, temperature,
    region and reference. It is made of whole groups, those whose names have the smallest
    SHA-256, as many as hold so many parts; the model's record says so. Memory does not
    grow with the number of shards.

    Args:
        sources: Files, folders and patterns, in any order: they are taken by their names.
        recipe: Left out, that of the readings and their classes.
        good: The class of good parts, where no recipe says it.
        sample: How many parts are held in memory at once.
        run: Who sums up shards, as in `fit_shards`; left out, this process, and all at
            once where they are few.
        progress: Told how far the choice of settings is.

    Raises:
        DatasetError: A file holds no such readings, a cell is not what it should be, or
            no part is labelled.
        RecipeError: The recipe names other features or another image than were read.
        LabelError: A label is not one of the recipe's classes.
        MissingExtraError: DuckDB is not installed.

    Warns:
        GlasslineWarning: As `train`.
    """
    files, taken = agreed(*sources)
    check_files(files, taken.columns, run or map)
    pieces = look(" ".join(map(str, sources)), files)
    declared = taken.recipe(pieces.data.classes, recipe, good)
    if len(pieces) <= sample:
        with quiet():  # said already
            held = read_kept(*sources).readings
        if run is None:
            return train_on(held, declared, progress=progress).model
        declared = settled(declared, held.data)
    else:
        held = _sampled(pieces, taken.columns, sample)
        declared = _settled(declared, pieces)
    every = _Every.of(pieces, taken.columns, declared, run or map)
    return _learnt(every, held, sampled=len(held.data) < len(pieces), progress=progress)


def _learnt(
    every: _Every, held: Readings, *, sampled: bool, progress: Progress
) -> Model:
    """Choose settings on what is held, learn from all, and put the model together."""
    recipe = every.recipe
    check_measured(recipe)
    candidates = Candidates.of(recipe.features, held.values.shape[1])
    choice = choose_settings(held, recipe, candidates, progress)
    mixture = Mixture(choice.mixes, choice.weights or every.weights(choice.mixes))
    learning = every.learn(mixture, held, candidates, sampled=sampled)
    model = put_together(learning, held, mixture.values(held.values), recipe)
    return with_choice(model, candidates, choice)


def _sampled(pieces: Pieces, columns: Sequence[str], most: int) -> Readings:
    """Return the readings of whole groups, chosen by the hashes of their names."""
    rows = pieces.rows(pieces.sample(most), columns)
    values = np.array([row[len(COLUMNS) :] for row in rows], np.float64)
    read = [part_of(row, each) for row, each in zip(rows, values, strict=True)]
    return Readings(
        data=Dataset(pieces.name, tuple(each.part for each in read)),
        values=values,
        sha256=tuple(each.sha256 for each in read),
        refused=pieces.refused,
        copies=pieces.copies,
    )


def _settled(recipe: Recipe, pieces: Pieces) -> Recipe:
    """Return the recipe with a penalty, by the groups of all parts."""
    if recipe.training.penalty is not None:
        return recipe
    return settled_by(recipe, harmonic_mean(pieces.groups_of(recipe.classes)))


@dataclass(frozen=True, eq=False)
class _Every:
    """All parts, piece by piece, as a recipe takes them.

    Attributes:
        pieces: Where they lie.
        columns: Of the candidates.
        recipe: Settled.
        y: What is said, to its place in `table`.
        table: Shape (m, k), the targets of what is said.
        weigh: The weight of each class, shape (k,); None weighs parts alone.
        run: Who sums up.
    """

    pieces: Pieces
    columns: Sequence[str]
    recipe: Recipe
    y: Mapping[Said, int]
    table: Targets
    weigh: NDArray[np.float64] | None
    run: Run

    @classmethod
    def of(
        cls, pieces: Pieces, columns: Sequence[str], recipe: Recipe, run: Run
    ) -> _Every:
        table = pieces.data.targets(recipe.classes)
        if not table.any():
            raise DatasetError(
                f"{pieces.name}: expected at least one labelled part, got none."
            )
        places = {said: at for at, said in enumerate(pieces.told)}
        plain = cls(pieces, columns, recipe, places, table, None, run)
        if recipe.training.class_weights != "balanced":
            return plain
        counts = _added(each.targets() for each in plain.seen())
        weigh = balanced(counts)
        return cls(pieces, columns, recipe, places, table, weigh, run)

    def seen(self, mixture: Mixture | None = None) -> Iterator[_Seen]:
        """Yield the pieces, and what of them is read."""
        needed = sorted(
            {column for mix in (mixture.mixes if mixture else ()) for column in mix}
        )
        place = {column: at for at, column in enumerate(needed)}
        own = mixture and Mixture(
            tuple(tuple(place[each] for each in mix) for mix in mixture.mixes),
            mixture.weights,
        )
        good = self.recipe.good
        at = None if good is None else self.recipe.classes.index(good)
        if at is not None and not (self.table[:, at] == 1).any():
            at = None
        for piece in self.pieces.pieces:
            yield _Seen(
                piece,
                tuple(self.columns[each] for each in needed),
                own,
                self.y,
                self.table,
                self.weigh,
                at,
            )

    def weights(self, mixes: Sequence[Mix]) -> tuple[tuple[float, ...], ...]:
        """Return weights by which each measurement counts by its own spread."""
        if all(len(mix) == 1 for mix in mixes):
            return ((1.0,),) * len(mixes)
        columns = sorted({column for mix in mixes for column in mix})
        alone = Mixture(tuple((each,) for each in columns), ((1.0,),) * len(columns))
        spread = dict(zip(columns, self.scale(alone).spread, strict=True))
        return tuple(shares([spread[column] for column in mix]) for mix in mixes)

    def scale(self, mixture: Mixture) -> Scale:
        """Return centre and spread of readings, of all labelled parts."""
        return scale_of([each.labelled for each in self.seen(mixture)], self.run)

    def learn(
        self, mixture: Mixture, held: Readings, candidates: Candidates, *, sampled: bool
    ) -> Learning:
        """Fit scale and head to all parts."""
        scale, penalty = self.scale(mixture), penalty_of(self.recipe)
        smoothing = self.recipe.training.label_smoothing
        with quiet():  # said below, with names
            found = fit_shards(
                [partial(each.parts, scale, smoothing) for each in self.seen(mixture)],
                classes=len(self.recipe.classes),
                penalty=penalty,
                tolerance=gradient_tolerance(penalty),
                run=self.run,
            )
        record = record_of(self._counted(), held, self.recipe, found)
        if sampled:
            groups = len(np.unique(held.data.groups()))
            told = SampledParts(len(held.data), groups, len(self.pieces))
            record = replace(record, sampled=told)
        front = candidates.front(mixture.mixes, mixture.weights)
        return Learning(scale, self._mix(), found, record, front)

    def _mix(self) -> tuple[float, ...]:
        mix = _added(each.weighed() for each in self.seen())
        return tuple((mix / mix.sum()).tolist())

    def _counted(self) -> Counted:
        """Count all parts, and hash photos, labels and weights as `data_hash` does."""
        digest = hashlib.sha256()
        for each in self.seen():
            for photo in each.piece.photos():
                digest.update(bytes.fromhex(photo))
        for each in self.seen():
            digest.update(each.targets().tobytes())
        for each in self.seen():
            digest.update(each.piece.parts()[1].tobytes())
        counts = np.array(list(self.pieces.told.values()))
        is_decided = self.table.any(axis=1)
        return Counted(
            data_sha256=digest.hexdigest(),
            n=int(counts[is_decided].sum()),
            counts=tuple((counts @ (self.table > 0.5)).tolist()),
            undecided=int(counts[~is_decided].sum()),
        )


@dataclass(frozen=True, eq=False)
class _Seen:
    """One piece, wherever it is read, and how.

    Attributes:
        piece: Where the rows lie.
        columns: The candidates that are read.
        mixture: Of these columns.
        y: As of `_Every`, and so are `table` and `weigh`.
        good: The place of the good class; None where all parts count as good.
    """

    piece: Piece
    columns: tuple[str, ...]
    mixture: Mixture | None
    y: Mapping[Said, int]
    table: Targets
    weigh: NDArray[np.float64] | None
    good: int | None

    def labelled(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the readings of the labelled parts, and which of them are good."""
        said, _, values = self.piece.parts(self.columns)
        targets = self._targets(said)
        decided = targets.any(axis=1)
        good = (
            np.ones(len(targets), bool)
            if self.good is None
            else targets[:, self.good] == 1
        )
        return self._mixed(values)[decided], good[decided]

    def parts(
        self, scale: Scale, smoothing: float
    ) -> tuple[Features, Targets, PartWeights]:
        """Return x, targets and weights as the head is fitted to them."""
        said, weights, values = self.piece.parts(self.columns)
        targets = self._targets(said)
        x = (
            scale.x(self._mixed(values))
            if len(values)
            else np.zeros((0, len(scale.center)))
        )
        return x, smooth(targets, smoothing), self._weights(weights, targets)

    def targets(self) -> Targets:
        """Return y, shape (n, k)."""
        return self._targets(self.piece.parts()[0])

    def weighed(self) -> Targets:
        """Return y, each row times the part's weight, shape (n, k)."""
        said, weights, _ = self.piece.parts()
        targets = self._targets(said)
        return np.asarray(self._weights(weights, targets)[:, None] * targets)

    def _targets(self, said: Sequence[Said]) -> Targets:
        places = np.fromiter((self.y[each] for each in said), np.intp, len(said))
        return self.table[places]

    def _weights(self, weights: PartWeights, targets: Targets) -> PartWeights:
        return weights if self.weigh is None else weights * shared(targets, self.weigh)

    def _mixed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values if self.mixture is None else self.mixture.values(values)


def _added(rows: Iterator[Targets]) -> NDArray[np.float64]:
    """Add up rows of pieces, row by row, as NumPy adds up columns."""
    total = np.zeros((0, 1))
    for each in rows:
        joined = np.vstack([total, each]) if len(total) else each
        total = joined.sum(axis=0, keepdims=True)
    return np.asarray(total[0])
