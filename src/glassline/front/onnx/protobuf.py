"""The bytes of a protocol buffer, field by field; nothing is built from them."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["Field", "fields", "numbers"]

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
LONGEST_VARINT = 10

Field = tuple[int, int | memoryview]
"""A field's number, and what it holds: an integer, or bytes."""


def fields(data: memoryview) -> Iterator[Field]:
    r"""Yield the fields of one message in order.

    Raises:
        ValueError: The bytes are no message, or end too early.

    Example:
        >>> [(number, bytes(held)) for number, held in fields(memoryview(b"\x0a\x02ok"))]
        [(1, b'ok')]

    Source:
        Protocol Buffers, Encoding: protobuf.dev/programming-guides/encoding.
    """
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, place = _varint(data, place)
            yield number, value
            continue
        length = {FIXED64: 8, FIXED32: 4}.get(kind)
        if kind == BYTES:
            length, place = _varint(data, place)
        if length is None:
            raise ValueError(f"field {number} is of the unknown kind {kind}")
        if place + length > len(data):
            raise ValueError(f"field {number} ends after the message")
        yield number, data[place : place + length]
        place += length


def numbers(held: int | memoryview) -> list[int]:
    r"""Return whole numbers that stand alone or packed together.

    Example:
        >>> numbers(3), numbers(memoryview(b"\x03\x80\x01"))
        ([3], [3, 128])
    """
    if isinstance(held, int):
        return [held]
    found, place = [], 0
    while place < len(held):
        value, place = _varint(held, place)
        found.append(value)
    return found


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for count in range(LONGEST_VARINT):
        if place + count >= len(data):
            raise ValueError("a number ends after the message")
        byte = data[place + count]
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, place + count + 1
    raise ValueError("a number of more than 64 bits")
