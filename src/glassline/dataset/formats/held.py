"""Parquet that holds photos, as Hugging Face writes it: unpacked into files, and packed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from glassline.dataset.parquet import (
    columns_of,
    engine,
    literal,
    photo_column,
    workshop,
)
from glassline.errors import DatasetError
from glassline.files import publish, published
from glassline.image.folder import is_photo
from glassline.recipe.spelling import key

__all__ = ["pack", "unpacked"]

KEY = "huggingface"  # of the file's key-value pairs: what each column means
TABLE = "metadata.jsonl"
AT_ONCE = 64  # rows in memory
ENDINGS = {b"\x89PNG": ".png", b"\xff\xd8": ".jpg", b"BM": ".bmp", b"RIFF": ".webp"}
OTHER = ".tif"
DTYPES = {"VARCHAR": "string", "DOUBLE": "float64"}
LABELS = ("label", "class")
PATHS = ("path", "file_name", "filename", "image_path")  # of no file that is here


@contextmanager
def unpacked(data: Path) -> Iterator[Path]:
    """Yield a folder with the photos that a Parquet file holds, for as long as it is open.

    What holds none is yielded as it is. Beside the photos lies `metadata.jsonl` with the
    other columns: numbers that stand for names (ClassLabel) as these names, -1 as nothing.

    Raises:
        DatasetError: It can not be read, or a row has no photo.
        MissingExtraError: DuckDB is not installed.
    """
    if data.suffix.lower() != ".parquet" or not data.is_file():
        yield data
        return
    held = photo_column(columns_of(data))
    if held is None:
        yield data
        return
    with TemporaryDirectory(prefix="glassline-") as folder:
        lines = [_unpacked(*each, Path(folder)) for each in _rows(data, held)]
        publish(Path(folder) / TABLE, "".join(lines).encode())
        yield Path(folder)


def _rows(data: Path, held: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield where each row stands, its photo and its other cells."""
    names, kinds = _names(data), columns_of(data)
    is_said = any(key(each) in LABELS for each in kinds)
    called = {} if is_said or len(names) != 1 else dict.fromkeys(names, LABELS[0])
    with engine(data.name) as opened:
        query = "SELECT * FROM read_parquet(?, hive_partitioning = false)"
        found, number = opened.execute(query, [literal(data)]), 0
        while rows := found.fetchmany(AT_ONCE):
            for cells in rows:
                number += 1
                row = dict(zip(kinds, cells, strict=True))
                photo = row.pop(held)
                told = {
                    called.get(name, name): _told(row[name], names.get(name))
                    for name in row
                    if key(name) not in map(key, PATHS)
                }
                yield f"{data.name} row {number}", photo, told


def _told(value: Any, names: Sequence[str] | None) -> Any:
    """Return a cell; of a class its name, and nothing of what is no plain value."""
    if names is not None and isinstance(value, int):
        return names[value] if 0 <= value < len(names) else None
    return value if isinstance(value, str | int | float) else None


def _names(data: Path) -> dict[str, list[str]]:
    """Return the columns of classes, and what each number stands for."""
    with engine(data.name) as opened:
        query = "SELECT value FROM parquet_kv_metadata(?) WHERE key = ?"
        found = opened.execute(query, [literal(data), KEY.encode()]).fetchone()
    try:
        features = json.loads(found[0])["info"]["features"] if found else {}
        return {
            name: list(map(str, each["names"]))
            for name, each in features.items()
            if each.get("_type") == "ClassLabel"
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"{data.name}: expected features of Hugging Face, got {error} amiss."
        ) from error


def _unpacked(source: str, photo: Any, told: dict[str, Any], folder: Path) -> str:
    """Write the photo of a row, and return its line of the table."""
    named = photo.get("path") if isinstance(photo, dict) else None
    pixels = photo.get("bytes") if isinstance(photo, dict) else photo
    if not pixels:
        raise DatasetError(f"{source}: expected a photo, got none.")
    number = source.rpartition(" ")[2]
    name = PurePosixPath(str(named or number).replace("\\", "/")).name
    if not Path(name).suffix or not is_photo(Path(name)):
        endings = (end for magic, end in ENDINGS.items() if pixels.startswith(magic))
        name = f"{number}{next(endings, OTHER)}"
    path = folder / number / name
    path.parent.mkdir()
    publish(path, bytes(pixels))
    row = {**told, "file_name": f"{number}/{name}"}
    return json.dumps(row, ensure_ascii=False) + "\n"


def pack(
    out: Path,
    first: Mapping[str, Any],
    rows: Iterable[tuple[str, bytes, Iterable[Any]]],
) -> int:
    """Write photos and what is said of them into one Parquet file, and count them.

    The column `image` holds records of bytes and path, and the file says so in the words
    of Hugging Face's `datasets`, which then opens the photos.

    Args:
        out: The file.
        first: The other columns, with the cells of the first photo.
        rows: Name, bytes and other cells of each photo.
    """
    kinds = {
        each: "VARCHAR" if isinstance(value, str) else "DOUBLE"
        for each, value in first.items()
    }
    columns = "".join(f", {_name(each)} {kind}" for each, kind in kinds.items())
    cells_of = ", ?" * len(kinds)
    insert = f"INSERT INTO held VALUES ({{'bytes': ?::BLOB, 'path': ?}}{cells_of})"  # noqa: S608
    features = {"image": {"_type": "Image"}} | {
        each: {"dtype": DTYPES[kind], "_type": "Value"} for each, kind in kinds.items()
    }
    about = json.dumps({"info": {"features": features}}, ensure_ascii=False)
    count = 0
    with workshop(out.name) as opened, published(out) as written:
        opened.execute(
            f"CREATE TABLE held (image STRUCT(bytes BLOB, path VARCHAR){columns})"
        )
        for name, data, cells in rows:
            opened.execute(insert, [data, name, *cells])
            count += 1
        # As if a photo could be missing: datasets takes a column for photos only so.
        rows_of = (
            "SELECT * REPLACE (CASE WHEN rowid >= 0 THEN image END AS image) FROM held"
        )
        opened.execute(
            f"COPY ({rows_of}) TO '{_text(str(written))}' (FORMAT parquet, COMPRESSION zstd, "
            f"ROW_GROUP_SIZE 2048, KV_METADATA {{{KEY}: '{_text(about)}'}})"
        )
    return count


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(text: str) -> str:
    return text.replace("'", "''")
