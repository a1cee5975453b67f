"""`glassline verify`: does a model follow from its photos?"""

from __future__ import annotations

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
