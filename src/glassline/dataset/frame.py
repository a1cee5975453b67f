"""Columns as a DataFrame of whichever library is installed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from glassline.errors import MissingExtraError

__all__ = ["frame"]

LIBRARIES = ("pandas", "polars")


def frame(columns: Mapping[str, Any]) -> Any:
    """Return the columns as a DataFrame of pandas, or of polars where pandas is not.

    Args:
        columns: Name to values, all of one length.

    Raises:
        MissingExtraError: Neither is installed.
    """
    for name in LIBRARIES:
        try:
            library = import_module(name)
        except ModuleNotFoundError:
            continue
        return library.DataFrame(dict(columns))
    raise MissingExtraError(
        "A table as a DataFrame needs pandas or polars. "
        "Install one of them with: pip install pandas"
    )
