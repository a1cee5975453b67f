"""Reads a spreadsheet of the sheet back, as the document that `check` marks."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import numpy as np

from glassline.errors import InputError, show
from glassline.explain.faces.workbook.formulas import cell
from glassline.explain.faces.workbook.writing import PREFIX
from glassline.explain.sheet.figure import KINDS, Figure

__all__ = ["is_workbook", "read"]

SIGNATURE = b"PK\x03\x04"
MAX_PART = 20_000_000  # bytes of one part, unpacked: a thousand features have 5 MB
MAX_ENTRIES = 100_000
GIVENS = ("x", "y", "W", "b", "eta", "ratio", "costs")
SYMBOLS = {**{key: kind.symbol for key, kind in KINDS.items()}, "eta": "eta"}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
RANGE = re.compile(
    r"(.+)!\$([A-Z]{1,3})\$([0-9]{1,7})(?::\$([A-Z]{1,3})\$([0-9]{1,7}))?"
)
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")

Cells = Mapping[str, tuple[str, bool]]  # name to value as text, and whether made


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes are those of a spreadsheet, and not of JSON."""
    return data.startswith(SIGNATURE)


def read(data: bytes) -> str:
    """Return a spreadsheet that `face` wrote as JSON for `check`, whoever saved it last.

    The values are those that the program which saved it worked out. What a formula
    made is taken at the decimals that the sheet prints; a number that a person wrote
    over a formula at its own.

    Args:
        data: The bytes of an XLSX file.

    Raises:
        InputError: No XLSX file, or not one of a sheet; the message says what.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            page, places = _named(archive)
            cells = _cells(_part(archive, page))
    except (zipfile.BadZipFile, ElementTree.ParseError, NotImplementedError) as error:
        raise InputError(f"document: expected a spreadsheet, got: {error}.") from error
    except KeyError as error:
        raise InputError(
            f"document: expected the spreadsheet of a sheet, got none with {error}."
        ) from error
    return json.dumps(_document(places, cells))


def _document(places: Mapping[str, list[list[str]]], cells: Cells) -> dict[str, Any]:
    given, steps = {}, []
    for key, symbol in SYMBOLS.items():
        if key not in places:
            continue
        entries = [[_entry(cells, name) for name in row] for row in places[key]]
        if key in GIVENS:
            given[symbol] = {
                "value": [[float(text) for text, _ in row] for row in entries]
            }
        else:
            steps.append({"symbol": symbol, "printed": _printed(key, entries)})
    return {"given": given, "steps": steps}


def _printed(key: str, entries: list[list[tuple[str, bool]]]) -> list[list[str]]:
    """Return the entries at the decimals of the sheet; what a person wrote, as written."""
    value = np.array([[float(text) for text, _ in row] for row in entries])
    shown = Figure.of(key, value).printed
    return [
        [
            printed if made else text
            for printed, (text, made) in zip(texts, row, strict=True)
        ]
        for texts, row in zip(shown, entries, strict=True)
    ]


def _entry(cells: Cells, name: str) -> tuple[str, bool]:
    text, made = cells.get(name, ("", False))
    if not NUMBER.fullmatch(text):
        raise InputError(f"document: {name}: expected a number, got {show(text)}.")
    return text, made


def _named(archive: zipfile.ZipFile) -> tuple[str, dict[str, list[list[str]]]]:
    """Return the part of the page, and key to the names of the cells of its matrix."""
    book = _part(archive, "xl/workbook.xml")
    found: dict[str, list[list[str]]] = {}
    page = ""
    for each in book.iter(f"{MAIN}definedName"):
        key = each.get("name", "").removeprefix(PREFIX)
        place = RANGE.fullmatch((each.text or "").strip())
        if key in SYMBOLS and each.get("name") == PREFIX + key and place:
            page = place[1].removeprefix("'").removesuffix("'").replace("''", "'")
            found[key] = list(_spanned(*place.groups()[1:]))
    links = {each.get("name"): each.get(LINK) for each in book.iter(f"{MAIN}sheet")}
    parts = {
        each.get("Id"): each.get("Target", "")
        for each in _part(archive, "xl/_rels/workbook.xml.rels")
    }
    target = parts[links[page]]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}", found


def _spanned(
    left: str, top: str, right: str | None, bottom: str | None
) -> Iterator[list[str]]:
    """Yield the names of the cells of a range, row by row."""
    first, last = _column(left), _column(right or left)
    rows = range(int(top), int(bottom or top) + 1)
    if len(rows) * (last - first + 1) > MAX_ENTRIES:
        raise InputError(
            f"document: expected at most {MAX_ENTRIES:,} entries a matrix."
        )
    for row in rows:
        yield [cell(row - 1, column) for column in range(first, last + 1)]


def _cells(page: ElementTree.Element) -> Cells:
    return {
        each.get("r", ""): (
            each.findtext(f"{MAIN}v") or "",
            each.find(f"{MAIN}f") is not None,
        )
        for each in page.iter(f"{MAIN}c")
        if each.get("t", "n") == "n"
    }


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """Return one part, parsed; no part unpacks without end, none declares entities."""
    with archive.open(name) as opened:
        text = opened.read(MAX_PART + 1)
    if len(text) > MAX_PART:
        raise InputError(f"document: expected at most {MAX_PART:,} bytes in {name}.")
    if b"<!DOCTYPE" in text or b"\0" in text:
        raise InputError(f"document: expected plain XML in {name}, got declarations.")
    return ElementTree.fromstring(text)  # noqa: S314  no entities, and so long at most


def _column(letters: str) -> int:
    """Return the column of a cell's letters, counted from 0."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
