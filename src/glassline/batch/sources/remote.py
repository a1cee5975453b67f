"""Photos at addresses that fsspec opens: s3://, gs://, memory:// and others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from glassline.batch.item import Item
from glassline.batch.sources.source import Asked, told
from glassline.errors import DatasetError, MissingExtraError
from glassline.image.folder import is_photo

__all__ = ["Remote", "located", "opener"]


@dataclass(frozen=True)
class Remote:
    """Photos below an address, or those that a pattern at it fits, in byte order."""

    name: str
    asked: Asked
    identifiers: tuple[str, ...] = ()

    @cached_property
    def _found(self) -> tuple[Any, list[str]]:
        files, place = located(self.name)
        try:
            is_pattern = any(letter in place for letter in "*?[")
            listed = files.glob(place) if is_pattern else files.find(place)
        except OSError as error:
            raise DatasetError(
                f"{self.name}: expected an address that can be listed, got: {error}."
            ) from error
        photos = sorted(
            (each for each in listed if is_photo(Path(each))), key=str.encode
        )
        if not photos:
            raise DatasetError(f"{self.name}: expected photos at it, got none.")
        return files, photos

    def count(self) -> int:
        """Return how many there are."""
        return len(self._found[1])

    def items(self, identifiers: Sequence[str]) -> Iterator[Item]:
        """Yield them by their addresses; whoever reads a photo fetches it."""
        files, photos = self._found
        for each in photos:
            address = files.unstrip_protocol(each)
            yield Item(address, told(identifiers, address, self.asked), address=address)


def located(address: str) -> tuple[Any, str]:
    """Return the file system of an address, and the place in it.

    Raises:
        MissingExtraError: fsspec, or what it needs for this address, is not installed.
        DatasetError: There is no such file system.
    """
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415  an optional library

        found: tuple[Any, str] = url_to_fs(address)
    except ImportError as error:
        raise MissingExtraError.of("cloud") from error
    except ValueError as error:
        raise DatasetError(
            f"{address}: expected an address such as s3://bucket/folder, got: {error}."
        ) from error
    return found


def opener(address: str) -> BinaryIO:
    """Open the file at an address."""
    files, place = located(address)
    opened: BinaryIO = files.open(place, "rb")
    return opened
