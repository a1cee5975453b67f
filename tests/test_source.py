"""Rules about the source that no linter has."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "glassline"
FILES = sorted(SOURCE.rglob("*.py"))
DANGEROUS = {"eval", "exec", "pickle", "joblib", "marshal", "shelve", "allow_pickle"}


def _named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", FILES, ids=_named)
def test_a_file_has_fewer_than_300_lines(path: Path) -> None:
    """A file that grows past it is two things."""
    assert len(path.read_text(encoding="utf-8").splitlines()) < 300


@pytest.mark.parametrize("path", FILES, ids=_named)
def test_public_names_are_listed_in_order(path: Path) -> None:
    """`__all__` is sorted, so that a newcomer finds a name where it belongs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    lists = [
        [ast.literal_eval(item) for item in node.value.elts]
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.List)
        and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
    ]
    assert all(sorted(names, key=_as_ruff) == names for names in lists)


def _as_ruff(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("path", FILES, ids=_named)
def test_nothing_that_runs_code_from_data_is_named(path: Path) -> None:
    """No pickle, no eval: a model file can not act."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {
        node.arg or "" for node in ast.walk(tree) if isinstance(node, ast.keyword)
    }
    names |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert names & DANGEROUS == set()
