"""What the first bytes of a photo say, checked before any decoder sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from glassline.image.refusals import refuse

__all__ = ["Header", "Kind", "check_bytes", "check_pixels"]

Kind = Literal["jpeg", "png", "webp", "bmp", "tiff"]


@dataclass(frozen=True)
class Header:
    """One photo as its file describes it, found to be whole.

    Attributes:
        kind: The type, by the first bytes and never by the name.
        width: Stored width in pixels, before EXIF orientation.
        height: Stored height in pixels.
        channels: Numbers a pixel: 1 grey or palette, 2 grey and alpha, 3 colour,
            4 colour and alpha (JPEG: four inks).
        bits: Bits a number.
        orientation: EXIF orientation, 1 to 8; 1 where it is absent or broken.
        scans: Passes over the picture (JPEG); 1 otherwise.
        payload: The bytes for the decoder, without what it need not see.
        probes: More files that it must be able to decode, or the photo is damaged.
    """

    kind: Kind
    width: int
    height: int
    channels: int
    bits: int
    payload: bytes
    orientation: int = 1
    scans: int = 1
    probes: Sequence[bytes] = ()


def check_bytes(count: int, max_bytes: int) -> None:
    """Refuse a file of more bytes than the limit (ImageError `too_many_bytes`)."""
    if count > max_bytes:
        raise refuse(
            "too_many_bytes",
            f"at most {max_bytes:,} bytes",
            f"{count:,}",
            "Resize it or raise image.max_bytes.",
        )


def check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Refuse a picture of no area or of too many pixels, before anything is sized.

    Raises:
        ImageError: `undecodable` for a side of 0, `too_many_pixels` above the limit.
    """
    if width < 1 or height < 1:
        raise refuse("undecodable", "a width and height above 0", f"{width} x {height}")
    if width * height > max_pixels:
        raise refuse(
            "too_many_pixels",
            f"at most {max_pixels:,} pixels",
            f"{width:,} x {height:,} = {width * height:,}",
            "Resize it or raise image.max_pixels.",
        )
