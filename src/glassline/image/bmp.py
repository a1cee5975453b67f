"""BMP: the uncompressed kinds, with every row inside the file."""

from __future__ import annotations

import struct

from glassline.image.header import Header, check_pixels
from glassline.image.refusals import refuse

__all__ = ["parse"]

INFO_SIZES = (40, 52, 56, 108, 124)
CORE_SIZE = 12
DEPTHS = (1, 4, 8, 16, 24, 32)
PLAIN, BITFIELDS = 0, 3


def parse(data: bytes, max_pixels: int) -> Header:
    """Read the two headers and see that all rows lie inside the file.

    The fourth byte of a 32-bit BMP is not alpha: most writers leave 0 there.

    Source:
        Microsoft, Windows GDI, BITMAPFILEHEADER and BITMAPV5HEADER.
    """
    if len(data) < 26:
        raise refuse("truncated", "at least 26 bytes of BMP", f"{len(data)}")
    start, size = struct.unpack_from("<II", data, 10)
    if size != CORE_SIZE and size not in INFO_SIZES:
        raise refuse("unsupported_coding", "a Windows BMP", f"a header of {size} bytes")
    if len(data) < 14 + size:
        raise refuse("truncated", f"at least {14 + size} bytes of BMP", f"{len(data)}")
    layout = "<HHHH" if size == CORE_SIZE else "<iiHHI"
    width, height, _, bits, *compression = struct.unpack_from(layout, data, 18)
    check_pixels(width, abs(height), max_pixels)
    if sum(compression) not in (PLAIN, BITFIELDS) or bits not in DEPTHS:
        raise refuse(
            "unsupported_coding",
            "an uncompressed BMP",
            f"compression {sum(compression)} of {bits} bits",
            "Save it again as PNG.",
        )
    if start < 14 + size:
        raise refuse("undecodable", "pixels behind the headers", f"byte {start}")
    end = start + abs(height) * ((width * bits + 31) // 32 * 4)
    if end > len(data):
        raise refuse("truncated", f"{end:,} bytes of BMP", f"{len(data):,}")
    return Header("bmp", width, abs(height), 3 if bits > 8 else 1, 8, data)
