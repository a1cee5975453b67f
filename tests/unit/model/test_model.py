"""A model is saved with every digit, and refused if one is off."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from numpy.testing import assert_array_equal

import glassline.model.selftest
from glassline.decide import Escapes, Gauge, Guarantee
from glassline.errors import GlasslineWarning, ModelError
from glassline.model import FILE, Model, load
from glassline.model.sealed import seal

STUDIED = Gauge(
    parts=12,
    photos_sha256="0123456789abcdef" * 4,
    between=(1.5, 2.0, 1 / 3, 0.0),
    spread={"shift": (0.3, 0.1, 0.0, 0.0), "noise": (0.1 + 0.2, 0.2, 0.0, 0.0)},
)
PROMISED = Guarantee(
    threshold=0.9,
    escape=0.1,
    confidence=0.95,
    escapes=(Escapes("scratch", 0, 29, 0.0981), Escapes("dirt", 0, 31, 0.0921)),
    good_accepted=50,
    good=60,
    cost=1 / 3,
    parts="new",
    counted="group",
    data_sha256="0123456789abcdef" * 4,
)
Change = Callable[[dict[str, Any]], object]


def _document(model: Model) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(model.as_bytes())
    del document["sha256"]
    return document


def test_a_loaded_model_is_the_saved_one(model: Model, model_folder: Path) -> None:
    """Every number, and the hash that names it."""
    again = load(model_folder)

    assert_array_equal(again.head.W, model.head.W)
    assert_array_equal(again.head.b, model.head.b)
    assert (again.scale, again.recipe, again.sha256) == (
        model.scale,
        model.recipe,
        model.sha256,
    )


def test_saving_again_gives_the_same_bytes(model_folder: Path, tmp_path: Path) -> None:
    """Load and save change nothing."""
    load(model_folder).save(tmp_path)

    assert (tmp_path / FILE).read_bytes() == (model_folder / FILE).read_bytes()


def test_a_model_is_trained_without_a_gauge_study(model_folder: Path) -> None:
    """What was not studied is null, not 0."""
    assert load(model_folder).gauge is None


def test_a_gauge_study_is_kept_with_every_digit(model: Model, tmp_path: Path) -> None:
    """It changes the hash that names the model, and nothing that was trained."""
    replace(model, gauge=STUDIED).save(tmp_path)

    again = load(tmp_path)
    assert again.gauge == STUDIED
    assert again.sha256 != model.sha256
    assert replace(again, gauge=None).as_bytes() == model.as_bytes()


def test_a_guarantee_is_kept_with_every_digit(model: Model, tmp_path: Path) -> None:
    """And decides from then on."""
    replace(model, guarantee=PROMISED).save(tmp_path)

    again = load(tmp_path)
    assert again.guarantee == again.policy.guarantee == PROMISED
    assert replace(again, guarantee=None).as_bytes() == model.as_bytes()


def test_a_file_of_any_name_is_loaded_and_saved(model: Model, tmp_path: Path) -> None:
    """A path that ends in .json is the file itself; any other is a folder."""
    file = model.save(tmp_path / "monday.json")
    folder = model.save(tmp_path / "model.v2")

    assert (file, folder) == (
        tmp_path / "monday.json",
        tmp_path / "model.v2" / "model.json",
    )
    assert load(file).sha256 == load(tmp_path / "model.v2").sha256 == model.sha256


def test_a_hand_edited_model_is_refused(model_folder: Path, tmp_path: Path) -> None:
    """A weight changed in an editor is found out."""
    data = (model_folder / FILE).read_bytes()
    place = data.index(b'"b": [') + 20
    (tmp_path / FILE).write_bytes(
        data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    )

    with pytest.raises(ModelError, match=r"^model\.json: .*$"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda d: d.update(format=2),
            "model.json: expected format 1, got 2. This file was written by another "
            "glassline; upgrade, or train again.",
            id="newer",
        ),
        pytest.param(
            lambda d: d.update(extra=1),
            "model.json: expected the fields of format 1, got extra amiss.",
            id="unknown-field",
        ),
        pytest.param(
            lambda d: d.pop("head"),
            "model.json: expected the fields of format 1, got head amiss.",
            id="no-head",
        ),
        pytest.param(
            lambda d: d["head"]["W"][1].pop(),
            "model.json: head.W[1]: expected 3 numbers (ok, scratch, dirt), got 2.",
            id="short-row",
        ),
        pytest.param(
            lambda d: d["head"]["W"].pop(),
            "model.json: head.W: expected 4 rows, got 3.",
            id="missing-row",
        ),
        pytest.param(
            lambda d: d["head"]["b"].append(0.0),
            "model.json: head.b[0]: expected 3 numbers (ok, scratch, dirt), got 4.",
            id="long-bias",
        ),
        pytest.param(
            lambda d: d["front"].update(kind="oracle"),
            "model.json: front.kind: expected measured, cnn or vlm, got 'oracle'. "
            "This file was written by another glassline; upgrade.",
            id="other-front",
        ),
        pytest.param(
            lambda d: d.update(
                gauge={
                    "parts": 12,
                    "photos_sha256": "0" * 64,
                    "between": [1.0],
                    "spread": {"shift": [0.1]},
                }
            ),
            "model.json: gauge.between: expected 4 numbers, got 1.",
            id="gauge-of-one-feature",
        ),
        pytest.param(
            lambda d: d["gauge"]["spread"].update(noise=[0.1, -1.0, 0.0, 0.0]),
            "model.json: gauge.spread.noise: expected finite numbers >= 0, got -1.0.",
            id="gauge-below-0",
        ),
        pytest.param(
            lambda d: d["gauge"].update(parts=True),
            "model.json: gauge.parts: expected a whole number, got True.",
            id="gauge-of-true-parts",
        ),
        pytest.param(
            lambda d: d["scale"]["center"].__setitem__(1, "0.5"),
            "model.json: scale.center[1]: expected a number, got '0.5'. "
            "Write it without quotes.",
            id="scale-of-text",
        ),
        pytest.param(
            lambda d: d["head"]["W"][2].__setitem__(0, "0.5"),
            "model.json: head.W[2][0]: expected a number, got '0.5'. "
            "Write it without quotes.",
            id="weight-of-text",
        ),
        pytest.param(
            lambda d: d["novelty"].update(
                classes=["ok"], centers=[[0.0]], inverses=[[[1.0]]]
            ),
            "model.json: novelty.centers: expected 4 numbers each, got 1.",
            id="novelty-of-one-feature",
        ),
        pytest.param(
            lambda d: d["guarantee"]["escapes"].pop(),
            "model.json: expected a model, got: guarantee: expected one for scratch, "
            "dirt and a good class, got one for scratch.",
            id="guarantee-of-one-class",
        ),
        pytest.param(
            lambda d: d["training"].update(colour=1),
            "model.json: training: colour: expected no such field, got 1.",
            id="training-unknown",
        ),
        pytest.param(
            lambda d: d["training"].pop("photos"),
            "model.json: training: photos: expected a value, got nothing.",
            id="training-without-photos",
        ),
        pytest.param(
            lambda d: d["training"]["steps"][0].update(parts="many"),
            "model.json: training: steps[0].parts: expected a whole number, "
            "got 'many'. Write it without quotes.",
            id="training-step-of-text",
        ),
        pytest.param(
            lambda d: d["certificate"].pop("penalty"),
            "model.json: certificate: penalty: expected a value, got nothing.",
            id="certificate-without-penalty",
        ),
        pytest.param(
            lambda d: d["self_test"].update(numpy="2"),
            "model.json: self_test: numpy: expected no such field, got '2'.",
            id="self-test-unknown",
        ),
        pytest.param(
            lambda d: d["guarantee"].update(parts="any"),
            "model.json: guarantee.parts: expected one of new, out_of_fold, got 'any'.",
            id="guarantee-on-any-parts",
        ),
    ],
)
def test_a_sealed_file_that_is_no_model_is_refused_by_field(
    model: Model, tmp_path: Path, change: Change, message: str
) -> None:
    """The seal is right, the content is not."""
    document = copy.deepcopy(
        _document(replace(model, gauge=STUDIED, guarantee=PROMISED))
    )
    change(document)
    (tmp_path / FILE).write_bytes(seal(document))

    with pytest.raises(ModelError, match=f"^{re.escape(message)}$"):
        load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda d: d.update(head=None), id="head-null"),
        pytest.param(lambda d: d["head"].update(W="x"), id="weights-text"),
        pytest.param(lambda d: d["head"].update(b=[[1], [2], [3]]), id="bias-nested"),
        pytest.param(
            lambda d: d["scale"].update(spread=[0, 1, 1, 1]), id="spread-zero"
        ),
        pytest.param(lambda d: d["scale"].update(colour=1), id="scale-unknown"),
        pytest.param(lambda d: d["scale"].update(center=["x"] * 4), id="scale-text"),
        pytest.param(lambda d: d["head"].update(W=[["a", "b", "c"]] * 4), id="letters"),
        pytest.param(lambda d: d.update(recipe="abc"), id="recipe-text"),
        pytest.param(
            lambda d: d["scale"].update(center=[0.0], spread=[1.0]), id="scale-of-one"
        ),
        pytest.param(lambda d: d["self_test"].update(readings=[1.0]), id="test-of-one"),
        pytest.param(lambda d: d["recipe"].update(classes=["ok"]), id="one-class"),
        pytest.param(lambda d: d["front"].update(features={"gloss": {}}), id="gloss"),
        pytest.param(lambda d: d.update(self_test={}), id="no-self-test"),
        pytest.param(lambda d: d.update(training_mix=[1, 2]), id="mix-short"),
        pytest.param(lambda d: d.update(gauge=[]), id="gauge-list"),
        pytest.param(lambda d: d.update(gauge={}), id="gauge-empty"),
        pytest.param(lambda d: d["gauge"].update(parts=2.5), id="gauge-half-a-part"),
        pytest.param(lambda d: d["gauge"].update(photos_sha256=1), id="gauge-hash"),
        pytest.param(lambda d: d["gauge"].update(spread=[0.1]), id="gauge-no-kinds"),
        pytest.param(lambda d: d["gauge"].update(colour=1), id="gauge-unknown"),
        pytest.param(lambda d: d.update(novelty=[]), id="novelty-list"),
        pytest.param(lambda d: d["novelty"].update(limit=-1.0), id="novelty-limit"),
        pytest.param(lambda d: d["novelty"]["centers"].pop(), id="novelty-centre"),
        pytest.param(lambda d: d.update(guarantee=[]), id="guarantee-list"),
        pytest.param(lambda d: d.update(guarantee="x"), id="guarantee-text"),
        pytest.param(lambda d: d["guarantee"].update(n=1), id="guarantee-unknown"),
        pytest.param(lambda d: d["guarantee"].pop("cost"), id="guarantee-no-cost"),
    ],
)
def test_odd_content_is_a_model_error_and_nothing_else(
    model: Model, tmp_path: Path, change: Change
) -> None:
    """No traceback from within, whatever the fields hold."""
    document = copy.deepcopy(
        _document(replace(model, gauge=STUDIED, guarantee=PROMISED))
    )
    change(document)
    (tmp_path / FILE).write_bytes(seal(document))

    with pytest.raises(ModelError, match=r"^model\.json: (?s:.+)$"):
        load(tmp_path)


def test_a_missing_model_says_how_to_make_one(tmp_path: Path) -> None:
    """The command to type stands in the message."""
    with pytest.raises(
        ModelError,
        match=f"^{re.escape(str(tmp_path / FILE))}: expected a model, got: No such file "
        r"or directory\. Make one with: glassline train DATA --out MODEL$",
    ):
        load(tmp_path)


def test_another_opencv_is_told_not_hidden(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readings that do not repeat are a warning when the model is loaded."""
    known = glassline.model.selftest.known_image()
    monkeypatch.setattr("glassline.model.selftest.known_image", lambda: known * 0.9)

    with pytest.warns(
        GlasslineWarning,
        match=r"^model\.json: expected the readings of OpenCV [\d.]+, got readings that "
        r"differ by .* of their size with OpenCV [\d.]+\. Install that version, or "
        r"train again here\.$",
    ):
        load(model_folder)


def test_a_loaded_model_keeps_the_readings_of_its_maker(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere it still has its own hash, and saving does not hide the difference."""
    known = glassline.model.selftest.known_image()
    monkeypatch.setattr("glassline.model.selftest.known_image", lambda: known * 0.9)

    with pytest.warns(GlasslineWarning, match=r"^model\.json: .* train again here\.$"):
        elsewhere = load(model_folder)

    assert elsewhere.as_bytes() == (model_folder / FILE).read_bytes()
