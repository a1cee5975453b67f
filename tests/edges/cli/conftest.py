"""Photos that the commands are called with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mixed(line_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two good photos, a broken one and a text."""
    folder = tmp_path_factory.mktemp("mixed")
    photos = sorted(line_folder.rglob("*.png"))[:2]
    shutil.copy(photos[0], folder / "a.png")
    shutil.copy(photos[1], folder / "d.png")
    (folder / "b.png").write_bytes(photos[0].read_bytes()[:500])
    (folder / "c.jpg").write_text("<html>")
    return folder
