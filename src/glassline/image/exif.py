"""The orientation tag of an EXIF block; everything else in EXIF stays unread."""

from __future__ import annotations

import struct

__all__ = ["orientation"]

ORIENTATION_TAG = 0x0112
SHORT = 3
MAX_ENTRIES = 1000  # cameras write about 20
BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def orientation(block: bytes) -> int:
    r"""EXIF orientation of a TIFF-shaped block, 1 to 8; 1 where it says nothing valid.

    Broken EXIF is common and harmless, so nothing here refuses a photo.

    Example:
        >>> ifd = struct.pack("<4sIHHHIHH", b"II*\0", 8, 1, 0x0112, 3, 1, 6, 0)
        >>> orientation(ifd), orientation(ifd[:18]), orientation(b"")
        (6, 1, 1)

    Source:
        CIPA DC-008, Exif 2.32 (2019), section 4.6.4, tag 274.
    """
    order = BYTE_ORDERS.get(block[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", block, 4)
        (count,) = struct.unpack_from(order + "H", block, start)
        for entry in range(min(count, MAX_ENTRIES)):
            tag, kind, number, value = struct.unpack_from(
                order + "HHIH", block, start + 2 + 12 * entry
            )
            if tag == ORIENTATION_TAG:
                return value if (kind, number) == (SHORT, 1) and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
