"""One rendered part: the same bits, one cause at a time, a dose that shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.errors import InputError
from glassline.synthetic.camera import Camera
from glassline.synthetic.rendering import CAUSES, Doses, render
from glassline.synthetic.surfaces import SURFACES, Surface, clean_surface

SIZE_HW = (120, 160)
ALL = Doses(1.0, 1.0, 1.0, 1.0)
PERFECT = Camera(defocus_px=0.0, read_noise=0.0, full_well=0.0)


def _seeded(seed: int = 4) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.fixture
def threads_put_back() -> Iterator[None]:
    """Put the number of OpenCV's threads back."""
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


@pytest.mark.parametrize("kind", SURFACES)
def test_the_same_seed_gives_the_same_bits(kind: str) -> None:
    """Photo and truth are a function of the arguments and the seed."""
    first = render(Surface(kind), ALL, size_hw=SIZE_HW, rng=_seeded())
    second = render(Surface(kind), ALL, size_hw=SIZE_HW, rng=_seeded())

    assert_array_equal(second.image, first.image)
    assert second.truth.scratch == first.truth.scratch
    assert second.truth.smear == first.truth.smear
    assert second.truth.glare == first.truth.glare


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.usefixtures("threads_put_back")
def test_the_number_of_threads_does_not_change_a_bit(threads: int) -> None:
    """OpenCV may share out the work as it likes."""
    cv2.setNumThreads(1)
    alone = render(Surface(), ALL, rng=_seeded()).image
    cv2.setNumThreads(threads)

    assert_array_equal(render(Surface(), ALL, rng=_seeded()).image, alone)


def test_a_generator_used_again_gives_another_part(rng: np.random.Generator) -> None:
    """Each call draws a new part from the same source."""
    first = render(Surface(), Doses(), size_hw=SIZE_HW, rng=rng).image
    second = render(Surface(), Doses(), size_hw=SIZE_HW, rng=rng).image

    assert (first != second).mean() > 0.5


@pytest.mark.parametrize("kind", SURFACES)
def test_without_doses_a_part_is_the_clean_surface(kind: str) -> None:
    """Bit for bit what surface and camera alone make."""
    image = render(Surface(kind), Doses(), size_hw=SIZE_HW, rng=_seeded()).image
    base, *_, sensor = _seeded().spawn(6)

    clean = Camera().shoot(clean_surface(Surface(kind), SIZE_HW, base), sensor)

    assert_array_equal(image, clean)


@pytest.mark.parametrize("cause", CAUSES)
def test_a_dose_changes_its_own_pixels_alone(cause: str) -> None:
    """Beside the cause, texture and sensor noise keep their bits."""
    clean = render(Surface(), Doses(), size_hw=SIZE_HW, rng=_seeded(), camera=PERFECT)
    soiled, truth = render(
        Surface(), Doses(**{cause: 1.0}), size_hw=SIZE_HW, rng=_seeded(), camera=PERFECT
    )
    shares = {
        "scratch": truth.scratch.profile(SIZE_HW),
        "smear": truth.smear.mask(SIZE_HW),
        "glare": truth.glare.pattern(SIZE_HW),
        "grain": np.abs(truth.grain.pattern(SIZE_HW, 1.0)),
    }

    changed = soiled != clean.image
    assert changed.any()
    assert_array_equal(changed[shares[cause] == 0], False)


@pytest.mark.parametrize("kind", SURFACES)
@pytest.mark.parametrize("cause", ["scratch", "glare"])
def test_contrast_grows_with_the_dose(kind: str, cause: str) -> None:
    """The mean change inside the mask is in proportion to the dose."""
    doses = np.array([0.25, 0.5, 1.0, 1.5])
    parts = [
        render(
            Surface(kind),
            Doses(**{cause: dose}),
            size_hw=SIZE_HW,
            rng=_seeded(),
        )
        for dose in [0.0, *doses.tolist()]
    ]
    mask = parts[-1].truth.masks(SIZE_HW)[CAUSES.index(cause)]

    means = np.array([part.image[mask].mean() for part in parts])
    change = np.abs(means[1:] - means[0])

    assert_allclose(change / change[-1], doses / doses[-1], rtol=0.06)


@pytest.mark.parametrize("kind", SURFACES)
@pytest.mark.parametrize("is_fingerprint", [0.0, 1.0])
def test_fine_texture_grows_with_the_smear(kind: str, is_fingerprint: float) -> None:
    """Inside the mask the Laplacian rises with every step of the dose."""
    parts = [
        render(
            Surface(kind),
            Doses(smear=dose),
            size_hw=SIZE_HW,
            rng=_seeded(),
            fingerprint_share=is_fingerprint,
        )
        for dose in (0.0, 0.25, 0.5, 1.0, 2.0)
    ]
    mask = parts[-1].truth.masks(SIZE_HW)[1]

    energies = [
        np.abs(cv2.Laplacian(part.image.astype(np.float32), cv2.CV_32F))[mask].mean()
        for part in parts
    ]

    assert (np.diff(energies) > 0).all()


@pytest.mark.parametrize("kind", SURFACES)
def test_specks_show_more_with_every_dose(kind: str) -> None:
    """The summed change of the photo rises with every step of the dose."""
    parts = [
        render(Surface(kind), Doses(grain=dose), size_hw=SIZE_HW, rng=_seeded())
        for dose in (0.0, 0.25, 0.5, 1.0, 2.0)
    ]

    changes = [
        np.abs(part.image.astype(int) - parts[0].image.astype(int)).sum()
        for part in parts
    ]

    assert (np.diff(changes) > 0).all()


def test_masks_fit_the_photo_and_their_doses() -> None:
    """One mask a cause; none where the dose is 0."""
    truth = render(
        Surface(), Doses(1.0, 0.0, 1.0, 0.0), size_hw=SIZE_HW, rng=_seeded()
    ).truth

    masks = truth.masks(SIZE_HW)

    assert masks.shape == (4, *SIZE_HW)
    assert masks.dtype == np.bool_
    assert_array_equal(masks.any(axis=(1, 2)), [True, False, True, False])


def test_the_scratch_lies_between_its_end_points() -> None:
    """The mask's box is the box of the two ends, give or take bow and width."""
    truth = render(Surface(), Doses(scratch=1.0), size_hw=SIZE_HW, rng=_seeded()).truth
    ys, xs = np.nonzero(truth.masks(SIZE_HW)[0])
    slack = 4 + 0.1 * truth.scratch.length_px

    ends = np.array([truth.scratch.start_xy, truth.scratch.end_xy])
    assert_allclose([xs.min(), ys.min()], ends.min(axis=0), atol=slack)
    assert_allclose([xs.max(), ys.max()], ends.max(axis=0), atol=slack)


@pytest.mark.parametrize(
    "size_hw", [(32, 32), (33, 201), (240, 320), (480, 640), (600, 64)]
)
@pytest.mark.parametrize("kind", SURFACES)
def test_every_size_is_rendered(kind: str, size_hw: tuple[int, int]) -> None:
    """Odd, small, wide and high photos come out as asked."""
    image, truth = render(
        replace(Surface(kind), direction_deg=20.0), ALL, size_hw=size_hw, rng=_seeded()
    )

    assert image.shape == size_hw
    assert image.dtype == np.uint8
    assert truth.masks(size_hw).shape == (4, *size_hw)


def test_the_largest_doses_are_rendered(rng: np.random.Generator) -> None:
    """Everything at ten times nominal is ugly, not an error."""
    image, truth = render(
        Surface(), Doses(10.0, 10.0, 10.0, 10.0), size_hw=SIZE_HW, rng=rng
    )

    assert image.min() < 20
    assert image.max() == 255
    assert truth.doses == Doses(10.0, 10.0, 10.0, 10.0)


@pytest.mark.parametrize("dose", [-0.1, 10.1, float("nan"), float("inf")])
@pytest.mark.parametrize("cause", CAUSES)
def test_a_dose_out_of_range_is_refused(cause: str, dose: float) -> None:
    """The message names the cause, the range and the dose."""
    message = f"doses.{cause}: expected a number in [0, 10], got {dose}."

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Doses(**{cause: dose})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(
            {"size_hw": (31, 100)},
            "size_hw: expected sides of 32 to 20,000 pixels, got (31, 100).",
            id="too small",
        ),
        pytest.param(
            {"size_hw": (100, 20_001)},
            "size_hw: expected sides of 32 to 20,000 pixels, got (100, 20001).",
            id="too large",
        ),
        pytest.param(
            {"fingerprint_share": 1.5},
            "fingerprint_share: expected a number in [0, 1], got 1.5.",
            id="share",
        ),
    ],
)
def test_a_part_that_can_not_be_rendered_is_refused(
    values: dict[str, object], message: str, rng: np.random.Generator
) -> None:
    """Refused before anything is drawn."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        render(Surface(), Doses(), rng=rng, **values)  # type: ignore[arg-type]
