"""What the four measurements share, on arrays small enough to count."""

from __future__ import annotations

import gc
import math
import weakref

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.errors import InputError
from glassline.features.surface import GREY_STEP, Surface
from glassline.features.workspace import Plane, Workspace, strips


def test_smaller_is_the_mean_of_each_square() -> None:
    """Step 2 averages 2 x 2 pixels, step 4 averages 4 x 4."""
    image = np.arange(32, dtype=np.float32).reshape(4, 8) / 32

    surface = Surface(image)

    assert_allclose(
        surface.smaller(2),
        image.reshape(2, 2, 4, 2).mean(axis=(1, 3)),
        rtol=1e-6,
    )
    assert_allclose(
        surface.smaller(4), [[image[:, :4].mean(), image[:, 4:].mean()]], rtol=1e-6
    )


def test_a_last_odd_row_and_column_are_left_out() -> None:
    """Five rows and seven columns have the same smaller photo as four and six."""
    image = np.arange(35, dtype=np.float32).reshape(5, 7) / 35

    assert_array_equal(
        Surface(image).smaller(2), Surface(image[:4, :6].copy()).smaller(2)
    )


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 9), (3, 3), (2, 40)])
def test_a_tiny_photo_has_at_least_one_cell(size_hw: tuple[int, int]) -> None:
    """A photo smaller than a cell still has one."""
    rows, columns = Surface(np.full(size_hw, 0.5, np.float32)).cells_hw

    assert rows >= 1
    assert columns >= 1


def test_a_cell_holds_its_largest_value() -> None:
    """Of 2 x 2 half-size pixels the largest is kept."""
    surface = Surface(np.zeros((8, 8), np.float32))
    half = np.array(
        [[1, 2, 0, 0], [3, 4, 0, 9], [0, 0, -1, -2], [5, 0, -3, -4]], np.float32
    )

    assert_array_equal(surface.largest(half, 2), [[4, 9], [5, -1]])


@pytest.mark.parametrize("along", [0, 1], ids=["across columns", "across rows"])
def test_a_parabola_curves_in_one_direction_only(along: int) -> None:
    """For c x^2 half-size pixels differ by 8 c in the second place, so both are 4 c."""
    bend = 1e-4
    place = np.arange(96, dtype=np.float64) - 48
    image = np.zeros((96, 96)) + np.expand_dims(bend * place**2, along)

    found = Surface(image.astype(np.float32)).curvature(4.0)

    inside = (slice(8, -8), slice(8, -8))
    assert_allclose(found.mean[inside], 4 * bend, rtol=2e-3)
    assert_allclose(found.turn[inside], 4 * bend, rtol=2e-3)


@pytest.mark.parametrize("width_px", [4.0, 6.0, 8.0, 12.0, 16.0, 24.0])
def test_a_round_bump_does_not_turn(width_px: float) -> None:
    """At the centre of c (x^2 + y^2) both eigenvalues are alike: no turn."""
    place = np.arange(256, dtype=np.float64) - 127.5
    image = 2e-5 * (place[:, None] ** 2 + place**2)

    found = Surface(image.astype(np.float32)).curvature(width_px)

    middle = tuple(side // 2 for side in found.mean.shape)
    assert found.mean[middle] == pytest.approx(4e-5 * (width_px / 2) ** 2, rel=0.01)
    assert found.turn[middle] < 0.02 * found.mean[middle]


def test_noise_is_the_standard_deviation_of_a_gaussian_surface(
    rng: np.random.Generator,
) -> None:
    """On pure noise the robust figure agrees with the plain one within 3 %."""
    image = (0.5 + rng.normal(0, 0.02, (512, 512))).astype(np.float32)

    found = Surface(image).curvature(6.0)

    assert found.noise == pytest.approx(float(found.mean.std()), rel=0.03)


def test_noise_is_never_less_than_a_quarter_of_a_grey_step() -> None:
    """A surface without any noise has the noise of rounding to 8 bits."""
    assert Surface(np.full((64, 64), 0.5, np.float32)).curvature(6.0).noise == (
        GREY_STEP / 4
    )


def test_local_noise_knows_rough_from_calm(rng: np.random.Generator) -> None:
    """A right half three times as rough has three times the noise, far from the seam."""
    rough = np.where(np.arange(256) < 128, 0.01, 0.02)
    image = (0.5 + rough * rng.normal(0, 1, (256, 256))).astype(np.float32)

    around = Surface(image).local_noise(6.0)

    assert around[:, -12:].mean() == pytest.approx(2 * around[:, :12].mean(), rel=0.15)


@pytest.mark.parametrize("size_hw", [(16, 24), (17, 22), (18, 27), (1, 40), (40, 2)])
def test_an_average_by_cells_has_the_size_of_the_cells(
    size_hw: tuple[int, int],
) -> None:
    """Whatever is left over at the border; a constant stays what it is."""
    surface = Surface(np.full(size_hw, 0.25, np.float32))

    averaged = surface.averaged(surface.image)

    assert averaged.shape == surface.cells_hw
    assert_array_equal(averaged, np.full(surface.cells_hw, 0.25))


def test_an_average_by_cells_is_the_mean_of_sixteen() -> None:
    """Of 4 x 4 pixels."""
    image = np.arange(64, dtype=np.float32).reshape(8, 8) / 64

    averaged = Surface(image).averaged(image)

    assert_allclose(averaged, image.reshape(2, 4, 2, 4).mean(axis=(1, 3)), rtol=1e-6)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (3, 4), (8, 0), (0, 10), (8, 10)])
def test_a_pixel_that_is_no_number_is_refused_wherever_it_is(
    wrong: float, place: tuple[int, int]
) -> None:
    """The last row and column of odd sides are in no smaller photo."""
    image = np.full((9, 11), 0.5, np.float32)
    image[place] = wrong

    with pytest.raises(
        InputError, match=r"^image: expected finite pixels, got NaN or infinity\.$"
    ):
        Surface(image)


def test_numbers_too_large_to_average_are_still_numbers() -> None:
    """Four of them add up to infinity; each is finite."""
    assert Surface(np.full((8, 8), 3e38, np.float32)).cells_hw == (2, 2)


def test_memory_is_kept_from_photo_to_photo_of_one_size_and_no_longer() -> None:
    """The same plane for the same name and size; another after a photo of another size."""
    workspace = Workspace()
    Surface(np.zeros((8, 8), np.float32), workspace)
    first = workspace.plane("a", (2, 3))

    Surface(np.ones((8, 8), np.float32), workspace)

    assert workspace.plane("a", (2, 3)) is first
    assert workspace.plane("a", (3, 2)) is not first
    Surface(np.zeros((8, 9), np.float32), workspace)
    assert workspace.plane("a", (2, 3)) is not first


def test_a_photo_is_let_go_with_its_surface() -> None:
    """At once, not when rings of references are looked for: a line sends many photos."""
    gc.disable()
    try:
        image = np.full((16, 24), 0.5, np.float32)
        surface = Surface(image)
        is_there = weakref.ref(image)
        assert surface.of(None) is surface
        del surface, image
        assert is_there() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("width_px", [6.0, 12.0, 16.0])
def test_local_noise_is_of_the_same_tiles_at_every_step(width_px: float) -> None:
    """Noise in the left half alone is heard 16 to 20 px into the calm half.

    Guards against tiles that grow with the step at which a wide line is looked for.
    """
    rng = np.random.default_rng(3)  # noqa: TID251  the same for every width
    image = np.full((128, 256), 0.5, np.float32)
    image[:, :128] += rng.normal(0, 0.1, (128, 128)).astype(np.float32)

    noise = Surface(image).local_noise(width_px)

    least = noise.min()
    reach_px = 4 * int(np.argmax(noise.max(axis=0) <= 1.001 * least)) - 128
    assert 16 <= reach_px <= 20


class _Moved(Workspace):
    """Memory that begins so many bytes after a multiple of 64, as any allocator's may."""

    def __init__(self, bytes_after: int) -> None:
        super().__init__()
        self._after = bytes_after

    def plane(self, name: str, size_hw: tuple[int, ...]) -> Plane:
        count = math.prod(size_hw)
        memory = np.empty(count + 32, dtype=np.float32)
        start = (self._after - memory.ctypes.data % 64) % 64 // 4
        key = (name, size_hw)
        kept = memory[start : start + count].reshape(size_hw)
        return self._planes.setdefault(key, kept)


@pytest.mark.parametrize("bytes_after", [4, 16, 32, 48])
def test_bits_do_not_hang_on_where_memory_lies(
    bytes_after: int, rng: np.random.Generator
) -> None:
    """A few specks on an even surface: the same bits, wherever a plane begins."""
    image = (rng.random((128, 128)) < 0.01).astype(np.float32)

    turn, other = (
        Surface(image, _Moved(each)).curvature(4.0).turn for each in (0, bytes_after)
    )

    assert_array_equal(turn, other)


@pytest.mark.parametrize(
    "size_hw", [(1, 1), (3, 40), (1500, 2000), (1501, 2003), (17, 300_000)]
)
def test_strips_hold_every_row_once_and_whole_cells(size_hw: tuple[int, int]) -> None:
    """Of 16 rows and more, but for a plane that has fewer."""
    found = list(strips(size_hw))

    assert [row for each in found for row in range(each.start, each.stop)] == list(
        range(size_hw[0])
    )
    assert all(each.start % 16 == 0 for each in found)
    assert all(each.stop - each.start >= min(16, size_hw[0]) for each in found)


def test_what_is_worked_out_in_strips_is_what_it_is_at_once(
    rng: np.random.Generator,
) -> None:
    """The upper half of a photo of many strips, to the last bit; where the cut is far."""
    image = rng.random((1200, 2400), dtype=np.float32)

    whole = Surface(image).curvature(6.0)

    half = Surface(image[:600]).curvature(6.0)
    assert_array_equal(whole.mean[:280], half.mean[:280])
    assert_array_equal(whole.turn[:280], half.turn[:280])
