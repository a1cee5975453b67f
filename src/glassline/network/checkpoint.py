"""A PyTorch checkpoint read as numbers: nothing that it names is ever called."""

from __future__ import annotations

import hashlib
import io
import math
import pickletools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from glassline.errors import ModelError, show

__all__ = ["MAX_BYTES", "Tensors", "check_name", "read_checkpoint"]

MAX_BYTES = 200_000_000  # ten times the checkpoint of the default backbone
MAX_OPERATIONS = 1_000_000  # that one has 12,000
MAGIC = 0x1950A86A20F9469CFC6C  # of torch.save before its zip files
PROTOCOL = 1001
TENSOR = "torch._utils _rebuild_tensor_v2"
TABLE = "collections OrderedDict"
STORAGES: Mapping[str, np.dtype[Any]] = {
    "torch FloatStorage": np.dtype("<f4"),
    "torch LongStorage": np.dtype("<i8"),
}
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


def read_checkpoint(data: bytes, where: str) -> Tensors:
    """Return the tensors of a checkpoint that `torch.save` wrote.

    Such a file is a program for a small machine that can call any function it
    names. Here its operations are decoded but never executed as such: 29 of them
    build numbers, texts and tables, a name stands for a tensor, a storage or an
    ordered table or is refused, and every tensor must lie inside its storage.

    Args:
        data: The whole file.
        where: What the caller calls it, for messages.

    Returns:
        Name to array, float32 or int64, in the file's order.

    Raises:
        ModelError: The file is too large, damaged, or names anything else.

    Source:
        PyTorch, torch/serialization.py, _legacy_load; operations: CPython,
        Lib/pickletools.py.
    """
    if len(data) > MAX_BYTES:
        raise ModelError(
            f"{where}: expected at most {MAX_BYTES:,} bytes, got {len(data):,}."
        )
    file = io.BytesIO(data)
    try:
        magic, protocol, _, tensors, keys = (
            _Machine(where).run(file) for _ in range(5)
        )
        if magic != MAGIC or protocol != PROTOCOL:
            _refuse(where, "the numbers that begin a checkpoint", "others")
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


def _refuse(where: str, expected: str, got: str) -> NoReturn:
    raise ModelError(f"{where}: expected {expected}, got {got}.")


@dataclass(frozen=True)
class _Name:
    """What the file calls a function; it only ever stands for itself."""

    text: str


@dataclass(frozen=True)
class _Storage:
    key: str
    kind: np.dtype[Any]
    length: int


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass
class _Machine:
    """The stack, marks and memory that the operations work on."""

    where: str
    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memory: dict[int, Any] = field(default_factory=dict)

    def run(self, file: io.BytesIO) -> Any:
        """Return what one program builds; the file stands at its end."""
        for count, (operation, argument, _) in enumerate(pickletools.genops(file)):
            if count > MAX_OPERATIONS:
                _refuse(self.where, f"at most {MAX_OPERATIONS:,} operations", "more")
            if operation.name == "STOP":
                break
            act = OPERATIONS.get(operation.name)
            if act is None:
                _refuse(self.where, "numbers alone", f"the operation {operation.name}")
            act(self, argument)
        return self.stack.pop()

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def since_mark(self) -> list[Any]:
        start = self.marks.pop()
        taken = self.stack[start:]
        del self.stack[start:]
        return taken

    def tuple_of(self, count: int) -> None:
        taken = tuple(self.stack[len(self.stack) - count :])
        del self.stack[len(self.stack) - count :]
        self.push(taken)

    def name(self, text: str) -> None:
        if text not in (TENSOR, TABLE, *STORAGES):
            _refuse(self.where, "numbers alone", f"the name {show(text)}")
        self.push(_Name(text))

    def storage(self) -> None:
        """Take what the file says of a storage: kind, key, device, length."""
        tag, kind, key, _, length, view = self.stack.pop()
        is_plain = isinstance(key, str) and type(length) is int and view is None
        if tag != "storage" or not isinstance(kind, _Name) or not is_plain:
            _refuse(self.where, "a storage", "something else")
        self.push(_Storage(key, STORAGES[kind.text], length))

    def call(self) -> None:
        """Build what a call would: a tensor, or an empty table; nothing is called."""
        arguments, called = self.stack.pop(), self.stack.pop()
        if called == _Name(TABLE) and arguments == ():
            self.push({})
        elif called == _Name(TENSOR):
            storage, offset, shape, strides, _, hooks = arguments
            if not isinstance(storage, _Storage) or hooks:
                _refuse(self.where, "a tensor", "something else")
            self.push(_Tensor(storage, offset, shape, strides))
        else:
            _refuse(self.where, "numbers alone", "a call of something else")

    def set_items(self, cells: list[Any]) -> None:
        table = self.stack[-1]
        for key, value in zip(cells[::2], cells[1::2], strict=True):
            if not isinstance(key, str) or not isinstance(table, dict):
                _refuse(self.where, "a table with texts for keys", "something else")
            table[key] = value

    def append_all(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            _refuse(self.where, "a list", "something else")
        self.stack[-1].extend(items)


OPERATIONS: Mapping[str, Callable[[_Machine, Any], Any]] = {
    "PROTO": lambda machine, _: None,
    "MARK": lambda machine, _: machine.marks.append(len(machine.stack)),
    **dict.fromkeys(
        ("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"), _Machine.push
    ),
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.since_mark())),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    **dict.fromkeys(
        ("BINPUT", "LONG_BINPUT"),
        lambda machine, place: machine.memory.__setitem__(place, machine.stack[-1]),
    ),
    **dict.fromkeys(
        ("BINGET", "LONG_BINGET"),
        lambda machine, place: machine.push(machine.memory[place]),
    ),
    "APPENDS": lambda machine, _: machine.append_all(machine.since_mark()),
    "SETITEM": lambda machine, _: machine.set_items(
        [machine.stack.pop(), machine.stack.pop()][::-1]
    ),
    "SETITEMS": lambda machine, _: machine.set_items(machine.since_mark()),
    "GLOBAL": _Machine.name,
    "BINPERSID": lambda machine, _: machine.storage(),
    "REDUCE": lambda machine, _: machine.call(),
    "BUILD": lambda machine, _: machine.stack.pop(),  # versions of the modules: unused
}


def _arrays(
    tensors: Any, keys: Any, data: bytes, start: int, where: str
) -> dict[str, NDArray[Any]]:
    """Cut the tensors from the storages that follow the programs."""
    if not isinstance(tensors, dict) or not isinstance(keys, list):
        _refuse(where, "a table of tensors and a list of storages", "something else")
    for name, tensor in tensors.items():
        if not isinstance(tensor, _Tensor):
            _refuse(where, f"{show(name)} to be a tensor", "something else")
    storages = {each.storage.key: each.storage for each in tensors.values()}
    if sorted(storages) != sorted(keys):
        _refuse(where, "each storage once", "others")
    numbers = _storages([storages[key] for key in keys], data, start, where)
    return {name: _cut(each, numbers, name, where) for name, each in tensors.items()}


def _storages(
    storages: list[_Storage], data: bytes, start: int, where: str
) -> dict[str, NDArray[Any]]:
    """Return the numbers of each storage; together they fill the file to its end."""
    numbers: dict[str, NDArray[Any]] = {}
    for storage in storages:
        end = start + 8 + storage.length * storage.kind.itemsize
        if int.from_bytes(data[start : start + 8], "little") != storage.length:
            _refuse(where, f"{storage.length} numbers in a storage", "another count")
        if end > len(data):
            _refuse(where, f"at least {end:,} bytes", f"{len(data):,}")
        numbers[storage.key] = np.frombuffer(
            data, storage.kind, storage.length, offset=start + 8
        )
        start = end
    if start != len(data):
        _refuse(where, f"{start:,} bytes", f"{len(data):,}")
    return numbers


def _cut(
    tensor: _Tensor, numbers: Mapping[str, NDArray[Any]], name: str, where: str
) -> NDArray[Any]:
    """Return one tensor, copied from inside its storage."""
    held = numbers[tensor.storage.key]
    last = tensor.offset + sum(
        (size - 1) * stride
        for size, stride in zip(tensor.shape, tensor.strides, strict=True)
    )
    is_inside = (
        min(tensor.offset, *tensor.shape, *tensor.strides, 0) == 0
        and math.prod(tensor.shape) <= len(held)
        and last < len(held)
    )
    if not is_inside:
        _refuse(where, f"{show(name)} inside its storage", "numbers outside it")
    view = np.lib.stride_tricks.as_strided(
        held[tensor.offset :],
        tensor.shape,
        [stride * held.itemsize for stride in tensor.strides],
    )
    found = np.array(view, order="C")
    if not np.isfinite(found).all():
        _refuse(where, f"{show(name)} to be finite", "NaN or infinity")
    return found
