"""The machine that a checkpoint is a program for, with nothing in it that acts."""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from glassline.errors import ModelError, show

__all__ = ["Machine", "Storage", "Tensor", "refuse"]

MAX_OPERATIONS = 1_000_000  # the default backbone has 12,000
TENSOR = "torch._utils _rebuild_tensor_v2"
TABLE = "collections OrderedDict"
STORAGES: Mapping[str, np.dtype[Any]] = {
    "torch FloatStorage": np.dtype("<f4"),
    "torch LongStorage": np.dtype("<i8"),
}
CODES = {operation.code: operation for operation in pickletools.opcodes}


def refuse(where: str, expected: str, got: str) -> NoReturn:
    """Refuse a file in the one shape of message."""
    raise ModelError(f"{where}: expected {expected}, got {got}.")


@dataclass(frozen=True)
class Name:
    """What the file calls a function; it only ever stands for itself."""

    text: str


@dataclass(frozen=True)
class Storage:
    """Numbers of one kind in a row, as the file announces them."""

    key: str
    kind: np.dtype[Any]
    length: int


@dataclass(frozen=True)
class Tensor:
    """An array that lies in a storage, as the file announces it."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass
class Machine:
    """The stack, marks and memory that the operations work on."""

    where: str
    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memory: dict[int, Any] = field(default_factory=dict)

    def run(self, file: io.BytesIO, most: int = MAX_OPERATIONS) -> Any:
        """Return what one program builds; the file stands at its end."""
        for _ in range(most):
            operation = CODES[file.read(1).decode("latin-1")]
            if operation.name == "STOP":
                return self.stack.pop()
            act = OPERATIONS.get(operation.name)
            if act is None:  # before its argument is looked at
                refuse(self.where, "numbers alone", f"the operation {operation.name}")
            act(self, _argument(operation, file))
        refuse(self.where, f"at most {most:,} operations", "more")

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def since_mark(self) -> list[Any]:
        """Take what was pushed since the last mark."""
        start = self.marks.pop()
        taken = self.stack[start:]
        del self.stack[start:]
        return taken

    def tuple_of(self, count: int) -> None:
        """Make a tuple of the last so many values."""
        taken = tuple(self.stack[len(self.stack) - count :])
        del self.stack[len(self.stack) - count :]
        self.push(taken)

    def name(self, text: str) -> None:
        """Put a name on the stack, if it is one of the few; it is never looked up."""
        if text not in (TENSOR, TABLE, *STORAGES):
            refuse(self.where, "numbers alone", f"the name {show(text)}")
        self.push(Name(text))

    def storage(self) -> None:
        """Take what the file says of a storage: kind, key, device, length."""
        tag, kind, key, _, length, view = self.stack.pop()
        is_plain = isinstance(key, str) and type(length) is int and view is None
        if tag != "storage" or not isinstance(kind, Name) or not is_plain:
            refuse(self.where, "a storage", "something else")
        self.push(Storage(key, STORAGES[kind.text], length))

    def call(self) -> None:
        """Build what a call would: a tensor, or an empty table; nothing is called."""
        arguments, called = self.stack.pop(), self.stack.pop()
        if called == Name(TABLE) and arguments == ():
            self.push({})
        elif called == Name(TENSOR):
            storage, offset, shape, strides, _, hooks = arguments
            if not isinstance(storage, Storage) or hooks:
                refuse(self.where, "a tensor", "something else")
            self.push(Tensor(storage, offset, shape, strides))
        else:
            refuse(self.where, "numbers alone", "a call of something else")

    def set_items(self, cells: list[Any]) -> None:
        """Write keys and values, in turns, to the table on top."""
        table = self.stack[-1]
        for key, value in zip(cells[::2], cells[1::2], strict=True):
            if not isinstance(key, str) or not isinstance(table, dict):
                refuse(self.where, "a table with texts for keys", "something else")
            table[key] = value

    def append_all(self, items: list[Any]) -> None:
        """Append to the list on top."""
        if not isinstance(self.stack[-1], list):
            refuse(self.where, "a list", "something else")
        self.stack[-1].extend(items)


def _argument(operation: pickletools.OpcodeInfo, file: io.BytesIO) -> Any:
    if operation.name == "GLOBAL":  # two lines, and no escapes in them
        return b" ".join(file.readline().rstrip() for _ in range(2)).decode("ascii")
    return operation.arg.reader(file) if operation.arg else None


OPERATIONS: Mapping[str, Callable[[Machine, Any], Any]] = {
    "PROTO": lambda machine, _: None,
    "MARK": lambda machine, _: machine.marks.append(len(machine.stack)),
    **dict.fromkeys(
        ("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"), Machine.push
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
    "GLOBAL": Machine.name,
    "BINPERSID": lambda machine, _: machine.storage(),
    "REDUCE": lambda machine, _: machine.call(),
    "BUILD": lambda machine, _: machine.stack.pop(),  # versions of the modules: unused
}
