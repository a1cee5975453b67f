"""The documents say what is true: files, commands, links, recipe, transcript."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from glassline.recipe import Recipe
from glassline.render.png import as_png

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    """No link into the void."""
    text = page.read_text(encoding="utf-8")

    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", ["files.md", "masks.md"])
def test_the_recipe_in_the_docs_is_a_recipe(page: str, tmp_path: Path) -> None:
    """The commented example can be used as it stands, its pictures beside it."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    block = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    for name in ("mask.png", "golden.png", "spread.png"):
        (tmp_path / name).write_bytes(as_png(np.full((16, 16), 255, np.uint8)))
    table = {"classes": ["ok", "dirt"], "names": {"zh-TW": {"dirt": "髒污"}}}
    table |= tomllib.loads(block[1] if block else "")

    recipe = Recipe.from_table(table, folder=tmp_path)

    assert recipe.class_name("dirt", "zh-TW") == "髒污"


def test_the_page_of_commands_is_the_help_of_the_commands() -> None:
    """docs/cli.md was written by scripts/cli_help.py and nobody else."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "cli_help.py"), "--print"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_the_tables_of_the_service_are_those_of_its_code() -> None:
    """Routes, rights, limits and figures of docs/service.md (scripts/service_doc.py)."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "service_doc.py"), "--print"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == (ROOT / "docs" / "service.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", ["README.md", "README.zh-TW.md"])
def test_every_document_has_a_line_in_the_index(readme: str) -> None:
    """None is left out, and each says what it is for."""
    text = (ROOT / readme).read_text(encoding="utf-8")

    listed = set(re.findall(r"^- \[[^]]+\]\((docs/[^)]+)\)", text, re.MULTILINE))
    assert listed == {_named(page) for page in ROOT.glob("docs/**/*.md")}


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_every_name_of_the_program_in_the_documents_exists(page: Path) -> None:
    """Modules, functions and what examples import, where they are now."""
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"\bglassline(?:\.[A-Za-z_]\w*)+", text)
    for module, names in re.findall(
        r"^(?:>>> )?from (glassline[\w.]*) import ([\w, ]+)$", text, re.MULTILINE
    ):
        named += [f"{module}.{name.strip()}" for name in names.split(",")]

    assert [name for name in named if not _exists(name)] == []


def _exists(name: str) -> bool:
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_every_make_target_in_the_documents_exists(page: Path) -> None:
    """A command that a document names can be typed."""
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    )

    named = set(re.findall(r"\bmake ([a-z][a-z-]+)", page.read_text(encoding="utf-8")))
    assert named - targets - {"up"} == set()
