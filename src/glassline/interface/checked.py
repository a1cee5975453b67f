"""Arguments of a wrong type are refused by name, before anything is done with them."""

from __future__ import annotations

import inspect
import numbers
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from glassline.errors import InputError, show

__all__ = ["checked"]

P = ParamSpec("P")
R = TypeVar("R")
WORDS: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    Iterable: "a list",
    Sequence: "a list",
    Mapping: "a table",
    Callable: "a function",
    type(None): "None",
}
PLAIN: dict[Any, Any] = {int: numbers.Integral, float: numbers.Real}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Hold the arguments of a public function against its annotations, on every call.

    A text is no list of texts, true no number; of a list and a mapping the outside is
    looked at alone. Arrays are left to the function, which says more of them.

    Raises:
        InputError: On the call: an argument is of another type; the message names it.

    Example:
        >>> @checked
        ... def twice(number: float) -> float:
        ...     return 2 * number
        >>> twice("2")
        Traceback (most recent call last):
            ...
        glassline.errors.InputError: number: expected a number, got '2'.
    """
    signature = inspect.signature(function)
    hints: dict[str, Any] = {}

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if not hints:  # on the first call: every module is there by then
            hints.update(typing.get_type_hints(function))
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            if name in hints and not _fits(hints[name], value):
                expected = " or ".join(dict.fromkeys(_named(hints[name])))
                raise InputError(f"{name}: expected {expected}, got {show(value)}.")
        return function(*args, **kwargs)

    return call


def _choices(kind: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(kind) in (typing.Union, types.UnionType)
    return typing.get_args(kind) if is_union else (kind,)


def _fits(kind: Any, value: Any) -> bool:
    return any(_is_one(each, value) for each in _choices(kind))


def _is_one(kind: Any, value: Any) -> bool:
    outside = typing.get_origin(kind) or kind
    if not isinstance(outside, type) or hasattr(outside, "array_type"):
        return True  # Any, a literal, an array by its shape: not for us to say
    if outside in PLAIN:
        return isinstance(value, PLAIN[outside]) and not isinstance(value, bool)
    if outside is not kind and issubclass(outside, Iterable):
        return isinstance(value, outside) and not isinstance(value, str | bytes)
    return isinstance(value, outside)


def _named(kind: Any) -> Iterable[str]:
    for each in _choices(kind):
        outside = typing.get_origin(each) or each
        name = getattr(outside, "__name__", str(outside))
        yield WORDS.get(outside, f"{'an' if name[0] in 'AEIOU' else 'a'} {name}")
