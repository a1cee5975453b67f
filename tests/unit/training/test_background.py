"""Training finds what of the photos is not the part, and leaves it out where that gains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.recipe import Background, Recipe
from glassline.render.png import as_png
from glassline.studies.crossvalidation import cross_validate
from glassline.studies.verification import verify
from glassline.training import read_candidates, train, train_on
from glassline.training.background import BINS, find_background
from glassline.training.text import lines

SETTINGS = {"line_strength": {"polarity": "dark"}, "grain_noise": {"share": 0.02}}
EDGES = np.mgrid[0:96, 0:128]


def bracket(rng: np.random.Generator, defect: str) -> NDArray[np.uint8]:
    """Return a grey part beside a white table, its edge in shadow; perhaps a scratch.

    The shadow is as thin as a scratch, and darker.
    """
    rows, columns = EDGES
    slope = rng.uniform(-0.2, 0.2)
    right = columns - (rng.uniform(24, 40) + slope * rows)  # of the edge, in px
    photo = 110 + rng.normal(0, 2, rows.shape)
    photo[right < 0] = rng.uniform(210, 235)
    photo[(right >= 0) & (right < rng.uniform(2, 4))] -= rng.uniform(30, 60)
    if defect == "scratch":
        away = rows - rng.uniform(25, 70) - rng.uniform(-0.5, 0.5) * (columns - 90)
        photo[(np.abs(away) < 1) & (right > 20) & (columns < 115)] -= 14
    return np.asarray(photo.clip(0, 255), np.uint8)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Return 14 parts a class, each a group of its own."""
    folder = tmp_path_factory.mktemp("parts")
    rng = np.random.Generator(np.random.PCG64(7))
    for name in ("ok", "scratch"):
        (folder / name).mkdir()
        for number in range(14):
            photo = as_png(bracket(rng, name))
            (folder / name / f"{number:02}.png").write_bytes(photo)
    return Dataset.read(folder)


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    """Return a recipe with two features fixed, so that little is searched."""
    return Recipe(classes=("ok", "scratch"), features=SETTINGS)


@pytest.fixture(scope="module")
def model(parts: Dataset, recipe: Recipe) -> Model:
    """Return what training makes of the parts."""
    return train(parts, recipe)


def test_the_table_is_left_out(model: Model) -> None:
    """Parts are .43 and it is .82 to .92: half way from between to the table."""
    found = model.recipe.image.background

    assert found is not None
    assert (found.plane, found.side) == ("luma", "above")
    assert 0.65 < found.level < 0.82


def test_without_it_scratches_are_found_and_with_it_not(
    parts: Dataset, recipe: Recipe, model: Model
) -> None:
    """The shadow of the edge is the strongest line of every photo."""
    off = replace(recipe, training=replace(recipe.training, background="none"))
    with_border = train(parts, off)

    def loss(one: Model) -> float:
        said = cross_validate(
            read_candidates(parts, replace(off, image=one.recipe.image)), off
        )
        return float(said.scores.log_loss.value)

    assert with_border.recipe.image.background is None
    assert loss(model) < loss(with_border) - 0.1


def test_trained_again_it_is_the_same_to_the_last_bit(
    parts: Dataset, recipe: Recipe, model: Model
) -> None:
    """From its own recipe, which names the level, and from the first one."""
    assert train(parts, recipe).as_bytes() == model.as_bytes()
    assert verify(model, parts, retrain=True).holds


def test_readings_hold_both_ways_and_a_model_takes_its_own(
    parts: Dataset, recipe: Recipe, model: Model
) -> None:
    """Every column stands there twice; the readings of the model are of the second."""
    readings = read_candidates(parts, recipe)
    whole, without = readings.ways()
    assert without is not None
    again = read_candidates(parts, model.recipe)

    trained = train_on(readings, recipe)

    assert readings.background == model.recipe.image.background
    assert readings.values.shape[1] == 2 * readings.columns == 2 * whole.values.shape[1]
    assert (without.values == again.values).all()
    assert (trained.values(readings.values) != whole.values[:, :4]).any()
    assert trained.model.as_bytes() == model.as_bytes()


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        (
            "en",
            "Background: what is lighter than {level} in grey, in pieces, is not looked at "
            "(image.background).",
        ),
        ("zh-TW", "背景：亮度高於 {level} 的成片區域不檢視（image.background）。"),
    ],
)
def test_training_says_so(model: Model, lang: str, line: str) -> None:
    """In both languages, with the level that the recipe holds."""
    found = model.recipe.image.background
    assert found is not None

    assert line.format(level=f"{found.level:g}") in list(lines(model, lang))


def test_a_mask_that_was_drawn_is_enough(parts: Dataset, recipe: Recipe) -> None:
    """Where a person told what to look at, nothing else is looked for."""
    inner = (((40, 30), (80, 30), (80, 90), (40, 90)),)
    drawn = replace(recipe, image=replace(recipe.image, part=inner))

    assert read_candidates(parts, drawn).background is None


# ---- The level, by hand and against every level there is


def counts(
    all_cells: dict[int, float], edge: dict[int, float]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return how many cells have each of 64 levels."""
    found = np.zeros((2, BINS))
    for row, each in enumerate((all_cells, edge)):
        for at, count in each.items():
            found[row, at] = count
    return found


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(
            counts({12: 80, 51: 20}, {12: 60, 51: 40}),
            Background(above=0.65),  # Otsu's level 32 / 64, the mean 51.5 / 64
            id="light",
        ),
        pytest.param(
            counts({51: 80, 12: 20}, {51: 60, 12: 40}),
            Background(below=0.35),  # 32 / 64 and 12.5 / 64
            id="dark",
        ),
        pytest.param(counts({12: 96, 51: 4}, {12: 9, 51: 1}), None, id="too-small"),
        pytest.param(counts({12: 80, 51: 20}, {12: 80, 51: 20}), None, id="everywhere"),
        pytest.param(counts({30: 100}, {30: 100}), None, id="one-level"),
        pytest.param(
            counts(dict.fromkeys(range(10, 54), 1), {10: 1, 53: 1}),
            None,
            id="no-valley",
        ),
        pytest.param(counts({}, {}), None, id="no-photo"),
    ],
)
def test_the_level_by_hand(
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    expected: Background | None,
) -> None:
    """Half way from Otsu's level to the mean of the background, in hundredths."""
    assert find_background(table) == expected


@given(
    part=st.integers(2, 25),
    table=st.integers(38, 61),
    share=st.integers(6, 45),
)
def test_the_level_lies_between_part_and_table(
    part: int, table: int, share: int
) -> None:
    """Above every cell of the part, below every one of the table."""
    told = find_background(
        counts({part: 100 - share, table: share}, {part: 10, table: 90})
    )

    assert told is not None
    assert told.above is not None
    assert (part + 1) / BINS < told.above < (table + 0.5) / BINS
