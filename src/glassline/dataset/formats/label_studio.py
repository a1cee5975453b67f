"""What Label Studio exports: JSON of tasks, and CSV or TSV of annotations."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from glassline.dataset.formats.places import Rows, within_of
from glassline.errors import DatasetError, show
from glassline.image.folder import is_photo

__all__ = ["is_export", "read_export", "read_tasks"]

OWN = (  # of its CSV: what it says itself, besides the task and what was chosen
    *("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"),
    *("agreement", "predictions", "comments", "history", "drafts"),
)
USUAL = ("choice", "choices", "label", "class")
Read = tuple[str, str, Counter[str], set[str]]
"""Where a task stands, its photo, how often which class was chosen, and by whom."""


def read_tasks(tasks: Sequence[Any], path: Path) -> Rows:
    """Read Label Studio's tasks: the choice of each annotation is a label of the image.

    Where people chose differently, each class gets its share of them.

    Source:
        Label Studio, Export annotations: the raw JSON format of completed tasks.
    """
    return _voted(
        [_task(task, f"{path.name} task {at}") for at, task in enumerate(tasks, 1)],
        path,
    )


def is_export(header: Sequence[Any]) -> bool:
    """Whether a table is Label Studio's CSV or TSV: a row an annotation."""
    return set(header) >= {"id", "annotator", "annotation_id"}


def read_export(
    header: Sequence[Any], rows: Iterable[tuple[str, Sequence[Any]]], path: Path
) -> Rows:
    """Read Label Studio's CSV or TSV: the rows of one task are annotations of one photo.

    Its columns stand in the order of the alphabet. The photo is in `image`, or in the first
    column that names one; the choice is in the one that is left, under the name that the
    project gives it (of several, the one called choice, choices, label or class).

    Raises:
        DatasetError: Several columns may be the choice, or a cell holds something else.

    Source:
        Label Studio, Export annotations: CSV, TSV; label-studio-converter 0.0.59.
    """
    names = list(map(str, header))
    table = [
        (source, dict(zip(names, map(str, cells), strict=True)))
        for source, cells in rows
    ]
    photo, choice = _columns(names, table, path.name)
    read: dict[str, Read] = {}
    for source, row in table:
        known = read.setdefault(
            row["id"], (source, _local(row[photo]), Counter(), set())
        )
        known[2].update(_choices(row[choice], source))
        known[3].add(row["annotator"])
    return _voted(list(read.values()), path)


def _columns(
    names: Sequence[str], table: Sequence[tuple[str, dict[str, str]]], where: str
) -> tuple[str, str]:
    """Return the column of the photo and that of the choice."""
    others = [each for each in names if each not in OWN]
    photos = (
        name
        for name in others
        if any(is_photo(Path(_local(row[name]))) for _, row in table)
    )
    photo = "image" if "image" in others else next(photos, "")
    left = [name for name in others if name != photo]
    usual = [name for name in left if name.casefold() in USUAL]
    found = left if len(left) == 1 else usual
    if not photo or len(found) != 1:
        raise DatasetError(
            f"{where}: expected a column image and one of choices in an export of Label "
            f"Studio, got {', '.join(others)}. Keep these two, or export JSON."
        )
    return photo, found[0]


def _choices(cell: str, source: str) -> list[str]:
    """Return what was chosen by a cell: as it stands, or in JSON where it is several."""
    text = cell.strip()
    if text[:1] not in ("{", "["):
        return [text] if text else []
    try:
        found = json.loads(text)
        results = found if isinstance(found, list) else [found]
        return [str(name) for each in results for name in each["choices"]]
    except (ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"{source}: expected choices, got {show(text, 40)}."
        ) from error


def _voted(read: Sequence[Read], path: Path) -> Rows:
    """Return a row a photo; shares where people chose differently."""
    within = within_of(path, [name for _, name, _, _ in read])
    classes = sorted({name for _, _, votes, _ in read for name in votes})
    is_shared = any(len(votes) > 1 for _, _, votes, _ in read)
    rows: Rows = []
    for source, name, votes, people in read:
        cells: dict[str, Any] = {"path": within(name)}
        total = sum(votes.values())
        if is_shared:
            cells |= {f"label_{each}": votes[each] / (total or 1) for each in classes}
        else:
            cells["label"] = next(iter(votes), "")
        who = next(iter(people)) if len(people) == 1 else ""
        rows.append((source, cells | {"inspector": who}))
    return rows


def _task(task: Any, source: str) -> Read:
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
    return source, _local(str(named)), votes, people


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
