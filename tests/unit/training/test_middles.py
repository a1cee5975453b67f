"""Centre and spread of readings in pieces: the bits of the fit of all."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from glassline.features import Scale
from glassline.training.middles import scale_of


def given(*arrays):
    """Return what a piece returns."""
    return arrays


def plain(rng, n):
    """Readings as they are."""
    return rng.gamma(2, 2, (n, 4))


def signed(rng, n):
    """Readings of a feature of one's own, of either sign."""
    return rng.normal(0, 9, (n, 4))


def alike(rng, n):
    """More than half alike, none that varies, next to none, and all but none 0."""
    rare = np.where(rng.random(n) < 0.1, rng.random(n) * 100, 0)
    most = np.where(rng.random(n) < 0.7, 2.0, rng.random(n))
    return np.column_stack([most, np.full(n, 3.3), rng.random(n) * 1e-9, rare])


@pytest.mark.parametrize("n", [1, 8, 1001])
@pytest.mark.parametrize("kind", [plain, signed, alike])
def test_pieces_give_the_scale_of_all(rng, kind, n):
    """Four pieces, some of them empty, the last counted first; good parts and all."""
    readings, good = kind(rng, n), rng.random(n) < 0.6
    good[0] = True
    ends = np.sort(rng.integers(0, n + 1, 3))
    cut = zip(np.split(readings, ends), np.split(good, ends), strict=True)

    found = scale_of(
        [partial(given, *each) for each in cut],
        lambda call, tasks: map(call, tasks[::-1]),
    )

    assert found == Scale.fit(readings, good)
