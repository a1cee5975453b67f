"""The sections of docs/results.md, each written by the command that measures it."""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from pathlib import Path

__all__ = ["RESULTS", "conditions", "write_section"]

RESULTS = Path(__file__).resolve().parent.parent / "docs" / "results.md"


def write_section(name: str, text: str) -> None:
    """Put text between the markers of a section, or at the end of the file."""
    start, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{start}\n{text.strip()}\n{end}"
    old = RESULTS.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    new = pattern.sub(lambda _: section, old) if start in old else f"{old}\n{section}\n"
    RESULTS.write_text(new, encoding="utf-8")


def conditions(*packages: str) -> str:
    """Say on what the figures were measured."""
    found = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"Python {platform.python_version()} on {platform.machine()} "
        f"{platform.system()}, {found}"
    )
