"""A training in words: how it ended, in the language that was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from glassline.dataset import Dataset
from glassline.head import Outcome
from glassline.model import Model, read_with
from glassline.model.records import LearningCurve
from glassline.training.text import lines, outcome

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


CURVE = LearningCurve(76, 0.086, 0.072, 0.0056, 0.0009, 0.15, 0.14)


@pytest.mark.parametrize(
    ("curve", "told"),
    [
        pytest.param(
            CURVE,
            "Twice as many groups like these would gain about 0.1 ± 0.1 points of balanced "
            "accuracy and take 0.006 ± 0.001 off 0.072 nats (from half of the groups "
            "against all, by 1/n).",
            id="shows",
        ),
        pytest.param(
            replace(CURVE, nats_error=0.003),
            "Twice as many groups like these would gain nothing that shows: 0.1 ± 0.1 "
            "points, 0.006 ± 0.003 of 0.072 nats (from half of the groups against all, by "
            "1/n).",
            id="does-not-show",
        ),
        pytest.param(
            None,
            "How much more photos would help can not be told: each class needs 8 groups.",
            id="few-groups",
        ),
    ],
)
def test_how_much_more_photos_would_help_is_one_line(
    settled: Model, curve: LearningCurve | None, told: str
) -> None:
    """A gain shows from two standard errors on, of nats or of points."""
    model = replace(settled, record=replace(settled.record, curve=curve))

    assert told in list(lines(model, "en"))
    assert any("群" in line for line in lines(model, "zh-TW"))


@pytest.mark.parametrize(("share", "said"), [(0.5, 0), (0.625, 1), (None, 0)])
def test_many_parts_past_the_end_of_the_scale_are_told(
    settled: Model, share: float | None, said: int
) -> None:
    """More than half of them, in either language; nothing of a model from before."""
    model = replace(settled, record=replace(settled.record, beyond=share))

    english = [line for line in lines(model, "en") if "past the end" in line]
    chinese = [line for line in lines(model, "zh-TW") if "超出刻度末端" in line]

    assert (len(english), len(chinese)) == (said, said)
    assert all(line.startswith("62 % of the parts lie past") for line in english)


def test_what_a_training_records_of_its_scale_is_counted(
    settled: Model, line: Dataset
) -> None:
    """The share of parts with any reading past four spreads, by the model's own scale."""
    values = read_with(settled, line).values

    u = settled.scale.unclipped(values)

    assert settled.record.beyond == (np.abs(u).max(axis=1) > 4).mean()
    assert settled.record.as_json()["beyond"] == settled.record.beyond
