"""`glassline verify`: does a model follow from its photos?"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from commands import rows_of, run


def test_verify_proves_a_model_from_its_photos(
    model_folder: Path, line_folder: Path
) -> None:
    """Data, scale and optimum hold; trained again, the same bytes."""
    done = run("verify", model_folder, line_folder, "--retrain")

    assert done.returncode == 0
    assert [line[:5] for line in done.stdout.splitlines()] == ["holds"] * 4


def test_verify_finds_a_label_that_was_changed_since(
    model_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """One label of sixty: the hash differs and the gradient is not 0."""
    shutil.copytree(line_folder, tmp_path / "line")
    table = tmp_path / "line" / "labels.csv"
    table.write_text(table.read_text().replace(",dirt,", ",scratch,", 1))

    done = run("verify", model_folder, tmp_path / "line", "--json")

    found = rows_of(done)[0]
    assert done.returncode == 1
    assert (found["same_data"], found["holds"]) == (False, False)
    assert found["certificate"]["distance_bound"] > 1
    assert (found["missing"], found["new"]) == ([], [])
    assert [each["place"] for each in found["moved"][:2]] == [
        "training.counts[scratch]",
        "training.counts[dirt]",
    ]


def test_what_differs_is_named(
    model_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """A photo that was changed: missing by its hash, new by its name; numbers follow."""
    shutil.copytree(line_folder, tmp_path / "line")
    good = sorted((tmp_path / "line" / "ok").iterdir())
    was = hashlib.sha256(good[0].read_bytes()).hexdigest()[:16]
    good[0].write_bytes(sorted((line_folder / "dirt").iterdir())[0].read_bytes() + b" ")
    now = hashlib.sha256(good[0].read_bytes()).hexdigest()[:16]

    told = run("verify", model_folder, tmp_path / "line")
    told_zh = run("verify", model_folder, tmp_path / "line", "--lang", "zh-TW")

    lines = told.stdout.splitlines()
    at = lines.index("Photos that training did not have (1):")
    assert lines[at - 1 : at + 2] == [
        f"  {was}",
        lines[at],
        f"  {good[0].name} ({now})",
    ]
    assert "scale.center[" in told.stdout
    assert "optimum.W[" in told.stdout
    assert "... and " in told.stdout
    assert "訓練時沒有的照片（1 張）：" in told_zh.stdout


def test_two_labels_that_changed_places_are_told(
    model_folder: Path, line_folder: Path, tmp_path: Path
) -> None:
    """No count differs, and no photo: it is said what is left."""
    shutil.copytree(line_folder, tmp_path / "line")
    table = tmp_path / "line" / "labels.csv"
    rows = table.read_text().replace(",dirt,", ",DIRT,", 1).replace(",ok,", ",dirt,", 1)
    table.write_text(rows.replace(",DIRT,", ",ok,", 1))

    done = run("verify", model_folder, tmp_path / "line")

    assert done.returncode == 1
    assert "a label, a weight or the order of two parts differs." in done.stdout
