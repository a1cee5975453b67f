"""Where the photos of a table lie, also where another system wrote their paths."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path, PurePosixPath

from glassline.errors import DatasetError, GlasslineWarning, show
from glassline.recipe.spelling import key

__all__ = ["Places"]

DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")


class Places:
    """Finds photos below the folder of a table.

    A path is taken as it is where a file lies there. Where none does, a backslash is
    taken for a slash, and each part of the path for the one entry of its folder that
    spells the same name (`glassline.recipe.spelling`).

    Args:
        folder: Where the table lies.
        table: The name of the table, for messages.
    """

    def __init__(self, folder: Path, table: str) -> None:
        self.folder = folder
        self._table = table
        self._entries: dict[str, dict[str, list[str]]] = {}
        self._folders: dict[str, str | None] = {"": ""}
        self._found: dict[PurePosixPath, PurePosixPath | None] = {}
        self._respelt: list[tuple[str, str]] = []

    def find(self, named: str, source: str) -> Path:
        """Return the place that a cell names, whether a file lies there or not.

        Raises:
            DatasetError: It names a drive or a server of Windows, and this is none.
        """
        path = self.folder / named
        if os.path.lexists(path):
            return path
        if DRIVE.match(named) and os.name != "nt":
            raise DatasetError(
                f"{source}: expected a path on this computer, got {show(named)}, one of "
                "Windows. Write it from the table's folder, such as ok/1.png."
            )
        plain = PurePosixPath(named.replace("\\", "/"))
        found = None if plain.is_absolute() else self._spelt(str(plain))
        if found is None:
            return path
        self._respelt.append((named, found))
        return self.folder / found

    def tell(self) -> None:
        """Warn, once, of photos that were found under another spelling."""
        if not self._respelt:
            return
        named, found = self._respelt[0]
        warnings.warn(
            f"{self._table}: {len(self._respelt)} paths are spelt otherwise than the "
            f"files; the first, {show(named)}, is read as {show(found)}.",
            GlasslineWarning,
            stacklevel=2,
        )

    def _spelt(self, named: str) -> str | None:
        """The path in the spelling of the disk; None where a part is not one entry."""
        head, _, name = named.rpartition("/")
        if head not in self._folders:
            self._folders[head] = self._spelt(head)
        here = self._folders[head]
        if here is None:
            return None
        same = [name] if name == ".." else self._listed(here).get(key(name), [])
        if name not in same and len(same) != 1:
            return None
        name = name if name in same else same[0]
        return f"{here}/{name}" if here else name

    def _listed(self, folder: str) -> dict[str, list[str]]:
        if folder not in self._entries:
            listed: dict[str, list[str]] = {}
            try:
                for entry in (self.folder / folder).iterdir():
                    listed.setdefault(key(entry.name), []).append(entry.name)
            except OSError:
                listed = {}
            self._entries[folder] = listed
        return self._entries[folder]
