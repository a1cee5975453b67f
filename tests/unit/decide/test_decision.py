"""Decisions and their reasons, in both languages."""

from __future__ import annotations

import copy

import pytest

from glassline.decide import Policy, Reason, decide
from glassline.errors import InputError
from glassline.recipe import Recipe


def test_the_reason_is_said_in_both_languages() -> None:
    """Actions and the default currency are translated, costs get two decimals."""
    reason = decide(Policy.of(Recipe(("ok", "dirt"))), [0.9, 0.1]).reason

    assert reason.text("en") == (
        "Cheapest in expectation: review, 1.00 looks; next: accept, 2.00."
    )
    assert reason.text("zh-TW") == (
        "預期成本最低：複判，1.00 次人工目檢；其次：允收，2.00。"
    )


def test_a_line_s_own_currency_is_printed_as_written() -> None:
    """Only the default currency is ours to translate."""
    recipe = Recipe(("ok", "dirt"), currency="NT$")

    reason = decide(Policy.of(recipe), [1.0, 0.0]).reason

    assert "0.00 NT$" in reason.text("zh-TW")


def test_a_reason_without_words_is_refused() -> None:
    """Every reason can be said, so an unknown code is an error at once."""
    message = "reason: expected a code of the catalogue, got 'mood'."

    with pytest.raises(InputError, match=f"^{message}$"):
        Reason("mood")


def test_a_reason_keeps_its_own_copy_of_the_params() -> None:
    """Changing the table that was passed does not change the reason."""
    params: dict[str, str | float] = {"action": "review"}
    reason = Reason("cheapest", params)

    params["action"] = "accept"

    assert reason.params["action"] == "review"


def test_a_reason_travels_as_it_is() -> None:
    """To another process and into a copy, with its parameters out of reach."""
    reason = decide(Policy.of(Recipe(classes=("ok", "dirt"))), [0.99, 0.01]).reason

    there = copy.deepcopy(reason)  # as pickle does it: by __reduce__

    assert there == reason
    with pytest.raises(TypeError, match="does not support item assignment"):
        there.params["p"] = 1.0  # type: ignore[index]
