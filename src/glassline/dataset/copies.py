"""Photos that show what another one shows, pixel for pixel: counted once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassline.arrays import Image, Values
from glassline.dataset.likeness import Likeness
from glassline.dataset.part import Part
from glassline.interface.record import Record

__all__ = ["Copy", "PartRead", "counted_once", "pixel_hash"]


@dataclass(frozen=True)
class Copy:
    """A photo that shows what another one shows, pixel for pixel: no evidence of its own.

    Attributes:
        part: The copy.
        of: The part that counts instead.
        sha256: The hash of the copy's bytes.
    """

    part: Part
    of: Part
    sha256: str

    @property
    def contradicts(self) -> bool:
        """Return whether both are labelled, and not alike."""
        said, counted = _said(self.part), _said(self.of)
        return bool(said and counted) and said != counted

    def as_json(self) -> dict[str, Any]:
        """Return both names as plain data."""
        return {"image": str(self.part.path), "of": str(self.of.path)}


@dataclass(frozen=True, eq=False, repr=False)
class PartRead(Record):
    """One part that was read.

    Attributes:
        part: Which.
        sha256: Of its bytes.
        pixels: The hash of its pixels.
        values: Its readings.
        mark: What it is known by, where that was looked at.
    """

    part: Part
    sha256: str
    pixels: bytes
    values: Values
    mark: Likeness | None = None


def pixel_hash(image: Image) -> bytes:
    """Return the SHA-256 of the shape and the numbers of an image."""
    pixels = hashlib.sha256(str(image.shape).encode())
    pixels.update(np.ascontiguousarray(image).data)
    return pixels.digest()


def counted_once(
    read: Sequence[PartRead],
) -> tuple[list[PartRead], tuple[Copy, ...], dict[str, str]]:
    """Keep one part of each set with the same pixels; join the groups that share one.

    Returns:
        The parts that are kept, the copies, and each group's name from now on.
    """
    sets: dict[bytes, list[PartRead]] = {}
    for each in read:
        sets.setdefault(each.pixels, []).append(each)
    groups = _joined([[each.part.group for each in alike] for alike in sets.values()])
    first = {pixels: _most_told(alike) for pixels, alike in sets.items()}
    kept = {
        pixels: replace(each, part=replace(each.part, group=groups[each.part.group]))
        for pixels, each in first.items()
    }
    copies = tuple(
        Copy(each.part, kept[each.pixels].part, each.sha256)
        for each in read
        if each is not first[each.pixels]
    )
    once = [kept[each.pixels] for each in read if each is first[each.pixels]]
    return once, copies, groups


def _most_told(alike: Sequence[PartRead]) -> PartRead:
    """Return the first that is labelled as most of them are."""
    told = Counter(said for each in alike if (said := _said(each.part)))
    most = max(told.values(), default=0)
    return next(each for each in alike if told[_said(each.part)] == most)


def _said(part: Part) -> tuple[tuple[str, float], ...]:
    """Return a part's label in shares; nothing where it has none."""
    shares = part.soft or ({part.label: 1.0} if part.label else {})
    return tuple(sorted((name, share) for name, share in shares.items() if share))


def _joined(sets: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return each group's name, the same for all that are linked by a set.

    Example:
        >>> _joined([["a", "b"], ["c"], ["b", "d"]])
        {'a': 'a', 'b': 'a', 'c': 'c', 'd': 'a'}
    """
    above: dict[str, str] = {}

    def name(group: str) -> str:
        while above.setdefault(group, group) != group:
            group = above[group]
        return group

    for linked in sets:
        for group in linked:
            above[name(group)] = name(linked[0])
    return {group: name(group) for group in above}
