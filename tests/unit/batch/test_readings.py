"""Readings that a run keeps: training on them is training on the photos."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import duckdb
import numpy as np
import pytest
from unit.batch.inline import inline, rows_of

from glassline import inspect
from glassline.batch import Settings, run
from glassline.dataset import Dataset
from glassline.errors import DatasetError, GlasslineWarning, InputError, RecipeError
from glassline.front.measured import Measured
from glassline.model import Model
from glassline.recipe import ImageSettings, Recipe
from glassline.training import read_candidates, train, train_on
from glassline.training.candidates import Candidates
from glassline.training.kept import (
    candidate_columns,
    holds_readings,
    read_kept,
    shards_of,
)


@pytest.fixture(scope="module")
def labelled(line_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos in lots; one twice in two lots, one broken, one shared by two inspectors."""
    folder = tmp_path_factory.mktemp("labelled") / "photos"
    shutil.copytree(line_folder, folder)
    (table,) = folder.glob("*.csv")
    header, *rows = table.read_text("utf-8-sig").splitlines()
    path = rows[3].split(",")[0]
    shutil.copy(folder / path, folder / "copy.png")
    (folder / "broken.png").write_bytes(b"broken")
    rows += [rows[3].replace(path, "copy.png"), rows[4].replace(path[:2], path[:2])]
    rows += [rows[5].replace(rows[5].split(",")[0], "broken.png")]
    del rows[-2]
    table.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photos of noise, of which the blue is another one than the grey."""
    folder = tmp_path_factory.mktemp("coloured")
    rng = np.random.default_rng(3)  # noqa: TID251  once a module
    for label in ("ok", "dirt"):
        (folder / label).mkdir()
        pixels = rng.integers(90, 160, (64, 80, 3), np.uint8)
        (folder / label / "a.png").write_bytes(
            cv2.imencode(".png", pixels)[1].tobytes()
        )
    return folder


@pytest.fixture(scope="module")
def kept(model: Model, labelled: Path) -> Path:
    """The readings of every candidate, kept by a run in two processes."""
    readings = labelled.parent / "readings.parquet"
    out = labelled.parent / "v.csv"
    run(model, [str(labelled)], out, Settings(readings=readings))
    return readings


def test_the_model_is_that_of_the_photos_to_the_last_bit(
    kept: Path, labelled: Path
) -> None:
    """Settings, scale, head, temperature and region: one hash says it of them all."""
    data = Dataset.read(labelled)
    expected = train(data, Recipe(classes=data.classes))

    found = read_kept(kept)
    trained = train_on(found.readings, found.recipe(None)).model

    assert trained.head.W.tobytes() == expected.head.W.tobytes()
    assert trained.head.b.tobytes() == expected.head.b.tobytes()
    assert trained.record.refused == expected.record.refused
    assert trained.record.copies == expected.record.copies
    assert trained.sha256 == expected.sha256


def test_shards_are_read_in_the_order_of_their_names(
    model: Model, kept: Path, labelled: Path, tmp_path: Path
) -> None:
    """Whoever was written or named first, in whatever spelling: readings of one run."""
    names = (*Dataset.read(labelled).parts,)
    for name, label, parts in (("p10", str.upper, names[25:]), ("p9", str, names[:25])):
        rows = [f"{part.path},{label(part.label)},{part.group}" for part in parts]
        (tmp_path / f"{name}.csv").write_text("\n".join(["path,label,lot", *rows]))
        settings = Settings(
            readings=tmp_path / "shards" / f"{name}.parquet", engine=inline()
        )
        (tmp_path / "shards").mkdir(exist_ok=True)
        run(
            model, [str(tmp_path / f"{name}.csv")], tmp_path / f"{name}-v.csv", settings
        )

    p9, p10 = tmp_path / "shards" / "p9.parquet", tmp_path / "shards" / "p10.parquet"
    with pytest.warns(GlasslineWarning, match="one class in 2 spellings"):
        found = read_kept(p10, tmp_path / "*" / "p?.parquet").readings
    whole = read_kept(kept).readings

    assert shards_of(tmp_path / "shards") == shards_of(p10, p9, p9) == [p9, p10]
    assert found.values.tobytes() == whole.values.tobytes()
    assert found.sha256 == whole.sha256
    assert [part.label for part in found.data.parts] == [
        part.label for part in whole.data.parts
    ]
    assert found.data.groups().tolist() == whole.data.groups().tolist()


def test_colour_is_read_as_training_reads_it(
    settled: Model, coloured: Path, tmp_path: Path
) -> None:
    """Every candidate on every plane, where the photos have colour."""
    data = Dataset.read(coloured)
    recipe = Recipe(settled.recipe.classes)
    plain = replace(settled, recipe=recipe)
    settings = Settings(readings=tmp_path / "r.parquet", engine=inline())

    run(plain, [str(coloured)], tmp_path / "v.csv", settings)

    found = read_kept(tmp_path / "r.parquet")
    expected = read_candidates(data, recipe)
    assert found.readings.values.shape[1] > len(candidate_columns(Candidates()))
    assert found.readings.values.tobytes() == expected.values.tobytes()


def test_a_model_of_colour_says_of_a_photo_what_inspect_says(
    settled: Model, coloured: Path, tmp_path: Path
) -> None:
    """The plane that its settings name is read, and not the grey in its place."""
    features = {**settled.recipe.features, "grain_noise": {"plane": "blue"}}
    front = Measured(features)
    blue = replace(
        settled, front=front, recipe=replace(settled.recipe, features=features)
    )
    photo = next(coloured.rglob("*.png"))

    run(blue, [str(photo)], tmp_path / "v.csv", Settings(engine=inline()))

    (row,) = rows_of(tmp_path / "v.csv")
    seen, grey = inspect(blue, photo), inspect(settled, photo)
    assert float(row["x_grain_noise"]) == seen.x[3] != grey.x[3]


def test_shares_and_weights_are_kept(
    settled: Model, line: Dataset, tmp_path: Path
) -> None:
    """What inspectors disagreed on, how much a part counts, and who said it."""
    path = line.parts[0].path
    (tmp_path / "soft.csv").write_text(
        "path,label_ok,label_dirt,weight,inspector\n"
        f"{path},0.25,0.75,0.1,Chen\n{line.parts[1].path},0,0,2,\n"
    )
    settings = Settings(readings=tmp_path / "r.parquet", engine=inline())

    run(settled, [str(tmp_path / "soft.csv")], tmp_path / "v.csv", settings)

    first, second = read_kept(tmp_path / "r.parquet").readings.data.parts
    assert (first.shares, first.weight) == ({"ok": 0.25, "dirt": 0.75}, 0.1)
    assert first.inspector == "Chen"
    assert (second.shares, second.weight) == ({}, 2.0)


def test_the_verdicts_are_as_without(
    settled: Model, labelled: Path, tmp_path: Path
) -> None:
    """Beside the labels; no candidate is among them."""
    settings = Settings(readings=tmp_path / "r.parquet", engine=inline())
    run(settled, [str(labelled)], tmp_path / "with.parquet", settings)
    run(settled, [str(labelled)], tmp_path / "v.parquet", Settings(engine=inline()))

    query = "SELECT sha256, p_ok, decision FROM read_parquet(?) ORDER BY ALL"
    found, plain = (
        duckdb.execute(query, [str(tmp_path / name)]).fetchall()
        for name in ("with.parquet", "v.parquet")
    )
    columns = duckdb.read_parquet(str(tmp_path / "with.parquet")).columns
    assert found == plain
    assert [name for name in columns if "candidate" in name or name == "pixels"] == []
    assert {"label", "group", "weight"} <= set(columns)


def test_other_settings_than_were_read_are_refused(kept: Path) -> None:
    """By the recipe; what it leaves out is no other."""
    found = read_kept(kept)
    declared = Recipe(classes=("ok", "scratch", "dirt"))
    other = replace(declared, image=ImageSettings(region_xyxy=(0, 0, 50, 50)))

    message = (
        "recipe: expected the features and the image that the readings were taken with, "
        "got others. Read the photos again, or leave them out."
    )
    assert found.recipe(declared) == declared
    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        found.recipe(other)


def test_a_table_of_photos_is_no_readings(kept: Path, tmp_path: Path) -> None:
    """Nor is a folder of photos; a folder of shards is."""
    duckdb.sql("SELECT 'a.png' AS path, 'ok' AS label").write_parquet(
        str(tmp_path / "labels.parquet")
    )

    assert holds_readings(kept)
    assert not holds_readings(tmp_path / "labels.parquet")
    assert not holds_readings(tmp_path / "none")
    message = (
        f"{tmp_path}/labels.parquet: expected the readings that glassline batch "
        "--readings keeps, got none."
    )
    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        read_kept(tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            Settings(readings=Path("r.csv")),
            "--readings r.csv: expected a file that ends in .parquet, got '.csv'.",
        ),
        (
            Settings(readings=Path("r.parquet"), pattern="{lot}/*"),
            "--pattern: expected no --readings with it.",
        ),
    ],
)
def test_what_can_not_be_kept_is_refused(
    settings: Settings, message: str, settled: Model, labelled: Path, tmp_path: Path
) -> None:
    """Before any photo is read."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        run(settled, [str(labelled)], tmp_path / "v.csv", settings)
