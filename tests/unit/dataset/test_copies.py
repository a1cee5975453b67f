"""Photos with the same pixels count once, and join the groups that they come in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from glassline.dataset import Dataset, Part
from glassline.dataset.readings import Readings, joined, read_parts
from glassline.model import Model
from glassline.recipe import ImageSettings
from glassline.studies.crossvalidation import cross_validate
from glassline.studies.evaluation import evaluate
from glassline.studies.evaluation import text as evaluation_text
from glassline.training import read_candidates, train


def photo(folder: Path, name: str, seed: int) -> Path:
    """A photo of noise: another seed, other pixels."""
    path = folder / name
    pixels = np.arange(64 * seed, 64 * (seed + 1)).reshape(8, 8) * 37 % 251
    large = np.kron(pixels, np.ones((4, 4))).astype(np.uint8)
    path.write_bytes(cv2.imencode(path.suffix, large)[1])
    return path


def part(path: Path, label: str | None, group: str = "") -> Part:
    """A part by this photo; without a name, a group of its own."""
    return Part(path, label, path.name, group or str(path))


def read(*parts: Part) -> Readings:
    """What is left of these parts, each measured by the mean of its pixels."""
    return read_parts(
        Dataset("drawn", parts),
        lambda view: np.array([view.grey.mean()], np.float64),
        ImageSettings(),
    )


def test_the_same_bytes_under_another_name_count_once(tmp_path: Path) -> None:
    """The first is kept; the other is told, with the part that counts instead."""
    one, other = photo(tmp_path, "a.png", 1), photo(tmp_path, "b.png", 2)
    shutil.copy(one, tmp_path / "again.png")
    parts = part(one, "ok"), part(other, "dirt"), part(tmp_path / "again.png", "ok")

    found = read(*parts)

    assert found.data.parts == parts[:2]
    assert len(found.values) == len(found.sha256) == 2
    (copy,) = found.copies
    assert (copy.part, copy.of, copy.sha256) == (parts[2], parts[0], found.sha256[0])
    assert not copy.contradicts
    assert copy.as_json() == {"image": str(parts[2].path), "of": str(parts[0].path)}


def test_the_same_pixels_in_another_format_are_a_copy(tmp_path: Path) -> None:
    """Other bytes, and nothing else to see."""
    found = read(
        part(photo(tmp_path, "a.png", 1), "ok"), part(photo(tmp_path, "a.bmp", 1), "ok")
    )

    (copy,) = found.copies
    assert copy.part.path.name == "a.bmp"
    assert copy.sha256 != found.sha256[0]


def test_groups_that_share_a_photo_are_one_group(tmp_path: Path) -> None:
    """Lot 1 and lot 2 by the first photo, lot 2 and lot 3 by the second."""
    same = [photo(tmp_path, f"same{at}.png", 1) for at in range(2)]
    like = [photo(tmp_path, f"like{at}.png", 2) for at in range(2)]
    alone = [photo(tmp_path, f"alone{at}.png", 3 + at) for at in range(4)]

    found = read(
        part(same[0], "ok", "lot 1"),
        part(same[1], "ok", "lot 2"),
        part(like[0], "ok", "lot 2"),
        part(like[1], "ok", "lot 3"),
        *(part(path, "ok", f"lot {at + 1}") for at, path in enumerate(alone)),
    )

    names = [each.group for each in found.data.parts]
    assert names == ["lot 1"] * 5 + ["lot 4"]
    assert_array_equal(found.data.groups(), [0, 0, 0, 0, 0, 1])


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        pytest.param([None, "dirt"], 1, id="the-one-that-is-labelled"),
        pytest.param(["ok", "dirt"], 0, id="a-tie-the-first"),
        pytest.param(["ok", "dirt", "dirt"], 1, id="what-most-say"),
        pytest.param([None, None], 0, id="nobody-said-anything"),
    ],
)
def test_the_label_that_counts_is_that_of_most(
    labels: list[str | None], kept: int, tmp_path: Path
) -> None:
    """And the copies that say something else contradict it."""
    paths = [photo(tmp_path, f"{at}.png", 1) for at in range(len(labels))]

    found = read(*map(part, paths, labels))

    assert [each.path for each in found.data.parts] == [paths[kept]]
    assert [each.part.label for each in found.copies if each.contradicts] == [
        label for label in labels if label not in (None, labels[kept])
    ]


def test_photos_that_differ_are_left_as_they_are(line: Dataset) -> None:
    """All of them, in their order."""
    found = read(*line.parts)

    assert (found.data.parts, found.copies) == (line.parts, ())


@pytest.fixture(scope="module")
def copied(line: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The small line, and each of its photos twice more under other names."""
    folder = tmp_path_factory.mktemp("copies")
    more = []
    for at, each in enumerate(line.parts * 2):
        path = folder / f"{at}.png"
        shutil.copy(each.path, path)
        more.append(replace(each, path=path, group=str(path), within=folder))
    return replace(line, parts=(*line.parts, *more))


def test_copies_teach_nothing(settled: Model, line: Dataset, copied: Dataset) -> None:
    """The same numbers from every photo once and from every photo thrice."""
    found = train(copied, settled.recipe)

    assert_array_equal(found.head.W, settled.head.W)
    assert found.scale == settled.scale
    assert found.region == settled.region
    assert found.record.n == len(line)


def test_copies_prove_nothing(settled: Model, line: Dataset, copied: Dataset) -> None:
    """Neither more parts nor narrower intervals, and no leak from fold to fold."""
    recipe = settled.recipe

    once, thrice = (
        evaluate(settled, each, with_training=True) for each in (line, copied)
    )
    folds = [
        cross_validate(read_candidates(each, recipe), recipe) for each in (line, copied)
    ]

    assert thrice.scores.accuracy == once.scores.accuracy
    assert thrice.rates == once.rates
    assert_array_equal(folds[1].logits, folds[0].logits)


def test_every_count_says_what_it_left_out(copied: Dataset, settled: Model) -> None:
    """In the record of training, in plain data and in text."""
    some = copied.subset(range(62))  # the last two are copies of the first two
    first = [part.path.name for part in some.parts[:2]]

    record = train(some, settled.recipe).record
    found = evaluate(settled, some, with_training=True)

    pairs = [(each.image, each.of) for each in record.copies or ()]
    assert pairs == [("0.png", first[0]), ("1.png", first[1])]
    assert (record.n, len(record.photos), found.n) == (60, 62, 60)
    assert [Path(each["of"]).name for each in found.as_json()["copies"]] == first
    sentence = (
        "Copies, which count for nothing: 2 photos with the same pixels as another one; "
        f"the first: 0.png is {first[0]}."
    )
    assert sentence in " ".join(evaluation_text.lines(found, "en"))


def test_copies_lie_on_one_side_of_a_split(copied: Dataset, line: Dataset) -> None:
    """Every part is kept, refused ones too, with the group of its first photo."""
    refused = replace(line.parts[0], path=Path("nowhere.png"), group="alone")
    parts = (*copied.parts, refused)

    found = joined(replace(copied, parts=parts), ImageSettings())

    assert [part.path for part in found.parts] == [part.path for part in parts]
    groups = [part.group for part in found.parts]
    assert groups == [part.group for part in line.parts] * 3 + ["alone"]
