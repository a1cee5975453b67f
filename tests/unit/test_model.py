"""A model is saved with every digit, and refused if one is off."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from numpy.testing import assert_array_equal

import glassline.selftest
from glassline.errors import GlasslineWarning, ModelError
from glassline.model import FILE, Model, load
from glassline.sealed import seal

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
            "model.json: front.kind: expected measured, got 'oracle'. "
            "This file was written by another glassline; upgrade.",
            id="other-front",
        ),
    ],
)
def test_a_sealed_file_that_is_no_model_is_refused_by_field(
    model: Model, tmp_path: Path, change: Change, message: str
) -> None:
    """The seal is right, the content is not."""
    document = copy.deepcopy(_document(model))
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
        pytest.param(lambda d: d["recipe"].update(classes=["ok"]), id="one-class"),
        pytest.param(lambda d: d["front"].update(features={"gloss": {}}), id="gloss"),
        pytest.param(lambda d: d.update(self_test={}), id="no-self-test"),
        pytest.param(lambda d: d.update(training_mix=[1, 2]), id="mix-short"),
    ],
)
def test_odd_content_is_a_model_error_and_nothing_else(
    model: Model, tmp_path: Path, change: Change
) -> None:
    """No traceback from within, whatever the fields hold."""
    document = copy.deepcopy(_document(model))
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
    known = glassline.selftest.known_image()
    monkeypatch.setattr("glassline.selftest.known_image", lambda: known * 0.9)

    with pytest.warns(
        GlasslineWarning,
        match=r"^model\.json: expected the readings of OpenCV [\d.]+, got readings that "
        r"differ by .* of their size with OpenCV [\d.]+\. Install that version, or "
        r"train again here\.$",
    ):
        load(model_folder)
