"""One photo through the whole program, by hand beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import glassline
from glassline.errors import ImageError, LabelError
from glassline.explain import Provenance
from glassline.explain.faces.picture import svg
from glassline.model import Model


@pytest.fixture(scope="module")
def photo(line_folder: Path) -> Path:
    """A photo of a rendered part."""
    return next(path for path in sorted(line_folder.rglob("*.png")))


def test_every_step_follows_from_the_one_before(model: Model, photo: Path) -> None:
    """X from readings, z = xW + b, p = exp z / sum exp z, cheapest action."""
    seen = glassline.inspect(model, photo)

    curved = np.sign(seen.readings.values) * np.log1p(np.abs(seen.readings.values))
    u = (curved - model.scale.center) / model.scale.spread
    beyond = 4 + (np.clip(u, 4, 36) - 4) / 8
    x = np.where(u > 4, beyond, np.maximum(u, -4))
    z = x @ model.head.W + model.head.b
    p = np.exp(z) / np.exp(z).sum()
    assert_allclose(seen.x, x, rtol=1e-12)
    assert_allclose(seen.logits, z, rtol=1e-12, atol=1e-12)
    assert_allclose(np.asarray(seen.probabilities), p, rtol=1e-12)
    costs = p @ model.policy.costs
    assert seen.predicted_class == model.recipe.classes[int(p.argmax())]
    assert seen.decided.stand is not None
    assert not seen.decided.stand.is_novel
    assert seen.decision == ("accept", "reject", "review")[int(costs.argmin())]


def test_path_bytes_and_pixels_give_the_same_verdict(model: Model, photo: Path) -> None:
    """Three doors, one answer, to the last bit."""
    by_path = glassline.inspect(model, photo)
    by_bytes = glassline.inspect(model, photo.read_bytes())
    pixels = np.round(by_path.photo.image * 255).astype(np.uint8)
    by_pixels = glassline.inspect(model, pixels)

    assert_array_equal(by_bytes.logits, by_path.logits)
    assert_array_equal(by_pixels.logits, by_path.logits)
    assert by_bytes.photo.sha256 == by_path.photo.sha256


def test_a_verdict_reads_by_name_and_as_an_array(model: Model, photo: Path) -> None:
    """For a person by name, for a program in class order."""
    seen = glassline.inspect(model, photo)

    total = sum(seen.probabilities[name] for name in model.recipe.classes)
    assert_allclose(total, 1, rtol=1e-15)
    assert list(seen.readings.keys()) == list(model.feature_names)
    assert np.asarray(seen.probabilities).shape == (3,)


def test_the_json_holds_what_the_command_line_promises(
    model: Model, photo: Path
) -> None:
    """The fields, and numbers in full precision."""
    seen = glassline.inspect(model, photo)

    document = seen.as_json()

    assert list(document) == [
        "image",
        "sha256",
        "features",
        "x",
        "logits",
        "probabilities",
        "class",
        "decision",
        "reason",
        "reason_code",
        "novelty",
        "gauge",
        "possible",
        "guarantee",
        "model",
    ]
    assert document["logits"] == seen.logits.tolist()
    assert document["model"] == model.sha256


def test_evidence_is_told_in_pixels_of_the_whole_photo(model: Model) -> None:
    """A region moves the marks by its corner, and nothing else."""
    photo = np.full((160, 200), 128, np.uint8)
    photo[60:63, 70:130] = 200
    region = replace(model.recipe.image, region_xyxy=(40, 32, 200, 160))
    cut = replace(model, recipe=replace(model.recipe, image=region))

    whole, part = (glassline.inspect(each, photo) for each in (model, cut))

    lines = [each.evidence.marks["line_strength"][0] for each in (whole, part)]
    assert list(part.evidence.marks) == list(model.feature_names)
    assert_allclose(lines[0].points[0], (61, 70), atol=3)
    assert_allclose(lines[1].points, lines[0].points, atol=1)


def test_every_face_of_the_sheet_points_at_the_photo(model: Model, photo: Path) -> None:
    """Numbers in text and JSON, the picture in HTML, after the sum."""
    seen = glassline.inspect(model, photo)

    sheet = seen.sheet

    assert "9. Where on the photo" in sheet.text()
    assert "## 9. Where on the photo" in sheet.markdown()
    assert json.loads(sheet.json())["evidence"] == seen.evidence.as_json()
    assert svg.face(seen.evidence, "zh-TW") in sheet.html("zh-TW")


def test_a_loaded_model_gives_the_same_bits(
    model: Model, model_folder: Path, photo: Path
) -> None:
    """Saved and loaded, nothing moves."""
    seen = glassline.inspect(model, photo)
    again = glassline.inspect(glassline.load(model_folder), photo)

    assert_array_equal(again.logits, seen.logits)
    assert (again.decision, again.reason) == (seen.decision, seen.reason)


def test_an_unknown_label_is_found_before_the_photo_is_read(model: Model) -> None:
    """Nothing is inspected for a question that can not be answered."""
    with pytest.raises(
        LabelError,
        match=r"^label: expected one of ok, scratch, dirt, got 'dint'\. Did you mean dirt\?$",
    ):
        glassline.inspect(model, b"no photo", label="dint")


def test_a_bad_photo_is_refused_with_its_reason(model: Model) -> None:
    """The code for machines, the sentence for people."""
    with pytest.raises(ImageError, match=r"^image: .+$") as refused:
        glassline.inspect(model, b"no photo")

    assert refused.value.reason == "unsupported_type"


def test_an_inspection_is_filed_by_photo_model_and_time(
    model: Model, photo: Path
) -> None:
    """The time it was given, else now with the zone of this machine."""
    at = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)

    given = glassline.inspect(model, photo, who="Lin", inspected_at=at).provenance
    taken = glassline.inspect(model, photo).provenance

    assert given == Provenance(
        str(photo), digest(photo), model.sha256, inspected_at=at, who="Lin"
    )
    assert taken is not None
    assert (taken.who, taken.inspected_at.tzinfo is None) == ("", False)
    assert abs(datetime.now(UTC) - taken.inspected_at).total_seconds() < 60


def digest(photo: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(photo.read_bytes()).hexdigest()
