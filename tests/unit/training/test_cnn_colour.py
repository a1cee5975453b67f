"""A network front on photos in colour: red, green and blue go in, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest
from backbones import SIDE, tiny_backbone
from numpy.testing import assert_allclose, assert_array_equal

from glassline.arrays import CHANNELS, View
from glassline.dataset import Dataset
from glassline.dataset.readings import read_parts
from glassline.front import Cnn
from glassline.front.onnx import Session
from glassline.front.onnx.graph import Backbone, concept_network
from glassline.image import load as load_photo
from glassline.inspection import inspect
from glassline.model import Model, load
from glassline.recipe import ImageSettings, Recipe
from glassline.training import cnn
from glassline.training.concepts.following import reader

TINT = np.array([0.4, 1.0, 0.7])  # of blue, green, red: a brown that no grey has


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with the tiny backbone."""
    path = tmp_path_factory.mktemp("backbone") / "tiny.onnx"
    path.write_bytes(tiny_backbone().SerializeToString())
    return str(path)


@pytest.fixture(scope="module")
def tinted(line: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Thirty photos of the rendered line in a brown light, in two groups: quick to teach."""
    folder, parts = tmp_path_factory.mktemp("tinted"), []
    for place, part in enumerate(line.parts[:30]):
        grey = load_photo(part.path, settings=ImageSettings()).image
        tinted = (255 * grey[:, :, None] * TINT).astype(np.uint8)
        path = folder / f"{part.path.stem}.png"
        path.write_bytes(cv2.imencode(".png", tinted)[1].tobytes())
        parts.append(replace(part, path=path, within=None, group=str(place % 2)))
    return Dataset("tinted", tuple(parts))


def test_a_model_of_colour_photos_takes_red_green_and_blue(
    tinted: Dataset, backbone: str, tmp_path: Path
) -> None:
    """The three planes as OpenCV decodes them, through training, file and inspection."""
    taught = cnn.train(tinted, Recipe(classes=tinted.classes), backbone=backbone)
    taught.save(tmp_path)
    photo = tinted.parts[0].path

    seen, again = (inspect(model, photo) for model in (taught, load(tmp_path)))

    data = np.frombuffer(photo.read_bytes(), np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)[:, :, ::-1].astype(np.float32) / 255
    fits = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    session = Session(taught.front.companion or b"", "front.onnx")
    readings, _ = session.run(np.ascontiguousarray(fits.transpose(2, 0, 1))[None])
    assert taught.front.planes == CHANNELS
    assert_allclose(seen.readings.values, readings[0], rtol=1e-5)
    assert_array_equal(seen.logits, again.logits)


def test_eight_bits_are_ranged_by_the_colours(tinted: Dataset, backbone: str) -> None:
    """The same photos, their three planes, and statistics near those of 32 bits."""
    few = tinted.subset(np.arange(6))
    recipe = Recipe(classes=tinted.classes)
    whole, eight = (
        cnn.choose_backbone(few, recipe, backbone, int8=int8) for int8 in (False, True)
    )

    exact, rough = (cnn.read_statistics(few, recipe, each) for each in (whole, eight))

    assert exact.planes == rough.planes == CHANNELS
    off = np.abs(exact.statistics - rough.statistics).max()
    assert 0 < off < 0.05 * exact.statistics.max()


def test_a_photo_without_colour_is_three_times_its_grey(line: Dataset) -> None:
    """A model of colour photos reads it as a model of grey ones does."""
    backbone = Backbone("tiny", "0" * 64, tiny_backbone(), ((6, 28), (6, 14)))
    weights, zero = np.ones((24, 4)), np.zeros(4)
    grey, colour = (
        Cnn(concept_network(backbone, weights, zero, zero, channels))
        for channels in (1, 3)
    )
    image = load_photo(line.parts[0].path, settings=ImageSettings()).image

    assert (grey.planes, colour.planes) == ((), CHANNELS)
    assert_array_equal(grey.values(image), colour.values(image))


def test_what_concepts_are_held_against_is_read_on_the_planes_declared(
    tinted: Dataset, backbone: str
) -> None:
    """In an evaluation as in training: saturation, which the network does not take."""
    few = tinted.subset(np.arange(4))
    features = {"grain_noise": {"plane": "saturation"}}
    recipe = Recipe(classes=tinted.classes, features=features)
    network = cnn.choose_backbone(few, recipe, backbone)
    lessons = cnn.read_statistics(few, recipe, network)
    zero = np.zeros(4)
    front = Cnn(concept_network(network, np.ones((24, 4)), zero, zero, 3))
    model = SimpleNamespace(front=front, recipe=recipe)

    measure, planes = reader(cast(Model, model))

    found = read_parts(few, measure, recipe.image, planes=(*front.planes, *planes))
    assert planes == ("saturation",)
    assert_array_equal(found.values[:, 4:], lessons.readings.values[:, -4:])


def test_a_photo_is_seen_from_both_sides(
    tinted: Dataset, backbone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is, mirrored left to right, and top to bottom; of many photos, as it is."""
    few, recipe = tinted.subset(np.arange(6)), Recipe(classes=tinted.classes)
    network = cnn.choose_backbone(few, recipe, backbone)
    read = cnn.Statistics(few, recipe, network)
    photo = View(np.linspace(0, 1, 40 * 60, dtype=np.float32).reshape(40, 60) ** 2)
    turned = (photo.grey, photo.grey[:, ::-1], photo.grey[::-1])

    seen = read(photo)
    monkeypatch.setattr(cnn, "MIRRORED", 5)
    alone = cnn.Statistics(few, recipe, network)
    lessons = cnn.read_statistics(few, recipe, network)

    each = [alone(View(np.ascontiguousarray(grey))) for grey in turned]
    assert_allclose(seen, np.concatenate(each), rtol=1e-4, atol=1e-5)
    assert np.abs(each[0] - each[1]).max() > 1e-3
    assert lessons.material.mirrored.shape == (6, 0, 24)
    assert lessons.readings.values.shape == (6, 28)
