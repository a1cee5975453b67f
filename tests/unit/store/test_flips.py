"""One bit of the file is another: it is found, or nothing that was recorded changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassline.errors import StoreError
from glassline.model import Model
from glassline.store import Entry, Identifiers, Person, Store, Token
from glassline.store.derived import pages
from glassline.store.tables import DERIVED

QUICK, LONG = 5, 2_000


@pytest.fixture(scope="module")
def whole(quick_folder: Path, entries: list[Entry], settled: Model) -> Iterator[Path]:
    """A closed store with rows of every kind, and its folder."""
    path = quick_folder / "flips" / "line.db"
    path.parent.mkdir()
    with Store.open(path) as store:
        store.publish(settled, who="anna", reason="first")
        store.record_all(entries)
        store.label("station-2", "dirt", who="bo", reason="seen")
        store.add_person(Person("7", "Bo", "operator"), who="anna", reason="new")
        store.add_token(Token("t", "camera", "machine", "ab" * 32), who="a", reason="n")
        store.note("lamp changed", who="bo", about=Identifiers(lot="A").given)
        store.check_golden("G-1", holds=True, who="bo")
    yield path
    shutil.rmtree(path.parent)


def _content(store: Store) -> list[Any]:
    """Everything that was recorded, and everything that follows from it."""
    rows = [row for page in pages(store.core.read) for row in page]
    with store.core.read() as connection:
        tables = [connection.execute(table.select()).all() for table in DERIVED]
    return [rows, *(sorted(map(repr, table)) for table in tables)]


def _after_a_flip(path: Path, bit: int) -> tuple[str, list[Any] | None]:
    """Flip one bit, say what comes of it, and put it back."""
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(bytes(data))
    try:
        with Store.open(path) as store:
            found = store.verify(photos=False)
            if not found.holds:
                return found.found[0].kind, None
            return "", _content(store)
    except StoreError as error:
        return error.code, None


def _try(whole: Path, count: int, rng: np.random.Generator) -> dict[str, int]:
    """Flip so many bits, each in a copy, and count what came of them."""
    with Store.open(whole) as store:
        before = _content(store)
    size = 8 * whole.stat().st_size
    counts: dict[str, int] = {}
    for bit in rng.integers(0, size, count).tolist():
        copy = whole.with_name("copy.db")
        shutil.copyfile(whole, copy)
        shutil.rmtree(copy.with_suffix(".files"), ignore_errors=True)
        shutil.copytree(whole.with_suffix(".files"), copy.with_suffix(".files"))
        told, content = _after_a_flip(copy, bit)
        assert told or content == before, (
            f"bit {bit} changed something, and nobody said"
        )
        counts[told or "harmless"] = counts.get(told or "harmless", 0) + 1
        for each in whole.parent.glob("copy.db*"):
            each.unlink()
    return counts


def test_every_flip_is_found_or_harmless(whole: Path, rng: np.random.Generator) -> None:
    """A few of them; two thousand are among the long tests."""
    counts = _try(whole, QUICK, rng)

    assert sum(counts.values()) == QUICK
    assert counts.keys() - {"harmless"}


@pytest.mark.soak
def test_two_thousand_flips_are_found_or_harmless(
    whole: Path, rng: np.random.Generator
) -> None:
    """Anywhere in the file: rows, indexes, the schema, free space."""
    counts = _try(whole, LONG, rng)

    print(dict(sorted(counts.items())))  # noqa: T201  the figure
    assert sum(counts.values()) == LONG
