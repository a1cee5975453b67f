"""What a model was taught: the same bits back, and nothing but that taken."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from glassline.dataset import Dataset
from glassline.dataset.part import Part
from glassline.dataset.readings import Readings
from glassline.errors import ModelError
from glassline.model import Model, load
from glassline.model.taught import Taught
from glassline.recipe import Recipe

RECIPE = Recipe(classes=("ok", "dirt"))
HEADER = "photo,group,weight,label_ok,label_dirt,line_strength,texture_change,"
HEADER += "reflection_unevenness,grain_noise"
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def readings(values: list[list[float]]) -> Readings:
    """Parts of one lot each: the first OK, then one that two people disagree on, dirt."""
    parts = (
        Part(Path("a.png"), "ok", "a", "lot 1"),
        Part(Path("b.png"), None, "b", "lot 2", 0.5, {"ok": 0.25, "dirt": 0.75}),
        Part(Path("c.png"), None, "c", "lot 2"),
        Part(Path("d.png"), "dirt", "d", "lot 1", 2.0),
    )
    photos = ("aa", "bb", "cc", "dd")
    return Readings(Dataset("lots", parts), np.array(values), photos, ())


def test_the_file_by_hand() -> None:
    """A line a labelled part, in their order; the undecided third teaches nothing."""
    found = Taught.of(readings([[1, 2.5, -3, 0.1]] * 4), RECIPE)

    assert found is not None
    assert found.data.decode().splitlines() == [
        HEADER,
        "aa,0,1,1,0,1,2.5,-3,0.1",
        "bb,1,0.5,0.25,0.75,1,2.5,-3,0.1",
        "dd,0,2,0,1,1,2.5,-3,0.1",
    ]


@given(st.lists(st.lists(FINITE, min_size=4, max_size=4), min_size=4, max_size=4))
def test_the_same_bits_come_back(values: list[list[float]]) -> None:
    """Readings, shares, weights and who stands together; -0 and denormals too."""
    parts = readings(values)
    found = Taught.of(parts, RECIPE)

    assert found is not None
    back, kept = Taught(found.data, RECIPE).readings, parts.subset(np.array([0, 1, 3]))
    assert back.values.tobytes() == kept.values.tobytes()
    assert back.sha256 == kept.sha256
    assert_array_equal(
        back.data.targets(RECIPE.classes), kept.data.targets(("ok", "dirt"))
    )
    assert_array_equal(back.data.weights(), kept.data.weights())
    assert_array_equal(back.data.groups(), kept.data.groups())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "photo,group\n",
            f"parts.csv: expected columns {HEADER.replace(',', ', ')}, got "
            "'photo, group'.",
            id="other columns",
        ),
        pytest.param(
            f"{HEADER}\naa,0,1,1,0,1,2,3,nan\n",
            "parts.csv: line 2: expected a photo, a group and 7 finite numbers, got "
            "'aa,0,1,1,0,1,2,3,nan'.",
            id="not a number",
        ),
        pytest.param(
            f"{HEADER}\naa,0,1,1,0,1,2,3,4\nbb\n",
            "parts.csv: line 3: expected a photo, a group and 7 finite numbers, got "
            "'bb'.",
            id="cut",
        ),
    ],
)
def test_another_file_is_refused(text: str, message: str) -> None:
    """With the line at fault."""
    with pytest.raises(ModelError, match=f"^{re.escape(message)}$"):
        _ = Taught(text.encode(), RECIPE).readings


def test_a_trained_model_holds_what_its_head_was_fitted_to(
    settled: Model, line: Dataset, tmp_path: Path
) -> None:
    """Saved beside it and loaded with it; the readings are those of its own front."""
    settled.save(tmp_path)
    again = load(tmp_path)

    assert again.taught is not None
    assert again.sha256 == settled.sha256
    assert [each.name for each in tmp_path.glob("parts.*")] == [
        f"parts.{again.taught.sha256[:16]}.csv"
    ]
    assert len(again.taught.readings.data) == len(line.parts)


def test_one_byte_off_and_the_model_is_refused(settled: Model, tmp_path: Path) -> None:
    """The record names the file by its hash."""
    settled.save(tmp_path)
    (file,) = tmp_path.glob("parts.*")
    file.write_bytes(file.read_bytes().replace(b",1,", b",2,", 1))

    with pytest.raises(ModelError, match=r"^parts\.[0-9a-f]{16}\.csv: model_hash_mism"):
        load(tmp_path)


def test_a_model_from_before_it_was_kept_has_none(
    settled: Model, tmp_path: Path
) -> None:
    """And is saved as it was."""
    old = replace(settled, taught=None, record=replace(settled.record, taught=None))
    old.save(tmp_path)

    assert load(tmp_path).taught is None
    assert [each.name for each in tmp_path.iterdir()] == ["model.json"]


def test_a_model_file_alone_still_inspects(settled: Model, tmp_path: Path) -> None:
    """No verdict rests on it: the same hash, and nothing to learn from."""
    (tmp_path / "model.json").write_bytes(settled.as_bytes())

    alone = load(tmp_path)

    assert alone.taught is None
    assert alone.sha256 == settled.sha256
