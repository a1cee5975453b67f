"""A model: recipe, front, scale, head and policy, in memory and as a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from glassline import __version__
from glassline.arrays import Image, Values
from glassline.decide import Gauge, Guarantee, Policy, Region
from glassline.errors import GlasslineError, MissingExtraError, ModelError, show
from glassline.features import Scale
from glassline.front import Front, Network
from glassline.head import Head
from glassline.model.fields import (
    FILE,
    front_of,
    read_front,
    read_gauge,
    read_guarantee,
    read_heads,
    read_matrix,
    read_region,
    read_scale,
    weights_of,
)
from glassline.model.places import part_of, place_of
from glassline.model.sealed import (
    MAX_BYTES,
    publish,
    publish_pair,
    read_part,
    seal,
    unseal,
)
from glassline.model.selftest import self_test
from glassline.recipe import Recipe

__all__ = ["FILE", "FORMAT", "Model", "load"]

FORMAT = 1
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


@dataclass(frozen=True)
class Model:
    """Everything that one verdict depends on.

    Attributes:
        recipe: What the line declared.
        front: What turns an image into readings.
        scale: What turns readings into x.
        head: W and b, as inspection uses them: those of the optimum divided by the
            temperature, where one was found to pay.
        training_mix: Class shares that the head was trained on, as it weighed them.
        certificate: Proof that training is finished, as plain data.
        record: How it was trained: counts, hashes, steps, candidates.
        region: Where the parts of training lie; None where it was switched off, or
            there were too few.
        gauge: How well its readings repeat; None until a gauge study was saved.
        guarantee: The guarantee on escapes that sets the threshold of accept; None
            until one was saved.
        optimum: W and b where training ended, which the certificate speaks of; None
            where they are those of `head`.
        made: Where it was trained: the glassline version, and the readings of the
            known image there. None for here and now.
    """

    recipe: Recipe
    front: Front
    scale: Scale
    head: Head
    training_mix: tuple[float, ...]
    certificate: Mapping[str, Any]
    record: Mapping[str, Any]
    region: Region | None = None
    gauge: Gauge | None = None
    guarantee: Guarantee | None = None
    optimum: Head | None = None
    made: Mapping[str, Any] | None = None

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

    def x(self, image: Image) -> Values:
        """Return the features of one image in standard units, shape (d,)."""
        return np.asarray(self.scale.x(self.front.read(image).values[None])[0])

    def as_bytes(self) -> bytes:
        """Return the model as the bytes of its file."""
        made = self.made or {
            "glassline": __version__,
            "self_test": self_test(self.front),
        }
        return seal(
            {
                "format": FORMAT,
                "glassline": made["glassline"],
                "recipe": _plain(asdict(self.recipe)),
                "front": front_of(self.front),
                "scale": asdict(self.scale),
                "head": weights_of(self.head),
                "optimum": weights_of(self.fitted),
                "training_mix": list(self.training_mix),
                "certificate": dict(self.certificate),
                "training": dict(self.record),
                "novelty": asdict(self.region) if self.region else None,
                "gauge": asdict(self.gauge) if self.gauge else None,
                "guarantee": asdict(self.guarantee) if self.guarantee else None,
                "self_test": made["self_test"],
            }
        )

    def save(self, folder: str | Path) -> Path:
        """Publish the model as `folder`/model.json, whole or not at all.

        A path that ends in .json is the file itself. A network stands beside it, as
        front.onnx in a folder.

        Raises:
            ModelError: The folder can not be written.
        """
        path = place_of(folder)
        try:
            if isinstance(self.front, Network):
                publish_pair(path, self.as_bytes(), part_of(path), self.front.data)
            else:
                publish(path, self.as_bytes())
                part_of(path).unlink(missing_ok=True)  # of a model that stood here
        except OSError as error:
            raise ModelError(
                f"{path}: expected a folder that can be written, got: {error.strerror}."
            ) from error
        return path


def load(folder: str | Path) -> Model:
    """Load a model folder; one byte off and it is refused.

    Raises:
        ModelError: There is no model, it was changed, or it is from a newer glassline.
        MissingExtraError: It needs ONNX Runtime, which is not installed.

    Warns:
        GlasslineWarning: This machine's OpenCV does not repeat the readings that
            the model was trained with; the message says by how much.
    """
    path = place_of(folder)
    data = _bytes(path)
    while True:
        try:
            return _build(unseal(data, FILE), path)
        except ModelError:
            before, data = data, _bytes(path)
            if data == before:  # else it was published anew meanwhile: read that one
                raise


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
        recipe = Recipe.from_table(document["recipe"], where=FILE)
        count = len(recipe.feature_names)
        used, optimum = read_heads(document, recipe)
        model = Model(
            recipe=recipe,
            front=read_front(
                document["front"],
                recipe,
                lambda sha256: read_part(part_of(path), sha256),
            ),
            scale=read_scale(document["scale"], count),
            head=used,
            optimum=optimum,
            training_mix=tuple(
                read_matrix("training_mix", [document["training_mix"]], 1, recipe)[
                    0
                ].tolist()
            ),
            certificate=document["certificate"],
            record=document["training"],
            region=read_region(document["novelty"], count),
            gauge=read_gauge(document["gauge"], count),
            guarantee=read_guarantee(document["guarantee"], recipe),
            made={key: document[key] for key in ("glassline", "self_test")},
        )
        self_test(model.front, expected=document["self_test"])
    except (ModelError, MissingExtraError):
        raise
    except (*UNREADABLE, GlasslineError) as error:
        raise ModelError(f"{FILE}: expected a model, got: {error}") from error
    return model


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
