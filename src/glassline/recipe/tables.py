"""Plain data (TOML, JSON) to typed records; nothing is converted on a guess."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from glassline.errors import GlasslineError, InputError, nearest, show

__all__ = ["fill", "settle"]

T = TypeVar("T")
SCALARS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


def fill(
    kind: type[T] | types.GenericAlias,
    value: Any,
    *,
    where: str,
    place: str = "",
    error: type[GlasslineError],
) -> T:
    """Build a dataclass, or another type, from plain data that fits it exactly.

    A text is no number, true and 1.0 are no whole numbers, and 1 is no text; a
    whole number is a number, and a list a tuple. An unknown field and a missing
    one are refused.

    Args:
        kind: A dataclass, of fields that are dataclasses, text, numbers, bools,
            literals, tuples, lists, mappings by text, or a choice of them.
        value: Table, list, text, number, bool or None.
        where: What the caller calls the document, for messages.
        place: Where in the document the value stands; left out, it is all of it.
        error: The class to raise.

    Raises:
        GlasslineError: of class `error`; the message names the first field at fault.

    Example:
        >>> from glassline.recipe import ClassCosts
        >>> from glassline.errors import RecipeError
        >>> fill(ClassCosts, {"accept": 20, "reject": 0}, where="costs", error=RecipeError)
        ClassCosts(accept=20.0, reject=0.0, review=1.0)
    """
    try:
        return typing.cast(T, _read(kind, value, place))
    except InputError as found:
        raise error(f"{where}: {found}") from found


def settle(record: Any, place: str, error: type[GlasslineError]) -> None:
    """Read each field of a frozen dataclass in place, as `fill` would have.

    So that who calls it from Python may give plain data too: dicts for records, lists
    for tuples, whole numbers for numbers; and what is of another type is refused.

    Args:
        record: Called from its `__post_init__`.
        place: Where the record stands in a document; "" for the whole of it.
        error: The class to raise.

    Raises:
        GlasslineError: of class `error`; the message names the first field at fault.
    """
    for name, kind in typing.get_type_hints(type(record)).items():
        try:
            value = _read(kind, getattr(record, name), _at(place, name))
        except InputError as found:
            raise error(str(found)) from found
        object.__setattr__(record, name, value)


def _read(kind: Any, value: Any, place: str) -> Any:
    inner = typing.get_args(kind)
    match typing.get_origin(kind) or kind:
        case typing.Any:
            return value
        case typing.Union | types.UnionType:
            return _choice(inner, value, place)
        case typing.Literal:
            if not any(type(value) is type(each) and value == each for each in inner):
                raise _odd(place, f"one of {', '.join(map(str, inner))}", value)
            return value
        case builtin if builtin in (tuple, list):
            return builtin(_items(builtin, inner, value, place))
        case builtin if builtin in (Mapping, dict):
            return _mapping(inner[-1], value, place)
        case record if dataclasses.is_dataclass(record):
            return _record(record, value, place)
    return _scalar(kind, value, place)


def _choice(kinds: tuple[Any, ...], value: Any, place: str) -> Any:
    if value is None and types.NoneType in kinds:
        return None
    kinds = tuple(each for each in kinds if each is not types.NoneType)
    if len(kinds) == 1:
        return _read(kinds[0], value, place)
    if type(value) not in kinds:
        raise _odd(
            place, " or ".join(SCALARS.get(each, "a value") for each in kinds), value
        )
    return value


def _items(kind: Any, inner: tuple[Any, ...], value: Any, place: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _odd(place, "a list", value)
    if kind is tuple and inner[-1] is not ...:
        if len(value) != len(inner):
            raise _odd(place, f"a list of {len(inner)}", list(value))
    else:
        inner = inner[:1] * len(value)
    each = enumerate(zip(inner, value, strict=True))
    return [_read(one, item, f"{place}[{index}]") for index, (one, item) in each]


def _mapping(kind: Any, value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _odd(place, "a table", value)
    for name in value:
        if not isinstance(name, str):
            raise _odd(place, "names that are text", name)
    return {name: _read(kind, item, _at(place, name)) for name, item in value.items()}


def _record(kind: Any, value: Any, place: str) -> Any:
    if isinstance(value, kind):
        return value
    if not isinstance(value, Mapping):
        raise _odd(place, "a table", value)
    known = {each.name: each for each in dataclasses.fields(kind) if each.init}
    for name in value:
        if name not in known:
            hint = nearest(str(name), known)
            raise _odd(_at(place, name), "no such field", value[name], hint)
    for name, each in known.items():
        given = (each.default, each.default_factory)
        if name not in value and given == (dataclasses.MISSING, dataclasses.MISSING):
            raise InputError(f"{_at(place, name)}: expected a value, got nothing.")
    kinds = typing.get_type_hints(kind)
    return kind(
        **{
            name: _read(kinds[name], item, _at(place, name))
            for name, item in value.items()
        }
    )


def _scalar(kind: Any, value: Any, place: str) -> Any:
    if kind not in SCALARS:
        raise InputError(
            f"{place or 'value'}: expected a kind of plain data, got {kind}."
        )
    if type(value) is int and kind is float and abs(value) < 2**1023:
        return float(value)
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    hint = ""
    if isinstance(value, str):
        hint = " Write it without quotes."
    elif kind is str and isinstance(value, float | int):
        hint = " Write it in quotes."
    raise _odd(place, SCALARS[kind], value, hint)


def _odd(place: str, expected: str, got: Any, hint: str = "") -> InputError:
    text = f"expected {expected}, got {show(got)}.{hint}"
    return InputError(f"{place}: {text}" if place else text)


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else str(name)
