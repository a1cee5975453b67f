"""A photo compared, place by place, with good parts."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from plates import KEEP, plate

from glassline.errors import RecipeError
from glassline.features import FEATURES, Surface
from glassline.front import Measured
from glassline.image import load
from glassline.image.comparing import compared
from glassline.recipe import ImageSettings
from glassline.recipe.pictures import Picture
from glassline.render.png import as_png

RAMP = np.tile(np.linspace(60, 190, 20).astype(np.uint8), (16, 1))


def spread_png(spread: np.ndarray) -> Picture:
    """A picture of a spread, in grey steps of 255, as 16 bits hold it."""
    return Picture(as_png(np.rint(spread * 257.0).astype(np.uint16)))


@pytest.fixture(scope="module")
def plates() -> ImageSettings:
    """Twelve good plates: their mean and how much they differ, nothing masked."""
    rng = np.random.default_rng(2)  # noqa: TID251  once a module
    plain = ImageSettings(golden=Picture(as_png(plate(rng))), align="golden")
    laid = []
    for _ in range(12):
        shift_xy = (float(rng.uniform(-2, 2)), float(rng.uniform(-2, 2)))
        photo = plate(rng, shift_xy=shift_xy, turn_deg=float(rng.uniform(-2, 2)))
        laid.append(load(photo, settings=plain).view.taken * 255)
    mean = np.rint(np.mean(laid, axis=0)).astype(np.uint8)
    return replace(
        plain, golden=Picture(as_png(mean)), spread=spread_png(np.std(laid, axis=0))
    )


def test_by_hand() -> None:
    """(photo / light - golden) s / max(S, s / 2), about the median of the golden photo.

    Spread 2 grey steps, but 8 in one column (a quarter counts) and 0.2 in another
    (twice, no more).
    """
    spread = np.full(RAMP.shape, 2.0)
    spread[:, 3], spread[:, 7] = 8.0, 0.2
    photo = RAMP.astype(np.float32) / 255
    photo[5, [3, 7, 11]] += 20 / 255
    settings = ImageSettings(golden=Picture(as_png(RAMP)), spread=spread_png(spread))

    found = compared(photo, np.ones(RAMP.shape, np.bool_), settings)

    away = 255 * found - np.median(RAMP)
    assert_allclose(away[5, [3, 7, 11]], [5.0, 40.0, 20.0], atol=0.1)
    assert_allclose(np.delete(away, 5, axis=0), 0, atol=1e-3)


@pytest.mark.parametrize("light", [0.7, 1.25])
def test_a_brighter_lamp_changes_nothing(light: float) -> None:
    """Every place by the same factor: the same picture, but for its noise."""
    settings = ImageSettings(
        golden=Picture(as_png(RAMP)), spread=spread_png(np.full(RAMP.shape, 2.0))
    )
    keep = np.ones(RAMP.shape, np.bool_)
    photo = RAMP.astype(np.float32) / 255

    lit = compared(photo * np.float32(light), keep, settings)

    assert_allclose(lit, compared(photo, keep, settings), atol=1e-6)


def test_what_every_good_part_shows_is_no_reading(
    plates: ImageSettings, rng: np.random.Generator
) -> None:
    """Border, hole and sign, all in sight: a scratch reads above every good plate."""
    front = Measured()
    plain = replace(plates, spread=None)

    def line(settings: ImageSettings, kind: str) -> list[float]:
        photos = [
            plate(rng, kind, shift_xy=(1.3, -0.6), turn_deg=1.1) for _ in range(5)
        ]
        return [front.values(load(each, settings=settings).view)[0] for each in photos]

    assert max(line(plates, "ok")) < 0.5 * min(line(plates, "scratch"))
    assert max(line(plain, "ok")) > min(line(plain, "scratch"))


def test_a_defect_on_a_sign_is_seen(
    plates: ImageSettings, rng: np.random.Generator
) -> None:
    """Where the golden photo is dark a bright spot stands out, and is marked there."""
    photo = plate(rng)
    photo[28:31, 37:40] = 200

    view = load(photo, settings=plates).view
    specks = FEATURES["grain_noise"].locate(
        Surface(view), FEATURES["grain_noise"].settings()
    )

    assert np.hypot(specks[0].row - 29, specks[0].column - 38) < 1.5


def test_what_is_masked_moves_nothing(plates: ImageSettings) -> None:
    """The light is told where somebody looks: a white backdrop changes no bit."""
    mask = Picture(as_png(np.where(KEEP, 255, 0).astype(np.uint8)))
    still = replace(plates, align=None, mask=mask)
    photo = plate(np.random.Generator(np.random.PCG64(8)))

    found = [
        load(each, settings=still).view.grey
        for each in (photo, np.where(KEEP, photo, np.uint8(255)))
    ]

    assert_array_equal(found[0], found[1])


def test_people_see_the_photo_as_it_was_taken(plates: ImageSettings) -> None:
    """Of a region too: compared is what a front reads, not what evidence shows."""
    photo = plate(np.random.Generator(np.random.PCG64(8)))
    region = (20, 10, 120, 90)
    still = replace(plates, align=None, region_xyxy=region)

    looked = load(photo, settings=still).looked

    assert_allclose(looked.shown * 255, photo[10:90, 20:120], atol=1e-4)
    assert looked.view.grey.shape == (80, 100)
    assert (looked.corner_rc, looked.shown_rc) == ((10, 20), (10, 20))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        pytest.param(
            lambda: ImageSettings(spread=spread_png(RAMP)),
            "image.spread: expected a golden photo to compare with, got none. Name it: "
            'golden = "golden.png".',
            id="alone",
        ),
        pytest.param(
            lambda: load(
                RAMP,
                settings=ImageSettings(
                    golden=Picture(as_png(RAMP)), spread=spread_png(RAMP[:, :-1])
                ),
            ),
            "image.spread: expected 20 x 16 px as the golden photo has, got 19 x 16.",
            id="size",
        ),
    ],
)
def test_a_spread_that_does_not_fit_is_refused(build: object, message: str) -> None:
    """Without a golden photo, or of another size."""
    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        build()  # type: ignore[operator]
