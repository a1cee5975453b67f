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


@pytest.fixture(scope="module")
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
    ("begun", "call", "every", "least"),
    [
        ("wal", "pwrite64", 37, 1),
        ("wal", "fdatasync", 4, 1),
        ("wal", "rename", 1, 1),
        ("truncate", "pwrite64", 53, 1),
        ("truncate", "fsync", 1, 2),
        ("truncate", "ftruncate", 2, 0),
    ],
    indirect=["begun"],
)
def test_killed_at_a_write_nothing_acknowledged_is_lost(
    trial: Trial,
    begun: tuple[str, Path],
    call: str,
    every: int,
    least: int,
    tmp_path: Path,
) -> None:
    """Some of the points here; all of them, with both journals, among the long tests."""
    tried, _ = _sweep(trial, begun, call, "signal=SIGKILL", every, tmp_path)

    assert tried >= least


@needs_strace
@pytest.mark.parametrize("n", [1, 40])
def test_killed_while_it_is_made_a_store_is_made_by_the_next(
    trial: Trial, tmp_path: Path, n: int
) -> None:
    """The schema is there whole, or not at all."""
    inject = f"pwrite64:signal=SIGKILL:when={n}"

    done = trial(store=str(tmp_path / "line.db"), name="first", inject=inject)

    _check(tmp_path, done["said"])
    again = trial(store=str(tmp_path / "line.db"), name="second")
    assert "error" not in {each["what"] for each in again["said"]}


@pytest.mark.parametrize("begun", ["wal"], indirect=True)
def test_a_file_that_may_not_grow_is_a_named_error_and_reading_goes_on(
    trial: Trial, begun: tuple[str, Path], tmp_path: Path
) -> None:
    """As on a full disk: nothing is half written, and with room it goes on."""
    journal, base = begun
    shutil.copytree(base, tmp_path / "full")
    store = str(tmp_path / "full" / "line.db")
    most = (tmp_path / "full" / "line.db").stat().st_size

    full = trial(store=store, name="full", journal=journal, most_bytes=most, turns=60)
    after = trial(store=store, name="after", journal=journal)

    assert {each.get("code") for each in full["said"]} >= {"store_full"}
    assert {e["code"] for e in full["said"] if e["what"] == "error"} == {"store_full"}
    assert full["said"][-1]["what"] == "read"
    assert "error" not in {each["what"] for each in after["said"]}
    _check(tmp_path / "full", [*full["said"], *after["said"]])


@pytest.mark.parametrize(
    ("writers", "turns"),
    [(2, 4), pytest.param(4, 250, marks=pytest.mark.soak)],
    ids=["two for a moment", "four, each 500 inspections"],
)
def test_programs_that_write_one_store_wait_for_one_another(
    trial: Trial, tmp_path: Path, writers: int, turns: int
) -> None:
    """None is told that it is locked; every row stands once."""
    store = str(tmp_path / "line.db")
    names = [f"writer {n}" for n in range(writers)]

    done = trial(store=store, names=names, turns=turns)

    assert [each for each in done["said"] if each["what"] == "error"] == []
    with Store.open(store) as whole:
        assert whole.heads()["station"][0] == writers * turns * 4
        assert whole.verify().holds


@needs_strace
@pytest.mark.soak
@pytest.mark.parametrize("begun", JOURNALS, indirect=True)
@pytest.mark.parametrize("call", CALLS)
def test_killed_at_every_write_nothing_acknowledged_is_lost(
    trial: Trial, begun: tuple[str, Path], call: str, tmp_path: Path
) -> None:
    """Each call of each kind, from the first to the last."""
    tried, _ = _sweep(trial, begun, call, "signal=SIGKILL", 1, tmp_path)

    print(f"{begun[0]} {call}: {tried} points, 0 lost")  # noqa: T201  the figure


@needs_strace
@pytest.mark.parametrize(
    ("begun", "call", "fault"),
    [
        ("truncate", "pwrite64", "error=ENOSPC"),
        ("wal", "fdatasync", "error=EIO"),
        ("truncate", "fsync", "error=ENOSPC"),
    ],
    indirect=["begun"],
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
            kill_after_s=float(rng.uniform(0.02, 0.4)),
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
