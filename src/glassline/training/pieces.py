"""Readings in Parquet piece by piece: what of them is known, without holding them all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, compress, repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import PartWeights
from glassline.dataset import Dataset, Part
from glassline.dataset.copies import Copy, counted_once
from glassline.dataset.dataset import first_spellings
from glassline.dataset.parquet import engine, literal, workshop
from glassline.dataset.readings import Refusal
from glassline.errors import DatasetError, show
from glassline.training.kept import COLUMNS, part_of
from glassline.training.sound import READ, WEIGHT

__all__ = ["Piece", "Pieces", "Said", "look"]

ROWS = 102_400  # of a piece: ten row groups, some 30 MB while they are read
GROUP = """coalesce(nullif("group", ''), image)"""
Said = tuple[str, str]
"""Label and shares, as the file has them."""

Cells = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Piece:
    """Rows of one file that lie one after the other.

    Attributes:
        file: Which.
        start: The first row, counted from 0.
        stop: The first row that is not in it any more.
        left_out: Rows of the file that are copies.
    """

    file: Path
    start: int
    stop: int
    left_out: NDArray[np.int64]

    def read(self, wanted: str) -> dict[str, NDArray[Any]]:
        """Return columns of the parts that count, in the order of the rows.

        Args:
            wanted: The columns as SQL has them.
        """
        query = (
            f"SELECT file_row_number AS place, {wanted} "  # noqa: S608  of our own
            "FROM read_parquet(?, file_row_number = true) WHERE file_row_number >= ? "
            f"AND file_row_number < ? AND {READ}"
        )
        with engine(str(self.file)) as opened:
            asked = [literal(self.file), self.start, self.stop]
            found = opened.execute(query, asked).fetchnumpy()
        counts = ~np.isin(found.pop("place"), self.left_out)
        return {name: np.asarray(column[counts]) for name, column in found.items()}

    def parts(
        self, columns: Sequence[str] = ()
    ) -> tuple[list[Said], PartWeights, NDArray[np.float64]]:
        """Return what is said of each part, its weight, and its readings, shape (n, m)."""
        wanted = (
            *("coalesce(label, '') AS label", "coalesce(soft, '') AS soft"),
            f"CAST({WEIGHT} AS DOUBLE) AS weight",
            *(f'"{each}"' for each in columns),
        )
        found = self.read(", ".join(wanted))
        said = zip(found["label"].tolist(), found["soft"].tolist(), strict=True)
        values = [found[each] for each in columns]
        n = len(found["weight"])
        return (
            list(said),
            np.asarray(found["weight"], np.float64),
            np.stack(values, axis=1) if values else np.zeros((n, 0)),
        )

    def photos(self) -> list[str]:
        """Return the hash of each photo."""
        return list(self.read("sha256")["sha256"].tolist())

    def told(self) -> dict[Said, tuple[int, str]]:
        """Return how often each label stands there, and where first, in that order."""
        found = self.read("coalesce(source, image) AS source")["source"].tolist()
        told: dict[Said, tuple[int, str]] = {}
        for said, source in zip(self.parts()[0], found, strict=True):
            count, first = told.get(said, (0, source))
            told[said] = (count + 1, first)
        return told


@dataclass(frozen=True, eq=False)
class Pieces:
    """All rows of all files, piece by piece, and what is known of them.

    Attributes:
        name: What the user calls them.
        pieces: In their order.
        told: What is said of parts, to how often, in the order of first appearance.
        data: A part for each of `told`, in its first spelling.
        copies: Photos left out because another one shows the same pixels.
        refused: Photos that could not be read.
        merged: Groups that share a photo with another one, to its name.
    """

    name: str
    pieces: tuple[Piece, ...]
    told: Mapping[Said, int]
    data: Dataset
    copies: tuple[Copy, ...]
    refused: tuple[Refusal, ...]
    merged: Mapping[str, str]

    def __len__(self) -> int:
        return sum(self.told.values())

    def targets(self, classes: Sequence[str]) -> dict[Said, NDArray[np.float64]]:
        """Return y of what is said, each of shape (k,).

        Raises:
            LabelError: A label is not one of the classes.
        """
        return dict(zip(self.told, self.data.targets(classes), strict=True))

    def groups_of(self, classes: Sequence[str]) -> list[int]:
        """Return how many groups each class has that has parts."""
        y = self.targets(classes)
        own = [(*said, int(row.argmax())) for said, row in y.items() if row.any()]
        query = (
            "SELECT class, count(*) FROM (SELECT DISTINCT class, named FROM "  # noqa: S608
            f"({self._parts}) JOIN said USING (label, soft)) GROUP BY class ORDER BY class"
        )
        with self._opened() as opened:
            _table(opened, "said", ("label", "soft", "class"), own)
            found = opened.execute(query, [self._files]).fetchall()
        return [count for _, count in found]

    def sample(self, most: int) -> list[str]:
        """Return whole groups of at most so many parts, by the hashes of their names."""
        query = (
            f"SELECT named, count(*) FROM ({self._parts}) GROUP BY named "  # noqa: S608
            "ORDER BY sha256(named), named LIMIT ?"
        )
        with self._opened() as opened:
            found = opened.execute(query, [self._files, most]).fetchall()
        ends = np.cumsum([count for _, count in found])
        return [name for name, _ in found[: max(1, int((ends <= most).sum()))]]

    def rows(
        self, groups: Sequence[str], columns: Sequence[str]
    ) -> list[tuple[Any, ...]]:
        """Return the rows of these groups, in their order; groups by their new names."""
        places = [*COLUMNS, *columns]
        named = ", ".join(f'"{each}"' for each in places)
        query = (
            f"SELECT filename, file_row_number, named, {named} FROM ({self._parts}) "  # noqa: S608
            "JOIN chosen USING (named)"
        )
        with self._opened() as opened:
            _table(opened, "chosen", ("named",), [(each,) for each in groups])
            found = opened.execute(query, [self._files]).fetchall()
        order = {str(piece.file): at for at, piece in enumerate(self.pieces)}
        found.sort(key=lambda row: (order[row[0]], row[1]))
        at = places.index("group")
        return [(*row[3 : 3 + at], row[2], *row[4 + at :]) for row in found]

    @property
    def _files(self) -> list[str]:
        return list(dict.fromkeys(literal(each.file) for each in self.pieces))

    @property
    def _parts(self) -> str:
        """SQL of every part that counts, with its group's new name."""
        return (
            f"SELECT p.* REPLACE (coalesce(label, '') AS label, coalesce(soft, '') AS "  # noqa: S608
            f"soft), coalesce(new, {GROUP}) AS named FROM read_parquet(?, filename = true, "
            "file_row_number = true) p LEFT JOIN merged ON old = "
            f"{GROUP} ANTI JOIN left_out USING (filename, file_row_number) WHERE {READ}"
        )

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        with workshop(self.name) as opened:
            _table(opened, "merged", ("old", "new"), list(self.merged.items()))
            rows = [
                (str(piece.file), row)
                for piece in self.pieces
                if piece.start == 0
                for row in piece.left_out.tolist()
            ]
            _table(opened, "left_out", ("filename", "file_row_number"), rows)
            yield opened


def look(name: str, files: Sequence[Path]) -> Pieces:
    """Cut files into pieces, and find what is said, copies, groups and refusals.

    Memory does not grow with the number of parts, only with that of copies, refusals and
    different labels: DuckDB finds copies with what it may have of memory, and goes on on
    disk.
    """
    whole = [
        Piece(file, start, min(start + ROWS, count), _rows())
        for file in files
        for count in [_count(file)]
        for start in range(0, count, ROWS)
    ]
    told: dict[Said, tuple[int, str]] = {}
    for piece in whole:
        for said, (count, source) in piece.told().items():
            before, where = told.get(said, (0, source))
            told[said] = (before + count, where)
    parts = [_said_of(said, source) for said, (_, source) in told.items()]
    counts = Counter({said: count for said, (count, _) in told.items()})
    first = first_spellings(_names(parts, counts.values()), name)
    left_out, copies, merged = _left_out(_twice(name, files), first, counts)
    stand = [bool(count) for count in counts.values()]
    return Pieces(
        name=name,
        pieces=tuple(
            replace(each, left_out=left_out.get(each.file, _rows())) for each in whole
        ),
        told={said: count for said, count in counts.items() if count},
        data=Dataset(name, tuple(each.spelt(first) for each in compress(parts, stand))),
        copies=copies,
        refused=tuple(chain.from_iterable(map(_refused, files))),
        merged=merged,
    )


def _said_of(said: Said, source: str) -> Part:
    """Return a part of which that is said."""
    label, soft = said
    return Part(Path(), label or None, source, "", soft=_shares(soft, source))


def _shares(soft: str, source: str) -> dict[str, float] | None:
    """Return the shares that a cell holds as JSON; None of an empty one."""
    try:
        return {str(k): float(v) for k, v in json.loads(soft).items()} if soft else None
    except (ValueError, TypeError, AttributeError) as error:
        raise DatasetError(f"{source}: expected shares, got {show(soft)}.") from error


def _names(parts: Iterable[Part], counts: Iterable[int]) -> Iterator[str]:
    for part, count in zip(parts, counts, strict=True):
        for name in part.shares:
            yield from repeat(name, count)


def _rows(places: Sequence[int] = ()) -> NDArray[np.int64]:
    return np.array(places, np.int64)


def _count(file: Path) -> int:
    with engine(str(file)) as opened:
        query = "SELECT num_rows FROM parquet_file_metadata(?)"
        return int(opened.execute(query, [literal(file)]).fetchone()[0])


def _refused(file: Path) -> list[Refusal]:
    query = f"SELECT image, refused, message FROM read_parquet(?) WHERE NOT {READ}"  # noqa: S608
    with engine(str(file)) as opened:
        return [
            Refusal(*row) for row in opened.execute(query, [literal(file)]).fetchall()
        ]


def _twice(name: str, files: Sequence[Path]) -> list[tuple[Path, int, Cells]]:
    """Return the parts whose pixels come more than once: file, row and cells, in order."""
    named = ", ".join(f'"{each}"' for each in COLUMNS)
    places = [literal(file) for file in files]
    query = (
        f"SELECT filename, file_row_number, {named} FROM read_parquet(?, filename = true, "  # noqa: S608
        f"file_row_number = true) WHERE {READ} AND pixels IN (SELECT pixels FROM "
        f"read_parquet(?) WHERE {READ} GROUP BY pixels HAVING count(*) > 1)"
    )
    with workshop(name) as opened:
        rows = opened.execute(query, [places, places]).fetchall()
    order = {str(file): at for at, file in enumerate(files)}
    rows.sort(key=lambda row: (order[row[0]], row[1]))
    return [(Path(file), row, tuple(cells)) for file, row, *cells in rows]


def _left_out(
    twice: Sequence[tuple[Path, int, Cells]],
    first: Mapping[str, str],
    counts: Counter[Said],
) -> tuple[dict[Path, NDArray[np.int64]], tuple[Copy, ...], dict[str, str]]:
    """Return the rows of copies by file, the copies, and the groups that are joined.

    They are taken from the counts of what is said.
    """
    read = [
        replace(each, part=each.part.spelt(first))
        for at, (_, _, cells) in enumerate(twice)
        for each in [part_of(cells, np.array([at], np.float64))]
    ]
    kept, copies, groups = counted_once(read)
    stay = {int(each.values[0]) for each in kept}
    rows: dict[Path, list[int]] = {}
    for at, (file, row, cells) in enumerate(twice):
        if at not in stay:
            rows.setdefault(file, []).append(row)
            said = dict(zip(COLUMNS, cells, strict=True))
            counts[said["label"] or "", said["soft"] or ""] -= 1
    merged = {old: new for old, new in groups.items() if old != new}
    return {file: _rows(places) for file, places in rows.items()}, copies, merged


def _table(
    opened: Any, name: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Make a table of rows, all at once."""
    kinds = {"class": "INTEGER", "file_row_number": "BIGINT"}
    declared = ", ".join(f"{each} {kinds.get(each, 'TEXT')}" for each in columns)
    opened.execute(f"CREATE TABLE {name} ({declared})")
    if rows:
        lists = [list(column) for column in zip(*rows, strict=True)]
        each = ", ".join("unnest(?)" for _ in columns)
        opened.execute(f"INSERT INTO {name} SELECT {each}", lists)
