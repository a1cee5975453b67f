"""Pictures that a recipe names."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from glassline.errors import RecipeError
from glassline.recipe import ImageSettings, Recipe
from glassline.recipe.pictures import MAX_BYTES, Picture
from glassline.render.png import as_png

MASK = as_png(np.full((20, 30), 255, np.uint8))
TEXT = 'classes = ["ok", "dirt"]\n[image]\nmask = "mask.png"\n'


def test_a_recipe_finds_its_picture_beside_it(tmp_path: Path) -> None:
    """By the recipe's folder, not by where the command runs."""
    (tmp_path / "mask.png").write_bytes(MASK)
    (tmp_path / "recipe.toml").write_text(TEXT)

    found = Recipe.read(tmp_path / "recipe.toml")

    assert found.image.mask == Picture(MASK)
    assert found.image.pictures == {"mask": Picture(MASK)}
    assert found.image.is_masked


@pytest.mark.bad_shape
def test_python_may_name_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the folder where it runs, in settings and in a recipe alike."""
    (tmp_path / "mask.png").write_bytes(MASK)
    monkeypatch.chdir(tmp_path)

    assert ImageSettings(mask="mask.png").mask == Picture(MASK)  # type: ignore[arg-type]
    assert Recipe(["ok", "dirt"], image={"mask": "mask.png"}).image.mask == Picture(
        MASK
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(
            None,
            "recipe.toml: image.mask: expected a picture, got: No such file or directory.",
            id="missing",
        ),
        pytest.param(
            b"\xff\xd8\xff\xe0",
            "recipe.toml: image.mask: expected a PNG file, got another kind. Save it as "
            "PNG: it keeps every pixel.",
            id="jpeg",
        ),
        pytest.param(
            bytes(MAX_BYTES + 1),
            "recipe.toml: image.mask: expected at most 50,000,000 bytes.",
            id="large",
        ),
    ],
)
def test_a_file_that_is_no_picture_is_refused_by_its_setting(
    data: bytes | None, message: str, tmp_path: Path
) -> None:
    """The recipe is named, and the setting in it."""
    (tmp_path / "recipe.toml").write_text(TEXT)
    for content in [data] * (data is not None):
        (tmp_path / "mask.png").write_bytes(content)

    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        Recipe.read(tmp_path / "recipe.toml")


def test_to_align_without_a_golden_photo_is_refused() -> None:
    """The setting that is missing is named."""
    message = (
        "image.align: expected a golden photo to align with, got none. Name it: "
        'golden = "golden.png".'
    )

    with pytest.raises(RecipeError, match=f"^{re.escape(message)}$"):
        ImageSettings(align="golden")
