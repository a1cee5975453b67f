"""TOML as people save it, and how to write what it takes for something else."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glassline.errors import RecipeError

__all__ = ["check_quoted", "read_toml"]

MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # Notepad's "Unicode"
BARE = re.compile(r"[A-Za-z0-9_-]+")
LINE = re.compile(r"at line (\d+)")
HEADER = re.compile(r"\s*\[\s*([^\[\]#]+?)\s*\]")
SETTING = re.compile(r"\s*([^=#]+?)\s*=\s*(.*)")
PART = re.compile(r"\s*(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^.\"']+?)\s*(?:\.|$)")


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file: UTF-8 with a byte order mark or without, or UTF-16 with one.

    Raises:
        RecipeError: The file is missing or no TOML; the message says what to quote.
    """
    text = ""
    try:
        data = path.read_bytes()
        text = data.decode(MARKS.get(data[:2], "utf-8-sig"))
        return tomllib.loads(text.replace("\r\n", "\n"))
    except OSError as error:
        raise RecipeError(
            f"{path}: expected a recipe file, got: {error.strerror}."
        ) from error
    except (ValueError, RecursionError) as error:
        raise RecipeError(
            f"{path}: expected TOML in UTF-8, got: {error}.{_hint(text, str(error))}"
        ) from error


def check_quoted(table: Mapping[str, Any], where: str) -> None:
    """Refuse a class with a dot that stands bare in a key, where it became two.

    Raises:
        RecipeError: `[costs.v1.2]` means v1 and in it 2; the class is "v1.2".
    """
    classes = table.get("classes")
    for name in classes if isinstance(classes, list) else ():
        first, dot, rest = str(name).partition(".")
        for section, inner in table.items():
            split = inner.get(first) if dot and isinstance(inner, Mapping) else None
            if isinstance(split, Mapping) and rest.split(".")[0] in split:
                raise RecipeError(
                    f"{where}: {section}: expected the class {name} in quotes, got it in "
                    f"two at its dot. Write [{section}.{json.dumps(name)}]."
                )


def _hint(text: str, error: str) -> str:
    """Say what to put in quotes, on the line that an error names."""
    found = LINE.search(error)
    lines = text.splitlines()
    if found is None or not 0 < int(found[1]) <= len(lines):
        return ""
    line = lines[int(found[1]) - 1]
    if header := HEADER.match(line):
        told = f"[{_quoted(header[1])}]"
        return f" Write {told}." if _quoted(header[1]) != header[1] else ""
    if setting := SETTING.match(line):
        name = _quoted(setting[1])
        if name != setting[1]:
            return f" Write {name} = {setting[2]}."
        return " Text stands in quotes." if '"' not in setting[2] else ""
    return ""


def _quoted(name: str) -> str:
    """A key with each part in quotes that is not of plain letters."""
    parts = PART.findall(name)
    return ".".join(
        each
        if BARE.fullmatch(each) or each[0] in "\"'"
        else json.dumps(each, ensure_ascii=False)
        for each in parts
    )
