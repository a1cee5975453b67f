"""Candidates' readings kept in Parquet: what training needs of photos, without them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassline.arrays import Values
from glassline.dataset import Dataset, Part
from glassline.dataset.copies import PartRead
from glassline.dataset.dataset import unified
from glassline.dataset.parquet import engine, literal
from glassline.dataset.readings import Readings, Refusal, gathered
from glassline.errors import DatasetError, InputError, RecipeError
from glassline.model import Model
from glassline.recipe import ImageSettings, Recipe
from glassline.recipe.tables import fill
from glassline.training.candidates import Candidates

__all__ = [
    "COLUMNS",
    "Kept",
    "Taken",
    "about",
    "agreed",
    "candidate_columns",
    "holds_readings",
    "part_of",
    "read_kept",
    "shards_of",
]

FORMAT = 1
KEY = "glassline_readings"  # of the Parquet file's own key-value pairs
COLUMNS = (
    *("image", "sha256", "label", "group", "weight", "soft", "inspector", "source"),
    *("refused", "message", "pixels"),
)
"""The columns of such a file, before the candidates."""


def candidate_columns(candidates: Candidates) -> tuple[str, ...]:
    """Return the name of each candidate's column, in the order of its readings.

    Example:
        >>> candidate_columns(Candidates({"line_strength": {"polarity": "dark"}}))[:2]
        ('candidate_line_strength_0', 'candidate_texture_change_0')
    """
    return tuple(
        f"candidate_{name}_{place}"
        for name, grid in candidates.grids.items()
        for place in range(len(grid))
    )


def about(model: Model, planes: Sequence[str] = ()) -> dict[str, str]:
    """Return what the file says of itself: how its readings were taken.

    Args:
        model: Whose recipe says what is read.
        planes: The planes of colour on which every candidate is read besides.

    Raises:
        InputError: The model's features were not measured.
    """
    if not model.front.is_measured:
        raise InputError(
            f"--readings: expected a model of measured features, got {model.front.kind}: "
            "there is nothing to choose among."
        )
    recipe = model.recipe
    table = {
        "format": FORMAT,
        "features": {name: dict(each) for name, each in recipe.features.items()},
        "image": asdict(recipe.image),
        **({"planes": list(planes)} if planes else {}),
    }
    return {KEY: json.dumps(table, sort_keys=True)}


@dataclass(frozen=True)
class Taken:
    """How readings were taken.

    Attributes:
        features: What the recipe declared of the features.
        image: How photos were opened.
        planes: The planes of colour on which every candidate was read besides.
    """

    features: Mapping[str, Mapping[str, Any]]
    image: ImageSettings
    planes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of the candidates."""
        return candidate_columns(Candidates(self.features, self.planes))

    def recipe(
        self, classes: tuple[str, ...], declared: Recipe | None, good: str | None = None
    ) -> Recipe:
        """Return the recipe to train with: the one declared, or one for these classes.

        Raises:
            RecipeError: It declares other features or another image than were read.
        """
        if declared is None:
            return Recipe(
                classes=classes, good=good, features=self.features, image=self.image
            )
        wanted = Candidates(declared.features).grids
        if wanted != Candidates(self.features).grids or declared.image != self.image:
            raise RecipeError(
                "recipe: expected the features and the image that the readings were taken "
                "with, got others. Read the photos again, or leave them out."
            )
        return declared


@dataclass(frozen=True)
class Kept:
    """Readings from files, and how they were taken.

    Attributes:
        readings: As `read_candidates` returns them; no photo is looked at for copies that
            only look alike.
        taken: How.
    """

    readings: Readings
    taken: Taken

    def recipe(self, declared: Recipe | None, good: str | None = None) -> Recipe:
        """Return the recipe to train with, as `Taken.recipe` does for these labels."""
        return self.taken.recipe(self.readings.data.classes, declared, good)


def holds_readings(*sources: Path) -> bool:
    """Whether the first file that the sources name holds such readings."""
    files = shards_of(*sources)
    return bool(files) and _about(files[0]) is not None


def shards_of(*sources: Path) -> list[Path]:
    """Return the Parquet files that files, folders and patterns name, each once.

    In the order of their names, in which a number counts as a number: part-9 comes before
    part-10, whoever was named first.
    """
    found = {
        Path(os.path.realpath(file)): file.absolute()
        for source in sources
        for file in _files(source)
    }
    return sorted(found.values(), key=_in_order)


def read_kept(*sources: Path) -> Kept:
    """Read the readings of files, folders and patterns, in the order of `shards_of`.

    Raises:
        DatasetError: A file holds none, or they were taken in different ways.
        MissingExtraError: DuckDB is not installed.
    """
    files, taken = agreed(*sources)
    read: list[PartRead] = []
    refused: list[Refusal] = []
    for file in files:
        for row in _rows(file, (*COLUMNS, *taken.columns)):
            _add(row, read, refused)
    name = " ".join(map(str, sources))
    parts = unified(tuple(each.part for each in read), name)
    read = [replace(each, part=part) for each, part in zip(read, parts, strict=True)]
    return Kept(gathered(Dataset(name, parts), read, refused), taken)


def agreed(*sources: Path) -> tuple[list[Path], Taken]:
    """Return the files, in their order, and how the readings of all were taken.

    Raises:
        DatasetError: A file holds none, or they were taken in different ways.
        MissingExtraError: DuckDB is not installed.
    """
    for source in sources:
        if not _files(source):
            raise DatasetError(
                f"{source}: expected Parquet files of readings, got none."
            )
    files = shards_of(*sources)
    first: dict[str, Any] = {}
    for file in files:
        told = _about(file)
        first = first or told or {}
        if told is None or told != first:
            got = "none" if told is None else "readings that were taken in another way"
            raise DatasetError(
                f"{file}: expected the readings that glassline batch --readings keeps, "
                f"got {got}."
            )
    features = {name: dict(each) for name, each in first["features"].items()}
    image = fill(ImageSettings, first["image"], where=str(files[0]), error=DatasetError)
    return files, Taken(features, image, tuple(first.get("planes", ())))


def _add(row: tuple[Any, ...], read: list[PartRead], refused: list[Refusal]) -> None:
    cells = dict(zip(COLUMNS, row, strict=False))
    if cells["refused"]:
        refused.append(Refusal(cells["image"], cells["refused"], cells["message"]))
    else:
        read.append(part_of(row, np.array(row[len(COLUMNS) :], np.float64)))


def part_of(row: Sequence[Any], values: Values) -> PartRead:
    """Return the part of a row that holds `COLUMNS` first, with these values."""
    cells = dict(zip(COLUMNS, row, strict=False))
    part = Part(
        path=Path(cells["image"]),
        label=cells["label"] or None,
        source=cells["source"] or cells["image"],
        group=cells["group"] or cells["image"],
        weight=float(cells["weight"] or 1),
        soft=json.loads(cells["soft"]) if cells["soft"] else None,
        inspector=cells["inspector"] or None,
    )
    return PartRead(part, cells["sha256"], bytes.fromhex(cells["pixels"]), values)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return list(path.glob("*.parquet"))
    if path.is_file():
        return [path] if path.suffix.lower() == ".parquet" else []
    top = Path(path.anchor)
    found = top.glob(str(path.relative_to(top))) if path.name else ()
    return [each for each in found if each.suffix.lower() == ".parquet"]


def _in_order(path: Path) -> tuple[Any, ...]:
    texts = re.split(r"([0-9]+)", str(path))
    return (
        *(int(each) if at % 2 else each for at, each in enumerate(texts)),
        str(path),
    )


def _about(file: Path) -> dict[str, Any] | None:
    """Return what a file says of its readings; None where it holds none."""
    with engine(str(file)) as opened:
        found = opened.execute(
            "SELECT value FROM parquet_kv_metadata(?) WHERE key = ?",
            [literal(file), KEY.encode()],
        ).fetchone()
    if found is None:
        return None
    table: dict[str, Any] = json.loads(found[0])
    return table if table.get("format") == FORMAT else None


def _rows(file: Path, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    named = ", ".join(f'"{each}"' for each in columns)
    query = f"SELECT {named} FROM read_parquet(?)"  # noqa: S608  names of our own
    with engine(str(file)) as opened:
        rows: list[tuple[Any, ...]] = opened.execute(query, [literal(file)]).fetchall()
    return rows
