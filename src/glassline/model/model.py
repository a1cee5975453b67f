"""A model: recipe, front, scale, head and policy, in memory and as a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from glassline.arrays import Image, Values, View
from glassline.decide import Gauge, Guarantee, Policy, Region
from glassline.errors import GlasslineError, MissingExtraError, ModelError, show
from glassline.features import Scale
from glassline.front import Front
from glassline.head import Certificate, Head
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.model.fields import (
    FILE,
    read_front,
    read_gauge,
    read_guarantee,
    read_heads,
    read_matrix,
    read_record,
    read_region,
    read_scale,
    weights_of,
)
from glassline.model.records import (
    Made,
    TrainingRecord,
    certificate_table,
    read_certificate,
)
from glassline.model.sealed import (
    MAX_BYTES,
    companion_of,
    publish_model,
    read_companion,
    seal,
    unseal,
)
from glassline.model.selftest import self_test
from glassline.model.taught import NAME as TAUGHT
from glassline.model.taught import Taught
from glassline.recipe import Recipe
from glassline.recipe.pictures import NAMES, Picture
from glassline.recipe.tables import fill

__all__ = ["FILE", "FORMAT", "Model", "load"]

FORMAT = 1
LOOKS = 3  # at the same bytes, before what they name is said to be missing
UNREADABLE = (TypeError, ValueError, LookupError, AttributeError, OverflowError)
FIELDS = (
    "format",
    "glassline",
    "recipe",
    "front",
    "scale",
    "head",
    "optimum",
    "training_mix",
    "certificate",
    "training",
    "novelty",
    "gauge",
    "guarantee",
    "self_test",
    "sha256",
)


@dataclass(frozen=True, eq=False, repr=False)
class Model(Record):
    """Everything that one verdict depends on.

    Attributes:
        recipe: What the line declared.
        front: What turns an image into readings.
        scale: What turns readings into x.
        head: W and b, as inspection uses them: those of the optimum divided by the
            temperature, where one was found to pay.
        training_mix: Class shares that the head was trained on, as it weighed them.
        certificate: Proof that training is finished.
        record: How it was trained: counts, hashes, steps, candidates.
        region: Where the parts of training lie; None where it was switched off, or
            there were too few.
        gauge: How well its readings repeat; None until a gauge study was saved.
        guarantee: The guarantee on escapes that sets the threshold of accept; None
            until one was saved.
        optimum: W and b where training ended, which the certificate speaks of; None
            where they are those of `head`.
        made: Where it was trained; None for here and now.
        taught: What the head was fitted to; None where its record names no such file, or
            the model file came without it.
    """

    recipe: Recipe
    front: Front
    scale: Scale
    head: Head
    training_mix: tuple[float, ...]
    certificate: Certificate
    record: TrainingRecord
    region: Region | None = None
    gauge: Gauge | None = None
    guarantee: Guarantee | None = None
    optimum: Head | None = None
    made: Made | None = None
    taught: Taught | None = None

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same model, by the hash that names them."""
        return isinstance(other, Model) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def _told(self) -> dict[str, Any]:
        record = self.record
        return {
            "sha256": self.sha256,
            "classes": self.recipe.classes,
            "features": self.feature_names,
            "front": self.front.kind,
            "parts": record.n,
            "outcome": record.outcome,
            "gauge": self.gauge is not None,
            "guarantee": self.guarantee is not None,
        }

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the names of the features, in order."""
        return self.recipe.feature_names

    @property
    def fitted(self) -> Head:
        """Return W and b where training ended: the optimum of its objective."""
        return self.optimum or self.head

    @property
    def units(self) -> dict[str, str]:
        """Return the unit of each feature's reading."""
        return self.front.units

    @cached_property
    def policy(self) -> Policy:
        """Return how probabilities become decisions."""
        return Policy.of(self.recipe, np.array(self.training_mix), self.guarantee)

    @cached_property
    def sha256(self) -> str:
        """Return the hash that names this model, as its file carries it."""
        return str(unseal(self.as_bytes(), FILE)["sha256"])

    @property
    def companions(self) -> dict[str, bytes]:
        """Return the files that stand beside the model file: network, pictures, parts."""
        network = self.front.companion
        pictures = self.recipe.image.pictures.items()
        return {
            **({"front.onnx": network} if network is not None else {}),
            **{f"{name}.png": each.data for name, each in pictures},
            **({TAUGHT: self.taught.data} if self.taught is not None else {}),
        }

    def x(self, image: Image | View) -> Values:
        """Return the features of one image in standard units, shape (d,)."""
        return np.asarray(self.scale.x(self.front.values(image)[None])[0])

    def pipeline(self) -> Any:
        """Return scale and head as a fitted scikit-learn Pipeline.

        It takes readings, shape (n, d), and says the classes and probabilities of
        `inspect`, to the last bit; decisions are no part of it.
        """
        from glassline.model.pipeline import pipeline_of  # noqa: PLC0415  half a second

        return pipeline_of(self.scale, self.head, self.recipe.classes)

    def as_bytes(self) -> bytes:
        """Return the model as the bytes of its file."""
        made = self.made or self_test(self.front)
        return seal(
            {
                "format": FORMAT,
                "glassline": made.glassline,
                "recipe": _recipe_table(self.recipe),
                "front": self.front.as_json(),
                "scale": self.scale.as_json(),
                "head": weights_of(self.head),
                "optimum": weights_of(self.fitted),
                "training_mix": list(self.training_mix),
                "certificate": certificate_table(self.certificate),
                "training": self.record.as_json(),
                "novelty": asdict(self.region) if self.region else None,
                "gauge": asdict(self.gauge) if self.gauge else None,
                "guarantee": asdict(self.guarantee) if self.guarantee else None,
                "self_test": {"opencv": made.opencv, "readings": made.readings},
            }
        )

    @checked
    def save(self, folder: str | Path) -> Path:
        """Publish the model as `folder`/model.json, whole or not at all.

        A path that ends in .json is the file itself. Companions stand beside it,
        under names that hold their hashes.

        Raises:
            ModelError: The folder can not be written.
        """
        path = _place(folder)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            publish_model(path, self.as_bytes(), self.companions)
        except OSError as error:
            raise ModelError(
                f"{path}: expected a folder that can be written, got: {error.strerror}."
            ) from error
        return path


@checked
def load(folder: str | Path) -> Model:
    """Load a model folder; one byte off and it is refused.

    Raises:
        ModelError: There is no model, it was changed, or it is from a newer glassline.
        MissingExtraError: It needs ONNX Runtime, which is not installed.

    Warns:
        GlasslineWarning: This machine's OpenCV does not repeat the readings that
            the model was trained with; the message says by how much.
    """
    path = _place(folder)
    data, looks = _bytes(path), 1
    while True:
        try:
            return _build(unseal(data, FILE), path)
        except ModelError:
            before, data = data, _bytes(path)
            if data != before:  # it was published anew meanwhile: read that one
                looks = 1
            elif looks == LOOKS:
                raise
            else:  # or another one and this one again: its companion is there now
                looks += 1


def _place(folder: str | Path) -> Path:
    """Return where a model file stands: in a folder, or the file that was named."""
    path = Path(folder)
    return path / FILE if path.is_dir() or path.suffix != ".json" else path


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelError(f"{path}: expected at most {MAX_BYTES:,} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path}: expected a model, got: {error.strerror}. "
            "Make one with: glassline train DATA --out MODEL"
        ) from error


def _build(document: Mapping[str, Any], path: Path) -> Model:
    version = document.get("format")
    if version != FORMAT:
        raise ModelError(
            f"{FILE}: expected format {FORMAT}, got {show(version)}. "
            "This file was written by another glassline; upgrade, or train again."
        )
    if set(document) != set(FIELDS):
        odd = sorted(set(document) ^ set(FIELDS))
        raise ModelError(
            f"{FILE}: expected the fields of format {FORMAT}, got {odd[0]} amiss."
        )
    try:
        recipe = Recipe.from_table(
            _with_companions(document["recipe"], path), where=FILE
        )
        count = len(recipe.feature_names)
        record = read_record(document["training"])
        used, optimum = read_heads(document, record, recipe)
        made = fill(
            Made,
            {"glassline": document["glassline"], **document["self_test"]},
            where=f"{FILE}: self_test",
            error=ModelError,
        )
        model = Model(
            recipe=recipe,
            front=read_front(
                document["front"],
                recipe,
                lambda sha256: read_companion(path, sha256),
            ),
            scale=read_scale(document["scale"], count),
            head=used,
            optimum=optimum,
            training_mix=tuple(
                read_matrix("training_mix", [document["training_mix"]], 1, recipe)[
                    0
                ].tolist()
            ),
            certificate=read_certificate(
                document["certificate"], f"{FILE}: certificate"
            ),
            record=record,
            region=read_region(document["novelty"], count),
            gauge=read_gauge(document["gauge"], count),
            guarantee=read_guarantee(document["guarantee"], recipe),
            made=made,
            taught=_read_taught(path, record, recipe),
        )
        self_test(model.front, expected=made)
    except (ModelError, MissingExtraError):
        raise
    except (*UNREADABLE, GlasslineError) as error:
        raise ModelError(f"{FILE}: expected a model, got: {error}") from error
    return model


def _read_taught(path: Path, record: TrainingRecord, recipe: Recipe) -> Taught | None:
    """Return what it was taught; None where the file did not come along.

    No verdict rests on it, so a model file alone still inspects.
    """
    if record.taught and companion_of(path, record.taught, TAUGHT).exists():
        return Taught(read_companion(path, record.taught, TAUGHT), recipe)
    return None


def _recipe_table(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as plain data; of a picture, the hash of its file."""
    table = _plain(asdict(recipe))
    for name, each in recipe.image.pictures.items():
        table["image"][name] = {"sha256": each.sha256}
    return table


def _with_companions(table: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return a recipe's table with the pictures that lie beside the model file."""
    image = dict(table["image"])
    for name in NAMES:
        if name in image:
            data = read_companion(path, image[name]["sha256"], f"{name}.png")
            image[name] = Picture(data)
    return {**table, "image": image}


def _plain(table: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not set, and make tuples lists, as JSON holds them."""
    return {
        key: _plain(value)
        if isinstance(value, dict)
        else list(value)
        if isinstance(value, tuple)
        else value
        for key, value in table.items()
        if value is not None
    }
