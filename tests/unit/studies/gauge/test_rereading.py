"""Parts read again: what must not move does not, what must moves by so much."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.fronts import Blind, Brightest, Brightness

from glassline.dataset import Dataset
from glassline.decide import Region
from glassline.errors import InputError
from glassline.features import Scale
from glassline.front import Measured
from glassline.head import Head
from glassline.image.disturbances import DISTURBANCES, KINDS
from glassline.model import Model
from glassline.recipe import Background
from glassline.studies.gauge import study

GREYS = (60, 90, 100, 150)
CENTER, SPREAD = 0.3, 0.1


def write_photo(path: Path, grey: np.ndarray) -> None:
    """Save an 8-bit grey photo."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", grey.astype(np.uint8))[1].tobytes())


def reading_with(front: Measured, model: Model) -> Model:
    """The model with another front, on a scale made for brightness."""
    return replace(model, front=front, scale=Scale((CENTER,) * 4, (SPREAD,) * 4))


def x_of(brightness: np.ndarray) -> np.ndarray:
    """From a brightness to x, as the scale says."""
    return (np.log1p(brightness) - CENTER) / SPREAD


@pytest.fixture
def even(tmp_path: Path) -> Dataset:
    """Four parts, each of one even grey."""
    for grey in GREYS:
        write_photo(tmp_path / "ok" / f"{grey:03}.png", np.full((20, 26), grey))
    return Dataset.read(tmp_path)


@pytest.fixture
def rough(tmp_path: Path, rng: np.random.Generator) -> Dataset:
    """Six parts of random grey, 31 x 45 px."""
    for number in range(6):
        pixels = rng.integers(20, 120 + 20 * number, (31, 45))
        write_photo(tmp_path / "ok" / f"{number}.png", pixels)
    return Dataset.read(tmp_path)


def test_a_front_that_ignores_the_photo_repeats_exactly(
    model: Model, rough: Dataset
) -> None:
    """Every spread and bias is 0, no class flips, and there is nothing to grade."""
    found = study(reading_with(Blind(), model), rough)

    assert found.gauge.spread == dict.fromkeys(KINDS, (0.0,) * 4)
    assert set(found.bias.values()) == {(0.0,) * 4}
    assert {each.classes.k + each.decisions.k for each in found.flips.values()} == {0}
    assert found.gauge.grades == ("unknown",) * 4
    assert found.worst is None


def test_brightness_spreads_by_exposure_as_computed_by_hand(
    model: Model, even: Dataset
) -> None:
    """Each part reads v, 0.95 v and 1.05 v: their variance, pooled over the parts."""
    brightness = np.array(GREYS) / 255

    found = study(reading_with(Brightness(), model), even)

    three = x_of(brightness[:, None] * np.array([1.0, 0.95, 1.05]))
    expected = np.sqrt(three.var(axis=1, ddof=1).mean())
    assert_allclose(found.gauge.spread["exposure"], [expected] * 4, rtol=1e-5)
    assert_allclose(
        found.bias["exposure_up"],
        [(three[:, 2] - three[:, 0]).mean()] * 4,
        rtol=1e-5,
    )
    assert_allclose(
        found.bias["exposure_down"],
        [(three[:, 1] - three[:, 0]).mean()] * 4,
        rtol=1e-5,
    )


def test_what_leaves_an_even_grey_alone_leaves_its_brightness_alone(
    model: Model, even: Dataset
) -> None:
    """Shift, turn, defocus and JPEG; to single precision."""
    found = study(reading_with(Brightness(), model), even)

    quiet = [found.gauge.spread[kind] for kind in ("shift", "turn", "defocus", "jpeg")]
    assert_allclose(quiet, np.zeros((4, 4)), atol=2e-6)


def test_a_table_that_is_left_out_moves_no_reading(
    model: Model, tmp_path: Path
) -> None:
    """It is found anew wherever the photo moved or turned; the part is of one grey."""
    for grey in GREYS:
        photo = np.full((48, 64), grey)
        photo[:, :16] = 240
        write_photo(tmp_path / "ok" / f"{grey:03}.png", photo)
    data = Dataset.read(tmp_path)
    image = replace(model.recipe.image, background=Background(above=0.8))
    masked = replace(model, recipe=replace(model.recipe, image=image))

    found, without = (
        study(reading_with(Brightness(), each), data) for each in (masked, model)
    )

    still = [found.gauge.spread[kind] for kind in ("shift", "turn")]
    assert_allclose(still, np.zeros((2, 4)), atol=2e-6)
    assert without.gauge.spread["shift"][0] > 0.01
    expected = x_of(np.array(GREYS) / 255).std(ddof=1)
    assert_allclose(found.gauge.between, [expected] * 4, rtol=1e-6)


def test_part_to_part_is_the_spread_of_the_undisturbed_readings(
    model: Model, even: Dataset
) -> None:
    """Standard deviation over the four greys, by n - 1."""
    found = study(reading_with(Brightness(), model), even)

    expected = x_of(np.array(GREYS) / 255).std(ddof=1)
    assert_allclose(found.gauge.between, [expected] * 4, rtol=1e-6)


def test_turns_do_nothing_to_a_reading_that_does_not_know_directions(
    model: Model, rough: Dataset
) -> None:
    """The brightest pixel stays it, to the last bit; noise does move it."""
    found = study(reading_with(Brightest(), model), rough)

    assert found.gauge.spread["turn"] == (0.0,) * 4
    assert found.bias["turn"] == (0.0,) * 4
    assert min(found.gauge.spread["noise"]) > 0


def test_flips_are_counted_against_the_undisturbed_reading(
    model: Model, even: Dataset
) -> None:
    """A class limit 2 % above one of four parts: only more light crosses it."""
    limit = float(x_of(np.array(1.02 * 100 / 255)))
    weights = np.zeros((4, 3))
    weights[0, 1] = 1000.0
    head = Head(weights, np.array([0.0, -1000.0 * limit, -1e5]))

    known = replace(reading_with(Brightness(), model), head=head, region=None)
    found = study(known, even)

    assert str(found.flips["exposure_up"].classes) == "1/4"
    assert str(found.flips["exposure_up"].decisions) == "1/4"
    assert str(found.flips["exposure_down"].classes) == "0/4"
    assert str(found.flips["turn"].classes) == "0/20"


def test_decisions_are_counted_as_the_model_takes_them(
    model: Model, even: Dataset
) -> None:
    """The same parts, unlike all of training: a person decides in any light."""
    limit = float(x_of(np.array(1.02 * 100 / 255)))
    weights = np.zeros((4, 3))
    weights[0, 1] = 1000.0
    head = Head(weights, np.array([0.0, -1000.0 * limit, -1e5]))
    never = Region(("ok",), ((90.0,) * 4,), (np.eye(4).tolist(),), 1.0, 0.1, 9)

    found = study(
        replace(reading_with(Brightness(), model), head=head, region=never), even
    )

    assert str(found.flips["exposure_up"].classes) == "1/4"
    assert str(found.flips["exposure_up"].decisions) == "0/4"


def test_parts_off_the_scale_do_not_hide_the_spread(
    model: Model, even: Dataset
) -> None:
    """Two of four parts read beyond the clip, where nothing can move."""
    scale = Scale((float(np.log1p(75 / 255)),) * 4, (0.05,) * 4, clip=1.4)

    found = study(replace(model, front=Brightness(), scale=scale), even)

    brightness = np.array([60, 90])[:, None] / 255 * np.array([1.0, 0.95, 1.05])
    three = (np.log1p(brightness) - scale.center[0]) / 0.05
    three = three.clip(-1.4, 1.4)
    expected = np.sqrt(three.var(axis=1, ddof=1).mean())
    assert found.on_scale == (2,) * 4
    assert_allclose(found.gauge.spread["exposure"], [expected] * 4, rtol=1e-5)


def test_the_study_does_not_depend_on_the_number_of_workers(
    model: Model, line: Dataset
) -> None:
    """To the last bit, noise included."""
    alone = study(model, line, parts=12, workers=1)

    assert study(model, line, parts=12, workers=2) == alone
    assert study(model, line, parts=12, workers=3) == alone


def test_the_noise_goes_with_the_photo_not_with_its_place(
    model: Model, rough: Dataset
) -> None:
    """The same parts in another order spread alike."""
    turned = rough.subset(range(5, -1, -1))

    found = study(reading_with(Brightness(), model), turned)

    expected = study(reading_with(Brightness(), model), rough)
    assert_allclose(
        found.gauge.spread["noise"], expected.gauge.spread["noise"], rtol=1e-12
    )


def test_labels_are_not_looked_at(model: Model, even: Dataset) -> None:
    """A part that nobody has judged can be read again."""
    bare = [replace(part, label=None) for part in even.parts]

    found = study(reading_with(Brightness(), model), replace(even, parts=tuple(bare)))

    assert found == study(reading_with(Brightness(), model), even)


def test_some_parts_are_drawn_evenly(model: Model, line: Dataset) -> None:
    """Three of sixty: numbers 0, 20 and 40; stated as 3 of 60."""
    found = study(reading_with(Blind(), model), line, parts=3)

    chosen = [line.parts[number].path.read_bytes() for number in (0, 20, 40)]
    digests = b"".join(hashlib.sha256(data).digest() for data in chosen)
    assert (found.gauge.parts, found.of) == (3, 60)
    assert found.gauge.photos_sha256 == hashlib.sha256(digests).hexdigest()


def test_more_parts_than_there_are_is_all(model: Model, even: Dataset) -> None:
    """A limit, not a demand."""
    found = study(reading_with(Blind(), model), even, parts=100)

    assert (found.gauge.parts, found.of) == (4, 4)


def test_a_kind_that_can_not_happen_is_left_out(model: Model, even: Dataset) -> None:
    """A fixture lets no part turn: five readings less, and the sum without them."""
    found = study(reading_with(Brightness(), model), even, without=["turn", "jpeg"])

    assert tuple(found.gauge.spread) == ("shift", "exposure", "defocus", "noise")
    assert found.readings == 1 + len(DISTURBANCES) - 5 - 3
    assert {"turn", "jpeg_95"} & set(found.bias) == set()


def test_a_refused_photo_is_kept_as_a_refusal(
    model: Model, even: Dataset, tmp_path: Path
) -> None:
    """One broken file does not stop the study."""
    (tmp_path / "ok" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    found = study(reading_with(Blind(), model), Dataset.read(tmp_path))

    assert (found.gauge.parts, found.of) == (4, 5)
    assert [each.reason for each in found.refused] == ["truncated"]


def test_progress_is_told_for_each_part(model: Model, even: Dataset) -> None:
    """One stage, counted to the end."""
    told: list[tuple[str, int, int]] = []

    study(
        reading_with(Blind(), model),
        even,
        progress=lambda stage, done, total: told.append((stage, done, total)),
    )

    assert told == [("reading parts again", done, 4) for done in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"without": ["colour"]},
            "without: expected one of shift, turn, exposure, defocus, noise, jpeg, "
            "got 'colour'.",
            id="no-such-kind",
        ),
        pytest.param(
            {"without": KINDS},
            "without: expected at least one kind to be left, got none.",
            id="nothing-left",
        ),
        pytest.param(
            {"parts": 1},
            "gauge: expected at least 2 parts that can be read, got 1.",
            id="one-part",
        ),
    ],
)
def test_a_study_of_nothing_is_refused(
    model: Model, even: Dataset, options: dict[str, Any], message: str
) -> None:
    """The message says what there must be."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        study(model, even, **options)


def test_parts_of_another_kind_are_refused(model: Model, even: Dataset) -> None:
    """Where every part is off the scale, repeatability can not be seen."""
    scale = Scale((0.0,) * 4, (0.01,) * 4)
    message = (
        "gauge: line_strength: expected a part within x = +-4, got none. "
        "Study parts like those the model was trained on."
    )

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        study(replace(model, front=Brightness(), scale=scale), even)


def test_the_covariance_holds_the_spreads_and_what_moves_together(
    model: Model, line: Dataset
) -> None:
    """Its diagonal is sigma squared; it has no variance below 0 in any direction."""
    found = study(model, line, parts=12, workers=1).gauge

    covariance = np.array(found.covariance)
    assert_allclose(np.diag(covariance), found.sigma**2, rtol=0.05)
    assert np.linalg.eigvalsh(covariance).min() >= -1e-12
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() > 0
