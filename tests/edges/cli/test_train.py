"""`glassline train`: labelled photos in, a model out."""

from __future__ import annotations

from pathlib import Path

import pytest
from backbones import tiny_backbone
from commands import rows_of, run

from glassline.model import Model, load

SETTLED = """
classes = ["ok", "scratch", "dirt"]
training.penalty = 0.0003
features.line_strength.polarity = "either"
features.texture_change.share = 0.2
features.reflection_unevenness.fields = 16
features.grain_noise.width_px = 6
"""  # of the model `settled`: nothing is searched, which is quick


def test_train_writes_a_model_and_says_what_it_rests_on(
    line_folder: Path, settled: Model, tmp_path: Path
) -> None:
    """The same model as from Python, to the last bit; and what --compare found, if asked."""
    recipe, tiny = tmp_path / "recipe.toml", tmp_path / "tiny.onnx"
    tiny.write_bytes(tiny_backbone().SerializeToString())
    recipe.write_text(SETTLED)

    done = run(
        *("train", line_folder, "--out", tmp_path / "model"),
        *("--recipe", recipe, "--json", "--compare", "--backbone", tiny),
    )

    found = rows_of(done)[0]
    assert done.returncode == 0
    assert (found["compare"]["n"], found["compare"]["folds"]) == (60, 5)
    assert found["model"] == settled.sha256
    assert (found["n"], found["refused"]) == (60, [])


def test_train_for_a_person_is_a_few_lines(line_folder: Path, tmp_path: Path) -> None:
    """Counts, outcome, proof, place."""
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(SETTLED)

    done = run("train", line_folder, "--out", tmp_path / "model", "--recipe", recipe)

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0].startswith("Trained on 60 parts (ok ")
    assert lines[1].startswith("Converged after ")
    assert lines[-1].endswith(f"written to {tmp_path / 'model' / 'model.json'}")


def test_a_misspelt_label_exits_2_and_names_the_line(tmp_path: Path) -> None:
    """The message is the library's own."""
    table = tmp_path / "labels.csv"
    table.write_text("path,label\na.png,ok\nb.png,scrach\n")
    (tmp_path / "recipe.toml").write_text('classes = ["ok", "scratch"]')

    done = run(
        "train", table, "--out", tmp_path / "m", "--recipe", tmp_path / "recipe.toml"
    )

    assert done.returncode == 2
    assert done.stderr == (
        "Error: labels.csv line 3: expected one of ok, scratch, got 'scrach'. "
        "Did you mean scratch?\n"
    )


def test_like_another_model_takes_its_settings_and_scale(
    model_folder: Path, model: Model, line_folder: Path, tmp_path: Path
) -> None:
    """Told in the output, and verified without the other model."""
    out = tmp_path / "new"

    done = run("train", line_folder, "--out", out, "--like", model_folder)
    held = run("verify", out, line_folder, "--retrain")

    assert (done.returncode, done.stderr) == (0, "")
    assert f"Settings and scale are those of model {model.sha256[:12]}" in done.stdout
    assert load(out).scale == model.scale
    assert held.returncode == 0
    assert "holds:         centre and spread are those of another model" in held.stdout


@pytest.mark.parametrize("option", ["--good=ok", "--front=measured", "--int8"])
def test_options_that_like_decides_are_refused(
    model_folder: Path, line_folder: Path, tmp_path: Path, option: str
) -> None:
    """They would do nothing."""
    done = run(
        "train", line_folder, "--out", tmp_path / "new", "--like", model_folder, option
    )

    assert done.returncode == 2
    assert (
        f"{option.partition('=')[0]}: expected no --like with it, which says how features "
        "are read." in " ".join(done.stderr.split())
    )
