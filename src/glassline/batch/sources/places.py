"""Photos that lie in files: a folder, a pattern of names, a file by itself."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from glassline.batch.item import Item
from glassline.batch.sources.source import Asked, told
from glassline.image.folder import is_photo, walk_images

__all__ = ["Folder", "OneFile", "Pattern"]


@dataclass(frozen=True)
class Folder:
    """All photos below a folder, in the order of the bytes of their paths."""

    name: str
    asked: Asked
    identifiers: tuple[str, ...] = ()

    def count(self) -> int:
        """Walk once: names are read, no photo."""
        return sum(1 for _ in walk_images(Path(self.name)))

    def items(self, identifiers: Sequence[str]) -> Iterator[Item]:
        """Yield every photo that the walk comes to."""
        for path in walk_images(Path(self.name)):
            said = told(identifiers, str(path), self.asked)
            yield Item(str(path), said, path=str(path), root=self.name)


@dataclass(frozen=True)
class OneFile:
    """One photo."""

    name: str
    asked: Asked
    identifiers: tuple[str, ...] = ()

    def count(self) -> int:
        """Return 1."""
        return 1

    def items(self, identifiers: Sequence[str]) -> Iterator[Item]:
        """Yield it."""
        said = told(identifiers, self.name, self.asked)
        yield Item(self.name, said, path=self.name)


@dataclass(frozen=True)
class Pattern:
    """Photos whose paths a pattern of the shell fits, in the order of their bytes."""

    name: str
    asked: Asked
    identifiers: tuple[str, ...] = ()

    def count(self) -> int:
        """Return how many fit."""
        return len(self._paths())

    def items(self, identifiers: Sequence[str]) -> Iterator[Item]:
        """Yield them."""
        for path in self._paths():
            name = os.fsdecode(path)
            yield Item(name, told(identifiers, name, self.asked), path=name)

    def _paths(self) -> list[bytes]:
        found = glob.iglob(self.name, recursive=True)  # noqa: PTH207  ** as in a shell
        return sorted(os.fsencode(each) for each in found if _is_one(Path(each)))


def _is_one(path: Path) -> bool:
    return is_photo(path) and not path.is_dir()
