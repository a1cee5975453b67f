"""Features that installed packages bring: found by name, never by a path."""

from __future__ import annotations

from typing import Any

from glassline.errors import RecipeError

__all__ = ["GROUP", "check_feature", "load_feature"]

GROUP = "glassline.features"
"""The entry point group in which a package names its features."""


def check_feature(name: str, known: tuple[str, ...]) -> None:
    """Refuse a feature that is neither known nor installed; nothing of it is run.

    Raises:
        RecipeError: No installed package brings it, or more than one does.
    """
    if name not in known:
        _entry_point(name, known)


def load_feature(name: str, known: tuple[str, ...]) -> Any:
    """Import what an installed package calls by this name.

    Raises:
        RecipeError: No installed package brings it, more than one does, or it can
            not be imported.
    """
    point = _entry_point(name, known)
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise RecipeError(
            f"features.{name}: expected to import {point.value}, got: {error}. "
            "Install its package again."
        ) from error


def _entry_point(name: str, known: tuple[str, ...]) -> Any:
    from importlib.metadata import entry_points  # noqa: PLC0415  costs 0.05 s

    found = entry_points(group=GROUP, name=name)
    if len(found) == 1:
        return next(iter(found))
    if found:
        packages = ", ".join(sorted(str(each.value) for each in found))
        raise RecipeError(
            f"features.{name}: expected one package that has it, got {packages}. "
            "Uninstall all but one."
        )
    raise RecipeError(
        f"features.{name}: expected one of {', '.join(known)}, or a feature of an "
        "installed package. Install the package that has it, or correct the name."
    )
