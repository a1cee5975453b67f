"""The dose-response table: right on readings whose answer is known."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from glassline.errors import InputError, ShapeError
from glassline.synthetic.meaning import dose_response, spearman
from glassline.synthetic.surfaces import Surface

GLASS = (Surface("glossy_glass"),)


def _brightness(photo: np.ndarray) -> np.ndarray:
    """Mean, and how fine the photo is: glare moves one, smear the other."""
    fine = cv2.Laplacian(photo, cv2.CV_32F)
    blocks = cv2.resize(np.abs(fine), (10, 8), interpolation=cv2.INTER_AREA)
    return np.array([photo.mean(), blocks.max(), 1.0])


def test_a_reading_follows_its_cause_and_no_other(rng: np.random.Generator) -> None:
    """Brightness sees glare, the busiest block smear, a constant nothing."""
    found = dose_response(_brightness, surfaces=GLASS, repeats=10, rng=rng)

    assert found.rho.shape == (1, 4, 3)
    assert found.parts == 70
    assert found.rho[0, 2, 0] > 0.9
    assert found.rho[0, 1, 1] > 0.9
    assert_array_equal(found.rho[0, :, 2], 0)
    others = np.delete(found.rho[0, :, 0], 2)
    assert np.abs(others).max() < 0.45  # chance alone: 0.12, and smears darken a little


def test_the_table_is_a_function_of_the_seed() -> None:
    """The same bits for the same seed."""
    first, second = (
        dose_response(
            _brightness,
            surfaces=GLASS,
            doses=(0.0, 1.0),
            repeats=2,
            rng=np.random.Generator(np.random.PCG64(6)),
        )
        for _ in range(2)
    )

    assert_array_equal(second.rho, first.rho)


def test_every_surface_has_its_table(rng: np.random.Generator) -> None:
    """In the order given."""
    surfaces = (Surface("matte_paint", level=0.2), Surface("matte_paint", level=0.9))
    seen: list[float] = []

    def read(photo: np.ndarray) -> np.ndarray:
        seen.append(float(photo.mean()))
        return np.array(seen[-1:])

    found = dose_response(read, surfaces=surfaces, doses=(0.0, 1.0), repeats=2, rng=rng)

    assert found.rho.shape == (2, 4, 1)
    assert max(seen[:4]) < 100 < 200 < min(seen[4:])


@pytest.mark.parametrize("count", [3, 10, 200])
@pytest.mark.parametrize("highest", [3, 1000])
def test_spearman_agrees_with_scipy(
    count: int, highest: int, rng: np.random.Generator
) -> None:
    """With many ties and with few."""
    first, second = rng.permuted(np.arange(2.0 * count) % highest, axis=0).reshape(
        2, -1
    )
    second = first + second

    expected = stats.spearmanr(first, second).statistic
    assert_allclose(spearman(first, second), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param([1, 2, 3, 4], [1, 8, 27, 64], 1.0, id="grows together"),
        pytest.param([1, 2, 3, 4], [4, 3, 2, -9], -1.0, id="falls"),
        pytest.param([1, 2, 3], [5, 5, 5], 0.0, id="constant"),
        pytest.param([1, 2, 3], [1, 3, 2], 1 - 6 * 2 / (3 * 8), id="by hand"),
    ],
)
def test_spearman_of_short_rows(
    first: list[float], second: list[float], expected: float
) -> None:
    """Without ties it is 1 - 6 sum d^2 / (n (n^2 - 1))."""
    found = spearman(np.array(first, dtype=float), np.array(second, dtype=float))

    assert_allclose(found, expected, atol=1e-15)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        pytest.param(
            {"doses": (1.0, 1.0)},
            InputError,
            "doses: expected at least two different doses, got [1.0, 1.0].",
            id="one dose",
        ),
        pytest.param(
            {"repeats": 0},
            InputError,
            "repeats: expected at least 1, got 0.",
            id="none",
        ),
        pytest.param(
            {"read": lambda _: np.zeros((2, 2))},
            ShapeError,
            "read: expected shape (d,), got (2, 2).",
            id="a table",
        ),
        pytest.param(
            {"read": lambda _: np.array([0.0, np.nan])},
            InputError,
            "read: expected finite numbers, got nan at [1].",
            id="no number",
        ),
    ],
)
def test_what_can_not_be_measured_is_refused(
    values: dict[str, object],
    error: type[Exception],
    message: str,
    rng: np.random.Generator,
) -> None:
    """The message names the argument."""
    arguments = {"read": _brightness, **values}
    read = arguments.pop("read")

    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        dose_response(read, surfaces=GLASS, rng=rng, **arguments)  # type: ignore[arg-type]
