"""The production line: lots, labels, files."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.errors import DatasetError, InputError, LabelError
from glassline.synthetic.line import (
    INSPECTORS,
    RenderedPart,
    production_line,
    write_dataset,
)
from glassline.synthetic.surfaces import Surface

SIZE_HW = (48, 64)


def _seeded(seed: int = 8) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@pytest.fixture(scope="module")
def parts() -> list[RenderedPart]:
    """A line of 240 small parts."""
    return list(production_line(240, rng=_seeded(), size_hw=SIZE_HW))


def test_the_same_seed_makes_the_same_line(parts: list[RenderedPart]) -> None:
    """Photos, labels and doses, to the last bit."""
    again = list(production_line(240, rng=_seeded(), size_hw=SIZE_HW))

    assert_array_equal([p.image for p in again], [p.image for p in parts])
    assert [(p.label, p.doses) for p in again] == [(p.label, p.doses) for p in parts]


def test_parts_are_made_as_they_are_taken() -> None:
    """A line of a hundred thousand parts starts at once."""
    endless = production_line(100_000, rng=_seeded(), size_hw=SIZE_HW)

    assert [part.serial for part in islice(endless, 2)] == ["P00001", "P00002"]


def test_half_of_the_parts_are_good_and_both_faults_are_common(
    parts: list[RenderedPart],
) -> None:
    """Labels move a few parts near the limit from one class to the other."""
    counts = Counter(part.label for part in parts)

    assert_allclose(
        [counts["ok"], counts["scratch"], counts["dirt"]], [120, 60, 60], atol=8
    )


def test_twenty_parts_in_a_row_are_a_lot(parts: list[RenderedPart]) -> None:
    """A lot is what a data set is split by."""
    assert [part.lot for part in parts[18:22]] == ["L01", "L01", "L02", "L02"]
    assert set(Counter(part.lot for part in parts).values()) == {20}


def test_a_serial_names_one_part(parts: list[RenderedPart]) -> None:
    """All are different."""
    assert len({part.serial for part in parts}) == 240


def test_lots_differ_in_brightness_more_than_good_parts_of_a_lot(
    parts: list[RenderedPart],
) -> None:
    """A lot has its own lamp: its parts are alike."""
    lots = sorted({part.lot for part in parts})
    means = [
        [float(p.image.mean()) for p in parts if p.lot == lot and p.doses.glare < 0.4]
        for lot in lots
    ]

    within = np.mean([np.std(each) for each in means])

    assert np.std([np.mean(each) for each in means]) > within


def test_labels_are_what_the_inspector_says_of_the_doses(
    parts: list[RenderedPart],
) -> None:
    """The worst fault at or above the inspector's own limit, else ok."""
    wrong = []
    for part in parts:
        dirt = max(part.doses.smear, part.doses.grain)
        worst = "scratch" if part.doses.scratch >= dirt else "dirt"
        limit = INSPECTORS[part.inspector]
        expected = worst if max(part.doses.scratch, dirt) >= limit else "ok"
        wrong += [part] * (part.label != expected)

    assert wrong == []


def test_some_parts_lie_near_the_limit(parts: list[RenderedPart]) -> None:
    """Some are there, few enough for a high accuracy."""
    near = [part for part in parts if 0.44 < part.doses.scratch < 0.56]

    assert 3 <= len(near) <= 24


def test_good_parts_carry_a_little_of_everything(parts: list[RenderedPart]) -> None:
    """Clean in the factory's sense, not in the mathematician's."""
    doses = [part.doses for part in parts if part.label == "ok"]
    rows = np.array([[d.scratch, d.smear, d.glare, d.grain] for d in doses])

    assert (rows > 0).all()
    assert (np.median(rows, axis=0) < 0.4).all()


@pytest.mark.parametrize(
    "classes",
    [("ok", "scratch"), ("dirt", "ok"), ("scratch", "dirt", "ok")],
    ids=" ".join,
)
def test_a_line_makes_the_classes_it_names(classes: tuple[str, ...]) -> None:
    """In any order; a fault that is not named does not occur."""
    line = production_line(60, rng=_seeded(), classes=classes, size_hw=SIZE_HW)

    assert {part.label for part in line} == set(classes)


def test_a_bright_surface_stays_in_range() -> None:
    """A lot never leaves what a surface may be."""
    bright = Surface("matte_paint", roughness=5.0, level=0.95, lamp=0.5)

    line = production_line(
        3, rng=_seeded(), surface=bright, size_hw=(32, 40), lot_size=1
    )

    assert [part.image.shape for part in line] == [(32, 40)] * 3


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        pytest.param(
            {"n": 0}, InputError, "n: expected at least 1, got 0.", id="no part"
        ),
        pytest.param(
            {"lot_size": 0},
            InputError,
            "lot_size: expected at least 1, got 0.",
            id="empty lot",
        ),
        pytest.param(
            {"classes": ("ok", "dent")},
            LabelError,
            "classes: expected one of ok, scratch, dirt, got 'dent'.",
            id="unknown class",
        ),
        pytest.param(
            {"classes": ("ok", "dirt", "dirt")},
            LabelError,
            "classes: expected each name once, got 'dirt' twice.",
            id="class twice",
        ),
        pytest.param(
            {"classes": ("scratch", "dirt")},
            LabelError,
            "classes: expected ok and at least one of scratch, dirt, "
            "got ['scratch', 'dirt'].",
            id="nothing good",
        ),
    ],
)
def test_a_line_that_can_not_run_is_refused_at_once(
    values: dict[str, object], error: type[Exception], message: str
) -> None:
    """Before the first part is taken."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        production_line(**{"n": 4, "rng": _seeded(), **values})  # type: ignore[arg-type]


def test_written_photos_are_the_rendered_ones(
    parts: list[RenderedPart], tmp_path: Path
) -> None:
    """PNG keeps every grey level; the folder is the label."""
    write_dataset(parts[:6], tmp_path)

    for_each = [tmp_path / part.label / f"{part.serial}.png" for part in parts[:6]]
    read = [
        cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        for path in for_each
    ]
    assert_array_equal(read, [part.image for part in parts[:6]])


def test_the_table_tells_what_is_known_of_each_part(
    parts: list[RenderedPart], tmp_path: Path
) -> None:
    """A row a part, in order, with doses to six digits."""
    labels = write_dataset(parts[:3], tmp_path / "made" / "here")

    assert labels == tmp_path / "made" / "here" / "labels.csv"
    table = labels.read_text(encoding="utf-8").splitlines()
    first, part = next(csv.DictReader(table)), parts[0]
    assert first == {
        "path": f"{part.label}/P00001.png",
        "label": part.label,
        "lot": "L01",
        "serial": "P00001",
        "inspector": part.inspector,
        "scratch": f"{part.doses.scratch:.6g}",
        "smear": f"{part.doses.smear:.6g}",
        "glare": f"{part.doses.glare:.6g}",
        "grain": f"{part.doses.grain:.6g}",
    }


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_writing_twice_writes_the_same_bytes(
    suffix: str, parts: list[RenderedPart], tmp_path: Path
) -> None:
    """Files and table are a function of the parts."""
    folders = [tmp_path / "a", tmp_path / "b"]
    contents = []
    for folder in folders:
        write_dataset(iter(parts[:4]), folder, suffix=suffix)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        contents.append([(p.relative_to(folder), p.read_bytes()) for p in files])

    assert len(contents[0]) == 5
    assert contents[0] == contents[1]


def test_jpeg_parts_are_nearly_the_rendered_ones(
    parts: list[RenderedPart], tmp_path: Path
) -> None:
    """Quality 92 is off by few grey levels."""
    write_dataset(parts[:1], tmp_path, suffix=".jpg")

    data = (tmp_path / parts[0].label / "P00001.jpg").read_bytes()
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert data[:2] == b"\xff\xd8"
    assert_allclose(read.astype(float), parts[0].image, atol=16)


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    """Nothing is written."""
    with pytest.raises(
        DatasetError, match=r"^suffix: expected one of \.png, \.jpg, got '.gif'\.$"
    ):
        write_dataset([], tmp_path / "new", suffix=".gif")

    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """The message names the path."""
    path = tmp_path / "taken"
    path.write_text("here already", encoding="utf-8")
    message = f"{path}: expected a folder to write to, got: File exists."

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        write_dataset([], path)
