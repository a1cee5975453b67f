"""Models that ask for every rule."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from targets import variants_of

from glassline.model import Model


@pytest.fixture(scope="session")
def variants(settled: Model) -> Mapping[str, Model]:
    """One model with each kind of rule."""
    return variants_of(settled)
