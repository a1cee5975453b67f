"""One rule says which two spellings are one name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassline.errors import LabelError, RecipeError
from glassline.recipe import Recipe
from glassline.recipe.spelling import find, key, match, shown, spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("OK", "ok", id="case"),
        pytest.param("Größe", "GRÖSSE", id="sharp-s"),
        pytest.param("rayé", unicodedata.normalize("NFD", "rayé"), id="composed"),
        pytest.param("ＯＫ", "ok", id="full-width"),
        pytest.param("ﾖｺﾞﾚ", "ヨゴレ", id="half-width-kana"),
        pytest.param(" ok\t", "ok", id="outer-blanks"),
        pytest.param("良品\u3000", "良品", id="ideographic-blank"),
        pytest.param("deep\u00a0scratch", "deep scratch", id="no-break-blank"),
        pytest.param("deep  scratch", "deep scratch", id="two-blanks"),
        pytest.param("deep_scratch", "Deep-Scratch", id="separators"),
        pytest.param("deep - scratch", "deep scratch", id="separators-mixed"),
        pytest.param("\ufeffok", "ok", id="byte-order-mark"),
        pytest.param("o\u200bk", "ok", id="zero-width"),
    ],
)
def test_two_spellings_are_one_name(one: str, other: str) -> None:
    """What no person would tell apart aloud."""
    assert key(one) == key(other)
    assert match(one, ("dirt", other)) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("-1", "1", id="sign"),
        pytest.param("ok", "nok", id="letter"),
        pytest.param("é", "e", id="accent"),
        pytest.param("良品", "良 品", id="blank-between"),
        pytest.param("a.b", "a b", id="dot"),
        pytest.param("1.0", "10", id="digits"),
    ],
)
def test_two_names_stay_two(one: str, other: str) -> None:
    """What a person would."""
    assert key(one) != key(other)
    assert match(one, (other,)) is None


def test_a_name_that_is_known_as_it_stands_is_itself() -> None:
    """A recipe that tells OK from ok has both."""
    assert match("OK", ("ok", "OK")) == "OK"


def test_a_name_that_spells_two_is_neither() -> None:
    """Nothing is guessed."""
    assert match("oK", ("ok", "OK")) is None


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    """However it is spelt."""
    with pytest.raises(
        LabelError,
        match=r"^label: expected one of ok, scratch, got 'SCRACH'\. "
        r"Did you mean scratch\?$",
    ):
        find("label", "SCRACH", ("ok", "scratch"), LabelError)


def test_what_is_shown_keeps_its_case() -> None:
    """Composed, without blanks that nobody sees."""
    assert shown("  Rayé \u00a0 fond\u200b ") == "Rayé fond"


def test_spellings_are_counted_under_the_first() -> None:
    """In the order in which they came."""
    found = spellings(["OK", "dirt", "ok", "OK"])

    assert found == {"OK": {"OK": 2, "ok": 1}, "dirt": {"dirt": 1}}
    assert list(found) == ["OK", "dirt"]


@given(st.text())
def test_the_rule_settles(text: str) -> None:
    """A name is spelt as its own key, and as what is shown of it."""
    assert key(key(text)) == key(text)
    assert key(shown(text)) == key(text)
    assert shown(shown(text)) == shown(text)


@pytest.mark.parametrize("name", ["ＯＫ", " ok"[1:].upper(), "Good", "良品"])
def test_a_good_class_is_known_in_any_spelling(name: str) -> None:
    """Full width as an input method writes it."""
    assert Recipe(classes=(name, "dirt")).good == name


def test_a_recipe_names_its_classes_in_one_spelling() -> None:
    """As in `classes`, wherever else they stand."""
    recipe = Recipe.from_table(
        {
            "classes": ["ok", "Deep Scratch"],
            "good": "OK",
            "costs": {"deep_scratch": {"accept": 9, "reject": 0}},
            "priors": {"Ok": 0.9, "deep scratch": 0.1},
            "concepts": {"DEEP SCRATCH": {"line_strength": 1}},
            "names": {"zh-TW": {"deep-scratch": "深刮"}},
        }
    )

    assert recipe.good == "ok"
    assert [list(recipe.costs), list(recipe.concepts)] == [["Deep Scratch"]] * 2
    assert recipe.priors == {"ok": 0.9, "Deep Scratch": 0.1}
    assert recipe.class_name("Deep Scratch", "zh-TW") == "深刮"


def test_two_spellings_in_one_table_are_refused() -> None:
    """Which of the costs holds is not guessed."""
    costs = {"accept": 1, "reject": 0}

    with pytest.raises(
        RecipeError,
        match=r"^recipe: costs: expected each class once, got two spellings of one among "
        r"ok, OK\.$",
    ):
        Recipe.from_table(
            {"classes": ["ok", "dirt"], "costs": {"ok": costs, "OK": costs}}
        )
