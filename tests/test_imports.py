"""Importing glassline, and asking for help, costs almost nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import glassline
from glassline import head, image

LISTED = (glassline, head, image)  # their names are listed in stubs
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


@pytest.mark.parametrize("room", LISTED, ids=lambda room: room.__name__)
def test_every_public_name_resolves(room: ModuleType) -> None:
    """What the stub lists is there, sorted, and no module hides it."""
    found = [getattr(room, name) for name in room.__all__]

    assert room.__all__ == sorted(room.__all__)
    assert [each for each in found if isinstance(each, ModuleType)] == []
    assert set(room.__all__) <= set(dir(room))


@pytest.mark.parametrize("room", LISTED, ids=lambda room: room.__name__)
def test_a_stub_lists_public_names_and_nothing_else(room: ModuleType) -> None:
    """A line that is read by a type checker alone would be a second list."""
    stub = Path(str(room.__file__)).with_suffix(".pyi").read_text(encoding="utf-8")
    lines = [line for line in stub.splitlines() if line]

    listed = [line.split(" ")[3] for line in lines if line.startswith("from ")]
    other = [line.split(":")[0] for line in lines if not line.startswith("from ")]
    assert sorted([*listed, *other]) == room.__all__


@pytest.mark.parametrize("room", LISTED, ids=lambda room: room.__name__)
def test_an_unknown_name_is_an_attribute_error(room: ModuleType) -> None:
    """As for any module: a slip does not become an import of something else."""
    message = f"module {room.__name__!r} has no attribute 'imread'"

    with pytest.raises(AttributeError, match=f"^{re.escape(message)}$"):
        _ = room.imread


def test_a_public_name_that_is_said_first_is_not_hidden_by_a_module() -> None:
    """`read` stays a function whichever module of the room comes first."""
    program = (
        "import glassline.image.photo; from glassline.image import read; read.__code__"
    )

    done = subprocess.run([sys.executable, "-c", program], check=False)

    assert done.returncode == 0
