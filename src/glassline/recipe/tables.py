"""Plain data (TOML, JSON) to dataclasses; what does not fit is said in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from glassline.errors import GlasslineError, show

__all__ = ["fill"]

T = TypeVar("T")


def fill(
    kind: type[T],
    table: Mapping[str, Any],
    *,
    where: str,
    error: type[GlasslineError],
) -> T:
    """Build a dataclass from a table, refusing unknown, missing and odd fields.

    Args:
        kind: The dataclass; nested dataclasses are built too.
        table: Field to plain value.
        where: What the caller calls the table, for messages.
        error: The class to raise.

    Raises:
        GlasslineError: of class `error`; the message names the first field at fault.

    Example:
        >>> from glassline.recipe import ClassCosts
        >>> from glassline.errors import RecipeError
        >>> fill(ClassCosts, {"accept": 20, "reject": 0}, where="costs", error=RecipeError)
        ClassCosts(accept=20.0, reject=0.0, review=1.0)
    """
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415  costs 0.2 s

    try:
        return TypeAdapter(kind).validate_python(dict(table))
    except ValidationError as found:
        raise error(f"{where}: {_first_problem(found.errors())}") from found


def _first_problem(problems: list[Any]) -> str:
    first = problems[0]
    if first["type"] == "value_error":  # ours, and already complete
        return str(first["ctx"]["error"])
    place = ".".join(str(part) for part in first["loc"]) or "table"
    problem = {
        "extra_forbidden": "expected no such field",
        "unexpected_keyword_argument": "expected no such field",
        "missing": "expected a value",
    }.get(first["type"], first["msg"][:1].lower() + first["msg"][1:])
    got = "nothing" if first["type"] == "missing" else show(first["input"])
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{place}: {problem}, got {got}{more}."
