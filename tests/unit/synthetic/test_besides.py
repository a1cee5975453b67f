"""What a part shows that is no defect: dosed, and each in its own place."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.arrays import View
from glassline.errors import InputError
from glassline.front import Measured
from glassline.image import load
from glassline.image.filling import filled
from glassline.recipe import ImageSettings
from glassline.synthetic import SURFACES
from glassline.synthetic.besides import BESIDES, Besides, Drawn
from glassline.synthetic.camera import Camera
from glassline.synthetic.rendering import Doses, render
from glassline.synthetic.surfaces import Surface

SIZE_HW = (120, 160)
PERFECT = Camera(defocus_px=0.0, read_noise=0.0, full_well=0.0)
SPAWNED = 6  # children that a part draws from before what it shows besides


def _seeded(seed: int = 4) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _part(
    besides: Besides | None, *, camera: Camera | None = None, kind: str = "matte_paint"
) -> np.ndarray:
    return render(
        Surface(kind),
        Doses(scratch=0.5),
        size_hw=SIZE_HW,
        rng=_seeded(),
        camera=camera,
        besides=besides,
    ).image


def _drawn() -> Drawn:
    rng = _seeded()
    rng.spawn(SPAWNED)
    return Drawn.draw(SIZE_HW, rng)


@pytest.mark.parametrize("kind", SURFACES)
def test_of_dose_0_it_changes_no_bit(kind: str) -> None:
    """The part is what it is without."""
    assert_array_equal(_part(Besides(), kind=kind), _part(None, kind=kind))


@pytest.mark.parametrize("name", BESIDES)
def test_the_same_seed_gives_the_same_bits(name: str) -> None:
    """And another dose of it the same places."""
    first, second = (_part(Besides(**{name: 1.0})) for _ in range(2))

    assert_array_equal(first, second)
    assert (first != _part(Besides(**{name: 2.0}))).any()


@pytest.mark.parametrize("name", ["edges", "rim", "tint"])
def test_it_changes_the_photo_where_it_lies_and_nowhere_else(name: str) -> None:
    """Beyond its flanks the photo of a perfect camera is as before."""
    share = getattr(_drawn(), name).pattern(SIZE_HW)
    clean, shown = (
        _part(each, camera=PERFECT).astype(int)
        for each in (None, Besides(**{name: 1.0}))
    )
    away = np.abs(shown.reshape(*SIZE_HW, -1) - clean[..., None]).max(axis=2)

    assert (away[share < 0.005] <= 1).all()
    assert (away[share < 1e-6] == 0).all()
    assert (away[share > 0.5] > 8).all()


def test_beside_the_part_there_is_less_light() -> None:
    """At dose 1 the backdrop has 40 % of the part's."""
    share = _drawn().edges.pattern(SIZE_HW)
    clean, shown = (_part(each, camera=PERFECT) for each in (None, Besides(edges=1.0)))

    behind = share > 0.999
    assert behind.any()
    assert_allclose(shown[behind], 0.4 * clean[behind].astype(float), atol=1)


@pytest.mark.parametrize("dose", [0.5, 1.0, 3.0, 10.0])
def test_a_tint_is_as_bright_as_the_part(dose: float) -> None:
    """The grey of the photo in colour is the grey photo, to a grey step."""
    grey, colour = _part(None), _part(Besides(tint=dose))

    seen = load(colour, settings=ImageSettings()).image * 255
    assert_allclose(seen, grey, atol=1)
    assert (colour[..., 0].astype(int) - colour[..., 2]).max() > 15


def test_brushing_has_one_direction() -> None:
    """Along the strokes the photo changes less than a third as fast as across them."""
    strokes = _drawn().brushing.strokes
    down, right = np.gradient(strokes)
    tensor = np.array([[(a * b).mean() for b in (right, down)] for a in (right, down)])
    along, across = np.linalg.eigvalsh(tensor)

    assert along < across / 9
    assert_allclose([strokes.mean(), strokes.std()], [0, 1], atol=1e-5)


def test_under_a_mask_no_reading_hears_the_edges() -> None:
    """Off border and hole: the same bits with a backdrop of any brightness."""
    keep = _drawn().edges.pattern(SIZE_HW) < 1e-9
    views = []
    for dose in (0.0, 1.0, 1.6):
        photo = load(_part(Besides(edges=dose)), settings=ImageSettings()).image
        views.append(View(filled(photo, keep), keep))

    found = [Measured().values(each).tolist() for each in views]

    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("name", BESIDES)
@pytest.mark.parametrize("dose", [-0.1, 10.5, float("nan")])
def test_a_dose_out_of_range_is_refused(name: str, dose: float) -> None:
    """By its name."""
    message = f"besides.{name}: expected a number in [0, 10], got {dose}."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Besides(**{name: dose})
