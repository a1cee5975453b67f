"""Whether files of readings hold what they should, before anything rests on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from glassline.dataset.parquet import columns_of, engine, literal
from glassline.errors import DatasetError, show
from glassline.head.shards import Run
from glassline.training.kept import COLUMNS

__all__ = ["READ", "WEIGHT", "check_files"]

READ = "coalesce(refused, '') = ''"
"""SQL of the rows of photos that could be read."""

WEIGHT = "coalesce(nullif(weight, ''), '1')"
HASHES = ("sha256", "pixels")


def check_files(files: Sequence[Path], columns: Sequence[str], run: Run = map) -> None:
    """Refuse files of which a column is missing, or a cell is not what it should be.

    Args:
        files: In their order; the first that is amiss is named.
        columns: Those of the candidates.
        run: Who looks, as in `fit_shards`.

    Raises:
        DatasetError: A column is missing, a hash is none, a weight is no number >= 0, or
            a reading is not finite; the message names file, row and column.
    """
    tasks = [(at, file, tuple(columns)) for at, file in enumerate(files)]
    wrong = dict(run(_amiss, tasks))
    first = next((wrong[at] for at in range(len(files)) if wrong[at]), None)
    if first:
        raise DatasetError(f"{first} Read the photos of this file again.")


def _amiss(task: tuple[int, Path, tuple[str, ...]]) -> tuple[int, str | None]:
    """Return what is amiss in a file first; None where nothing is."""
    at, file, columns = task
    try:
        return at, _found(file, columns)
    except DatasetError as error:
        return at, str(error)


def _found(file: Path, columns: Sequence[str]) -> str | None:
    held = columns_of(file)
    missing = next((each for each in (*COLUMNS, *columns) if each not in held), None)
    if missing:
        return f"{file}: expected a column {missing}, got none."
    sound = {each: f"regexp_full_match({each}, '[0-9a-f]{{64}}')" for each in HASHES}
    number = f"TRY_CAST({WEIGHT} AS DOUBLE)"
    sound["weight"] = f"isfinite({number}) AND {number} >= 0"
    sound |= {each: f'isfinite("{each}")' for each in columns}
    cases = " ".join(
        f"WHEN NOT coalesce({each}, false) THEN {place}"
        for place, each in enumerate(sound.values())
    )
    names = ", ".join(f'"{each}"' for each in sound)
    query = (
        f"SELECT * FROM (SELECT CASE {cases} END AS amiss, file_row_number, {names} "  # noqa: S608
        f"FROM read_parquet(?, file_row_number = true) WHERE {READ}) "
        "WHERE amiss IS NOT NULL LIMIT 1"
    )
    with engine(str(file)) as opened:
        row = opened.execute(query, [literal(file)]).fetchone()
    if row is None:
        return None
    place, number, *cells = row
    name = list(sound)[place]
    expected = {"sha256": "a hash", "pixels": "a hash", "weight": "a number >= 0"}
    return (
        f"{file} row {number + 1}: {name}: expected "
        f"{expected.get(name, 'a finite number')}, got {show(cells[place])}."
    )
