"""Results are values: they compare, copy, travel and print short."""

from __future__ import annotations

import copy
import dataclasses
import pickle  # noqa: TID251  what workers send each other
import pkgutil
import re
import typing
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import glassline
from glassline import Dataset, Model
from glassline.interface.record import Record
from glassline.model import read_with
from glassline.studies.comparison import compare
from glassline.studies.conformal import teach
from glassline.studies.gauge import study
from glassline.studies.guarantee import assure
from glassline.studies.labels import audit
from glassline.synthetic import production_line, write_dataset

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Twelve small parts: what is slow on many is quick on these."""
    folder = tmp_path_factory.mktemp("few")
    rng = np.random.default_rng(11)  # noqa: TID251  once a module
    write_dataset(production_line(12, rng=rng, size_hw=(64, 64), lot_size=3), folder)
    return Dataset.read(folder)


MADE: Mapping[str, Callable[[Model, Dataset], Any]] = {
    "dataset": lambda model, few: few,
    "recipe": lambda model, few: model.recipe,
    "model": lambda model, few: model,
    "head": lambda model, few: model.head,
    "policy": lambda model, few: model.policy,
    "readings": lambda model, few: read_with(model, few),
    "inspection": lambda model, few: glassline.inspect(model, few.parts[0].path),
    "with a class set": lambda model, few: glassline.inspect(
        model, few.parts[0].path, possible=teach(model, few, miss=0.2)
    ),
    "supposed": lambda model, few: glassline.inspect(model, few.parts[0].path).suppose(
        {"line_strength": 0.0}
    ),
    "sheet": lambda model, few: (
        glassline.inspect(model, few.parts[0].path, label="ok").sheet
    ),
    "explanation": lambda model, few: glassline.inspect(
        model, few.parts[0].path
    ).explanation(),
    "evaluation": glassline.evaluate,
    "comparison": lambda model, few: compare(model, model, few),
    "study": lambda model, few: study(model, few, parts=2),
    "audit": lambda model, few: audit(few, model.recipe),
    "assurance": lambda model, few: assure(model, few, escape=0.5, confidence=0.5),
}


@pytest.fixture(scope="module", params=MADE)
def result(request: pytest.FixtureRequest, settled: Model, few: Dataset) -> Any:
    """One of all that a caller is given."""
    return MADE[request.param](settled, few)


def test_a_result_travels_and_is_the_same(result: Any) -> None:
    """Pickled and read back, as to a worker process."""
    found = pickle.loads(pickle.dumps(result))  # noqa: S301  our own bytes

    assert found == result
    assert hash(found) == hash(result)


def test_a_result_copies_and_is_the_same(result: Any) -> None:
    """Shallow, and all the way down."""
    shallow, deep = copy.copy(result), copy.deepcopy(result)

    assert (shallow == result, deep == result) == (True, True)


def test_a_result_prints_short(result: Any) -> None:
    """Ten lines at most, no array among them."""
    lines = repr(result).splitlines()

    assert len(lines) <= 10
    assert max(map(len, lines)) <= 100
    assert "array(" not in repr(result)


def test_other_parts_are_other_results(settled: Model, few: Dataset) -> None:
    """What compares equal to everything compares nothing."""
    first, second = (glassline.inspect(settled, p.path) for p in few.parts[:2])
    again = glassline.inspect(settled, few.parts[0].path)

    assert (first == again, first == second, first == "x") == (True, False, False)
    assert dataclasses.replace(first, x=first.x + 1e-9) != first


@pytest.mark.parametrize("name", ["inspection", "evaluation", "model"])
def test_a_notebook_shows_a_small_table(
    name: str, settled: Model, few: Dataset
) -> None:
    """No script, nothing fetched, and names can add no element."""
    folder = few.parts[0].path.parent
    photo = folder / "<b>x<%2Fb>.png"
    photo.write_bytes(few.parts[0].path.read_bytes())
    made = {
        "inspection": lambda: glassline.inspect(settled, photo),
        "evaluation": lambda: glassline.evaluate(settled, few),
        "model": lambda: settled,
    }

    shown = made[name]()._repr_html_()

    tags = set(re.findall(r"<(\w+)", shown))
    assert tags == {"table", "caption", "tr", "th", "td"}
    assert len(shown) < 3000


def test_a_notebook_shows_the_whole_sheet(settled: Model, few: Dataset) -> None:
    """With its style, without the font: an output is small."""
    sheet = glassline.inspect(settled, few.parts[0].path).sheet

    shown = sheet._repr_html_()

    assert shown.startswith("<style>")
    assert '<article class="glassline-sheet' in shown
    assert re.findall(r"https?:|base64|<script|@font-face", shown) == []


def kinds() -> list[type]:
    """Return every public dataclass of the package that holds an array."""
    modules = [
        import_module(each.name)
        for each in pkgutil.walk_packages(glassline.__path__, "glassline.")
        if not each.name.endswith("__main__")
    ]
    found = {
        kind
        for module in modules
        for name, kind in vars(module).items()
        if dataclasses.is_dataclass(kind) and not name.startswith("_")
    }
    return sorted(
        (kind for kind in found if isinstance(kind, type) and has_array(kind)),
        key=lambda kind: kind.__qualname__,
    )


def has_array(kind: type) -> bool:
    """Return whether a field is an array."""
    hints = typing.get_type_hints(kind)
    return any(
        "ndarray" in str(hints[each.name]) and "Callable" not in str(hints[each.name])
        for each in dataclasses.fields(kind)
    )


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__qualname__)
def test_no_array_is_compared_as_a_truth_value(kind: type) -> None:
    """`==` of two dataclasses with arrays raises, unless somebody sees to it."""
    own = kind.__eq__ is object.__eq__  # by identity: inner works, held by nobody

    assert issubclass(kind, Record) or own
