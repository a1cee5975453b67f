"""Whatever is given to a public function, what comes out is an error of glassline."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassline
from glassline import Dataset, Model, Recipe
from glassline.errors import GlasslineError, InputError
from glassline.explain import example
from glassline.explain.check import check
from glassline.explain.given import read_given, work_out
from glassline.features import Scale
from glassline.head import Head, fit
from glassline.interface.checked import checked
from glassline.model import read_with
from glassline.studies.comparison import compare
from glassline.studies.conformal import teach
from glassline.studies.gauge import study
from glassline.studies.guarantee import assure
from glassline.studies.labels import audit

pytestmark = pytest.mark.bad_shape
WRONG = {
    "none": None,
    "number": 7,
    "nan": float("nan"),
    "text": "no such thing",
    "bytes": b"x",
    "array": np.zeros((2, 2, 2)),
    "list of none": [None],
    "table": {"a": object()},
    "object": object(),
}
Call = Callable[[Any, Model, Dataset], Any]
CALLS: Mapping[str, Call] = {
    "Dataset.read": lambda it, model, data: Dataset.read(it),
    "Recipe": lambda it, model, data: Recipe(it),
    "Recipe costs": lambda it, model, data: Recipe(
        ("ok", "dirt"), costs={"ok": it}, image={"max_bytes": it}
    ),
    "Recipe.read": lambda it, model, data: Recipe.read(it),
    "Recipe.from_table": lambda it, model, data: Recipe.from_table(it),
    "train data": lambda it, model, data: glassline.train(it, model.recipe),
    "train recipe": lambda it, model, data: glassline.train(data, it),
    "load": lambda it, model, data: glassline.load(it),
    "inspect model": lambda it, model, data: glassline.inspect(it, data.parts[0].path),
    "inspect photo": lambda it, model, data: glassline.inspect(model, it),
    "inspect label": lambda it, model, data: glassline.inspect(
        model, data.parts[0].path, label=7 if it is None else it
    ),
    "inspect time": lambda it, model, data: glassline.inspect(
        model, data.parts[0].path, inspected_at=7 if it is None else it
    ),
    "inspect_many": lambda it, model, data: list(glassline.inspect_many(it, [])),
    "inspect_many photos": lambda it, model, data: [
        *glassline.inspect_many(model, it),
        glassline.frame(it),
    ],
    "inspect_many workers": lambda it, model, data: list(
        glassline.inspect_many(model, [], workers="7" if isinstance(it, int) else it)
    ),
    "frame": lambda it, model, data: glassline.frame(it),
    "suppose": lambda it, model, data: seen(model, data).suppose(it),
    "suppose x": lambda it, model, data: seen(model, data).suppose(
        {"grain_noise": [it]}
    ),
    "explanation": lambda it, model, data: seen(model, data).explanation(frozen=it),
    "sheet": lambda it, model, data: seen(model, data).sheet.text(it),
    "evaluate model": lambda it, model, data: glassline.evaluate(it, data),
    "evaluate data": lambda it, model, data: glassline.evaluate(model, it),
    "cross_entropy": lambda it, model, data: glassline.cross_entropy(it, np.array([0])),
    "cross_entropy labels": lambda it, model, data: glassline.cross_entropy(
        np.zeros((1, 2)), it
    ),
    "softmax": lambda it, model, data: glassline.softmax(it),
    "compare": lambda it, model, data: compare(model, it, data),
    "study": lambda it, model, data: study(model, it),
    "audit": lambda it, model, data: audit(data, it),
    "assure": lambda it, model, data: assure(it, data, escape=0.1, confidence=0.9),
    "teach": lambda it, model, data: teach(model, it, miss=0.1),
    "read_with": lambda it, model, data: read_with(model, it),
    "check": lambda it, model, data: check(it),
    "work_out": lambda it, model, data: work_out(it),
    "read_given": lambda it, model, data: read_given(it, "file"),
    "example": lambda it, model, data: example(7 if it is None else it),
    "Head": lambda it, model, data: Head(it, np.zeros(3)),
    "fit": lambda it, model, data: fit(it, np.array([0, 1]), penalty=0.1),
    "fit labels": lambda it, model, data: fit(np.zeros((2, 1)), it, penalty=0.1),
    "Scale.fit": lambda it, model, data: Scale.fit(it),
    "Features": lambda it, model, data: glassline.Features().fit(it),
    "Features labels": lambda it, model, data: glassline.Features().fit(
        [part.path for part in data.parts[:2]], 7 if it is None else it
    ),
}


def seen(model: Model, data: Dataset) -> glassline.Inspection:
    """Look at the first part."""
    return glassline.inspect(model, data.parts[0].path)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", CALLS)
def test_only_errors_of_glassline_come_out(
    name: str, wrong: str, settled: Model, line: Dataset
) -> None:
    """None, a number, a text, an array: refused in words, not by accident."""
    with pytest.raises(GlasslineError, match=r"(?s)^\S.*: expected .*$"):
        CALLS[name](WRONG[wrong], settled, line)


@checked
def ask(
    path: str | Path,
    *,
    count: int = 1,
    names: list[str] | None = None,
    call: Callable[[], int] = int,
    share: float = 0.5,
) -> str:
    """A function of arguments that people mix up."""
    return f"{path} {count} {names} {call()} {share}"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"path": None}, "path: expected text or a Path, got None."),
        ({"path": "a", "count": 1.0}, "count: expected a whole number, got 1.0."),
        ({"path": "a", "count": True}, "count: expected a whole number, got True."),
        ({"path": "a", "share": "1"}, "share: expected a number, got '1'."),
        ({"path": "a", "names": "ab"}, "names: expected a list or None, got 'ab'."),
        ({"path": "a", "call": 3}, "call: expected a function, got 3."),
    ],
    ids=["path", "whole", "bool", "number", "list", "function"],
)
def test_the_message_names_the_argument(given: dict[str, Any], message: str) -> None:
    """And what it should have been."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        ask(**given)


def test_what_fits_goes_through() -> None:
    """NumPy's numbers are numbers, and the function keeps its name."""
    assert ask(Path("a"), count=np.int64(2), share=1) == "a 2 None 0 1"
    assert ask.__name__ == "ask"


def test_a_missing_argument_is_python_s_to_say() -> None:
    """As with any function."""
    with pytest.raises(TypeError, match=r"^missing a required argument: 'path'$"):
        ask()
