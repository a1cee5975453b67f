"""Where the files of a model stand."""

from __future__ import annotations

from pathlib import Path

from glassline.front import Network
from glassline.model.fields import FILE

__all__ = ["part_of", "place_of"]


def place_of(folder: str | Path) -> Path:
    """Return where a model file stands: in a folder, or the file that was named."""
    path = Path(folder)
    return path / FILE if path.is_dir() or path.suffix != ".json" else path


def part_of(path: Path) -> Path:
    """Return where the network of a model file stands: beside it."""
    is_folder = path.name == FILE
    return path.with_name(Network.file if is_folder else f"{path.stem}.{Network.file}")
