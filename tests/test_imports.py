"""Importing glassline, and asking for help, costs almost nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import glassline

HEAVY = (
    "numpy",
    "scipy",
    "cv2",
    "simplejpeg",
    "sklearn",
    "pydantic",
    "jinja2",
    "rich",
    "duckdb",
    "httpx2",
    "jaxtyping",
    "PIL",
)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import glassline", id="import"),
        pytest.param("import glassline.errors, glassline.recipe.recipe", id="recipe"),
        pytest.param("from glassline.image import printable, read", id="image"),
        pytest.param("import glassline.render.words", id="words"),
        pytest.param(
            "import glassline.cli; glassline.cli.commands.main(['--help'], "
            "standalone_mode=False)",
            id="help",
        ),
    ],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    """Neither `import glassline` nor `glassline --help` loads a large library."""
    program = f"{code}\nimport sys\nprint([n for n in {HEAVY!r} if n in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", glassline.__all__)
def test_every_public_name_resolves(name: str) -> None:
    """What is listed is there, and says what it is."""
    assert getattr(glassline, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(
        AttributeError, match=r"^module 'glassline' has no attribute 'predict'$"
    ):
        glassline.predict  # noqa: B018
