"""A training in words: how it ended, in the language that was asked for."""

from __future__ import annotations

import pytest

from glassline.head import Outcome
from glassline.training.text import outcome

FILLED = {"steps": 7, "gradient_norm": 1.5e-9, "tolerance": 1e-10, "missing": "dirt"}


@pytest.mark.parametrize("each", Outcome, ids=lambda each: each.name)
def test_every_outcome_is_told_in_english_as_it_is_recorded(each: Outcome) -> None:
    """The catalogue says what the record says."""
    sentence = each.value.format(**FILLED)

    assert outcome(sentence, "en") == sentence


@pytest.mark.parametrize("each", Outcome, ids=lambda each: each.name)
def test_every_outcome_is_told_in_chinese_with_its_numbers(each: Outcome) -> None:
    """Steps and gradient come out of the recorded sentence."""
    told = outcome(each.value.format(**FILLED), "zh-TW")

    assert "7 步" in told
    assert "Converged" not in told


def test_a_sentence_of_another_version_stays_as_it_is() -> None:
    """A model may have been trained by a newer glassline."""
    assert outcome("Ended well.", "zh-TW") == "Ended well."
