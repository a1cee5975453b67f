"""`glassline drift`, as a person and as a script call it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from commands import rows_of, run
from conftest import SIZE_HW

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.monitor import drift
from glassline.monitor.text import lines
from glassline.synthetic import Surface, production_line, write_dataset


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty parts under a lamp three times as uneven."""
    rng = np.random.default_rng(11)  # noqa: TID251  once a module
    folder = tmp_path_factory.mktemp("today")
    made = production_line(
        40, rng=rng, surface=Surface(lamp=0.45), size_hw=SIZE_HW, lot_size=5
    )
    write_dataset(made, folder)
    return folder


def test_json_is_that_of_python_and_exit_1_says_that_it_moved(
    model_folder: Path, model: Model, today: Path
) -> None:
    """One line, the same numbers, whatever the number of workers."""
    done = run("drift", model_folder, today, "--workers", 1, "--json")

    found = drift(model, Dataset.photos(today)).as_json()
    assert (done.returncode, done.stderr) == (1, "")
    (row,) = rows_of(done)
    assert {**row, "consequences": None} == {
        "model": model.sha256,
        **found,
        "consequences": None,
    }


def test_the_table_is_that_of_python(
    model_folder: Path, model: Model, line_folder: Path, today: Path
) -> None:
    """In the language asked for; the photos of training read again change nothing."""
    done = run(
        *("drift", model_folder, today, "--lang", "zh-TW", "--false-alarms", "5%"),
        *("--reference", line_folder),
    )

    found = drift(model, Dataset.photos(today), false_alarms=0.05)
    assert (done.returncode, done.stdout) == (
        1,
        "\n".join([*lines(found, "zh-TW"), ""]),
    )


def test_a_table_needs_no_label(
    model_folder: Path, today: Path, tmp_path: Path
) -> None:
    """A path and a lot are enough; a folder of any shape is, too."""
    rows = [
        f"{today}/{photo.relative_to(today)},L{number % 2}"
        for number, photo in enumerate(sorted(today.rglob("*.png")))
    ]
    table = tmp_path / "today.csv"
    table.write_text("\n".join(["path,lot", *rows]), encoding="utf-8")

    by_lot = run("drift", model_folder, table, "--json")
    by_photo = run("drift", model_folder, today / "ok", "--json")

    assert (by_lot.returncode, rows_of(by_lot)[0]["today"]["groups"]) == (1, 2)
    assert rows_of(by_lot)[0]["answer"] == "unknown"
    assert rows_of(by_photo)[0]["by_photo"] is True


def test_a_refused_photo_is_counted(
    model_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """Exit 6 where nothing moved, but a photo could not be read."""
    rng = np.random.default_rng(12)  # noqa: TID251  a line of its own
    write_dataset(production_line(40, rng=rng, size_hw=SIZE_HW, lot_size=5), tmp_path)
    first = next(iter(sorted((tmp_path / "ok").iterdir())))
    first.write_bytes(b"no photo")

    done = run("drift", model_folder, tmp_path)

    assert done.returncode == 6
    assert "Nothing moved that this test could notice." in done.stdout
    assert "Photos refused: 1" in done.stdout


def test_an_empty_folder_is_refused(model_folder: Path, tmp_path: Path) -> None:
    """With the reason, and exit 2."""
    done = run("drift", model_folder, tmp_path)

    assert (done.returncode, done.stderr) == (
        2,
        f"Error: {tmp_path}: expected a folder, a CSV or a Parquet file, got no photo in "
        "it.\n",
    )
