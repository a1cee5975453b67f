"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browsers import chromium
from databases import postgresql
from hypothesis import settings

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.recipe.recipe import TrainingSettings
from glassline.synthetic import production_line, write_dataset
from glassline.training import train

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PARTS = 60
SIZE_HW = (120, 160)
SURE = TrainingSettings(penalty=3e-4)  # by its few groups it would be 5e-3

os.environ["LC_ALL"] = "C.UTF-8"  # what is printed does not depend on the machine
collect_ignore_glob = ["golden/*.py"]  # programs that made the files beside them

settings.register_profile("same everywhere", derandomize=True, deadline=None)
settings.load_profile("same everywhere")


@pytest.fixture
def rng() -> np.random.Generator:
    """The one source of randomness: the same draws in every run."""
    return np.random.default_rng(20261122)  # noqa: TID251  the one place in tests


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser: its driver keeps an event loop in its process."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of pages; a test opens a context of its own in it."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def line_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the photos and labels of a small rendered line."""
    folder = tmp_path_factory.mktemp("line")
    rng = np.random.default_rng(5)  # noqa: TID251  once a session
    parts = production_line(PARTS, rng=rng, size_hw=SIZE_HW, lot_size=5)
    write_dataset(parts, folder)
    return folder


@pytest.fixture(scope="session")
def line(line_folder: Path) -> Dataset:
    """The small rendered line as a dataset."""
    return Dataset.read(line_folder)


@pytest.fixture(scope="session")
def model(line: Dataset) -> Model:
    """A model trained on the small rendered line, as sure as one of many parts."""
    return train(line, Recipe(classes=line.classes, training=SURE))


@pytest.fixture(scope="session")
def model_folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained model as a folder."""
    folder = tmp_path_factory.mktemp("model")
    model.save(folder)
    return folder


@pytest.fixture(scope="session")
def settled(line: Dataset) -> Model:
    """The same with the settings declared: a training that searches nothing is quick."""
    features = {
        "line_strength": {"polarity": "either"},
        "texture_change": {"share": 0.2},
    }
    features |= {
        "reflection_unevenness": {"fields": 16},
        "grain_noise": {"width_px": 6},
    }
    return train(line, Recipe(classes=line.classes, features=features, training=SURE))


@pytest.fixture(scope="session")
def settled_folder(settled: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of declared settings as a folder."""
    folder = tmp_path_factory.mktemp("settled")
    settled.save(folder)
    return folder


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a PostgreSQL server that runs for the session."""
    with postgresql() as url:
        yield url
