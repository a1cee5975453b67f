"""Killed at any write, or with a failing disk, a station loses nothing it acknowledged."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from crashing import CALLS, can_attach, stations
from sqlalchemy import select

from glassline.dataset import Dataset
from glassline.store import Store
from glassline.store.derived import pages
from glassline.store.tables import inspections

Trial = Callable[..., dict[str, Any]]
needs_strace = pytest.mark.skipif(
    not can_attach(), reason="needs strace, and leave to attach to a process"
)
JOURNALS = ("wal", "truncate")


@pytest.fixture(scope="module")
def trial(settled_folder: Path, line: Dataset) -> Iterator[Trial]:
    """What makes a station of a trial, with two photos to record each turn."""
    photos = [part.path for part in line.parts[:2]]
    with stations(settled_folder, photos) as run:
        yield run


@pytest.fixture(scope="module", params=JOURNALS)
def begun(
    request: pytest.FixtureRequest,
    trial: Trial,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, Path]:
    """A journal, and a folder with a store that ran for one turn with it."""
    folder = tmp_path_factory.mktemp("begun")
    journal = str(request.param)
    done = trial(store=str(folder / "line.db"), name="first", journal=journal, photos=1)
    assert [each["what"] for each in done["said"]] == [
        *("recorded", "labelled", "noted", "read")
    ]
    return journal, folder


def _acknowledged(said: list[dict[str, Any]]) -> set[str]:
    rows = [each["rows"] for each in said if each["what"] not in ("read", "error")]
    return {name for row in rows for name in ([row] if isinstance(row, str) else row)}


def _check(folder: Path, said: list[dict[str, Any]]) -> None:
    """Open it as the next program would: whole, all acknowledged, each once."""
    with Store.open(folder / "line.db") as store:
        found = store.verify()
        assert found.found == ()
        standing = {row.record for row in store.rows(limit=1000)}
        assert _acknowledged(said) <= standing
        keys = [each.key for each in store.inspections(limit=1000).rows]
        assert len(keys) == len(set(keys))


def _sweep(
    trial: Trial,
    begun: tuple[str, Path],
    call: str,
    fault: str,
    every: int,
    folder: Path,
) -> tuple[int, set[str]]:
    """Try a fault at the first, the next... call until one is out of reach."""
    journal, base = begun
    tried, codes, n = 0, set(), 1
    while True:
        here = folder / f"{call}-{n}"
        shutil.copytree(base, here)
        done = trial(
            store=str(here / "line.db"),
            name=f"{call} {n}",
            journal=journal,
            inject=f"{call}:{fault}:when={n}",
        )
        errors = {each["code"] for each in done["said"] if each["what"] == "error"}
        _check(here, done["said"])
        shutil.rmtree(here)
        if not done["killed"] and not errors:
            return tried, codes
        tried, codes, n = tried + 1, codes | errors, n + every


@needs_strace
@pytest.mark.parametrize(
    ("call", "every", "least"),
    [
        ("pwrite64", 37, 1),
        ("fdatasync", 3, 1),
        ("fsync", 1, 2),
        ("ftruncate", 1, 0),
        ("unlink", 1, 0),
        ("rename", 1, 1),
    ],
)
def test_killed_at_a_write_nothing_acknowledged_is_lost(
    trial: Trial,
    begun: tuple[str, Path],
    call: str,
    every: int,
    least: int,
    tmp_path: Path,
) -> None:
    """Some of the points here; all of them among the long tests."""
    tried, _ = _sweep(trial, begun, call, "signal=SIGKILL", every, tmp_path)

    assert tried >= least


@needs_strace
@pytest.mark.soak
@pytest.mark.parametrize("call", CALLS)
def test_killed_at_every_write_nothing_acknowledged_is_lost(
    trial: Trial, begun: tuple[str, Path], call: str, tmp_path: Path
) -> None:
    """Each call of each kind, from the first to the last."""
    tried, _ = _sweep(trial, begun, call, "signal=SIGKILL", 1, tmp_path)

    print(f"{begun[0]} {call}: {tried} points, 0 lost")  # noqa: T201  the figure


@needs_strace
@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("pwrite64", "error=ENOSPC"),
        ("fdatasync", "error=EIO"),
        ("fsync", "error=ENOSPC"),
    ],
)
def test_a_disk_that_fails_once_is_a_named_error(
    trial: Trial, begun: tuple[str, Path], call: str, fault: str, tmp_path: Path
) -> None:
    """Nothing of it is half written, and what comes after is recorded."""
    _, codes = _sweep(trial, begun, call, fault, 29, tmp_path)

    assert codes <= {"store_full"}


@pytest.mark.soak
def test_five_hundred_random_kills_lose_nothing(
    trial: Trial, quick_folder: Path, rng: np.random.Generator
) -> None:
    """Of one store, killed again and again wherever it is, and opened as it was left."""
    folder = quick_folder / "random"
    folder.mkdir()
    trial(store=str(folder / "line.db"), name="first")
    acknowledged: list[dict[str, Any]] = []
    killed = 0

    for kill in range(500):
        done = trial(
            store=str(folder / "line.db"),
            name=f"kill {kill}",
            turns=1000,
            kill_after_s=float(rng.uniform(0.01, 0.12)),
        )
        acknowledged += done["said"]
        killed += done["killed"]

    with Store.open(folder / "line.db") as store:
        found = store.verify()
        standing = {row.record for page in pages(store.core.read) for row in page}
        keys = [key for (key,) in _keys(store)]
    lost = _acknowledged(acknowledged) - standing
    print(  # noqa: T201  the figure
        f"{killed} kills, {len(_acknowledged(acknowledged))} acknowledged, "
        f"{len(standing)} standing, {len(lost)} lost"
    )
    assert killed == 500
    assert (lost, found.found) == (set(), ())
    assert len(keys) == len(set(keys))


def _keys(store: Store) -> list[Any]:
    with store.core.read() as connection:
        return [*connection.execute(select(inspections.c.key))]
