"""Two models held against each other, on parts and exactly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import glassline
from glassline.dataset import Dataset
from glassline.decide import Escapes, Gauge, Guarantee
from glassline.errors import InputError
from glassline.front import Measured
from glassline.head import Head
from glassline.model import Model, read_with
from glassline.model.verdict import decide
from glassline.recipe import ACTIONS, ClassCosts, ImageSettings, Recipe
from glassline.render.png import as_png
from glassline.studies.comparison import Change, compare
from glassline.studies.comparison.differences import Verdict
from glassline.studies.comparison.text import lines


def _leaning(model: Model, nats: float) -> Model:
    """The model with the good class ahead by so much more, everywhere."""
    good = np.array([float(name == model.recipe.good) for name in model.recipe.classes])
    return replace(model, head=Head(model.head.W, model.head.b + nats * good))


def _counted(changes: tuple[Change, ...]) -> dict[tuple[str, str], int]:
    return {(each.old, each.new): each.parts for each in changes}


def test_a_stricter_model_is_proved_to_accept_nothing_new(model: Model) -> None:
    """Its good class is behind by half a nat more, everywhere."""
    found = compare(model, _leaning(model, -0.5))

    assert found.never_passes is True
    assert (found.acceptance.verdict, found.acceptance.reason) == (
        Verdict.IMPOSSIBLE,
        "proved",
    )
    assert list(lines(found, "en"))[4:6] == [
        "Proved for every reading there can be: the new model accepts nothing that the",
        "old one rejects or sends to a person.",
    ]


def test_a_laxer_model_is_refuted_by_readings_that_both_models_judge(
    model: Model,
) -> None:
    """Both decide so themselves, and the text shows what they make of it."""
    new = _leaning(model, 0.5)
    found = compare(model, new)

    assert found.never_passes is False
    assert _taken(new, found.acceptance.readings) == "accept"
    assert _taken(model, found.acceptance.readings) != "accept"
    text = "\n".join(lines(found, "en"))
    assert "Refuted for every reading" in text
    assert "p old" in text


def _taken(model: Model, readings: np.ndarray) -> str:
    return ACTIONS[decide(model, readings[np.newaxis]).actions[0]]


def _costing(model: Model, escape: float) -> Model:
    """The model with every escape at so much."""
    costs = {
        name: ClassCosts(accept=escape, reject=0.0, review=1.0)
        for name in model.recipe.classes
        if name != model.recipe.good
    }
    return replace(model, recipe=replace(model.recipe, costs=costs))


def test_cheap_escapes_are_not_proved_safe(model: Model, line: Dataset) -> None:
    """No class changes, and yet parts are accepted that were rejected or reviewed."""
    old, new = _costing(model, 2_000.0), _costing(model, 1.1)
    found = compare(old, new, line)

    assert found.classes == ()
    assert found.passing > 0
    assert found.never_passes is False
    assert compare(old, new).never_passes is False


def test_dear_escapes_are_proved_safe(model: Model) -> None:
    """The same head, asked for more certainty."""
    assert compare(_costing(model, 20.0), _costing(model, 21.0)).never_passes is True


@pytest.mark.parametrize(("threshold", "never"), [(0.99, True), (0.5, False)])
def test_a_guarantee_is_a_threshold(
    model: Model, threshold: float, never: bool
) -> None:
    """Against one that accepts from 0.9 on."""
    old, new = (
        replace(model, guarantee=_promised(model, each)) for each in (0.9, threshold)
    )

    assert compare(old, new).never_passes is never


def _promised(model: Model, threshold: float) -> Guarantee:
    return Guarantee(
        threshold=threshold,
        escape=0.1,
        confidence=0.9,
        escapes=tuple(
            Escapes(name, 0, 30, 0.09)
            for name in model.recipe.classes
            if name != model.recipe.good
        ),
        good_accepted=1,
        good=1,
        cost=0.0,
        parts="new",
        counted="photo",
        data_sha256="0" * 64,
    )


def test_without_its_region_a_model_accepts_what_the_old_one_found_novel(
    model: Model,
) -> None:
    """The same head and costs: only the novelty is gone."""
    found = compare(model, replace(model, region=None))

    assert found.never_passes is False
    assert decide(model, found.acceptance.readings[np.newaxis]).is_novel.all()


def test_another_region_is_not_called_proved(model: Model) -> None:
    """A wider one accepts more; a narrower one is not compared exactly."""
    wider = replace(model, region=replace(model.region, limit=2 * model.region.limit))

    assert compare(model, wider).never_passes is False
    narrow = compare(wider, _leaning(model, -0.5))
    assert (narrow.never_passes, narrow.acceptance.reason) == (None, "novelty")
    assert "call different parts novel" in " ".join(lines(narrow, "en"))


def test_what_an_old_gauge_limit_sends_to_a_person_is_not_proved(model: Model) -> None:
    """The new model knows no gauge, so it accepts there; or no proof covers it."""
    spread = {"noise": (0.3,) * 4}
    old = replace(model, gauge=Gauge(9, "0" * 64, (1.0,) * 4, spread))

    assert compare(old, model).never_passes is False
    stricter = compare(old, _leaning(model, -2.0))
    assert (stricter.never_passes, stricter.acceptance.reason) == (None, "gauge")


def test_on_parts_both_are_run_as_they_inspect(model: Model, line: Dataset) -> None:
    """Class and decision of every photo, counted by what they change to."""
    new = _leaning(model, 3.0)
    found = compare(model, new, line)

    seen = [
        [glassline.inspect(each, part.path) for part in line.parts]
        for each in (model, new)
    ]
    classes = [
        (one.predicted_class, other.predicted_class)
        for one, other in zip(*seen, strict=True)
    ]
    decisions = [
        (one.decision, other.decision) for one, other in zip(*seen, strict=True)
    ]
    assert _counted(found.classes) == {
        pair: classes.count(pair) for pair in classes if pair[0] != pair[1]
    }
    assert _counted(found.decisions) == {
        pair: decisions.count(pair) for pair in decisions if pair[0] != pair[1]
    }
    assert sum(each.parts for each in found.decisions) > 0


def test_the_range_of_the_parts_is_covered_only_where_it_is_asked_for(
    model: Model, line: Dataset
) -> None:
    """And then the sentence says so."""
    new = _leaning(model, -0.5)
    found = compare(model, new, line, seen=True)

    values = read_with(model, line).values
    np.testing.assert_array_equal(
        found.ranges, np.stack([values.min(axis=0), values.max(axis=0)], axis=1)
    )
    assert list(lines(found, "en"))[4].startswith(
        f"Proved for the readings seen on the {len(line)} parts, not for others:"
    )
    assert compare(model, new, line).ranges == ((0.0, np.inf),) * 4


def test_a_range_that_nothing_shows_is_refused(model: Model) -> None:
    """There are no parts to see it on."""
    with pytest.raises(
        InputError,
        match=r"^seen: expected parts whose readings are seen, got no data\.$",
    ):
        compare(model, model, seen=True)


def test_a_model_is_the_same_as_itself(model: Model, line: Dataset) -> None:
    """No part changes; anywhere at all there are ties at most."""
    found = compare(model, model, line)

    assert (found.never_passes, found.acceptance.reason) == (True, "same")

    assert (found.classes, found.decisions) == ((), ())
    assert {each.verdict for each in found.differences or ()} <= {
        Verdict.LEVEL,
        Verdict.IMPOSSIBLE,
    }
    assert "Every part gets the same decision." in "\n".join(lines(found, "en"))


def test_models_that_read_differently_are_compared_on_parts_only(
    model: Model, line: Dataset
) -> None:
    """The text says which features, and what to do."""
    table = {name: dict(each) for name, each in model.front.table.items()}
    table["grain_noise"]["polarity"] = "bright"
    new = replace(model, front=Measured(table))
    assert model.front.table["grain_noise"]["polarity"] != "bright"

    found = compare(model, new, line)

    assert (found.differences, found.unlike) == (None, ("grain_noise",))
    assert found.acceptance is None
    assert found.never_passes is not True
    assert (
        "Not possible: the two models read with different settings of granular noise,"
        in "\n".join(lines(found, "en"))
    )
    assert compare(model, new).never_passes is None


def test_other_image_settings_are_another_camera(model: Model, line: Dataset) -> None:
    """The new model looks at the left half: each reads its own, nothing is proved.

    Both were read with the region of the old one, and a proof was printed.
    """
    image = ImageSettings(region_xyxy=(0, 0, 80, 120))
    new = replace(
        _leaning(model, -0.5), recipe=replace(model.recipe, image=image), region=None
    )

    found = compare(model, new, line)

    assert (found.cameras, found.unlike) == (("region_xyxy",), ())
    assert (found.differences, found.acceptance, found.ranges) == (None, None, ())
    assert found.never_passes is not True
    pairs = [
        tuple(glassline.inspect(each, part.path).decision for each in (model, new))
        for part in line.parts
    ]
    assert _counted(found.decisions) == {
        pair: pairs.count(pair) for pair in pairs if pair[0] != pair[1]
    }
    text = " ".join(" ".join(lines(found, "en")).split())
    assert "different cameras" in text
    assert "Proved" not in text


def test_a_photo_that_one_of_two_cameras_refuses_is_left_out(
    model: Model, line: Dataset, tmp_path: Path
) -> None:
    """It is smaller than the region of the new one; the others are compared."""
    small = tmp_path / "small.png"
    small.write_bytes(as_png(np.zeros((100, 100), np.uint8)))
    parts = (replace(line.parts[0], path=small, within=None), *line.parts[1:9])
    image = ImageSettings(region_xyxy=(0, 0, 160, 120))
    new = replace(model, recipe=replace(model.recipe, image=image))

    found = compare(model, new, replace(line, parts=parts))

    assert (found.n, [each.path for each in found.refused]) == (8, [str(small)])


def test_without_data_every_reading_from_zero_is_covered(model: Model) -> None:
    """And the JSON says so, without infinity."""
    found = compare(model, _leaning(model, 0.5))

    assert found.ranges == ((0.0, np.inf),) * 4
    assert found.n == 0
    json.dumps(found.as_json()["differences"], allow_nan=False)


def test_without_a_good_class_nothing_is_passed(model: Model) -> None:
    """The pairs are still compared."""
    recipe = Recipe(classes=("a", "b", "c"), features=model.recipe.features)
    nameless = replace(model, recipe=recipe, region=None)

    found = compare(nameless, nameless)

    assert (found.acceptance, found.never_passes) == (None, None)
    assert "The recipe names no good class" in "\n".join(lines(found, "en"))


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_text_fits_the_terminal(model: Model, line: Dataset, lang: str) -> None:
    """80 columns in both languages."""
    text = "\n".join(lines(compare(model, _leaning(model, 1.0), line), lang))

    assert max(map(len, text.splitlines())) <= 80


def test_a_photo_that_is_refused_is_counted(
    model: Model, line: Dataset, tmp_path: Path
) -> None:
    """The others are compared."""
    (tmp_path / "no.png").write_bytes(b"no photo")
    parts = list(line.parts[:10])
    parts[0] = replace(parts[0], path=tmp_path / "no.png", within=None)

    found = compare(model, model, replace(line, parts=tuple(parts)))

    assert (found.n, len(found.refused)) == (9, 1)
    assert "Photos refused: 1." in "\n".join(lines(found, "en"))


def test_models_of_other_classes_are_refused(model: Model) -> None:
    """There is nothing to hold against each other."""
    recipe = Recipe(classes=("ok", "scratch", "stain"), features=model.recipe.features)

    with pytest.raises(
        InputError,
        match=r"^new: expected the classes ok, scratch, dirt, got ok, scratch, stain\.$",
    ):
        compare(model, replace(model, recipe=recipe))
