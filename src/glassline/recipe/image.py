"""How photos are read: limits, orientation, and what of them is looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from glassline.errors import RecipeError, check_within
from glassline.recipe.outlines import Outline, check_outline
from glassline.recipe.pictures import NAMES, Picture, with_pictures
from glassline.recipe.tables import settle

__all__ = ["Background", "ImageSettings"]


@dataclass(frozen=True)
class Background:
    """One level of one plane; exactly one of `above` and `below` is set.

    Attributes:
        above: What is lighter than this is background, in (0, 1).
        below: What is darker than this is background, in (0, 1).
        plane: Of the photo: its grey (luma), a channel, or how colourful it is.

    Raises:
        RecipeError: None or both are set, or a level is not inside (0, 1).

    Example:
        >>> Background(above=0.58)
        Background(above=0.58, below=None, plane='luma')
    """

    above: float | None = None
    below: float | None = None
    plane: Literal["luma", "red", "green", "blue", "chroma", "saturation"] = "luma"

    def __post_init__(self) -> None:
        if (self.above is None) == (self.below is None):
            raise RecipeError(
                "image.background: expected above or below, one of them, got "
                f"{'none' if self.above is None else 'both'}. Write the level that the "
                "part never reaches: background = { above = 0.6 }."
            )
        if not 0 < self.level < 1:
            raise RecipeError(
                f"image.background.{self.side}: expected a level above 0 and below 1, got "
                f"{self.level:g}."
            )

    @property
    def side(self) -> Literal["above", "below"]:
        """Return on which side of the level the background lies."""
        return "above" if self.above is not None else "below"

    @property
    def level(self) -> float:
        """Return the level."""
        return getattr(self, self.side)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class ImageSettings:
    """How photos are read: limits, orientation, region of interest, mask, alignment.

    What of them is left out as None is not done: no region, no mask, no alignment.
    """

    max_bytes: int = 20_000_000  # three times the largest camera file seen
    max_pixels: int = 50_000_000  # four 12-megapixel frames
    orientation: Literal["exif", "stored"] = "exif"
    region_xyxy: tuple[int, int, int, int] | None = None  # left, top, right, bottom
    pixel_size_um: float | None = None
    part: tuple[Outline, ...] | None = None  # polygons: only inside them is looked
    leave_out: tuple[Outline, ...] | None = None  # polygons: and not inside these
    mask: Picture | None = None  # white where to look, black where not
    golden: Picture | None = None  # a good part, as the mask lies on it
    spread: Picture | None = None  # how much good parts differ at each place of it
    align: Literal["golden"] | None = None  # lay every photo on the golden one first
    turn_deg: float | None = None  # the largest turn looked for; left out, 10
    least_match: float | None = None  # correlation with the golden photo; left out, 0.5
    background: Background | None = None  # what is not the part, told by its brightness

    def __post_init__(self) -> None:
        table = with_pictures({"image": vars(self)}, Path())["image"]
        for name in NAMES:
            object.__setattr__(self, name, table[name])
        settle(self, "image", RecipeError)
        for name in ("max_bytes", "max_pixels", "pixel_size_um"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise RecipeError(
                    f"image.{name}: expected a number above 0, got {value}."
                )
        if self.region_xyxy is not None:
            left, top, right, bottom = self.region_xyxy
            if not (0 <= left < right and 0 <= top < bottom):
                raise RecipeError(
                    "image.region_xyxy: expected left < right and top < bottom, "
                    f"all >= 0, got {list(self.region_xyxy)}."
                )
        for name in ("part", "leave_out"):
            for place, outline in enumerate(getattr(self, name) or ()):
                check_outline(f"image.{name}[{place}]", outline)
        self._check_alignment()

    def _check_alignment(self) -> None:
        for name, low, high in (("turn_deg", 0, 180), ("least_match", 0, 1)):
            value = getattr(self, name)
            if value is not None:
                check_within(f"image.{name}", value, low, high, RecipeError)
        if self.align is not None and self.golden is None:
            raise RecipeError(
                "image.align: expected a golden photo to align with, got none. Name it: "
                'golden = "golden.png".'
            )
        if self.spread is not None and self.golden is None:
            raise RecipeError(
                "image.spread: expected a golden photo to compare with, got none. Name it: "
                'golden = "golden.png".'
            )
        if self.background is not None and (self.align or self.spread):
            raise RecipeError(
                "image.background: expected photos that are not laid on a golden one, got "
                f"{'align' if self.align else 'spread'}. Leave the background out by the "
                "mask of the golden photo instead."
            )

    @property
    def pictures(self) -> dict[str, Picture]:
        """Return the pictures that are named, by their setting."""
        found = {name: getattr(self, name) for name in NAMES}
        return {name: each for name, each in found.items() if each is not None}

    @property
    def is_masked(self) -> bool:
        """Return whether a photo is masked, aligned or compared: more than cut."""
        return self.is_drawn or self.background is not None

    @property
    def is_drawn(self) -> bool:
        """Return whether what is looked at is known before the photo: not by its level."""
        return any(
            each is not None
            for each in (self.part, self.leave_out, self.mask, self.align, self.spread)
        )

    @property
    def planes(self) -> tuple[str, ...]:
        """Return the planes of colour that reading a photo needs by itself."""
        told = self.background
        return () if told is None or told.plane == "luma" else (told.plane,)
