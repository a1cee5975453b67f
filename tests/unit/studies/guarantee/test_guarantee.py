"""A guarantee is counted only on parts that the head did not learn from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import glassline
from glassline.dataset import Dataset
from glassline.decide import Guarantee, TooFew, find_guarantee
from glassline.errors import InputError
from glassline.head import softmax
from glassline.model import Model
from glassline.studies.crossvalidation import cross_validate
from glassline.studies.guarantee import assure
from glassline.synthetic import production_line, write_dataset
from glassline.training import read_candidates


@pytest.fixture(scope="module")
def others_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Parts of the same line that no model was trained on, in lots of two."""
    folder = tmp_path_factory.mktemp("others")
    rng = np.random.default_rng(6)  # noqa: TID251  once a module
    parts = production_line(30, rng=rng, size_hw=(120, 160), lot_size=2)
    write_dataset(parts, folder)
    return folder


@pytest.fixture(scope="module")
def others(others_folder: Path) -> Dataset:
    """They as a dataset."""
    return Dataset.read(others_folder)


def test_new_parts_are_judged_by_the_model_itself(
    settled: Model, others: Dataset
) -> None:
    """The same answer as by hand from what it says of them."""
    found = assure(settled, others, escape=0.4, confidence=0.8, by="photo", workers=1)

    seen = [glassline.inspect(settled, part.path) for part in others.parts]
    expected = find_guarantee(
        np.array([np.asarray(each.probabilities) for each in seen]),
        others.targets(settled.recipe.classes).argmax(axis=1),
        settled.policy,
        escape=0.4,
        confidence=0.8,
    )
    assert isinstance(found.answer, Guarantee)
    assert isinstance(expected, Guarantee)
    assert (found.parts, found.counted, found.n, found.learnt) == (
        "new",
        "photo",
        30,
        0,
    )
    assert found.answer.threshold == expected.threshold
    assert found.answer.escapes == expected.escapes


def test_groups_are_one_part_each(settled: Model, others: Dataset) -> None:
    """Lots of two: fewer parts than photos, and a wider bound."""
    by_photo = assure(settled, others, escape=0.6, confidence=0.8, by="photo")
    by_group = assure(settled, others, escape=0.6, confidence=0.8)

    assert isinstance(by_photo.answer, Guarantee)
    assert isinstance(by_group.answer, Guarantee)
    photos = [each.n for each in by_photo.answer.escapes]
    groups = [each.n for each in by_group.answer.escapes]
    assert by_group.groups == 15
    assert sum(groups) < sum(photos) == by_photo.n - by_photo.answer.good


def test_the_training_set_is_judged_out_of_fold(settled: Model, line: Dataset) -> None:
    """By the heads of a cross-validation, not by the one that learnt from it."""
    found = assure(settled, line, escape=0.4, confidence=0.8, by="photo")

    readings = read_candidates(line, settled.recipe)
    logits = cross_validate(readings, settled.recipe).logits
    expected = find_guarantee(
        softmax(logits),
        line.targets(settled.recipe.classes).argmax(axis=1),
        settled.policy,
        escape=0.4,
        confidence=0.8,
    )
    assert isinstance(found.answer, Guarantee)
    assert isinstance(expected, Guarantee)
    assert (found.parts, found.n, found.learnt) == ("out_of_fold", 60, 0)
    assert found.answer.threshold == expected.threshold
    assert found.answer.escapes == expected.escapes


def test_photos_of_training_and_photos_that_come_twice_are_left_out(
    settled: Model, line: Dataset, others_folder: Path, tmp_path: Path
) -> None:
    """Known by their content, whatever they are called, and their number is told."""
    new = sorted(others_folder.rglob("*.png"))
    for name in ("ok", "scratch", "dirt"):
        (tmp_path / name).mkdir()
    for place, path in enumerate(new):
        shutil.copy(path, tmp_path / "ok" / f"{place}.png")
    shutil.copy(new[0], tmp_path / "scratch" / "twice.png")
    shutil.copy(line.parts[0].path, tmp_path / "dirt" / "renamed.png")

    found = assure(
        settled, Dataset.read(tmp_path), escape=0.01, confidence=0.95, by="photo"
    )

    assert isinstance(found.answer, TooFew)
    assert (found.n, found.learnt, len(found.copies)) == (30, 1, 1)
    assert [(short.name, short.n) for short in found.answer.shortfalls] == [
        ("scratch", 0),
        ("dirt", 0),
    ]


def test_nothing_but_parts_of_training_is_refused(
    settled: Model, line: Dataset
) -> None:
    """Some of them are not the training set, so they can not be judged out of fold."""
    with pytest.raises(
        InputError,
        match=r"^.+: expected labelled parts that the model was not trained on, got none "
        r"of 59\. Give other photos, or the whole training set: its parts are judged "
        r"out of fold\.$",
    ):
        assure(settled, line.subset(range(59)), escape=0.4, confidence=0.8)


def test_a_second_guarantee_does_not_build_on_the_first(
    settled: Model, others: Dataset
) -> None:
    """The costs beside it are those of the policy without a promise."""
    first = assure(settled, others, escape=0.4, confidence=0.8, by="photo")
    again = assure(
        replace(settled, guarantee=first.guarantee),
        others,
        escape=0.4,
        confidence=0.8,
        by="photo",
    )

    assert again.guarantee == first.guarantee


def test_the_promise_is_what_was_counted(settled: Model, others: Dataset) -> None:
    """With the hash of the photos, so that it can be counted again."""
    found = assure(settled, others, escape=0.4, confidence=0.8, by="photo")

    promise = found.guarantee
    assert promise is not None
    assert (promise.parts, promise.counted) == ("new", "photo")
    assert promise.data_sha256 == found.data_sha256
    assert_allclose(promise.cost, found.answer.cost)  # type: ignore[union-attr]
    assert found.as_json()["guarantee"]["threshold"] == promise.threshold


def test_two_classes_of_one_group_are_two_parts(settled: Model, line: Dataset) -> None:
    """A lot with a scratched and a dirty part counts in both classes."""
    found = assure(settled, line, escape=0.6, confidence=0.8)

    assert isinstance(found.answer, Guarantee)
    assert sum(each.n for each in found.answer.escapes) > found.groups - 1
