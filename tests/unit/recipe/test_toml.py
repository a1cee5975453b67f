"""A recipe is read as editors save it, and says what must stand in quotes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glassline.errors import RecipeError
from glassline.recipe import Recipe

TEXT = 'classes = ["ok", "刮傷"]\n[costs."刮傷"]\naccept = 400\nreject = 0\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_recipe_is_read_as_editors_save_it(
    encoding: str, end: str, tmp_path: Path
) -> None:
    """Notepad writes a byte order mark; its "Unicode" is UTF-16."""
    path = tmp_path / "recipe.toml"
    path.write_bytes(TEXT.replace("\n", end).encode(encoding))

    assert Recipe.read(path).costs["刮傷"].accept == 400


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("[costs.刮傷]\naccept = 1", 'Write [costs."刮傷"].', id="letters"),
        pytest.param(
            "[costs.deep scratch]\naccept = 1",
            'Write [costs."deep scratch"].',
            id="blank",
        ),
        pytest.param(
            "[names.zh-TW]\n刮傷 = 1", 'Write "刮傷" = 1.', id="key-of-a-table"
        ),
        pytest.param(
            'costs.刮傷.accept = "1"',
            'Write costs."刮傷".accept = "1".',
            id="dotted-key",
        ),
        pytest.param("good = ok", "Text stands in quotes.", id="value"),
    ],
)
def test_what_must_stand_in_quotes_is_written_out(
    text: str, told: str, tmp_path: Path
) -> None:
    """The parser names a place; the hint has the line to write."""
    path = tmp_path / "recipe.toml"
    path.write_text(f'classes = ["ok", "刮傷"]\n{text}\n', encoding="utf-8")

    with pytest.raises(
        RecipeError,
        match=f"^{re.escape(str(path))}: expected TOML in UTF-8, got: .* "
        rf"\(at line [23], column \d+\)\. {re.escape(told)}$",
    ):
        Recipe.read(path)


@pytest.mark.parametrize(
    ("data", "got"),
    [
        pytest.param(
            b"classes = [\n", r"Invalid value \(at end of document\)", id="end"
        ),
        pytest.param(
            b"a = " + b"[" * 90_000, "maximum recursion depth exceeded", id="deep"
        ),
        pytest.param(
            b'a = "\xff"', "'utf-8' codec can't decode byte 0xff .*", id="latin"
        ),
    ],
)
def test_what_has_no_place_has_no_hint(data: bytes, got: str, tmp_path: Path) -> None:
    """Nor a traceback."""
    path = tmp_path / "recipe.toml"
    path.write_bytes(data)

    with pytest.raises(
        RecipeError,
        match=f"^{re.escape(str(path))}: expected TOML in UTF-8, got: {got}\\.$",
    ):
        Recipe.read(path)


def test_a_class_that_fell_apart_at_its_dot_is_put_in_quotes(tmp_path: Path) -> None:
    """[costs.v1.2] means v1 and in it 2."""
    path = tmp_path / "recipe.toml"
    path.write_text('classes = ["ok", "v1.2"]\n[costs.v1.2]\naccept = 1\nreject = 1\n')

    with pytest.raises(
        RecipeError,
        match=r"^recipe\.toml: costs: expected the class v1\.2 in quotes, got it in two "
        r'at its dot\. Write \[costs\."v1\.2"\]\.$',
    ):
        Recipe.read(path)
