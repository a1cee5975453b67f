"""`glassline recost`, as a person and as a script call it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from commands import rows_of, run

from glassline.decide import Escapes, Guarantee
from glassline.model import Model, load

GUARANTEE = Guarantee(
    *(0.9, 0.05, 0.95, (Escapes("scratch", 0, 60, 0.05), Escapes("dirt", 0, 60, 0.05))),
    *(20, 30, 0.1, "new", "photo", ""),
)


@pytest.fixture
def costs(tmp_path: Path) -> Path:
    """One cost, and nothing else."""
    path = tmp_path / "costs.toml"
    path.write_text("[costs.scratch]\naccept = 50\nreject = 0\n", encoding="utf-8")
    return path


def test_without_out_it_is_told_and_nothing_is_written(
    settled_folder: Path, settled: Model, costs: Path
) -> None:
    """What would change, by its place."""
    done = run("recost", settled_folder, "--recipe", costs)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "costs.scratch.accept: 20 → 50",
        "Head, scale and gauge are the same.",
        "Nothing is written without --out.",
    ]
    assert load(settled_folder).sha256 == settled.sha256


def test_a_model_is_written_over_itself(
    settled: Model, costs: Path, tmp_path: Path
) -> None:
    """Whole or not at all; its guarantee is void, and said to be."""
    own = replace(settled, guarantee=GUARANTEE).save(tmp_path / "own")

    done = run("recost", own, "--recipe", costs, "--out", own, "--lang", "zh-TW")

    found = load(own)
    assert (done.returncode, done.stderr) == (0, "")
    assert "保證已失效" in done.stdout
    assert found.sha256[:12] in done.stdout
    assert found.guarantee == replace(GUARANTEE, is_void=True)
    assert found.recipe.class_costs("scratch").accept == 50


def test_too_few_parts_to_count_again_exit_1(
    settled: Model, line_folder: Path, costs: Path, tmp_path: Path
) -> None:
    """The model is written all the same, its guarantee void."""
    own = replace(settled, guarantee=GUARANTEE).save(tmp_path / "own")

    done = run("recost", own, line_folder, "--recipe", costs, "--out", own, "--json")

    (row,) = rows_of(done)
    assert (done.returncode, row["guarantee"]) == (1, "void")
    assert (row["model"], row["path"]) == (load(own).sha256, str(own))
    assert row["changes"] == {"costs.scratch.accept": [20.0, 50.0]}


def test_options_without_data_are_refused(settled_folder: Path, costs: Path) -> None:
    """They would do nothing."""
    done = run("recost", settled_folder, "--recipe", costs, "--workers", 2)

    assert done.returncode == 2
    assert "--workers: expected DATA with it." in done.stderr
