"""`glassline store` says what it finds, in both languages, and exits by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import run
from sqlalchemy import update

from glassline.dataset import Dataset
from glassline.inspection import attempt
from glassline.model import Model
from glassline.store import Entry, Identifiers, Store
from glassline.store.tables import ledger


@pytest.fixture(scope="module")
def file(
    settled: Model, line: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A store of three inspections, of which nobody touched anything."""
    path = tmp_path_factory.mktemp("store") / "line.db"
    photos = [part.path.read_bytes() for part in line.parts[:2]] + [b"none"]
    with Store.open(path) as store:
        store.publish(settled, who="anna", reason="first")
        store.record_all(
            [
                Entry(attempt(settled, each), each, Identifiers(lot="A"), who="camera")
                for each in photos
            ]
        )
    return path


@pytest.fixture(scope="module")
def touched(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it whose second row somebody changed."""
    path = tmp_path_factory.mktemp("touched") / "line.db"
    with Store.open(file) as store:
        store.backup(path)
    with Store.open(path) as store, store.core.engine.begin() as connection:
        connection.execute(update(ledger).where(ledger.c.seq == 2).values(who="eve"))
    return path


def test_what_nobody_touched_holds(file: Path) -> None:
    """Exit code 0, and the end of the stream to note elsewhere."""
    with Store.open(file) as store:
        [(stream, (seq, digest))] = store.heads().items()

    done = run("store", "verify", "--store", file)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "holds: 4 rows, 2 photos and 1 models are as they were written.\n"
        f"end of {stream}: {seq}, hash {digest}\n"
    )


def test_a_changed_row_is_named_and_exits_8(touched: Path) -> None:
    """For people, in either language."""
    english = run("store", "verify", "--store", touched)
    chinese = run("store", "verify", "--store", touched, "--lang", "zh-TW")

    assert (english.returncode, chinese.returncode) == (8, 8)
    assert english.stdout.splitlines()[:2] == [
        "DOES NOT HOLD: 1 findings in 4 rows, 2 photos and 1 models:",
        "  altered row: station-2 (its hash is that of another content)",
    ]
    assert chinese.stdout.splitlines()[0] == (
        "不成立：4 筆、2 張照片與 1 個模型中有 1 項不符："
    )


def test_json_is_that_of_python(touched: Path) -> None:
    """Every finding, for programs."""
    with Store.open(touched) as store:
        found = store.verify().as_json()

    done = run("store", "verify", "--store", touched, "--json")

    assert (done.returncode, json.loads(done.stdout)) == (8, found)


def test_an_end_that_was_noted_must_be_there(file: Path) -> None:
    """With another hash, or behind the end, it was cut off."""
    noted = run("store", "verify", "--store", file, "--head", f"station-9={'0' * 64}")
    wrong = run("store", "verify", "--store", file, "--head", "station-9")

    assert noted.returncode == 8
    assert "  cut off at the end: station-9 (outside saw it)" in noted.stdout
    assert (wrong.returncode, wrong.stderr.splitlines()[-1]) == (
        2,
        "Error: --head: expected RECORD=HASH, got 'station-9'.",
    )


def test_figures_are_told(file: Path) -> None:
    """Where it lies, what it holds, and what runs."""
    done = run("store", "info", "--store", file)

    assert done.returncode == 0
    assert done.stdout.startswith(f"{file}, schema 1, sqlite ")
    assert "inspections: accept 1, photo refused 1, reject 1; labels 0" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("model that runs: ")


def test_a_copy_a_table_and_a_rebuilding_say_what_they_did(
    file: Path, tmp_path: Path
) -> None:
    """One line each, exit code 0."""
    copied = run("store", "backup", "--store", file, "--out", tmp_path / "b.db")
    written = run(
        *("store", "export", "--store", file, "--out", tmp_path / "a.csv"),
        *("--where", "lot=A", "--decision", "accept"),
    )
    rebuilt = run("store", "rebuild", "--store", tmp_path / "b.db")

    assert copied.stdout.splitlines()[0] == (
        f"Copied to {tmp_path / 'b.db'}: 4 rows, 2 photos, 1 models."
    )
    assert written.stdout == f"1 records written to {tmp_path / 'a.csv'}.\n"
    assert rebuilt.stdout == "Tables built again from 4 rows.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["verify", "--store", "nowhere.db"],
            4,
            "expected a store, got nothing there.",
        ),
        (
            ["verify", "--store", "mysql://h/x"],
            2,
            "store: expected the path of a file,",
        ),
        (
            ["export", "--store", "nowhere.db", "--out", "a.csv", "--where", "lot"],
            2,
            "--where: expected NAME=VALUE, got 'lot'.",
        ),
        (
            ["export", "--store", "nowhere.db", "--out", "a.csv", "--where", "lto=A"],
            2,
            "Did you mean lot?",
        ),
    ],
)
def test_wrong_use_is_told(
    arguments: list[str], code: int, message: str, tmp_path: Path
) -> None:
    """And makes nothing."""
    done = run("store", *arguments)

    assert done.returncode == code
    assert message in done.stderr
    assert [*tmp_path.iterdir()] == []
