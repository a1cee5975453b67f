"""What every test may ask for."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    """The one source of randomness: the same draws in every run."""
    return np.random.default_rng(20261122)  # noqa: TID251  the one place in tests
