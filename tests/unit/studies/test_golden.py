"""A golden photo and a mask, proposed from good parts."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from commands import run
from plates import HEIGHT, KEEP, WIDTH, plate

from glassline.dataset import Dataset
from glassline.errors import DatasetError
from glassline.image.structure import face
from glassline.recipe import Recipe
from glassline.render.png import as_png
from glassline.studies.golden import Proposal, propose
from glassline.studies.golden_text import lines


def photos(folder: Path, images: list[np.ndarray], kind: str = "ok") -> Dataset:
    """Save photos of one class, and read the folder."""
    (folder / kind).mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(images):
        (folder / kind / f"{number}.png").write_bytes(as_png(each))
    (folder / "scratch").mkdir(exist_ok=True)
    (folder / "scratch" / "0.png").write_bytes(as_png(images[0]))
    return Dataset.read(folder)


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Eight plates put down loosely, and one photo of something else."""
    rng = np.random.default_rng(3)  # noqa: TID251  once a module
    images = []
    for _ in range(8):
        shift_xy = (float(rng.uniform(-4, 4)), float(rng.uniform(-4, 4)))
        images.append(plate(rng, shift_xy=shift_xy, turn_deg=float(rng.uniform(-4, 4))))
    stripes = np.tile(np.array([40, 210], np.uint8).repeat(5), (HEIGHT, WIDTH // 10))
    return photos(tmp_path_factory.mktemp("loose"), [*images, stripes])


@pytest.fixture(scope="module")
def proposed(loose: Dataset) -> Proposal:
    """What these propose."""
    return propose(loose)


def test_what_does_not_match_is_named_and_not_used(proposed: Proposal) -> None:
    """Eight plates make the golden photo; the stripes do not."""
    assert (proposed.used, len(proposed.placements)) == (8, 8)
    (odd,) = proposed.refused
    assert (odd.reason, Path(odd.path).name) == ("unaligned", "8.png")


def test_the_golden_photo_is_smoother_than_a_part(
    proposed: Proposal, rng: np.random.Generator
) -> None:
    """The mean of eight has a third of the grain of one, and its edges are as steep."""
    one = plate(rng).astype(np.float32) / 255
    patch = (slice(70, 90), slice(60, 90))

    assert proposed.golden[patch].std() < 0.6 * one[patch].std()
    steep = [np.abs(np.diff(each, axis=1)).max() for each in (proposed.golden, one)]
    assert steep[0] > 0.6 * steep[1]


def test_the_mask_is_the_face_of_the_plate(proposed: Proposal) -> None:
    """Most of the face off edges, hole and sign; nothing of hole, sign and backdrop."""
    mask = proposed.mask
    middle = mask[45:95, 36:84]

    assert middle.mean() > 0.9
    assert not mask[:14].any()
    assert not mask[:, :20].any()
    assert not mask[56:65, 102:111].any()
    assert (mask & KEEP).sum() > 0.6 * KEEP.sum()


def test_the_spread_is_wide_at_edges_and_steady_elsewhere(proposed: Proposal) -> None:
    """An edge never lies quite alike; of few parts no place is taken for quiet."""
    usual = float(np.median(proposed.spread))

    assert proposed.spread[20:23, 40:120].max() > 2 * usual
    assert proposed.spread.min() > 0.5 * usual
    data = np.frombuffer(proposed.spread_png, np.uint8)
    found = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) / 65535
    np.testing.assert_allclose(found, proposed.spread, atol=1e-5)


def test_the_pictures_are_what_they_say(proposed: Proposal) -> None:
    """Mask in black and white; beside the golden photo the same with red on it."""
    mask, golden, picture = (
        cv2.imdecode(np.frombuffer(each, np.uint8), cv2.IMREAD_UNCHANGED)
        for each in (proposed.mask_png, proposed.golden_png, proposed.picture)
    )

    assert set(np.unique(mask).tolist()) == {0, 255}
    assert (mask == 255).sum() == proposed.mask.sum()
    assert (picture[:, :WIDTH] == golden[..., None]).all()
    reddish = picture[:, WIDTH:, 2] > picture[:, WIDTH:, 0]
    assert (reddish == (mask == 0)).mean() > 0.99


def test_a_surface_without_edges_is_all_face(rng: np.random.Generator) -> None:
    """Grain alone, and a slope of light: nothing of it is left out."""
    surface = rng.normal(0.5, 0.02, (90, 120)) + np.linspace(0, 0.2, 120)

    assert face(surface.astype(np.float32)).all()


def test_parts_that_never_lie_alike_are_refused(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    """Grain alone can not be aligned: it says so, and what else to do."""
    data = photos(tmp_path, list(rng.integers(90, 160, (5, 60, 80)).astype(np.uint8)))

    with pytest.raises(DatasetError, match=r"^.*: expected good parts that lie alike"):
        propose(data)


def test_two_good_parts_are_too_few(tmp_path: Path, rng: np.random.Generator) -> None:
    """And parts of another size do not count."""
    data = photos(tmp_path, [plate(rng), plate(rng), plate(rng)[:, :-4]])
    message = f"{data.name}: expected at least 3 good parts of one size, got 2."

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        propose(data)


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_what_was_found_is_told(lang: str, proposed: Proposal) -> None:
    """How many parts, what was not used, how much is looked at, what to do."""
    told = lines(proposed, lang)

    assert len(told) == 4
    assert all(number in told[0] for number in ("8", "9"))
    assert "8.png" in told[1]
    assert f"{proposed.mask.mean():.0%}" in told[2]


def test_the_command_writes_its_pictures_and_names_them(
    loose: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recipe reads as it stands; nothing is written over a picture that is there."""
    monkeypatch.chdir(tmp_path)
    command = ("recipe", "--for", loose.parts[0].path.parent.parent, "--golden")

    done = run(*command)
    (tmp_path / "recipe.toml").write_text(done.stdout, encoding="utf-8")
    again = run(*command)

    image = Recipe.read(tmp_path / "recipe.toml").image
    assert (done.returncode, image.align) == (0, "golden")
    assert image.pictures["mask"].data == (tmp_path / "mask.png").read_bytes()
    assert (tmp_path / "golden-approve.png").exists()
    assert (tmp_path / "spread.png").exists()
    assert len(done.stderr.splitlines()) == 4
    assert again.returncode == 2
    assert again.stderr.splitlines()[-1] == (
        "Error: --golden: expected no golden.png in this folder, got one, which may have "
        "been drawn on. Move it away first."
    )
