"""Checkpoints as `torch.save` writes them, made by hand, good and hostile."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PROGRAMS", "checkpoint", "name", "tensor", "text"]

PROGRAMS = {
    "magic": b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.",
    "protocol": b"\x80\x02M\xe9\x03.",
    "system": b"\x80\x02}.",
}


def text(words: str) -> bytes:
    """The operation that gives a text."""
    data = words.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    """The operation that gives a number."""
    return b"J" + struct.pack("<i", value)


def numbers(values: tuple[int, ...]) -> bytes:
    """The operations that give a tuple of numbers."""
    return b"(" + b"".join(number(value) for value in values) + b"t"


def name(module: str, function: str) -> bytes:
    """The operation that names a function."""
    return f"c{module}\n{function}\n".encode()


EMPTY = name("collections", "OrderedDict") + b")R"


def tensor(
    key: str,
    length: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    *,
    offset: int = 0,
    kind: str = "FloatStorage",
) -> bytes:
    """The operations that give a tensor."""
    storage = text("storage") + name("torch", kind) + text(key) + text("cpu")
    place = b"(" + storage + number(length) + b"NtQ"
    rest = number(offset) + numbers(shape) + numbers(strides) + b"\x89" + EMPTY
    return name("torch._utils", "_rebuild_tensor_v2") + b"(" + place + rest + b"tR"


def checkpoint(
    arrays: Mapping[str, NDArray[Any]],
    *,
    tensors: Mapping[str, bytes] | None = None,
    programs: Mapping[str, bytes] | None = None,
) -> bytes:
    """A checkpoint of these arrays; `tensors` replace how one is described."""
    described = {
        key: tensor(key, array.size, array.shape, tuple(s // 4 for s in array.strides))
        for key, array in arrays.items()
    }
    described |= tensors or {}
    table = b"".join(text(key) + each for key, each in described.items())
    whole = {
        **PROGRAMS,
        "tensors": b"\x80\x02" + EMPTY + b"(" + table + b"u.",
        "keys": b"\x80\x02](" + b"".join(text(key) for key in arrays) + b"e.",
        **(programs or {}),
    }
    storages = b"".join(
        struct.pack("<q", array.size) + np.ascontiguousarray(array).tobytes()
        for array in arrays.values()
    )
    return b"".join(whole.values()) + storages
