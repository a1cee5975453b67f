"""A dataset written as other programs read it."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from glassline.dataset.dataset import Dataset
from glassline.dataset.formats.held import pack
from glassline.dataset.formats.mvtec import GOOD
from glassline.dataset.part import Part
from glassline.errors import DatasetError
from glassline.files import publish
from glassline.image import read
from glassline.recipe import GOOD_WORDS, ImageSettings
from glassline.recipe.spelling import key

__all__ = ["COPIES", "FORMATS", "write_dataset_as"]

COPIES = ("huggingface", "imagefolder", "mvtec", "parquet")
"""The formats that hold copies of the photos, not their paths."""

ANY_SIZE = ImageSettings(max_bytes=1_000_000_000)


def write_dataset_as(data: Dataset, kind: str, out: Path) -> int:
    """Write a dataset in a format, and return how many parts are in it.

    A document names photos from its own folder; a folder gets copies of them. Parts
    without a label are left out of folders, which can not say it. Weights, groups and
    inspectors are kept by `csv` and `huggingface`.

    Args:
        data: The parts.
        kind: Of `FORMATS`.
        out: A file, or a folder that is made.

    Raises:
        DatasetError: `out` is there, or a part has shares and the format one label.
        ImageError: A photo can not be read.
    """
    if out.exists():
        raise DatasetError(
            f"--out {out}: expected nothing there, got a file or folder."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    return FORMATS[kind](data, out)


def _label(part: Part) -> str:
    shares = {name: share for name, share in part.shares.items() if share}
    if len(shares) > 1:
        raise DatasetError(
            f"{part.source}: expected one label, got shares: this format has none. Write "
            "it as csv or huggingface."
        )
    return next(iter(shares), "")


def _relative(part: Part, out: Path) -> str:
    return Path(os.path.relpath(part.path, out.parent)).as_posix()


def _table(data: Dataset, named: Sequence[str], first: str) -> list[dict[str, Any]]:
    """Return a row a part; shares where any part has some."""
    is_soft = any(part.soft for part in data.parts)
    rows = []
    for part, name in zip(data.parts, named, strict=True):
        row: dict[str, Any] = {first: name}
        if is_soft:
            shares = part.shares
            row |= {f"label_{each}": shares.get(each, 0.0) for each in data.classes}
        else:
            row["label"] = _label(part)
        group = "" if part.group == str(part.path) else part.group
        row |= {
            "group": group,
            "weight": part.weight,
            "inspector": part.inspector or "",
        }
        rows.append(row)
    return rows


def _csv(data: Dataset, out: Path) -> int:
    _publish_csv(out, _table(data, [_relative(p, out) for p in data.parts], "path"))
    return len(data)


def _publish_csv(out: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    publish(out, b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "surrogateescape"))


def _huggingface(data: Dataset, out: Path) -> int:
    names = dict(_copied(data.parts, out, lambda _: ""))
    rows = _table(data, [names[part.path] for part in data.parts], "file_name")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    publish(out / "metadata.jsonl", lines.encode())
    return len(data)


def _parquet(data: Dataset, out: Path) -> int:
    if out.suffix.lower() != ".parquet":
        raise DatasetError(f"--out {out}: expected a file that ends in .parquet.")
    rows = [dict(list(row.items())[1:]) for row in _table(data, [""] * len(data), "")]
    held = (
        (
            part.path.name,
            read(part.path, settings=ANY_SIZE, root=part.within),
            row.values(),
        )
        for part, row in zip(data.parts, rows, strict=True)
    )
    return pack(out, rows[0], held)


def _image_folder(data: Dataset, out: Path) -> int:
    return len(list(_copied(_labelled(data), out, _label)))


def _mvtec(data: Dataset, out: Path) -> int:
    """Good parts are for training, all others for the test; good is called good."""

    def place(part: Part) -> str:
        label = _label(part)
        return f"train/{GOOD}" if key(label) in GOOD_WORDS else f"test/{label}"

    done = len(list(_copied(_labelled(data), out, place)))
    (out / "test").mkdir(exist_ok=True)
    return done


def _labelled(data: Dataset) -> list[Part]:
    return [part for part in data.parts if part.shares]


def _copied(
    parts: Sequence[Part], out: Path, place: Callable[[Part], str]
) -> Iterator[tuple[Path, str]]:
    """Copy photos, and yield where each came from and where it is from `out`."""
    taken: set[str] = set()
    for part in parts:
        name = f"{place(part)}/{part.path.name}".lstrip("/")
        number = 1
        while name.casefold() in taken:
            number += 1
            stem = f"{part.path.stem}-{number}{part.path.suffix}"
            name = f"{place(part)}/{stem}".lstrip("/")
        taken.add(name.casefold())
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        publish(target, read(part.path, settings=ANY_SIZE, root=part.within))
        yield part.path, name


def _label_studio(data: Dataset, out: Path) -> int:
    tasks = [_one_task(at, part, out) for at, part in enumerate(data.parts, 1)]
    publish(out, json.dumps(tasks, ensure_ascii=False, indent=1).encode())
    return len(data)


def _one_task(at: int, part: Part, out: Path) -> dict[str, Any]:
    label = _label(part)
    result = {
        "from_name": "choice",
        "to_name": "image",
        "type": "choices",
        "value": {"choices": [label]},
    }
    annotation = {"result": [result], "was_cancelled": False}
    if part.inspector:
        annotation["completed_by"] = part.inspector
    return {
        "id": at,
        "data": {"image": _relative(part, out)},
        "annotations": [annotation] if label else [],
    }


def _coco(data: Dataset, out: Path) -> int:
    ids = {name: at for at, name in enumerate(data.classes, 1)}
    labels = [_label(part) for part in data.parts]
    document = {
        "images": [
            {"id": at, "file_name": _relative(part, out)}
            for at, part in enumerate(data.parts, 1)
        ],
        "categories": [
            {"id": at, "name": name, "supercategory": ""} for name, at in ids.items()
        ],
        "annotations": [
            {"id": at, "image_id": at, "category_id": ids[label]}
            for at, label in enumerate(labels, 1)
            if label
        ],
    }
    publish(out, json.dumps(document, ensure_ascii=False, indent=1).encode())
    return len(data)


def _cvat(data: Dataset, out: Path) -> int:
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<annotations>",
        "  <version>1.1</version>",
    ]
    for at, part in enumerate(data.parts):
        label = _label(part)
        lines.append(f'  <image id="{at}" name={quoteattr(_relative(part, out))}>')
        if label:
            lines.append(f'    <tag label={quoteattr(label)} source="manual"></tag>')
        lines.append("  </image>")
    publish(out, "\n".join([*lines, "</annotations>", ""]).encode("utf-8"))
    return len(data)


FORMATS: Mapping[str, Callable[[Dataset, Path], int]] = {
    "csv": _csv,
    "imagefolder": _image_folder,
    "huggingface": _huggingface,
    "parquet": _parquet,
    "mvtec": _mvtec,
    "labelstudio": _label_studio,
    "coco": _coco,
    "cvat": _cvat,
}
"""How each format is written."""
