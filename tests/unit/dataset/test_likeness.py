"""Near-copies are told where they are sure, and flat or brushed surfaces are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from glassline.dataset import Dataset, Part
from glassline.dataset.likeness import REACH, Likeness, _correlations, _waves, alike
from glassline.dataset.likeness import likeness as known_by
from glassline.dataset.readings import read_parts
from glassline.errors import GlasslineWarning
from glassline.recipe import ImageSettings

MANY = 40
Pixels = NDArray[np.float32]


def _blobs(rng: np.random.Generator) -> Pixels:
    """A surface with a structure of its own."""
    rough = rng.normal(0, 1, (128, 128)).astype(np.float32)
    smooth = cv2.GaussianBlur(rough, (0, 0), 3)
    return np.clip(0.5 + 0.15 * smooth / smooth.std(), 0, 1).astype(np.float32)


def _flat(rng: np.random.Generator) -> Pixels:
    """One grey, the lamp's slope and the noise of a camera."""
    slope = np.linspace(0.3, 0.6, 128, dtype=np.float32)[None]
    return (slope + rng.normal(0, 0.01, (128, 128))).astype(np.float32)


def _brushed(rng: np.random.Generator) -> Pixels:
    """Streaks from edge to edge: the same a little further down."""
    streaks = rng.normal(0.5, 0.1, (1, 128)) + rng.normal(0, 0.01, (128, 128))
    return np.clip(streaks, 0, 1).astype(np.float32)


def _edge(rng: np.random.Generator) -> Pixels:
    """A part's straight border, at nearly the same place in every photo."""
    at = 60 + int(rng.integers(0, 5))
    return (
        np.where(np.arange(128) < at, 0.2, 0.8).astype(np.float32)[None].repeat(128, 0)
    )


def _logo(rng: np.random.Generator) -> Pixels:
    """The same printed sign on every part, and a little noise."""
    same = _blobs(np.random.default_rng(1))  # noqa: TID251  the sign
    return (same + rng.normal(0, 0.01, (128, 128))).astype(np.float32)


def _again(image: Pixels, rng: np.random.Generator) -> Pixels:
    """The same part once more: moved by two pixels, 3 % more light, noise."""
    moved = np.roll(image, (2, -1), axis=(0, 1))
    return (1.03 * moved + rng.normal(0, 0.01, image.shape)).astype(np.float32)


def _marks(
    draw: Callable[..., Pixels], rng: np.random.Generator
) -> list[Likeness | None]:
    return [known_by(draw(rng)) for _ in range(MANY)]


def test_a_part_photographed_twice_is_told(rng: np.random.Generator) -> None:
    """Moved, relit and noisy, among forty others."""
    images = [_blobs(rng) for _ in range(MANY)]
    marks = [*map(known_by, images), known_by(_again(images[7], rng))]

    assert alike(marks, [str(at) for at in range(MANY + 1)]) == [(7, MANY)]
    assert alike(marks, ["one"] * (MANY + 1)) == []


@pytest.mark.parametrize("draw", [_blobs, _flat, _brushed, _edge, _logo])
def test_different_parts_of_one_surface_are_not_told(
    draw: Callable[..., Pixels], rng: np.random.Generator
) -> None:
    """However flat or brushed it is, and whatever is printed on all of them."""
    assert alike(_marks(draw, rng), [str(at) for at in range(MANY)]) == []


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.full((128, 128), 0.5, np.float32), id="constant"),
        pytest.param(np.eye(23, 200, dtype=np.float32), id="small"),
    ],
)
def test_what_has_no_structure_is_not_known(image: Pixels) -> None:
    """One grey, or too few pixels."""
    assert known_by(image) is None


def test_no_photo_that_is_known_is_no_pair() -> None:
    """Nothing to compare."""
    assert alike([None, None], ["a", "b"]) == []


def test_correlations_are_those_of_shifted_pictures(rng: np.random.Generator) -> None:
    """Each shift by itself, with the definition."""
    one, other = rng.integers(-99, 99, (2, 64, 64)).astype(np.int8)
    fade = np.outer(np.hanning(64), np.hanning(64))
    first, second = one * fade, other * fade

    (found,) = _correlations(_waves(one[None]), _waves(other[None]))

    shifts = range(-REACH, REACH + 1)
    expected = [
        [(first * np.roll(second, (down, across), (0, 1))).sum() for across in shifts]
        for down in shifts
    ]
    length = np.linalg.norm(first) * np.linalg.norm(second)
    assert_allclose(found, np.array(expected) / length, atol=1e-5)


def test_reading_tells_pairs_of_different_groups(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    """Both are kept and counted; the warning names the first pair and what to do."""
    images = [_blobs(rng) for _ in range(MANY)]
    parts = []
    for at, image in enumerate([*images, _again(images[7], rng)]):
        path = tmp_path / f"{at:02}.png"
        grey = np.clip(255 * image, 0, 255).astype(np.uint8)
        path.write_bytes(cv2.imencode(".png", grey)[1])
        parts.append(Part(path, "ok", path.name, path.name))

    data = Dataset("drawn", tuple(parts))
    found = read_parts(data, lambda image: np.zeros(1), ImageSettings())

    assert len(found.data) == MANY + 1
    assert found.near == ((parts[7], parts[MANY]),)
    where = tmp_path.name
    with pytest.warns(
        GlasslineWarning,
        match=rf"^drawn: photos in different groups look like one part photographed "
        rf"twice \(pairs: 1\); the first: {where}/07\.png and {where}/40\.png\. Where "
        r"they are, give them one group: else folds and intervals take them for "
        r"different parts\.$",
    ):
        found.warn_of_near()
