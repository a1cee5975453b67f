"""Reads a spreadsheet of the sheet back, as the document that `check` marks."""

from __future__ import annotations

import io
import json
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from xml.etree import ElementTree

import numpy as np

from glassline.errors import InputError, show
from glassline.explain.faces.workbook.formulas import cell
from glassline.explain.faces.workbook.writing import PREFIX
from glassline.explain.sheet.figure import KINDS, Figure

__all__ = ["is_workbook", "read"]

ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how the two kinds of file begin
STREAMS = {  # of an OLE file, by what only that kind has
    "EncryptedPackage".encode("utf-16-le"): "one locked with a password",
    "Workbook".encode("utf-16-le"): "an old .xls",
}
MAX_PART = 20_000_000  # bytes of one part, unpacked: a thousand features have 5 MB
MAX_ELEMENTS = 1_000_000  # of one part: a bomb of empty ones takes 25 bytes a byte
MAX_ENTRIES = 100_000
GIVENS = ("x", "y", "W", "b", "eta", "ratio", "costs")
SYMBOLS = {**{key: kind.symbol for key, kind in KINDS.items()}, "eta": "eta"}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
STRICT = {  # the other spelling of the same names: Excel's "Strict Open XML"
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": MAIN[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": LINK[1:-3].encode(),
}
OTHERS = {  # a part that only they have
    "xl/workbook.bin": "a binary one (.xlsb)",
    "content.xml": "an OpenDocument",
    "word/document.xml": "a Word document",
}
SAVE = "Open it in a spreadsheet program, save it as .xlsx, and check that."
RANGE = re.compile(
    r"(.+)!\$([A-Z]{1,3})\$([0-9]{1,7})(?::\$([A-Z]{1,3})\$([0-9]{1,7}))?"
)
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
OTHER_LETTERS = re.compile(rb"""encoding\s*=\s*["'](?!utf-8["'])""", re.I)
UNREADABLE = (  # what zip, its packers and XML raise of bytes that are not theirs
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ElementTree.ParseError,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    struct.error,
)

Cells = Mapping[str, tuple[str, bool]]  # name to value as text, and whether made


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes are those of a spreadsheet, and not of JSON."""
    return data.startswith((ZIP, OLE))


def read(data: bytes) -> str:
    """Return a spreadsheet that `face` wrote as JSON for `check`, whoever saved it last.

    The values are those that the program which saved it worked out. What a formula
    made is taken at the decimals that the sheet prints; a number that a person wrote
    over a formula at its own.

    Args:
        data: The bytes of an XLSX file.

    Raises:
        InputError: No XLSX file, a damaged or locked one, not one of a sheet, or one
            whose formulas were never worked out; the message says what to do.
    """
    if data.startswith(OLE):
        kinds = (what for stream, what in STREAMS.items() if stream in data)
        what = next(kinds, "one locked with a password, or an old .xls (OLE)")
        _refuse("an .xlsx spreadsheet without a password", what, SAVE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            page, places = _named(archive)
            cells = _cells(_part(archive, page, "worksheet"), _texts(archive))
    except InputError:
        raise
    except (RuntimeError, NotImplementedError) as error:  # locked, or packed otherwise
        _refuse("a plain .xlsx spreadsheet", str(error), SAVE, error)
    except UNREADABLE as error:
        _refuse("a whole .xlsx spreadsheet", str(error), "Copy it anew.", error)
    return json.dumps(_document(places, cells))


def _refuse(
    expected: str, got: str, mend: str, error: Exception | None = None
) -> NoReturn:
    got = got.rstrip(".") or type(error).__name__
    raise InputError(f"document: expected {expected}, got: {got}. {mend}") from error


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
    if made and not text:
        raise _uncalculated(name, "nothing")
    if not NUMBER.fullmatch(text):
        raise InputError(f"document: {name}: expected a number, got {show(text)}.")
    return text, made


def _uncalculated(name: str, got: str) -> InputError:
    return InputError(
        f"document: {name}: expected what its formula comes to, got {got}: the program "
        "that saved the file worked no formula out. Open it in a spreadsheet program, "
        "save it, and check again."
    )


def _named(archive: zipfile.ZipFile) -> tuple[str, dict[str, list[list[str]]]]:
    """Return the part of the page, and key to the names of the cells of its matrix.

    A copy of the page in the same file has the same names for itself: the names that
    hold everywhere come first, and the page of the first one is read.
    """
    held = archive.namelist()
    for part, what in OTHERS.items():
        if part in held:
            _refuse("an .xlsx spreadsheet", what, SAVE)
    if "_rels/.rels" not in held:
        _refuse("an .xlsx spreadsheet", "an archive of other files", SAVE)
    book = next(
        target
        for kind, target in _links(archive, "").values()
        if kind.endswith("/officeDocument")
    )
    root = _part(archive, book, "workbook")
    names = sorted(
        root.iter(f"{MAIN}definedName"), key=lambda each: "localSheetId" in each.attrib
    )
    found: dict[str, list[list[str]]] = {}
    page = None
    for each in names:
        key = each.get("name", "").removeprefix(PREFIX)
        place = RANGE.fullmatch((each.text or "").strip())
        if key in SYMBOLS and each.get("name") == PREFIX + key and place:
            page = page or place[1]
            if place[1] == page and key not in found:
                found[key] = list(_spanned(*place.groups()[1:]))
    if page is None:
        _refuse(
            "the spreadsheet of a sheet",
            f"one without names {PREFIX}...",
            "Write one with: glassline sheet --out FILE.xlsx",
        )
    links = {each.get("name"): each.get(LINK) for each in root.iter(f"{MAIN}sheet")}
    name = page.removeprefix("'").removesuffix("'").replace("''", "'")
    return _links(archive, book)[str(links[name])][1], found


def _links(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part leads to, "" being the file: id to kind and name of a part."""
    folder, name = posixpath.split(part)
    root = _part(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        each.get("Id", ""): (
            each.get("Type", ""),
            posixpath.normpath(
                posixpath.join("/", folder, each.get("Target", ""))
            ).lstrip("/"),
        )
        for each in root.iter(RELATION)
    }


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


def _cells(page: ElementTree.Element, texts: list[str]) -> Cells:
    cells = {
        each.get("r", ""): (
            _value(each, texts).strip(),
            each.find(f"{MAIN}f") is not None,
        )
        for each in page.iter(f"{MAIN}c")
    }
    made = {name: text for name, (text, is_made) in cells.items() if is_made}
    if made and set(made.values()) <= {"0", "0.0"}:  # but exp(0) is 1 somewhere
        raise _uncalculated(next(iter(made)), "0 as everywhere")
    return cells


def _value(cell: ElementTree.Element, texts: list[str]) -> str:
    """Return what a cell shows: a number, or a text that may be one."""
    kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v") or ""
    if kind == "s":
        return texts[int(value)]
    if kind == "inlineStr":
        return "".join(each.text or "" for each in cell.iter(f"{MAIN}t"))
    return {"0": "FALSE", "1": "TRUE"}.get(value, value) if kind == "b" else value


def _texts(archive: zipfile.ZipFile) -> list[str]:
    """Return the texts that cells share."""
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return []
    return [
        "".join(each.text or "" for each in item.iter(f"{MAIN}t"))
        for item in _part(archive, name, "sst").iter(f"{MAIN}si")
    ]


def _part(archive: zipfile.ZipFile, name: str, root: str = "") -> ElementTree.Element:
    """Return one part, parsed; no part unpacks without end, none declares entities."""
    with archive.open(name) as opened:
        text = opened.read(MAX_PART + 1)
    if len(text) > MAX_PART or text.count(b"<") > MAX_ELEMENTS:
        raise InputError(
            f"document: expected at most {MAX_PART:,} bytes and {MAX_ELEMENTS:,} "
            f"elements in {name}, got more."
        )
    if b"<!DOCTYPE" in text or b"\0" in text or OTHER_LETTERS.search(text[:200]):
        raise InputError(f"document: expected plain XML in {name}, got declarations.")
    for strict, usual in STRICT.items():
        text = text.replace(strict, usual)
    found = ElementTree.fromstring(text)  # noqa: S314  no entities, and so long at most
    if root and found.tag != MAIN + root:
        raise InputError(
            f"document: expected a {root} in {name}, got {show(found.tag)}."
        )
    return found


def _column(letters: str) -> int:
    """Return the column of a cell's letters, counted from 0."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
