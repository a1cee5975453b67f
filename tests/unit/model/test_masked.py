"""A model that looks at a part of its photos: a folder that is whole, or refused."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from plates import KEEP, WIDTH, matrix, plate

from glassline.dataset import Dataset
from glassline.errors import ModelError
from glassline.inspection import inspect
from glassline.model import Model, load
from glassline.recipe import ImageSettings, Recipe
from glassline.recipe.pictures import Picture
from glassline.render.png import as_png
from glassline.studies.gauge import study
from glassline.studies.verification import verify
from glassline.training import train

FEATURES = {
    "line_strength": {"polarity": "bright"},
    "texture_change": {"share": 0.2},
    "reflection_unevenness": {"fields": 16},
    "grain_noise": {"width_px": 6},
}
KINDS = ("ok", "scratch", "dirt")


@pytest.fixture(scope="module")
def plates(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Plates put down loosely, six of a kind."""
    rng = np.random.default_rng(11)  # noqa: TID251  once a module
    folder = tmp_path_factory.mktemp("plates")
    for kind in KINDS:
        (folder / kind).mkdir()
        for number in range(6):
            shift_xy = (float(rng.uniform(-5, 5)), float(rng.uniform(-5, 5)))
            turn_deg = float(rng.uniform(-5, 5))
            photo = plate(rng, kind, shift_xy=shift_xy, turn_deg=turn_deg)
            (folder / kind / f"{number}.png").write_bytes(as_png(photo))
    return Dataset.read(folder)


@pytest.fixture(scope="module")
def aligned(plates: Dataset) -> Model:
    """A model that lays each plate on a golden one, and looks at its face alone."""
    rng = np.random.default_rng(12)  # noqa: TID251  once a module
    image = ImageSettings(
        mask=Picture(as_png(np.where(KEEP, 255, 0).astype(np.uint8))),
        golden=Picture(as_png(plate(rng))),
        align="golden",
    )
    return train(plates, Recipe(classes=KINDS, features=FEATURES, image=image))


@pytest.fixture
def saved(aligned: Model, tmp_path: Path) -> Path:
    """The model as a folder."""
    aligned.save(tmp_path)
    return tmp_path


def test_mask_and_golden_photo_stand_beside_the_model(
    aligned: Model, saved: Path
) -> None:
    """Named by their hashes, and by the setting; nothing else is there."""
    image = aligned.recipe.image
    names = [f"{name}.{each.sha256[:16]}.png" for name, each in image.pictures.items()]

    assert sorted(each.name for each in saved.iterdir()) == sorted(
        [*names, "model.json", f"parts.{str(aligned.record.taught)[:16]}.csv"]
    )


def test_a_copied_folder_is_the_same_model(
    aligned: Model, saved: Path, tmp_path: Path, plates: Dataset
) -> None:
    """Loaded elsewhere: the same hash, and every photo the same bits."""
    copy = shutil.copytree(saved, tmp_path / "copy")

    found = load(copy)

    assert found.sha256 == aligned.sha256
    path = plates.parts[0].path
    seen, again = (inspect(each, path) for each in (aligned, found))
    assert seen.x.tolist() == again.x.tolist()
    assert seen.as_json() == again.as_json()


def test_another_mask_is_another_model(aligned: Model) -> None:
    """Its hash is in the model file, and so in the model's own."""
    image = replace(aligned.recipe.image, mask=None)
    other = replace(aligned, recipe=replace(aligned.recipe, image=image))

    assert other.sha256 != aligned.sha256


def test_a_mask_of_other_bytes_is_refused(aligned: Model, saved: Path) -> None:
    """One bit off in a companion, and the folder is not loaded."""
    mask = aligned.recipe.image.pictures["mask"]
    place = saved / f"mask.{mask.sha256[:16]}.png"
    place.write_bytes(mask.data[:-1] + b"?")
    message = (
        f"{place.name}: model_hash_mismatch: expected the bytes that hash to "
        f"'{mask.sha256}', got other bytes. The file was changed or damaged; restore it "
        "from a copy, or train again."
    )

    with pytest.raises(ModelError, match=f"^{re.escape(message)}$"):
        load(saved)


def test_a_folder_without_its_golden_photo_is_refused(
    aligned: Model, saved: Path
) -> None:
    """The file that is missing is named."""
    golden = aligned.recipe.image.pictures["golden"]
    place = saved / f"golden.{golden.sha256[:16]}.png"
    place.unlink()
    message = (
        f"{place.name}: expected a file beside the model, got none. Copy the whole model "
        "folder."
    )

    with pytest.raises(ModelError, match=f"^{re.escape(message)}$"):
        load(saved)


def test_what_a_model_does_not_name_is_removed(
    aligned: Model, saved: Path, settled: Model
) -> None:
    """A model without a mask, saved over one with: its companions go."""
    replace(settled, taught=None).save(saved)

    assert [each.name for each in saved.iterdir()] == ["model.json"]


def test_a_model_file_can_not_name_a_file_of_the_disk(saved: Path) -> None:
    """A picture is named by its hash alone: text in its place is refused."""
    from glassline.model.sealed import seal, unseal  # noqa: PLC0415  only here

    path = saved / "model.json"
    document = unseal(path.read_bytes(), "model.json")
    del document["sha256"]
    document["recipe"]["image"]["mask"] = "/etc/hostname"
    path.write_bytes(seal(document))

    with pytest.raises(ModelError, match=r"^model\.json: expected a model, got: .*$"):
        load(saved)


def test_the_model_is_verified_on_its_photos(aligned: Model, plates: Dataset) -> None:
    """Readings, labels, optimum: all follow, mask and alignment included."""
    assert verify(aligned, plates).holds


def test_every_plate_is_told_wherever_it_lies(aligned: Model, plates: Dataset) -> None:
    """Shape, hole and backdrop are no defects: two of eighteen wrong at most."""
    told = [inspect(aligned, part.path).predicted_class for part in plates.parts]

    right = sum(
        said == part.label for said, part in zip(told, plates.parts, strict=True)
    )
    assert right >= 16


def test_evidence_lies_on_the_photo_as_it_was_taken(
    aligned: Model, rng: np.random.Generator
) -> None:
    """A spot at a known place of a plate that was moved and turned: marked there."""
    photo = plate(rng, shift_xy=(6.0, -4.0), turn_deg=7.0)
    x, y = matrix((6.0, -4.0), 7.0) @ np.array([60.0, 70.0, 1.0])
    cv2.circle(photo, (round(x), round(y)), 3, 40, -1)

    evidence = inspect(aligned, photo).evidence

    speck = evidence.marks["grain_noise"][0]
    assert np.hypot(speck.row - round(y), speck.column - round(x)) < 1
    assert evidence.corner_rc == (0, 0)
    assert evidence.image.shape == photo.shape
    corner = matrix((6.0, -4.0), 7.0) @ np.array([26.0, 20.0, 1.0])
    assert evidence.left_out[round(corner[1]), round(corner[0])]
    assert not evidence.left_out[round(y), round(x)]


def test_areas_lie_around_what_they_were_on_the_aligned_photo(
    aligned: Model, rng: np.random.Generator
) -> None:
    """A bright patch on a turned plate lies within the area that is outlined."""
    photo = plate(rng, turn_deg=-6.0).astype(np.float64)
    x, y = matrix((0.0, 0.0), -6.0) @ np.array([60.0, 75.0, 1.0])
    rows, columns = np.mgrid[0 : photo.shape[0], 0:WIDTH]
    photo += 60 * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 50)

    area = inspect(aligned, photo.clip(0, 255).astype(np.uint8)).evidence.marks[
        "reflection_unevenness"
    ][0]

    assert area.top - 6 < y < area.bottom + 6
    assert area.left - 8 < x < area.right + 8


def test_a_gauge_study_keeps_to_the_mask(
    aligned: Model, plates: Dataset, tmp_path: Path
) -> None:
    """The backdrop white, and another noise in it: the same study, to the last bit."""
    image = replace(aligned.recipe.image, align=None, golden=None)
    fixed = replace(aligned, recipe=replace(aligned.recipe, image=image))
    parts = []
    for place, part in enumerate(plates.parts[::4]):
        photo = cv2.imdecode(np.frombuffer(part.path.read_bytes(), np.uint8), 0)
        path = tmp_path / f"{place}.png"
        path.write_bytes(as_png(np.where(KEEP, photo, np.uint8(250 - place))))
        parts.append(replace(part, path=path, within=None, sha256=None))
    painted = replace(plates, parts=tuple(parts))
    plain = plates.subset(np.arange(0, len(plates), 4))
    without = ("shift", "defocus", "jpeg")  # these carry the backdrop over the border

    before, after = (study(fixed, each, without=without) for each in (plain, painted))

    assert before.gauge.spread == after.gauge.spread
    assert before.bias == after.bias
