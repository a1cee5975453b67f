"""All candidate settings read in one pass, and a front built from the chosen ones."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.arrays import Image
from glassline.features import FEATURES
from glassline.front import Measured
from glassline.training.candidates import SEARCHED, Candidates


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    """Noise with a line, so that no reading is 0."""
    image = 0.5 + rng.normal(0, 0.02, (72, 88))
    image[30:34, 10:70] += 0.2
    return image.astype(np.float32)


def test_every_candidate_has_a_column() -> None:
    """Columns follow the features in order, without a gap."""
    candidates = Candidates()

    columns = [column for span in candidates.columns.values() for column in span]

    assert columns == list(range(sum(len(each.grid) for each in FEATURES.values())))


def test_the_defaults_read_what_the_plain_front_reads(photo: Image) -> None:
    """The same bits, though many settings share one pass."""
    candidates = Candidates()

    found = candidates.read(photo)[list(candidates.defaults)]

    assert_array_equal(found, Measured().read(photo).values)


def test_a_front_of_chosen_columns_reads_those_columns(photo: Image) -> None:
    """The last candidate of each feature: the same bits as in the table."""
    candidates = Candidates()
    chosen = [span[-1] for span in candidates.columns.values()]

    found = candidates.front([(each,) for each in chosen]).read(photo).values

    assert_array_equal(found, candidates.read(photo)[chosen])


def test_a_declared_feature_is_not_searched() -> None:
    """What the recipe says is the one candidate."""
    candidates = Candidates({"grain_noise": {"polarity": "dark"}})

    assert len(candidates.columns["grain_noise"]) == 1
    assert candidates.grids["grain_noise"][0].polarity == "dark"
    assert len(candidates.columns["line_strength"]) > 1


def test_planes_of_colour_are_candidates_of_colour_photos(photo: Image) -> None:
    """The same settings again on each plane; a grey photo's channels are its grey."""
    grey, colour = Candidates(), Candidates(planes=SEARCHED)
    span = colour.columns["grain_noise"]
    size = len(grey.columns["grain_noise"])

    found = colour.read(photo)[list(span)]

    assert len(span) == 5 * size
    assert_array_equal(found[:size], found[size : 2 * size])
    assert colour.settings("grain_noise", span[size])["plane"] == "red"
    assert Candidates.of({}, sum(map(len, colour.grids.values()))).planes == SEARCHED


def test_near_are_the_settings_of_a_plane_and_the_planes_of_a_setting() -> None:
    """Of five planes and n settings n + 4."""
    colour = Candidates(planes=SEARCHED)
    span = colour.columns["texture_change"]
    size = len(FEATURES["texture_change"].grid)

    near = colour.near("texture_change", span[size + 1])

    assert len(near) == size + 4
    assert set(near) >= {*span[size : 2 * size], span[1], span[2 * size + 1]}
    grey = Candidates().columns["texture_change"]
    assert Candidates().near("texture_change", grey[0]) == tuple(grey)
