"""A picture that a recipe names, held by its content: a mask, a golden photo."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassline.errors import RecipeError

__all__ = ["NAMES", "Picture", "with_pictures"]

NAMES = ("mask", "golden", "spread")  # the settings under [image] that name a picture
MAX_BYTES = 50_000_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Picture:
    """The bytes of a PNG file; two of the same bytes are one picture, wherever they lay.

    Attributes:
        data: The whole file.
    """

    data: bytes

    def __repr__(self) -> str:
        return f"Picture({self.sha256[:12]})"

    @property
    def sha256(self) -> str:
        """Return the hash of the file."""
        return hashlib.sha256(self.data).hexdigest()

    @classmethod
    def read(cls, path: Path, where: str) -> Picture:
        """Read a PNG file.

        Args:
            path: The file.
            where: The setting that names it.

        Raises:
            RecipeError: It is missing, too large or no PNG.
        """
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            got = getattr(error, "strerror", None) or "a name that no file can have"
            raise RecipeError(f"{where}: expected a picture, got: {got}.") from error
        if len(data) > MAX_BYTES:
            raise RecipeError(f"{where}: expected at most {MAX_BYTES:,} bytes.")
        if not data.startswith(SIGNATURE):
            raise RecipeError(
                f"{where}: expected a PNG file, got another kind. Save it as PNG: it "
                "keeps every pixel."
            )
        return cls(data)


def with_pictures(table: Any, folder: Path) -> Any:
    """Return a recipe's table with the pictures in place of the names of their files.

    Args:
        table: As TOML has it.
        folder: Where the recipe lies, from which its names are seen.

    Raises:
        RecipeError: A picture can not be read.
    """
    if not isinstance(table, Mapping):  # the table is filled, and refused, elsewhere
        return table
    image = table.get("image")
    if not isinstance(image, Mapping):
        return table
    found = {
        name: Picture.read(folder / value, f"image.{name}")
        for name, value in image.items()
        if name in NAMES and isinstance(value, str)
    }
    return {**table, "image": {**image, **found}}
