"""Statistics, readings and maps of a network agree with their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from backbones import SIDE, tiny_backbone
from numpy.testing import assert_allclose, assert_array_equal

from glassline.front.onnx import Session
from glassline.front.onnx.graph import Backbone, concept_network, statistics_network

SHAPES = ((6, 28), (6, 14))


@pytest.fixture
def backbone() -> Backbone:
    """The tiny one, read as its maker wants it."""
    return Backbone("tiny", "0" * 64, tiny_backbone(), SHAPES)


@pytest.fixture
def photo(rng: np.random.Generator) -> np.ndarray:
    """Grey noise."""
    return rng.random((1, 1, SIDE, SIDE)).astype(np.float32)


def test_statistics_are_mean_and_spread_of_every_channel(
    backbone: Backbone, photo: np.ndarray
) -> None:
    """As NumPy computes them from the stages themselves."""
    stages = Session(tiny_backbone().SerializeToString(), "tiny").run(
        np.repeat((photo - 0.5) / 0.5, 3, axis=1)
    )
    wanted = [f(stage, axis=(2, 3))[0] for stage in stages for f in (np.mean, np.std)]

    (found,) = Session(statistics_network(backbone), "tiny").run(photo)

    assert found.shape == (1, backbone.width) == (1, 24)
    assert_allclose(found[0], np.concatenate(wanted), rtol=1e-5, atol=1e-6)


def test_every_stage_counts_alike() -> None:
    """Two channels and six, four on average: the roots of 2 and of 2/3."""
    shapes = ((2, 28), (6, 14))

    found = Backbone("tiny", "0" * 64, tiny_backbone(), shapes).evened

    assert_allclose(found, [2**0.5] * 4 + [(2 / 3) ** 0.5] * 12)


def test_readings_are_the_statistics_weighed(
    backbone: Backbone, photo: np.ndarray, rng: np.random.Generator
) -> None:
    """In double precision, to the last digits of the statistics."""
    weights, offset = rng.normal(size=(24, 4)), rng.normal(size=4)
    (statistics,) = Session(statistics_network(backbone), "tiny").run(photo)
    front = concept_network(backbone, weights, offset, np.zeros(4))

    readings, _ = Session(front, "front.onnx").run(photo)

    wanted = statistics.astype(np.float64) @ weights + offset
    assert_allclose(readings, wanted, rtol=1e-12)


def test_a_network_of_colour_takes_red_green_and_blue(
    backbone: Backbone, photo: np.ndarray, rng: np.random.Generator
) -> None:
    """Three planes alike are the grey, to the last bit; each plane counts for itself."""
    weights, zero = rng.normal(size=(24, 4)), np.zeros(4)
    grey = Session(concept_network(backbone, weights, zero, zero), "grey")
    colour = Session(concept_network(backbone, weights, zero, zero, 3), "colour")
    alike = np.repeat(photo, 3, axis=1)
    bluish = alike * np.array([0.5, 0.5, 1], np.float32)[:, None, None]

    readings, maps = colour.run(alike)

    assert (grey.channels, colour.channels) == (1, 3)
    assert_array_equal(readings, grey.run(photo)[0])
    assert_array_equal(maps, grey.run(photo)[1])
    assert np.abs(colour.run(bluish)[0] - readings).min() > 0.01


def test_a_map_averages_to_its_reading(
    backbone: Backbone, photo: np.ndarray, rng: np.random.Generator
) -> None:
    """Less the typical one: where a reading comes from is its own sum."""
    typical = rng.normal(size=4)
    front = concept_network(
        backbone, rng.normal(size=(24, 4)), rng.normal(size=4), typical
    )

    readings, maps = Session(front, "front.onnx").run(photo)

    assert maps.shape == (1, 4, 28, 28)
    assert_allclose(maps.mean(axis=(2, 3)), readings - typical, rtol=1e-4, atol=1e-4)


def test_a_change_in_a_corner_is_mapped_there(
    backbone: Backbone, photo: np.ndarray, rng: np.random.Generator
) -> None:
    """Only cells near the changed pixels take part in a mean."""
    weights = np.zeros((24, 4))
    weights[:6] = rng.normal(size=(6, 4))  # the means of the first stage
    session = Session(
        concept_network(backbone, weights, np.zeros(4), np.zeros(4)), "front.onnx"
    )
    changed = photo.copy()
    changed[..., :8, :8] += 1

    moved = np.abs(session.run(changed)[1] - session.run(photo)[1]).max(axis=(0, 1))

    assert moved[:5, :5].max() > 0.1
    assert_allclose(moved[6:, 6:], 0, atol=1e-6)


def test_a_flat_photo_gives_finite_maps(backbone: Backbone) -> None:
    """Where a channel does not vary, its spread divides nothing."""
    front = concept_network(backbone, np.ones((24, 4)), np.zeros(4), np.zeros(4))
    black = np.zeros((1, 1, SIDE, SIDE), np.float32)

    readings, maps = Session(front, "front.onnx").run(black)

    assert np.isfinite(readings).all()
    assert np.isfinite(maps).all()


def test_stages_of_odd_sizes_speak_from_everywhere(photo: np.ndarray) -> None:
    """A stage that does not fit the grid keeps its share of the mean."""
    model = tiny_backbone()
    del model.graph.output[0]
    strides = {each.name: each for each in model.graph.node[2].attribute}["strides"]
    strides.ints[:] = [3, 3]  # 28 cells become 10
    odd = Backbone("odd", "0" * 64, model, ((6, 10),))
    front = concept_network(odd, np.ones((12, 4)), np.zeros(4), np.zeros(4))

    readings, maps = Session(front, "front.onnx").run(photo)

    assert_allclose(maps.mean(axis=(2, 3)), readings, rtol=1e-4)
