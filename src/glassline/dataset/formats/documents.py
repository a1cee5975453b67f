"""JSON and XML of labelling programs, as a header and rows of a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from glassline.dataset.formats.label_studio import read_tasks
from glassline.dataset.formats.places import Rows, within_of
from glassline.errors import DatasetError, show

__all__ = ["DOCUMENTS", "as_table", "read_document"]

MAX_BYTES = 1_000_000_000


def read_document(path: Path) -> tuple[list[str], list[tuple[str, list[Any]]]]:
    """Read a document into the header and the rows of a table of photos.

    By its name and what is in it: JSON lines (Hugging Face), a list of tasks (Label
    Studio), images with categories (COCO, labels of whole images), XML (CVAT for images).

    Returns:
        The header, and for each photo where it stands and its cells.

    Raises:
        DatasetError: It is none of them, or an image has two labels.
    """
    if path.stat().st_size > MAX_BYTES:
        raise DatasetError(
            f"{path.name}: expected at most {MAX_BYTES:,} bytes, got more."
        )
    data = path.read_bytes()
    return as_table(DOCUMENTS[path.suffix.lower()](data, path))


def as_table(rows: Rows) -> tuple[list[str], list[tuple[str, list[Any]]]]:
    """Return the header and the rows of a table that has these cells."""
    names = dict.fromkeys(name for _, cells in rows for name in cells)
    header = list(names) or ["path", "label"]
    return header, [
        (source, [cells.get(name) for name in header]) for source, cells in rows
    ]


def _json(data: bytes, path: Path) -> Rows:
    document = _parsed(data, path.name)
    if isinstance(document, list):
        return read_tasks(document, path)
    if isinstance(document, dict) and {"images", "categories"} <= set(document):
        return _coco(document, path)
    raise DatasetError(
        f"{path.name}: expected tasks of Label Studio or images with categories of COCO, "
        f"got {show(document, 40)}."
    )


def _parsed(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where}: expected JSON, got: {error}.") from error


def _lines(data: bytes, path: Path) -> Rows:
    """Read `metadata.jsonl`: an object a line, with file_name.

    Source:
        Hugging Face, Create an image dataset: ImageFolder with metadata.
    """
    rows: Rows = []
    for number, line in enumerate(data.splitlines(), 1):
        source = f"{path.name} line {number}"
        if not line.strip():
            continue
        found = _parsed(line, source)
        if not isinstance(found, dict):
            raise DatasetError(f"{source}: expected an object, got {show(found)}.")
        plain = {
            name: value
            for name, value in found.items()
            if not isinstance(value, list | dict)
        }
        rows.append((source, plain))
    return rows


def _coco(document: Mapping[str, Any], path: Path) -> Rows:
    """Read the labels of whole images: an annotation's category is its image's class.

    Source:
        cocodataset.org, Data format; Datumaro's COCO labels, which leave out boxes.
    """
    try:
        names = {each["id"]: str(each["name"]) for each in document["categories"]}
        labels: dict[Any, dict[str, None]] = {}
        for each in document.get("annotations", []):
            labels.setdefault(each["image_id"], {})[names[each["category_id"]]] = None
        images = [(each["id"], str(each["file_name"])) for each in document["images"]]
    except (KeyError, TypeError) as error:
        raise DatasetError(f"{path.name}: expected COCO, got {error} amiss.") from error
    within = within_of(path, [name for _, name in images])
    return [
        (source, {"path": within(name), "label": _one(source, labels.get(at, ()))})
        for at, name in images
        for source in [f"{path.name} image {at}"]
    ]


def _one(source: str, labels: Iterable[str]) -> str:
    """Return the label of an image; nothing where it has none.

    Raises:
        DatasetError: It has two.
    """
    found = list(labels)
    if len(found) > 1:
        raise DatasetError(
            f"{source}: expected one label of the whole image, got {', '.join(found)}."
        )
    return found[0] if found else ""


def _xml(data: bytes, path: Path) -> Rows:
    """Read CVAT for images 1.1: the tag of an image is its label.

    Source:
        CVAT documentation, XML annotation format, version 1.1.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise DatasetError(f"{path.name}: expected CVAT's XML, got one with entities.")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  nothing can be expanded in it
    except ElementTree.ParseError as error:
        raise DatasetError(f"{path.name}: expected XML, got: {error}.") from error
    images = root.findall("image")
    if root.tag != "annotations" or any(not each.get("name") for each in images):
        raise DatasetError(
            f"{path.name}: expected annotations of CVAT for images, got {root.tag}."
        )
    within = within_of(path, [str(each.get("name")) for each in images])
    rows: Rows = []
    for each in images:
        source = f"{path.name} image {each.get('id', '?')}"
        tags = dict.fromkeys(str(tag.get("label")) for tag in each.findall("tag"))
        cells = {"path": within(str(each.get("name"))), "label": _one(source, tags)}
        rows.append((source, cells))
    return rows


DOCUMENTS: Mapping[str, Callable[[bytes, Path], Rows]] = {
    ".json": _json,
    ".jsonl": _lines,
    ".xml": _xml,
}
"""How each ending is read."""
