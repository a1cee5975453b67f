"""Plain data becomes a record only where it fits exactly, and is named where not."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassline.errors import InputError, ModelError, RecipeError
from glassline.recipe import Recipe
from glassline.recipe.tables import fill


@dataclass(frozen=True)
class Inner:
    """A table within a table."""

    share: float = 0.5

    def __post_init__(self) -> None:
        if self.share > 1:
            raise InputError(f"inner.share: expected at most 1, got {self.share:g}.")


@dataclass(frozen=True)
class Outer:
    """A field of each kind."""

    name: str
    count: int = 1
    rate: float = 0.0
    is_on: bool = False
    way: Literal["left", "right"] = "left"
    note: str | None = None
    setting: float | int | str | bool = 0
    pair: tuple[int, int] = (0, 0)
    row: tuple[float, ...] = ()
    words: list[str] = field(default_factory=list)
    table: Mapping[str, Inner] = field(default_factory=dict)
    inner: Inner = field(default_factory=Inner)
    anything: Any = None


WHOLE = {
    "name": "eye",
    "count": 3,
    "rate": 2,
    "is_on": True,
    "way": "right",
    "note": None,
    "setting": "text",
    "pair": [1, 2],
    "row": [1, 2.5],
    "words": ["a"],
    "table": {"one": {"share": 0}},
    "inner": {},
    "anything": [{}],
}


def test_data_that_fits_becomes_the_record() -> None:
    """Lists become tuples, tables records, whole numbers numbers."""
    found = fill(Outer, WHOLE, where="f", error=RecipeError)

    assert found == Outer(
        "eye",
        3,
        2.0,
        True,
        "right",
        None,
        "text",
        (1, 2),
        (1.0, 2.5),
        ["a"],
        {"one": Inner(0.0)},
        Inner(),
        [{}],
    )
    assert (type(found.rate), type(found.row[0])) == (float, float)


@pytest.mark.parametrize("value", [1, 1.0, "1", True])
def test_a_choice_of_scalars_keeps_what_came(value: object) -> None:
    """1, 1.0, "1" and true are four settings."""
    found = fill(Outer, {"name": "", "setting": value}, where="f", error=RecipeError)

    assert (found.setting, type(found.setting)) == (value, type(value))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"name": 5}, "name: expected text, got 5. Write it in quotes.", id="name"
        ),
        pytest.param({"name": None}, "name: expected text, got None.", id="none"),
        pytest.param(
            {"name": True},
            "name: expected text, got True. Write it in quotes.",
            id="bool-for-text",
        ),
        pytest.param(
            {"count": "3"},
            "count: expected a whole number, got '3'. Write it without quotes.",
            id="text-for-whole",
        ),
        pytest.param(
            {"count": 3.0}, "count: expected a whole number, got 3.0.", id="float"
        ),
        pytest.param(
            {"count": True}, "count: expected a whole number, got True.", id="bool"
        ),
        pytest.param(
            {"rate": "0.1"},
            "rate: expected a number, got '0.1'. Write it without quotes.",
            id="text-for-number",
        ),
        pytest.param(
            {"rate": True}, "rate: expected a number, got True.", id="bool-for-number"
        ),
        pytest.param(
            {"rate": 10**400},
            f"rate: expected a number, got 1{'0' * 76}....",
            id="beyond-floats",
        ),
        pytest.param(
            {"is_on": 1}, "is_on: expected true or false, got 1.", id="one-for-true"
        ),
        pytest.param(
            {"is_on": "true"},
            "is_on: expected true or false, got 'true'. Write it without quotes.",
            id="text-for-true",
        ),
        pytest.param(
            {"way": "up"}, "way: expected one of left, right, got 'up'.", id="literal"
        ),
        pytest.param({"note": 5}, "note: expected text, got 5. Write it in quotes."),
        pytest.param(
            {"setting": [1]},
            "setting: expected a number or a whole number or text or true or false, "
            "got [1].",
            id="choice",
        ),
        pytest.param({"pair": 5}, "pair: expected a list, got 5.", id="no-list"),
        pytest.param({"row": "12"}, "row: expected a list, got '12'.", id="text-list"),
        pytest.param(
            {"pair": [1]}, "pair: expected a list of 2, got [1].", id="short-list"
        ),
        pytest.param(
            {"row": [1, "2"]},
            "row[1]: expected a number, got '2'. Write it without quotes.",
            id="item",
        ),
        pytest.param({"table": []}, "table: expected a table, got [].", id="no-table"),
        pytest.param(
            {"table": {1: {}}}, "table: expected names that are text, got 1.", id="key"
        ),
        pytest.param({"inner": 5}, "inner: expected a table, got 5.", id="no-record"),
        pytest.param(
            {"table": {"one": {"share": "0"}}},
            "table.one.share: expected a number, got '0'. Write it without quotes.",
            id="deep",
        ),
        pytest.param(
            {"colour": 5}, "colour: expected no such field, got 5.", id="unknown"
        ),
        pytest.param(
            {"rat": 5},
            "rat: expected no such field, got 5. Did you mean rate?",
            id="mistyped",
        ),
        pytest.param(
            {"inner": {"share": 2}},
            "inner.share: expected at most 1, got 2.",
            id="refused-by-the-record",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    change: dict[str, object], message: str
) -> None:
    """The document, the field, what was expected, what came, how to mend it."""
    with pytest.raises(RecipeError, match=f"^{re.escape('line.toml: ' + message)}$"):
        fill(Outer, {**WHOLE, **change}, where="line.toml", error=RecipeError)


def test_a_missing_field_is_named() -> None:
    """One without a default must be there."""
    with pytest.raises(
        RecipeError, match=r"^line\.toml: name: expected a value, got nothing\.$"
    ):
        fill(Outer, {}, where="line.toml", error=RecipeError)


def test_a_value_of_a_document_is_named_by_its_place() -> None:
    """As the numbers of a model file are."""
    with pytest.raises(
        ModelError, match=r"^model\.json: head\.b\[1\]: expected a number, got None\.$"
    ):
        fill(
            tuple[float, ...],
            [1.0, None],
            where="model.json",
            place="head.b",
            error=ModelError,
        )


@dataclass(frozen=True)
class Foreign:
    """A field of a kind that no plain data has."""

    when: complex = 0j


def test_a_field_of_a_foreign_kind_is_refused() -> None:
    """A package's settings must be plain data."""
    with pytest.raises(
        RecipeError,
        match=r"^f: when: expected a kind of plain data, got <class 'complex'>\.$",
    ):
        fill(Foreign, {"when": 1}, where="f", error=RecipeError)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(WHOLE)), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(value=plain, name=st.sampled_from(sorted(WHOLE)))
def test_any_plain_data_is_taken_as_it_is_or_refused(value: object, name: str) -> None:
    """Nothing else is raised, and no number is made of a text or a bool."""
    try:
        found = fill(Outer, {**WHOLE, name: value}, where="f", error=RecipeError)
    except RecipeError:
        return
    got = getattr(found, name)

    assert isinstance(got, bool) == isinstance(value, bool)
    assert isinstance(got, str) == isinstance(value, str)
    assert isinstance(got, int | float) == isinstance(value, int | float)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[training]\npenalty = "0.1"',
            "training.penalty: expected a number, got '0.1'. Write it without quotes.",
            id="penalty",
        ),
        pytest.param(
            "[costs.ok]\naccept = true\nreject = 5",
            "costs.ok.accept: expected a number, got True.",
            id="cost",
        ),
        pytest.param(
            '[review]\nnovelty = "0.02"',
            "review.novelty: expected a number, got '0.02'. Write it without quotes.",
            id="novelty",
        ),
        pytest.param(
            "[image]\nmax_bytes = 2e7",
            "image.max_bytes: expected a whole number, got 20000000.0.",
            id="bytes",
        ),
        pytest.param(
            '[vlm]\nmodel = "eye"\ntries = "3"',
            "vlm.tries: expected a whole number, got '3'. Write it without quotes.",
            id="vlm",
        ),
        pytest.param(
            '[priors]\nok = "0.5"\ndirt = 0.5',
            "priors.ok: expected a number, got '0.5'. Write it without quotes.",
            id="prior",
        ),
        pytest.param(
            "[names.en]\ndirt = 5",
            "names.en.dirt: expected text, got 5. Write it in quotes.",
            id="name",
        ),
        pytest.param(
            "[reviews]\ngauge = 1",
            "reviews: expected no such field, got {'gauge': 1}. Did you mean review?",
            id="typo",
        ),
    ],
)
def test_a_recipe_takes_no_text_for_a_number(
    text: str, message: str, tmp_path: Any
) -> None:
    """A penalty of "0.1" was read as 0.1, and accept = true as a cost of 1."""
    path = tmp_path / "recipe.toml"
    path.write_text(f'classes = ["ok", "dirt"]\n{text}\n', encoding="utf-8")

    with pytest.raises(RecipeError, match=f"^{re.escape('recipe.toml: ' + message)}$"):
        Recipe.read(path)


def test_infinity_and_nan_are_numbers_for_the_record_to_judge() -> None:
    """TOML and JSON can write both; what they mean is the field's own matter."""
    found = fill(tuple[float, ...], [math.inf, 1], where="f", error=RecipeError)

    assert found == (math.inf, 1.0)
