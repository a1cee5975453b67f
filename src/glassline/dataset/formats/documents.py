"""JSON and XML of labelling programs, as a header and rows of a table."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from glassline.errors import DatasetError, show

__all__ = ["DOCUMENTS", "read_document"]

MAX_BYTES = 1_000_000_000
PLACES = (".", "images", "../images", "..")  # where photos lie from such a document
Rows = list[tuple[str, dict[str, Any]]]
"""Where each row stands, for messages, and its cells by column."""


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
    rows = DOCUMENTS[path.suffix.lower()](data, path)
    names = dict.fromkeys(name for _, cells in rows for name in cells)
    header = list(names) or ["path", "label"]
    return header, [
        (source, [cells.get(name) for name in header]) for source, cells in rows
    ]


def _json(data: bytes, path: Path) -> Rows:
    document = _parsed(data, path.name)
    if isinstance(document, list):
        return _tasks(document, path)
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
    within = _within(path, [name for _, name in images])
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


def _tasks(tasks: Sequence[Any], path: Path) -> Rows:
    """Read Label Studio's tasks: the choice of each annotation is a label of the image.

    Where people chose differently, each class gets its share of them.

    Source:
        Label Studio, Export annotations: the raw JSON format of completed tasks.
    """
    read = [_task(task, f"{path.name} task {at}") for at, task in enumerate(tasks, 1)]
    within = _within(path, [name for _, name, _, _ in read])
    classes = sorted({name for _, _, votes, _ in read for name in votes})
    is_shared = any(len(votes) > 1 for _, _, votes, _ in read)
    rows: Rows = []
    for source, name, votes, who in read:
        cells: dict[str, Any] = {"path": within(name)}
        total = sum(votes.values())
        if is_shared:
            cells |= {f"label_{each}": votes[each] / (total or 1) for each in classes}
        else:
            cells["label"] = next(iter(votes), "")
        rows.append((source, cells | {"inspector": who}))
    return rows


def _task(task: Any, source: str) -> tuple[str, str, Counter[str], str]:
    if isinstance(task, dict) and "annotation_id" in task:
        raise DatasetError(
            f"{source}: expected a task of Label Studio, got one of its short form, which "
            "does not say what is a label. Export it as JSON, not as JSON-MIN."
        )
    try:
        values = [each for each in task["data"].values() if isinstance(each, str)]
        named = task["data"].get("image") or values[0]
        annotations = [
            each
            for each in task.get("annotations", [])
            if not each.get("was_cancelled")
        ]
        votes = Counter(
            str(choice)
            for each in annotations
            for result in each["result"]
            if result["type"] == "choices"
            for choice in result["value"]["choices"]
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise DatasetError(
            f"{source}: expected a task of Label Studio, got {error} amiss."
        ) from error
    people = {_name(each.get("completed_by", "")) for each in annotations}
    who = people.pop() if len(people) == 1 else ""
    return source, _local(str(named)), votes, who


def _name(person: Any) -> str:
    """Return who annotated: a number, or the address of a person told in full."""
    if isinstance(person, dict):
        return str(person.get("email") or person.get("id", ""))
    return str(person)


def _local(address: str) -> str:
    """Return the file that Label Studio's own address means."""
    found = urlsplit(address)
    if found.path.startswith("/data/local-files"):
        return parse_qs(found.query).get("d", [""])[0]
    if found.path.startswith("/data/upload/"):
        name = Path(found.path).name
        return re.sub(
            r"^[0-9a-f]{8}-", "", name
        )  # it puts eight digits before the name
    return address


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
    within = _within(path, [str(each.get("name")) for each in images])
    rows: Rows = []
    for each in images:
        source = f"{path.name} image {each.get('id', '?')}"
        tags = dict.fromkeys(str(tag.get("label")) for tag in each.findall("tag"))
        cells = {"path": within(str(each.get("name"))), "label": _one(source, tags)}
        rows.append((source, cells))
    return rows


def _within(path: Path, names: Sequence[str]) -> Callable[[str], str]:
    """Return what puts before a name the folder in which the first photo lies.

    A folder beside that of the document is named from the root, as a table may; a name
    that climbs is left as it is, and refused when it is read.
    """
    first = next(iter(names), "")
    place = next(
        (each for each in PLACES if (path.parent / each / first).is_file()), PLACES[0]
    )
    if place == PLACES[0]:
        return lambda name: name
    folder = (
        Path(place) if not place.startswith("..") else (path.parent / place).resolve()
    )

    def put(name: str) -> str:
        climbs = ".." in PurePosixPath(name.replace("\\", "/")).parts
        return name if climbs else (folder / name).as_posix()

    return put


DOCUMENTS: Mapping[str, Callable[[bytes, Path], Rows]] = {
    ".json": _json,
    ".jsonl": _lines,
    ".xml": _xml,
}
"""How each ending is read."""
