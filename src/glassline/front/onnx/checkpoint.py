"""A PyTorch checkpoint read as numbers: nothing that it names is ever called."""

from __future__ import annotations

import hashlib
import io
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.errors import ModelError, show
from glassline.front.onnx.unpickler import Machine, Storage, Tensor, refuse

__all__ = ["MAX_BYTES", "Tensors", "check_name", "read_checkpoint"]

MAX_AXES = 4  # of a convolution's kernel
MAX_BYTES = 200_000_000  # ten times the checkpoint of the default backbone
MAGIC = 0x1950A86A20F9469CFC6C  # of torch.save before its zip files
PROTOCOL = 1001
HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.pth$")

Tensors = Mapping[str, NDArray[Any]]
"""Name to array, as a checkpoint holds them."""


def check_name(name: str, data: bytes) -> None:
    """Hold a checkpoint against the start of the SHA-256 that its file name carries.

    Raises:
        ModelError: The name carries none, or the bytes hash to another.
    """
    found = HASH_IN_NAME.search(name)
    if not found:
        raise ModelError(
            f"{name}: expected a name that ends in -HASH.pth, got none with a hash."
        )
    digest = hashlib.sha256(data).hexdigest()
    if not digest.startswith(found[1]):
        raise ModelError(
            f"{name}: expected bytes whose sha256 begins with {found[1]}, got "
            f"{digest[: len(found[1])]}. The file is damaged; install its package again."
        )


def read_checkpoint(data: bytes, where: str, *, most: int = MAX_BYTES) -> Tensors:
    """Return the tensors of a checkpoint that `torch.save` wrote.

    Such a file is a program for a small machine that can call any function it
    names. Here its operations are decoded but never executed as such: 29 of them
    build numbers, texts and tables, a name stands for a tensor, a storage or an
    ordered table or is refused, and every tensor must lie inside its storage.

    Args:
        data: The whole file.
        where: What the caller calls it, for messages.
        most: Bytes that it may have.

    Returns:
        Name to array, float32 or int64, in the file's order.

    Raises:
        ModelError: The file is too large, damaged, or names anything else.

    Source:
        PyTorch, torch/serialization.py, _legacy_load; operations: CPython,
        Lib/pickletools.py.
    """
    if len(data) > most:
        raise ModelError(
            f"{where}: expected at most {most:,} bytes, got {len(data):,}."
        )
    file = io.BytesIO(data)
    try:
        magic, protocol, _, tensors, keys = (Machine(where).run(file) for _ in range(5))
        if magic != MAGIC or protocol != PROTOCOL:
            refuse(where, "the numbers that begin a checkpoint", "others")
        return _arrays(tensors, keys, data, file.tell(), where)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise ModelError(
            f"{where}: expected a PyTorch checkpoint, got: {show(str(error))}."
        ) from error


def _arrays(
    tensors: Any, keys: Any, data: bytes, start: int, where: str
) -> dict[str, NDArray[Any]]:
    """Cut the tensors from the storages that follow the programs."""
    if not isinstance(tensors, dict) or not isinstance(keys, list):
        refuse(where, "a table of tensors and a list of storages", "something else")
    for name, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            refuse(where, f"{show(name)} to be a tensor", "something else")
        _check_whole(tensor, name, where)
    if sum(math.prod(each.shape) for each in tensors.values()) > len(data):
        refuse(where, "no more numbers than the file has", "tensors that overlap")
    storages = {each.storage.key: each.storage for each in tensors.values()}
    if not all(isinstance(key, str) for key in keys) or sorted(storages) != sorted(
        keys
    ):
        refuse(where, "each storage once", "others")
    numbers = _storages([storages[key] for key in keys], data, start, where)
    return {name: _cut(each, numbers, name, where) for name, each in tensors.items()}


def _storages(
    storages: list[Storage], data: bytes, start: int, where: str
) -> dict[str, NDArray[Any]]:
    """Return the numbers of each storage; together they fill the file to its end."""
    numbers: dict[str, NDArray[Any]] = {}
    for storage in storages:
        end = start + 8 + storage.length * storage.kind.itemsize
        if int.from_bytes(data[start : start + 8], "little") != storage.length:
            refuse(where, f"{storage.length} numbers in a storage", "another count")
        if end > len(data):
            refuse(where, f"at least {end:,} bytes", f"{len(data):,}")
        numbers[storage.key] = np.frombuffer(
            data, storage.kind, storage.length, offset=start + 8
        )
        start = end
    if start != len(data):
        refuse(where, f"{start:,} bytes", f"{len(data):,}")
    return numbers


def _check_whole(tensor: Tensor, name: str, where: str) -> None:
    """Refuse a place, shape or strides that are no few whole numbers >= 0."""
    numbers = (tensor.offset, *tensor.shape, *tensor.strides)
    are_whole = all(type(n) is int and 0 <= n <= MAX_BYTES for n in numbers)
    if not are_whole or not len(tensor.shape) == len(tensor.strides) <= MAX_AXES:
        refuse(where, f"{show(name)} inside its storage", "numbers outside it")


def _cut(
    tensor: Tensor, numbers: Mapping[str, NDArray[Any]], name: str, where: str
) -> NDArray[Any]:
    """Return one tensor, copied from inside its storage."""
    held = numbers[tensor.storage.key]
    last = tensor.offset + sum(
        (size - 1) * stride
        for size, stride in zip(tensor.shape, tensor.strides, strict=True)
    )
    is_inside = (
        tensor.offset <= len(held)
        and math.prod(tensor.shape) <= len(held)
        and last < len(held)
    )
    if not is_inside:
        refuse(where, f"{show(name)} inside its storage", "numbers outside it")
    view = np.lib.stride_tricks.as_strided(
        held[tensor.offset :],
        tensor.shape,
        [stride * held.itemsize for stride in tensor.strides],
    )
    found = np.array(view, order="C")
    if not np.isfinite(found).all():
        refuse(where, f"{show(name)} to be finite", "NaN or infinity")
    return found
