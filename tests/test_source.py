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
def test_a_file_has_at_most_400_lines(path: Path) -> None:
    """A file that grows past it is two things."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


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
    assert _dangerous(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("eval('1')", "eval"),
        ("import pickle", "pickle"),
        ("import pickle as json", "pickle"),
        ("import os.path as pickle", "pickle"),
        ("from json import loads as exec", "exec"),
        ("from pickle import loads", "pickle"),
        ("from joblib.numpy_pickle import load", "joblib"),
        ("import joblib.numpy_pickle", "joblib"),
        ("from sklearn.externals import joblib", "joblib"),
        ("import builtins\nbuiltins.eval('1')", "eval"),
        ("np.load(file, allow_pickle=True)", "allow_pickle"),
        ("np.load(file, **{'allow_pickle': True})", "allow_pickle"),
        ("getattr(builtins, 'exec')('1')", "exec"),
        ("__import__('pickle')", "pickle"),
        ("import_module('joblib.numpy_pickle')", "joblib"),
        ("def f():\n    from marshal import loads", "marshal"),
        ("import shelve", "shelve"),
    ],
)
def test_the_search_finds_what_is_planted(source: str, found: str) -> None:
    """Each way of naming it: imported, renamed, dotted, as an attribute, as text."""
    assert found in _dangerous(source)


@pytest.mark.parametrize(
    "source",
    ["import json", "from os import path", "evaluate(model)", "'no pickle in a model'"],
)
def test_the_search_passes_what_is_harmless(source: str) -> None:
    """Neither a longer name nor a sentence about it."""
    assert _dangerous(source) == set()


def _dangerous(source: str) -> set[str]:
    """Every dangerous name that a source names, however it does."""
    named = {name for node in ast.walk(ast.parse(source)) for name in _names(node)}
    return {part for name in named for part in name.split(".")} & DANGEROUS


def _names(node: ast.AST) -> list[str]:
    """The names in one node of the tree, dotted as they are written."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            return [name]
        case ast.alias(name=name, asname=other):
            return [name, other or ""]
        case ast.ImportFrom(module=str(name)) | ast.Constant(value=str(name)):
            return [name]
    return []
