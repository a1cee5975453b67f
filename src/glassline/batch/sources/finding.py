"""What an argument names: a folder, a file, a pattern, a table, an archive, an address."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from glassline.batch.sources.archive import ENDINGS, Archive
from glassline.batch.sources.manifest import CsvManifest
from glassline.batch.sources.parquet import ParquetManifest
from glassline.batch.sources.places import Folder, OneFile, Pattern
from glassline.batch.sources.remote import Remote, located, opener
from glassline.batch.sources.source import Asked, Source
from glassline.errors import DatasetError

__all__ = ["find_sources"]

CSVS = (".csv", ".tsv", ".txt")
MAGIC = "*?["


def find_sources(arguments: Sequence[str], asked: Asked) -> tuple[Source, ...]:
    """Return the source that each argument names, in the order given.

    Raises:
        DatasetError: There is nothing there, a table has no column of paths, or one
            source holds another, whose photos would be inspected twice.
        MissingExtraError: A Parquet file or an address needs a library.
    """
    sources = tuple(_source(each, asked) for each in arguments)
    _check_apart(sources)
    for source in sources:
        _ = source.identifiers  # a table is looked at before any photo is
    return sources


def _source(argument: str, asked: Asked) -> Source:
    if "://" in argument:
        return _at_address(argument, asked)
    path = Path(argument)
    try:
        is_folder, is_there = path.is_dir(), os.path.lexists(path)
    except (OSError, ValueError):  # a name that the disk does not allow
        is_folder = is_there = False
    if is_folder:
        return Folder(argument, asked)
    if is_there:
        return _file(argument, asked)
    found = Pattern(argument, asked)
    if any(letter in argument for letter in MAGIC) and found.count():
        return found
    raise DatasetError(
        f"{argument}: expected a folder, a file, a pattern that fits photos or an "
        "address, got nothing there."
    )


def _file(argument: str, asked: Asked) -> Source:
    name = argument.lower()
    if name.endswith(CSVS):
        return CsvManifest(argument, asked)
    if name.endswith(".parquet"):
        return ParquetManifest(argument, asked)
    if name.endswith(ENDINGS):
        return Archive(argument, asked, partial(_opened, argument))
    return OneFile(argument, asked)


def _opened(name: str) -> BinaryIO:
    return Path(name).open("rb")


def _at_address(argument: str, asked: Asked) -> Source:
    located(argument)  # a library that is missing is told before the run
    if argument.lower().endswith(ENDINGS):
        return Archive(argument, asked, partial(opener, argument))
    if argument.lower().endswith((*CSVS, ".parquet")):
        raise DatasetError(
            f"{argument}: expected a folder, a pattern, a photo or an archive at an "
            "address, got a table. Copy the table here; its paths may be addresses."
        )
    return Remote(argument, asked)


def _check_apart(sources: Sequence[Source]) -> None:
    places = [
        Path(os.path.realpath(each.name))
        for each in sources
        if isinstance(each, Folder | OneFile)
    ]
    taken: set[Path] = set()
    for place in sorted(places):  # a folder before what is in it
        held = next((each for each in (place, *place.parents) if each in taken), None)
        if held is not None:
            raise DatasetError(
                f"{place}: expected sources apart from one another, got one within "
                f"another, {held}: its photos would be inspected twice."
            )
        taken.add(place)
