"""What every result is: a value that compares, travels to other programs and prints short."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any

from glassline.errors import show

__all__ = ["Record"]

WIDTH, MAX_LINES = 80, 10
MAX_ITEMS = 5  # of a list or an array that is printed whole
MAX_CHARS = 60  # of one value


class Record:
    """The base of dataclasses that people hold: `@dataclass(frozen=True, eq=False, repr=False)`.

    Two are equal where all their fields are, arrays entry by entry. What was worked out
    and kept beside the fields does not travel with a copy. `repr` has at most 10 lines,
    and a notebook shows the same as a table.

    Example:
        >>> import numpy as np
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True, eq=False, repr=False)
        ... class Found(Record):
        ...     name: str
        ...     x: np.ndarray
        >>> Found("a", np.zeros(100)) == Found("a", np.zeros(100))
        True
        >>> Found("a", np.zeros((100, 4)))
        Found(name='a', x=<float64 (100, 4)>)
    """

    def _told(self) -> Mapping[str, Any]:
        """Return what is printed: name to value."""
        return {
            each.name: getattr(self, each.name) for each in _fields(self) if each.repr
        }

    def __eq__(self, other: object) -> bool:
        return _have_like_fields(self, other)

    def __hash__(self) -> int:
        held = (getattr(self, each.name) for each in _fields(self) if each.compare)
        texts = tuple(value for value in held if isinstance(value, str))
        return hash((type(self), texts))

    def __repr__(self) -> str:
        told = ", ".join(
            f"{name}={_brief(value)}" for name, value in self._told().items()
        )
        text = f"{type(self).__name__}({told})"
        lines = textwrap.wrap(text, WIDTH, subsequent_indent="  ")
        return "\n".join(lines[:MAX_LINES]) + (" ..." if lines[MAX_LINES:] else "")

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(name.replace('_', ' '))}</th><td>"
            f"{escape(value if isinstance(value, str) else _brief(value))}</td></tr>"
            for name, value in self._told().items()
        )
        return f"<table><caption>{type(self).__name__}</caption>{rows}</table>"

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in _fields(self)}


def _fields(record: Any) -> Any:
    return fields(record)


def _is_array(value: Any) -> bool:
    """Return whether it is an array or a number of NumPy, which is not imported for it."""
    return hasattr(value, "dtype") and hasattr(value, "shape")


def _have_like_fields(one: Any, other: Any) -> bool:
    names = [each.name for each in _fields(one) if each.compare]
    return type(one) is type(other) and all(
        _are_alike(getattr(one, name), getattr(other, name)) for name in names
    )


def _are_alike(one: Any, other: Any) -> bool:
    if _is_array(one) and _is_array(other):
        if (one.dtype, one.shape) != (other.dtype, other.shape):
            return False
        return bool(((one == other) | ((one != one) & (other != other))).all())
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return _are_alike([*one.items()], [*other.items()])
    if isinstance(one, tuple | list) and type(one) is type(other):
        return len(one) == len(other) and all(map(_are_alike, one, other))
    if is_dataclass(one) and not isinstance(one, Record):
        return _have_like_fields(one, other)
    return bool(one == other) or (one != one and other != other)  # NaN is as NaN


def _brief(value: Any) -> str:
    if _is_array(value):
        if value.ndim < 2 and value.size <= MAX_ITEMS:
            return _brief(value.tolist())
        return f"<{value.dtype} {value.shape}>"
    if isinstance(value, Record) or is_dataclass(value):
        return f"{type(value).__name__}(...)"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping | tuple | list):
        if len(value) > MAX_ITEMS:
            return f"<{len(value)} items>"
        if isinstance(value, Mapping):
            pairs = ", ".join(f"{key!r}: {_brief(each)}" for key, each in value.items())
            text = f"{{{pairs}}}"
        else:
            items = ", ".join(map(_brief, value))
            text = f"[{items}]" if isinstance(value, list) else f"({items})"
        return text if len(text) <= 2 * MAX_CHARS else f"<{len(value)} items>"
    return " ".join(show(value, MAX_CHARS).split())
