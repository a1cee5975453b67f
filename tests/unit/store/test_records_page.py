"""What docs/records.md says of the ledger is so, and its programs run."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from glassline.model import Model
from glassline.store import IDENTIFIERS, Entry, Store
from glassline.store.ledger import KINDS
from glassline.store.tables import ledger

PAGE = Path(__file__).resolve().parents[3] / "docs" / "records.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLE, AUDIT = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
Open = Callable[..., Store]


@pytest.fixture
def file(tmp_path: Path, entries: list[Entry], settled: Model) -> Path:
    """A store of two streams in a SQLite file."""
    path = tmp_path / "line.db"
    with Store.open(path) as store:
        store.publish(settled, who="安娜", reason="第一版")
        store.record_all(entries)
    with Store.open(path, stream="other") as store:
        store.note("早安", who="bo")
    return path


def _audit(path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-c", AUDIT, path],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return done.stdout


def test_the_auditors_script_agrees_with_the_store(file: Path) -> None:
    """It shares no code with it, and finds the same ends."""
    with Store.open(file) as store:
        heads = store.heads()

    assert "glassline" not in AUDIT
    assert _audit(file) == f"{dict(sorted(heads.items()))}\n"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE ledger SET who = 'eve' WHERE seq = 5", ["station 5"]),
        ("DELETE FROM ledger WHERE seq = 5", ["station 6"]),
        (
            "UPDATE ledger SET seq = 99 WHERE seq = 5 AND stream = 'station'",
            ["station 6", "station 99"],
        ),
    ],
    ids=["altered", "deleted", "moved"],
)
def test_the_auditors_script_names_what_does_not_hold(
    file: Path, statement: str, said: list[str]
) -> None:
    """The first row that does not fit."""
    with Store.open(file) as store, store.core.engine.begin() as connection:
        connection.exec_driver_sql(statement)

    lines = _audit(file).splitlines()

    assert lines[:-1] == [f"does not hold: {each}" for each in said]


def test_the_example_records_and_labels(
    tmp_path: Path, settled_folder: Path, line_folder: Path
) -> None:
    """As it stands on the page, with a model and a photo."""
    photo = next((line_folder / "scratch").glob("*.png"))
    before = (
        "import glassline, pathlib\n"
        f"model = glassline.load({str(settled_folder)!r})\n"
        f"photo = pathlib.Path({str(photo)!r}).read_bytes()\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", before + EXAMPLE],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    with Store.open(tmp_path / "line.db") as store:
        assert store.inspection("station-3-2").label == "scratch"


def test_the_page_names_every_field_kind_and_identifier() -> None:
    """A new one brings its line."""
    named = set(re.findall(r"`([a-z_0-9]+)`", TEXT))

    columns = {"body" if each.name == "body" else each.name for each in ledger.columns}
    assert (columns | set(KINDS) | set(IDENTIFIERS)) - named == set()
