"""Public names, listed once in a package's stub and imported on their first use."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["offer"]

LISTED = re.compile(r"^from (\S+) import (\w+) as \2$", re.MULTILINE)


def offer(
    package: str, *own: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package with a stub.

    `__init__.pyi` has a line `from module import name as name` for each public
    name: type checkers read it, and so does this, so the list stands once. No
    module of the package is imported before one of its names is asked for; `own` are
    the public names that `__init__.py` sets itself.

    Source:
        Scientific Python, SPEC 1, Lazy Loading of Submodules and Functions: there
        by a package of its own, here without one.
    """
    here = sys.modules[package]
    stub = Path(str(here.__file__)).with_suffix(".pyi").read_text(encoding="utf-8")
    homes = {name: home for home, name in LISTED.findall(stub)}

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        setattr(here, name, value)
        return value

    return get, lambda: sorted({*vars(here), *homes}), sorted({*homes, *own})
