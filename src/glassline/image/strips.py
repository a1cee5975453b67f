"""Whether compressed strips of a TIFF are whole, asked in a way that is answered."""

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = ["Strip", "probes"]

Strip = tuple[int, int, int]  # first byte in the file, bytes there, bytes unpacked
MAX_ROW_BYTES = 2**20  # the decoder refuses rows of more than 2^20 pixels
SHORT, LONG = 3, 4


def probes(data: bytes, strips: Sequence[Strip], compression: int) -> list[bytes]:
    r"""TIFF files that decode only if every strip unpacks to its full size.

    libtiff, as OpenCV calls it, fills the rest of a broken strip of 8 bits with
    black and says nothing, but reports one of 16 bits. So the same strips are
    described a second time, as 16-bit grey. The description lies behind the file,
    one for each unpacked size. A few last bytes of a strip may stay unasked: none
    or one below 1 MB, at most two more for each further megabyte.

    Example:
        >>> probe, = probes(bytes(8) + b"ab", [(8, 1, 2), (9, 1, 2)], 1)
        >>> probe[:10]
        b'II*\x00\n\x00\x00\x00ab'
    """
    sizes = sorted({unpacked for _, _, unpacked in strips})
    return [
        _probe(
            data, [strip[:2] for strip in strips if strip[2] == size], size, compression
        )
        for size in sizes
        if size > 1
    ]


def _probe(
    data: bytes, strips: Sequence[tuple[int, int]], size: int, compression: int
) -> bytes:
    rows = -(-size // MAX_ROW_BYTES)
    count, end = len(strips), len(data) + len(data) % 2
    lists = end + 2 + 12 * 9 + 4  # where the two lists start: behind the nine tags
    offsets, sizes = zip(*strips, strict=True)
    is_one = count == 1
    tags = [
        (256, LONG, 1, size // rows // 2),
        (257, LONG, 1, rows * count),
        (258, SHORT, 1, 16),
        (259, SHORT, 1, compression),
        (262, SHORT, 1, 1),
        (273, LONG, count, offsets[0] if is_one else lists),
        (277, SHORT, 1, 1),
        (278, LONG, 1, rows),
        (279, LONG, count, sizes[0] if is_one else lists + 4 * count),
    ]
    return b"".join(
        [
            struct.pack("<4sI", b"II*\0", end),
            data[8:].ljust(end - 8, b"\0"),
            struct.pack("<H", len(tags)),
            *(struct.pack("<HHII", *tag) for tag in tags),
            struct.pack(f"<I{2 * count}I", 0, *offsets, *sizes),
        ]
    )
