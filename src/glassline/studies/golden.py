"""A golden photo and a mask from good parts, for a person to approve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import Image, Kept
from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, Refusal, no_progress
from glassline.errors import DatasetError, ImageError
from glassline.image import load, printable
from glassline.image.aligning import LEAST_MATCH, TURN_DEG, Sized, find
from glassline.image.placement import Placement
from glassline.image.structure import face
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.recipe import ImageSettings, Recipe
from glassline.render.png import as_png

__all__ = ["Proposal", "propose"]

MOST_PARTS = 24  # a mean of more is hardly smoother
TRIED = 3  # parts that the others are laid on first; the one they match best counts
FEW = 4  # parts of the usual spread that stand beside those of each place
FEWEST = 3  # good parts: of two, nobody knows which of them is odd
TINT = np.array([60, 60, 255])  # blue, green, red: what is left out
STAGE = "aligning good parts"


@dataclass(frozen=True, eq=False, repr=False)
class Proposal(Record):
    """What good parts look like, and where to look at them.

    Attributes:
        golden: Shape (h, w), their mean, each laid on the others.
        spread: Shape (h, w), how much they differ at each place.
        mask: Shape (h, w), their face: without edges, holes and backdrop.
        used: How many parts it is of.
        placements: Of each, where it lies on the golden photo; the parts that match.
        refused: Those that were not used, and why.
    """

    golden: Image
    spread: Image
    mask: Kept
    used: int
    placements: tuple[Placement, ...]
    refused: tuple[Refusal, ...]

    @property
    def golden_png(self) -> bytes:
        """Return the golden photo as a PNG."""
        return as_png(_grey(self.golden), small=True)

    @property
    def spread_png(self) -> bytes:
        """Return the spread as a PNG of 16 bits, white for 1."""
        return as_png(np.rint(np.clip(self.spread, 0, 1) * 65535).astype(np.uint16))

    @property
    def mask_png(self) -> bytes:
        """Return the mask as a PNG: white where to look, black where not."""
        return as_png(np.where(self.mask, 255, 0).astype(np.uint8), small=True)

    @property
    def picture(self) -> bytes:
        """Return the golden photo and, beside it, what is left out in red, as a PNG."""
        plain = np.repeat(_grey(self.golden)[..., None], 3, axis=2)
        tinted = np.where(self.mask[..., None], plain, (plain + TINT) // 2)
        return as_png(np.hstack([plain, tinted.astype(np.uint8)]), small=True)


@checked
def propose(
    data: Dataset,
    good: str | None = None,
    *,
    progress: Progress = no_progress,
) -> Proposal:
    """Make a golden photo and a mask from the good parts of a dataset.

    At most 24 good parts, evenly spaced, of the commonest size. Three of them are tried
    as the one that the others are laid on; the one that they match best counts. The
    mean of those that match is the golden photo of a second round, the mean of which
    is the answer. The mask is its face (`glassline.image.structure.face`).

    Args:
        data: The labelled parts.
        good: The class of good parts; left out, the one called so.
        progress: Told how far it is.

    Raises:
        DatasetError: Fewer than three good parts, or fewer than half of them match: parts
            without a shape of their own can not be aligned, and need not be.
    """
    recipe = Recipe(classes=data.classes, good=good)
    photos, refused = _read(data, recipe)
    if len(photos) < FEWEST:
        raise DatasetError(
            f"{data.name}: expected at least {FEWEST} good parts of one size, got "
            f"{len(photos)}."
        )
    names, images = list(photos), list(photos.values())
    total = TRIED * len(images) + 2 * len(images)
    steps = _counted(total, progress)
    places = sorted({at * (len(images) - 1) // (TRIED - 1) for at in range(TRIED)})
    rounds = [_laid(images[at], images, steps) for at in places]
    first = max(rounds, key=lambda found: sum(each.match for each in found))
    golden, _ = _mean(images, _matching(first))
    golden, _ = _mean(images, _matching(_laid(golden, images, steps)))
    found = _laid(golden, images, steps)
    golden, spread = _mean(images, _matching(found))
    progress(STAGE, total, total)
    odd = [
        Refusal(name, "unaligned", f"{printable(name)}: matches to {each.match:.2f}.")
        for name, each in zip(names, found, strict=True)
        if each.match < LEAST_MATCH
    ]
    used = len(images) - len(odd)
    if 2 * used < len(images) or used < FEWEST:
        raise DatasetError(
            f"{data.name}: expected good parts that lie alike, got {used} of {len(images)} "
            "that match. What has no shape of its own can not be aligned; draw a mask, or "
            "use the photos as they are."
        )
    golden = (_grey(golden) / np.float32(255)).astype(np.float32)  # as the file has it
    return Proposal(
        golden=golden,
        spread=_steadied(spread, used),
        mask=face(golden, spread),
        used=used,
        placements=tuple(each for each in found if each.match >= LEAST_MATCH),
        refused=(*refused, *odd),
    )


def _read(data: Dataset, recipe: Recipe) -> tuple[dict[str, Image], list[Refusal]]:
    """Return the photos of good parts, of the commonest size, by name."""
    rows = np.flatnonzero([part.label == recipe.good for part in data.parts])
    rows = rows if len(rows) else np.arange(len(data))
    count = min(MOST_PARTS, len(rows))
    photos: dict[str, Image] = {}
    refused = []
    for part in data.subset(rows[np.arange(count) * len(rows) // max(count, 1)]).parts:
        try:
            photo = load(part.path, settings=recipe.image, root=part.within)
            photos[str(part.path)] = photo.image
        except ImageError as error:
            refused.append(Refusal(str(part.path), error.reason, str(error)))
    sizes = Counter(image.shape for image in photos.values())
    usual = max(sizes, key=lambda size: sizes[size], default=(0, 0))
    for name in [name for name, image in photos.items() if image.shape != usual]:
        height, width = photos.pop(name).shape
        told = f"{printable(name)}: {width} x {height} px, unlike most."
        refused.append(Refusal(name, "outside_region", told))
    return photos, refused


def _counted(total: int, progress: Progress) -> Iterator[None]:
    for done in range(total):
        progress(STAGE, done, total)
        yield


def _laid(golden: Image, images: list[Image], steps: Iterator[None]) -> list[Placement]:
    """Where each photo lies on the golden one; of no match where it does not."""
    settings = ImageSettings(least_match=0.0, turn_deg=2 * TURN_DEG)
    whole, wanted = np.ones(golden.shape, np.bool_), Sized.of(golden)
    found = []
    for image in images:
        next(steps, None)
        try:
            found.append(find(wanted, image, whole, settings))
        except ImageError:
            found.append(Placement(0.0, 0.0, 0.0, -1.0))
    return found


def _matching(found: list[Placement]) -> list[Placement | None]:
    return [each if each.match >= LEAST_MATCH else None for each in found]


def _mean(images: list[Image], found: list[Placement | None]) -> tuple[Image, Image]:
    """Mean and spread of the photos that match, each laid on the golden one."""
    shape = images[0].shape
    total, squares, count = (np.zeros(shape) for _ in range(3))
    for image, placement in zip(images, found, strict=True):
        if placement is None:
            continue
        laid, is_seen = placement.laid(image)
        level = float(laid[is_seen].mean())
        even: NDArray[np.float64] = np.where(is_seen, laid / max(level, 1e-3), 0.0)
        total += even
        squares += even**2
        count += is_seen
    levels = [float(each.mean()) for each in images]
    seen = np.maximum(count, 1)
    light = float(np.median(levels))
    mean = light * total / seen
    spread = light * np.sqrt(np.maximum(squares / seen - (total / seen) ** 2, 0))
    mean = np.where(count > 0, mean, light)
    return np.clip(mean, 0, 1).astype(np.float32), spread.astype(np.float32)


def _steadied(spread: Image, used: int) -> Image:
    """Draw the spread of few parts towards the usual one, as if seen on four more."""
    usual = float(np.median(spread))
    drawn = np.sqrt((used * spread**2 + FEW * usual**2) / (used + FEW))
    return np.asarray(drawn, dtype=np.float32)


def _grey(image: Image) -> NDArray[np.uint8]:
    return np.asarray(np.rint(np.clip(image, 0, 1) * 255), dtype=np.uint8)
