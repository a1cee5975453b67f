"""A model held against its photos."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest

from glassline.dataset import Dataset
from glassline.errors import InputError, LabelError
from glassline.head import Head
from glassline.model import Model
from glassline.model.records import SampledParts
from glassline.studies.verification import Moved, Photo, verify


def test_a_label_that_the_model_lacks_is_told_before_any_photo(
    line: Dataset, model: Model
) -> None:
    """No photo is read for an answer that can not come."""
    parts = (replace(line.parts[0], label="dent"), *line.parts[1:])
    told: list[str] = []

    with pytest.raises(LabelError, match=r"^.*expected one of .*, got 'dent'.*$"):
        verify(
            model,
            replace(line, parts=parts),
            progress=lambda stage, done, total: told.append(stage),
        )

    assert told == []


def test_nothing_differs_where_everything_holds(line: Dataset, model: Model) -> None:
    """No photo and no number is named."""
    found = verify(model, line)

    assert (found.missing, found.new, found.moved) == ((), (), ())


def test_a_photo_that_is_left_out_is_missing_and_one_more_is_new(
    line: Dataset, model: Model
) -> None:
    """By the hash that the model keeps, and by hash and name."""
    first = hashlib.sha256(line.parts[0].path.read_bytes()).hexdigest()[:16]
    photos = tuple(each for each in model.record.photos if each != first)
    record = replace(model.record, photos=tuple(sorted([*photos, "0" * 16])))

    found = verify(replace(model, record=record), line)

    assert found.missing == (Photo("0" * 16),)
    assert found.new == (Photo(first, line.parts[0].path.name),)


def test_of_a_sample_the_hash_of_all_knows_every_photo(
    line: Dataset, settled: Model
) -> None:
    """A model that keeps three photos of sixty; its settings can not be chosen again."""
    told = SampledParts(parts=3, groups=1, of=60)
    record = replace(settled.record, photos=settled.record.photos[:3], sampled=told)
    sampled = replace(settled, record=record)
    message = (
        "--retrain: expected a model whose settings were chosen on all parts, got one of a "
        "sample. Train again on the readings, and compare the files."
    )

    found = verify(sampled, line)

    assert (found.holds, found.missing, found.new) == (True, (), ())
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        verify(sampled, line, retrain=True)


def test_a_label_of_the_same_count_is_told_without_a_number(
    line: Dataset, settled: Model
) -> None:
    """Two labels swapped: every class has as many, the hash and the optimum differ."""
    labels = [part.label for part in line.parts]
    other = next(row for row, label in enumerate(labels) if label != labels[0])
    parts = list(line.parts)
    parts[0] = replace(parts[0], label=labels[other])
    parts[other] = replace(parts[other], label=labels[0])

    found = verify(settled, replace(line, parts=tuple(parts)))

    assert (found.same_data, found.missing, found.new) == (False, (), ())
    places = {each.place.split("[")[0] for each in found.moved}
    assert "optimum.W" in places
    assert places <= {"scale.center", "scale.spread", "optimum.W", "optimum.b"}


@pytest.mark.parametrize(("field", "column"), [("center", 0), ("spread", 3)])
def test_the_centre_or_spread_that_comes_out_otherwise_is_named(
    line: Dataset, settled: Model, field: str, column: int
) -> None:
    """With both numbers."""
    was = list(getattr(settled.scale, field))
    wrong = [*was[:column], was[column] + 0.25, *was[column + 1 :]]
    model = replace(settled, scale=replace(settled.scale, **{field: tuple(wrong)}))

    found = verify(model, line)

    name = settled.feature_names[column]
    assert not found.same_scale
    assert found.moved[0] == Moved(
        f"scale.{field}[{name}]", was[column] + 0.25, was[column]
    )


def test_a_weight_off_the_optimum_is_named_first(line: Dataset, settled: Model) -> None:
    """The farthest of W and b, with where the optimum is."""
    best = settled.fitted
    W = best.W.copy()
    W[1, 2] += 0.5
    model = replace(settled, optimum=Head(W, best.b))

    first = verify(model, line).moved[0]

    assert (first.place, first.saved) == ("optimum.W[texture_change, dirt]", W[1, 2])
    assert first.found == pytest.approx(best.W[1, 2], abs=1e-6)


def test_what_training_again_gives_otherwise_is_named(
    line: Dataset, settled: Model
) -> None:
    """Here the region of novelty, which nothing else looks at."""
    region = settled.region
    assert region is not None
    model = replace(settled, region=replace(region, limit=region.limit + 1))

    found = verify(model, line, retrain=True)

    assert found.same_model is False
    assert found.moved == (Moved("novelty.limit", region.limit + 1, region.limit),)


def test_a_model_from_before_the_reference_was_kept_holds(
    line: Dataset, settled: Model
) -> None:
    """What it does not keep is not held against it."""
    model = replace(settled, record=replace(settled.record, reference=None))

    assert verify(model, line, retrain=True).holds
