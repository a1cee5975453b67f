"""What every source of photos can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from glassline.batch.item import Item
from glassline.batch.naming import Naming

__all__ = ["Asked", "Source", "told"]


@dataclass(frozen=True)
class Asked:
    """How sources are read.

    Attributes:
        naming: What names identifiers in a path; None for nothing.
        encoding: Of CSV manifests; left out, UTF-8 or what their mark says.
        max_bytes: The largest photo that is taken from an archive.
    """

    naming: Naming | None = None
    encoding: str | None = None
    max_bytes: int = 100_000_000


class Source(Protocol):
    """A list of photos in a fixed order."""

    @property
    def name(self) -> str:
        """Return what the caller called it."""
        ...

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Return what it says of each photo, beside what its path says."""
        ...

    def count(self) -> int | None:
        """Return how many photos there are; None where only reading all would tell."""
        ...

    def items(self, identifiers: Sequence[str]) -> Iterator[Item]:
        """Yield the photos, with what is said of each under the run's identifiers."""
        ...


def told(
    identifiers: Sequence[str],
    name: str,
    asked: Asked,
    own: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Return what is said of a photo: its own identifiers, else those of its path."""
    found = {**(asked.naming.found(name) if asked.naming else {}), **(own or {})}
    return tuple(found.get(each, "") for each in identifiers)
