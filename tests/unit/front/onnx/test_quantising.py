"""A backbone in 8 bits is nearly the same network, every time the same."""

from __future__ import annotations

import numpy as np
import pytest
from backbones import SIDE, tiny_backbone
from numpy.testing import assert_allclose

from glassline.front.onnx import Session
from glassline.front.onnx.graph import Backbone, statistics_network
from glassline.front.onnx.quantising import quantised


@pytest.fixture
def backbone() -> Backbone:
    """The tiny one."""
    return Backbone("tiny", "0" * 64, tiny_backbone(), ((6, 28), (6, 14)))


@pytest.fixture
def photos(rng: np.random.Generator) -> list[np.ndarray]:
    """Grey noise, darker and brighter."""
    return [
        (level * rng.random((1, 1, SIDE, SIDE))).astype(np.float32)
        for level in (0.5, 0.8, 1.0)
    ]


def test_statistics_stay_near(backbone: Backbone, photos: list[np.ndarray]) -> None:
    """Within three per cent of the largest: 8 bits hold two digits and a half."""
    small = quantised(backbone, photos)

    found, wanted = (
        Session(statistics_network(each), "tiny").run(photos[1])[0]
        for each in (small, backbone)
    )

    assert small.is_int8
    assert_allclose(found, wanted, atol=0.03 * np.abs(wanted).max())


def test_the_same_photos_give_the_same_bytes(
    backbone: Backbone, photos: list[np.ndarray]
) -> None:
    """Ranges are the least and the largest, nothing drawn."""
    first, second = (statistics_network(quantised(backbone, photos)) for _ in range(2))

    assert first == second


def test_the_original_is_left_as_it_was(
    backbone: Backbone, photos: list[np.ndarray]
) -> None:
    """Its bytes before and after."""
    before = backbone.network.SerializeToString(deterministic=True)

    quantised(backbone, photos)

    assert backbone.network.SerializeToString(deterministic=True) == before
