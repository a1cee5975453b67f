"""Results as a DataFrame of whichever library is there."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

import glassline
from glassline import Dataset, Model
from glassline.dataset.frame import LIBRARIES, frame
from glassline.errors import MissingExtraError, ShapeError
from glassline.model import read_with


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One library alone is there, as a class that takes columns."""
    name = str(request.param)
    for each in LIBRARIES:
        monkeypatch.setitem(sys.modules, each, None)
    fake = ModuleType(name)
    fake.DataFrame = type("DataFrame", (dict,), {"__module__": name})
    monkeypatch.setitem(sys.modules, name, fake)
    return name


def test_an_evaluation_is_a_row_a_part(
    settled: Model, line: Dataset, library: str
) -> None:
    """Photo, group, label, class, decision, loss and probabilities."""
    found = glassline.evaluate(settled, line, with_training=True)

    table = found.frame()

    assert type(table).__module__ == library
    assert [*table] == [
        *("image", "group", "label", "class", "decision", "nats"),
        *("p_ok", "p_scratch", "p_dirt"),
    ]
    assert table["image"] == tuple(str(part.path) for part in line.parts)
    assert sum(table["nats"]) / found.n == pytest.approx(found.log_loss)
    assert {*map(len, table.values())} == {found.n}


def test_inspections_are_a_row_a_photo_refused_ones_too(
    settled: Model, line: Dataset, library: str, tmp_path: Path
) -> None:
    """In their order, with blanks where there is nothing to say."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no photo")
    photos = [line.parts[0].path, broken]
    first, second = glassline.inspect_many(settled, photos)

    table = glassline.frame([first, second])

    assert table["image"] == [str(photo) for photo in photos]
    assert table["class"] == [first.predicted_class, None]
    assert table["refused"] == [None, second.reason]
    assert table["p_ok"] == [first.probabilities["ok"], None]
    assert table["x_grain_noise"] == [first.x[3], None]


def test_readings_are_a_row_a_part(settled: Model, line: Dataset, library: str) -> None:
    """Each reading by its name, or by its place."""
    readings = read_with(settled, line)

    table = readings.frame(settled.feature_names)

    assert [*table][:5] == ["image", "sha256", "group", "label", "line_strength"]
    assert table["label"] == [part.label for part in line.parts]
    assert [*readings.frame()][4:] == [f"reading_{place}" for place in (1, 2, 3, 4)]
    with pytest.raises(
        ShapeError, match=r"^names: expected 4, one a reading, got 1\.$"
    ):
        readings.frame(["line"])


def test_without_a_library_it_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And how to get one."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", None)

    with pytest.raises(
        MissingExtraError,
        match=r"^A table as a DataFrame needs pandas or polars\. Install one of them "
        r"with: pip install pandas$",
    ):
        frame({"a": [1]})
