"""Which classes can not be ruled out, from labelled photos to the sheet."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

import glassline
from glassline.dataset import Dataset
from glassline.dataset.part import Part
from glassline.decide import Taught, class_set
from glassline.errors import InputError
from glassline.explain.check import check
from glassline.inspection import Inspection
from glassline.model import Model
from glassline.studies.conformal import teach


def test_the_parts_are_measured_by_the_model(model: Model, line: Dataset) -> None:
    """The same set as from the x that inspection gives each part."""
    possible = teach(model, line, miss=0.1, workers=1)

    x = np.array([glassline.inspect(model, part.path).x for part in line.parts])
    labels = line.targets(model.recipe.classes).argmax(axis=1)
    taught = Taught(x, labels, model.recipe.classes, model.recipe.training.penalty)
    expected = class_set(taught, x[3], miss=0.1)
    found = possible(x[3])
    assert found.classes == expected.classes
    assert_allclose(
        list(found.p_values.values()), list(expected.p_values.values()), atol=1e-12
    )


def test_parts_without_a_label_are_left_out(model: Model, line: Dataset) -> None:
    """They fit nothing, so nothing can be compared with them."""
    parts = [
        *line.parts[:20],
        *(Part(p.path, None, p.source, p.group) for p in line.parts[20:25]),
    ]
    some = Dataset("some", tuple(parts))

    assert teach(model, some, miss=0.1)(np.zeros(4)).n == 20


def test_no_label_at_all_is_refused(model: Model, line: Dataset) -> None:
    """By the name of the data."""
    bare = Dataset(
        "bare",
        tuple(Part(p.path, None, p.source, p.group) for p in line.parts[:3]),
    )

    with pytest.raises(
        InputError, match=r"^bare: expected at least one labelled part, got none\.$"
    ):
        teach(model, bare, miss=0.1)


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_sheet_names_the_classes_and_their_p_values(
    model: Model, line: Dataset, lang: str
) -> None:
    """A row a class; the JSON face has them too and still checks."""
    possible = teach(model, line, miss=0.1, by_class=True)
    seen = glassline.inspect(model, line.parts[0].path, possible=possible)
    found = seen.decided.possible
    assert found is not None

    shown = seen.sheet.text(lang)

    assert f"{found.p_values['ok']:.4f}" in shown
    assert json.loads(seen.sheet.json())["decision"]["possible"]["p_values"] == (
        found.p_values
    )
    assert check(seen.sheet.json()).wrong == ()


def test_a_supposed_part_names_its_own_possible_classes(
    model: Model, line: Dataset
) -> None:
    """Set to where another part reads, it is told that part's classes."""
    possible = teach(model, line, miss=0.1)
    seen = glassline.inspect(model, line.parts[0].path, possible=possible)
    other = glassline.inspect(model, line.parts[3].path)

    names = model.feature_names
    asked = seen.suppose(dict(zip(names, other.x.tolist(), strict=True)))

    assert asked.decided.possible == possible(other.x)


def test_an_empty_set_says_so(model: Model, line: Dataset) -> None:
    """At a miss of 99 % nearly nothing is possible."""
    taught = teach(model, line, miss=0.999)
    every = (
        glassline.inspect(model, part.path, possible=taught) for part in line.parts
    )

    seen = next(each for each in every if not _possible(each))

    assert "No class is possible at 0.1 %" in seen.sheet.text("en")


def _possible(seen: Inspection) -> tuple[str, ...]:
    assert seen.decided.possible is not None
    return seen.decided.possible.classes
