"""Specks are where they were put; areas lie on the smear and on the glare."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from numpy.testing import assert_allclose

from glassline.arrays import Image
from glassline.features import FEATURES, Area, Line, Mark, Speck, Surface
from glassline.features.areas import find_changed, find_uneven
from glassline.features.grain_noise import GrainNoise
from glassline.features.reflection_unevenness import ReflectionUnevenness
from glassline.features.specks import find_specks
from glassline.features.texture_change import TextureChange
from glassline.synthetic import SURFACES, Doses, render
from glassline.synthetic import Surface as Material

SIZE_HW = (96, 128)
PLACES_RC = ((20, 30), (60, 100), (75, 40))
NAMES = list(FEATURES)
PATTERNS = (
    "white noise",
    "black and white",
    "line on the border",
    "dot in the corner",
    "two halves",
    "ramp",
    "waves",
)


def _speckled(
    rng: np.random.Generator,
    contrasts: tuple[float, ...] = (0.4, -0.3, 0.2),
    sigma_px: float = 2.0,
) -> Image:
    """Gaussian specks of known place, size and contrast on a noisy surface."""
    rows, columns = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]]
    image = 0.5 + rng.normal(0, 0.005, SIZE_HW)
    for (row, column), contrast in zip(PLACES_RC, contrasts, strict=True):
        distance = (rows - row) ** 2 + (columns - column) ** 2
        image += 0.5 * contrast * np.exp(-distance / (2 * sigma_px**2))
    return np.asarray(image, np.float32)


def _found(image: Image, settings: GrainNoise | None = None) -> tuple[Speck, ...]:
    return find_specks(Surface(image), settings or GrainNoise())


def _places(specks: tuple[Speck, ...]) -> list[tuple[float, float]]:
    return [(speck.row, speck.column) for speck in specks]


def test_specks_are_found_the_strongest_first(rng: np.random.Generator) -> None:
    """Place within half a pixel, contrast within a tenth."""
    specks = _found(_speckled(rng))

    assert_allclose(_places(specks), PLACES_RC, atol=0.5)
    assert_allclose([speck.contrast for speck in specks], [0.4, -0.3, 0.2], rtol=0.1)
    assert specks[0].strength > specks[1].strength > specks[2].strength


@pytest.mark.parametrize("sigma_px", [1.2, 2.0, 3.0])
def test_the_diameter_is_that_at_half_contrast(
    rng: np.random.Generator, sigma_px: float
) -> None:
    """A Gaussian of standard deviation s is 2 s sqrt(2 log 2) wide at half height."""
    specks = _found(_speckled(rng, sigma_px=sigma_px))

    expected = 2 * sigma_px * np.sqrt(2 * np.log(2))
    assert_allclose([speck.diameter_px for speck in specks], expected, rtol=0.15)


def test_polarity_leaves_the_other_kind_out(rng: np.random.Generator) -> None:
    """Of two bright specks and a dark one, two or one are found."""
    image = _speckled(rng)

    bright, dark = (_found(image, GrainNoise(polarity=p)) for p in ("bright", "dark"))

    assert [speck.contrast > 0 for speck in bright] == [True, True]
    assert [speck.contrast > 0 for speck in dark] == [False]


def test_a_line_is_no_row_of_specks(rng: np.random.Generator) -> None:
    """Where nothing is round, the one place that drove the reading: its end."""
    image = np.asarray(0.5 + rng.normal(0, 0.005, SIZE_HW), np.float32)
    image[40:43, 20:100] += 0.2

    ((row, column),) = _places(_found(image))

    assert_allclose(row, 41, atol=2)
    assert min(abs(column - 20), abs(column - 99)) < 16


def test_a_line_beside_a_speck_is_left_out(rng: np.random.Generator) -> None:
    """What is round comes first, and then nothing else counts."""
    image = _speckled(rng)
    image[85:88, 20:100] += 0.2

    assert_allclose(_places(_found(image)), PLACES_RC, atol=0.5)


@pytest.mark.parametrize("kind", SURFACES)
def test_rendered_specks_are_specks(kind: str, rng: np.random.Generator) -> None:
    """Nine of ten rings are round a true speck, and the first one always is."""
    image, truth = render(Material.typical(kind), Doses(grain=0.5), rng=rng)

    specks = _found(np.asarray(image / 255, np.float32))

    count = int(0.5 * truth.grain.nominal_count)
    true = truth.grain.specks[:count, 1::-1]
    distance = np.hypot(*(np.array(_places(specks))[:, None] - true).transpose(2, 0, 1))
    nearest = distance.min(axis=1)
    assert len(specks) >= 5
    assert nearest[0] < 1
    assert (nearest < 2).mean() >= 0.9


@pytest.mark.parametrize("kind", SURFACES)
def test_areas_lie_on_the_smear_and_on_the_glare(
    kind: str, rng: np.random.Generator
) -> None:
    """Nine tenths of what is shown has the cause in it, the strongest always."""
    image, truth = render(Material.typical(kind), Doses(smear=1, glare=1), rng=rng)
    surface = Surface(np.asarray(image / 255, np.float32))

    rough = find_changed(surface, TextureChange())
    uneven = find_uneven(surface, ReflectionUnevenness())

    _, smear, glare, _ = truth.masks(image.shape)
    bright = tuple(area for area in uneven if area.strength > 0)
    shares = [
        [_share(area, mask) for area in areas]
        for areas, mask in ((rough, smear), (bright, glare))
    ]
    assert_allclose([each[0] for each in shares], 1.0, atol=0.1)
    assert_allclose([np.mean(each) for each in shares], 1.0, atol=0.1)
    assert [abs(a.strength) for a in uneven] == sorted(
        (abs(a.strength) for a in uneven), reverse=True
    )


def _share(area: Area, mask: np.ndarray) -> float:
    rows, columns = (
        slice(round(a), round(b))
        for a, b in ((area.top, area.bottom), (area.left, area.right))
    )
    return float(mask[rows, columns].mean())


def test_bright_and_dark_fields_have_signs() -> None:
    """A bright corner and a dark corner of ten per cent each."""
    image = np.full((160, 160), 0.5, np.float32)
    image[:20, :20] *= 1.1
    image[-20:, :20] *= 0.9

    areas = find_uneven(Surface(image), ReflectionUnevenness(16, 0.02))

    bright = [area for area in areas if area.strength > 0]
    dark = [area for area in areas if area.strength < 0]
    assert {(area.top < 20, area.left < 20) for area in bright} == {(True, True)}
    assert {(area.top >= 140, area.left < 20) for area in dark} == {(True, True)}


@pytest.mark.parametrize("across", ["scales", "parts"])
def test_texture_of_the_whole_surface_has_no_place(
    rng: np.random.Generator, across: Literal["scales", "parts"]
) -> None:
    """How fine or rough a material is, it is everywhere."""
    image = np.asarray(rng.uniform(0.4, 0.6, (64, 64)), np.float32)

    assert find_changed(Surface(image), TextureChange(across=across)) == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size_hw", [(1, 1), (2, 60), (15, 200), (64, 64)])
def test_a_constant_or_tiny_photo_has_no_evidence(
    name: str, size_hw: tuple[int, int]
) -> None:
    """Nothing to point at, and no fault."""
    feature = FEATURES[name]

    surface = Surface(np.full(size_hw, 0.5, np.float32))

    assert feature.locate(surface, feature.settings()) == ()


def _patterns(rng: np.random.Generator) -> dict[str, Image]:
    """Pictures that no part looks like."""
    stripe, dot, halves = (np.zeros((45, 61), np.float32) for _ in range(3))
    stripe[44], dot[0, 60], halves[:, :30] = 1, 1, 1
    rows, columns = np.mgrid[:45, :61]
    drawn = (
        rng.random((45, 61), dtype=np.float32),
        (rng.random((45, 61)) > 0.5).astype(np.float32),
        stripe,
        dot,
        halves,
        ((rows + columns) / 106).astype(np.float32),
        (0.5 + 0.5 * np.sin(0.7 * rows + 0.4 * columns)).astype(np.float32),
    )
    return dict(zip(PATTERNS, drawn, strict=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_mark_is_finite_and_on_the_photo(
    name: str, pattern: str, rng: np.random.Generator
) -> None:
    """Whatever the picture and the setting, the marks can be drawn."""
    image = _patterns(rng)[pattern]
    feature = FEATURES[name]

    found = [
        number
        for settings in feature.grid
        for mark in feature.locate(Surface(image), settings)
        for number in _numbers(mark)
    ]

    assert np.isfinite(found).all()


def test_no_mark_leaves_the_photo(rng: np.random.Generator) -> None:
    """Lines, specks and areas of all patterns, but for what a line is wide."""
    places = [
        place
        for image in _patterns(rng).values()
        for feature in FEATURES.values()
        for mark in feature.locate(Surface(image), feature.settings())
        for place in _corners(mark)
    ]

    assert len(places) > 50
    assert (np.array(places) >= -3).all()
    assert (np.array(places) <= np.array([45, 61]) + 3).all()


def _numbers(mark: Mark) -> list[float]:
    values = vars(mark).values()
    return [float(n) for value in values for n in np.ravel(np.asarray(value))]


def _corners(mark: Mark) -> list[tuple[float, float]]:
    if isinstance(mark, Line):
        return list(mark.points)
    if isinstance(mark, Speck):
        return [(mark.row, mark.column)]
    return [(mark.top, mark.left), (mark.bottom, mark.right)]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_of_the_grid_finds_its_evidence(name: str) -> None:
    """Whatever training chooses can be shown; the marks lie inside the photo."""
    rng = np.random.default_rng(7)  # noqa: TID251  one part for all settings
    doses = Doses(scratch=1, smear=1, glare=1, grain=1)
    image, _ = render(Material.typical("matte_paint"), doses, rng=rng)
    surface = Surface(np.asarray(image / 255, np.float32))
    feature = FEATURES[name]

    found = [feature.locate(surface, settings) for settings in feature.grid]

    with_place = [getattr(s, "across", "places") == "places" for s in feature.grid]
    assert [len(marks) > 0 for marks in found] == with_place


@pytest.mark.parametrize(
    ("mark", "moved"),
    [
        pytest.param(
            Line(((1, 2), (3, 4)), 2.8, 3, 0.1, 5),
            Line(((11, 22), (13, 24)), 2.8, 3, 0.1, 5),
            id="line",
        ),
        pytest.param(Speck(1, 2, 3, 0.1, 5), Speck(11, 22, 3, 0.1, 5), id="speck"),
        pytest.param(Area(1, 2, 3, 4, 5), Area(11, 22, 13, 24, 5), id="area"),
    ],
)
def test_marks_move_with_the_region(mark: Mark, moved: Mark) -> None:
    """What was found in a region is told in the photo's own pixels."""
    assert mark.moved(10, 20) == moved


def test_changed_areas_do_not_overlap(rng: np.random.Generator) -> None:
    """A rough patch of 48 px holds up to nine blocks of 16 px side by side."""
    image = 0.5 + rng.normal(0, 0.01, (128, 128))
    image[40:88, 40:88] = 0.5 + rng.normal(0, 0.05, (48, 48))
    settings = TextureChange("places", 1, 16.0, 0.14)

    areas = find_changed(Surface(np.asarray(image, np.float32)), settings)

    seen = np.zeros((128, 128), int)
    for area in areas:
        seen[int(area.top) : int(area.bottom), int(area.left) : int(area.right)] += 1
    assert seen.max() == 1
    assert 4 <= len(areas) <= 9
    assert seen[40:88, 40:88].sum() > 0.7 * seen.sum()
    assert [area.strength for area in areas] == sorted(
        (area.strength for area in areas), reverse=True
    )


@pytest.mark.parametrize("name", NAMES)
def test_evidence_leaves_the_reading_as_it_was(name: str) -> None:
    """The same surface read before and after, to the last bit."""
    rng = np.random.default_rng(7)  # noqa: TID251  one part for all features
    image, _ = render(Material.typical("matte_paint"), Doses(1, 1, 1, 1), rng=rng)
    surface = Surface(np.asarray(image / 255, np.float32))
    feature = FEATURES[name]
    before = feature.measure(surface, feature.settings())[0]

    feature.locate(surface, feature.settings())

    assert feature.measure(surface, feature.settings())[0] == before
