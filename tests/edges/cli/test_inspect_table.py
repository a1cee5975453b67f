"""`glassline inspect --csv`, lists on standard input, and how many photos at a time."""

from __future__ import annotations

import csv
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from commands import run

import glassline
from glassline.cli.table import write
from glassline.dataset.readings import Refusal
from glassline.model import Model


@pytest.fixture(scope="module")
def photos(line_folder: Path) -> list[Path]:
    """Six photos of the line."""
    return sorted(line_folder.rglob("*.png"))[:6]


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table as its reader sees them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_holds_the_verdict_to_the_last_bit(
    model_folder: Path, model: Model, photos: list[Path], tmp_path: Path
) -> None:
    """Class, decision, probabilities, x and readings, as Python has them."""
    run("inspect", model_folder, photos[0], "--csv", tmp_path / "v.csv")

    (row,) = rows(tmp_path / "v.csv")
    seen = glassline.inspect(model, photos[0])
    assert (row["class"], row["decision"]) == (seen.predicted_class, seen.decision)
    assert [float(row[f"p_{c}"]) for c in model.recipe.classes] == list(
        seen.probabilities
    )
    assert [float(row[f"x_{f}"]) for f in model.feature_names] == seen.x.tolist()
    assert [float(row[f"reading_{f}"]) for f in model.feature_names] == list(
        seen.readings
    )
    assert (row["image"], row["model"]) == (str(photos[0]), model.sha256)


def test_excel_reads_it_and_runs_nothing(
    model_folder: Path, photos: list[Path], tmp_path: Path
) -> None:
    """A mark of UTF-8 first; a name that would be a formula gets an apostrophe."""
    name = tmp_path / "=cmd().png"
    name.write_bytes(photos[0].read_bytes())
    arguments = ["inspect", str(model_folder), name.name, "--csv", "v.csv"]

    done = subprocess.run(
        [sys.executable, "-m", "glassline", *arguments],
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )

    assert done.returncode == 0
    assert (tmp_path / "v.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    assert rows(tmp_path / "v.csv")[0]["image"] == "'=cmd().png"


def test_rows_are_appended_under_the_same_columns(
    model_folder: Path, photos: list[Path], tmp_path: Path
) -> None:
    """Old rows stay as they are; the header stands once; a refusal is a row too."""
    table, bad = tmp_path / "v.csv", tmp_path / "bad.png"
    bad.write_bytes(b"no photo")
    run("inspect", model_folder, photos[0], "--csv", table, "--append")
    before = table.read_bytes()

    run("inspect", model_folder, photos[1], bad, "--csv", table, "--append")

    assert table.read_bytes().startswith(before)
    assert [row["image"] for row in rows(table)] == [*map(str, photos[:2]), str(bad)]
    assert rows(table)[2]["refused"] == "unsupported_type"
    assert rows(table)[2]["class"] == ""


def test_a_table_of_another_model_is_left_alone(
    model_folder: Path, photos: list[Path], tmp_path: Path
) -> None:
    """Nothing is written where the columns differ."""
    table = tmp_path / "v.csv"
    table.write_text("image,p_other\n", encoding="utf-8-sig")

    done = run("inspect", model_folder, photos[0], "--csv", table, "--append")

    assert done.returncode == 2
    assert "--append: expected" in done.stderr
    assert table.read_text(encoding="utf-8-sig") == "image,p_other\n"


def test_a_list_comes_from_standard_input(
    model_folder: Path, photos: list[Path]
) -> None:
    """One path a line, in that order."""
    listed = "\n".join(map(str, reversed(photos)))

    done = _piped(model_folder, listed.encode())

    said = [line.split()[-1] for line in done.splitlines() if ".png" in line]
    assert said == [str(photo) for photo in reversed(photos)]


def test_a_photo_comes_from_standard_input(
    model_folder: Path, model: Model, photos: list[Path]
) -> None:
    """Its bytes, without a file."""
    done = _piped(model_folder, photos[0].read_bytes())

    seen = glassline.inspect(model, photos[0])
    assert done.splitlines()[0].endswith(f"{seen.decision}  -")


def test_more_workers_say_the_same(model_folder: Path, line_folder: Path) -> None:
    """Byte for byte, in the same order."""
    said = [
        run("inspect", model_folder, line_folder, "--json", "--workers", workers).stdout
        for workers in (1, 3)
    ]

    assert said[0] == said[1]


@pytest.mark.parametrize("workers", [1, 2])
def test_many_photos_in_python(
    model: Model, photos: list[Path], tmp_path: Path, workers: int
) -> None:
    """In order; a photo that is refused stands in its place and stops nothing."""
    asked = [photos[0], tmp_path / "none.png", photos[1].read_bytes()]

    found = list(glassline.inspect_many(model, asked, workers=workers))

    assert isinstance(found[1], Refusal)
    assert found[1].reason == "not_found"
    assert found[0].as_json() == glassline.inspect(model, photos[0]).as_json()
    assert found[2].photo.sha256 == glassline.inspect(model, photos[1]).photo.sha256


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--append"], "--append: expected --csv FILE with it."),
        (["--miss", "5%"], "--miss: expected --set DATA with it."),
        (["--by-class"], "--by-class: expected --set DATA with it."),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    model_folder: Path, photos: list[Path], options: list[str], message: str
) -> None:
    """Exit code 2, and what was expected."""
    done = run("inspect", model_folder, photos[0], *options)

    assert (done.returncode, message in done.stderr) == (2, True)


def _piped(model: Path, data: bytes) -> str:
    command = [sys.executable, "-m", "glassline", "inspect", str(model), "-"]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    return done.stdout.decode()


def test_two_may_append_at_the_same_time(tmp_path: Path) -> None:
    """No row of either is lost."""
    path = tmp_path / "verdicts.csv"

    def often(name: str) -> None:
        for number in range(20):
            write(path, ["image"], [[f"{name}{number}"]], append=True)

    writers = [threading.Thread(target=often, args=(name,)) for name in "ab"]
    for each in writers:
        each.start()
    for each in writers:
        each.join()

    rows = path.read_text(encoding="utf-8-sig").split()
    assert sorted(rows) == sorted(
        ["image", *(f"{name}{number}" for name in "ab" for number in range(20))]
    )
