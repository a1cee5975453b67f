"""Services for the tests of the station: each started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from services import Service, serving

from glassline.dataset import Dataset
from glassline.model import Model


@pytest.fixture(scope="session")
def photo(line: Dataset) -> bytes:
    """A photo of a scratched part."""
    [path] = [part.path for part in line.parts if part.label == "scratch"][:1]
    return path.read_bytes()


@pytest.fixture(scope="session")
def good_photo(line: Dataset) -> bytes:
    """A photo of a good part."""
    [path] = [part.path for part in line.parts if part.label == "ok"][:1]
    return path.read_bytes()


@pytest.fixture(scope="session")
def open_service(
    settled: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service at which nobody signs in."""
    with serving(tmp_path_factory.mktemp("open"), settled) as service:
        yield service
