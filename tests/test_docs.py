"""The documents say what is true: files, commands, links, recipe, transcript."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from glassline.recipe import Recipe

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


def test_the_recipe_in_the_docs_is_a_recipe() -> None:
    """The commented example can be used as it stands."""
    text = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
    block = re.search(r"```toml\n(.*?)```", text, re.DOTALL)

    recipe = Recipe.from_table(tomllib.loads(block[1] if block else ""))

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


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_every_make_target_in_the_documents_exists(page: Path) -> None:
    """A command that a document names can be typed."""
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    )

    named = set(re.findall(r"\bmake ([a-z][a-z-]+)", page.read_text(encoding="utf-8")))
    assert named - targets - {"up"} == set()
