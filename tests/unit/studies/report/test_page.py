"""The report of a score: the parts seen wrongly, whole or counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glassline.dataset import Dataset
from glassline.model import Model
from glassline.studies.evaluation import Evaluation, Wrong, evaluate
from glassline.studies.report import page, told_by_wrong
from glassline.studies.report.page import SHOWN


@pytest.fixture(scope="module")
def scored(settled: Model, line: Dataset) -> Evaluation:
    """The line scored by the model of it."""
    return evaluate(settled, line, with_training=True)


@pytest.fixture(scope="module")
def eight(scored: Evaluation) -> tuple[Wrong, ...]:
    """Eight parts as if they were seen wrongly."""
    paths = scored.wrong[0].part
    return tuple(
        Wrong(paths, "ok", "scratch", "reject", 9.0 - number) for number in range(8)
    )


def test_the_largest_losses_are_shown_whole(
    settled: Model, scored: Evaluation, eight: tuple[Wrong, ...]
) -> None:
    """As many as fit, with the label that was given; the heading counts all."""
    story = told_by_wrong("new", settled, replace(scored, wrong=eight))

    shown = page(story)

    assert [each.label for each in story.inspections] == ["ok"] * SHOWN
    assert shown.count('<article class="part">') == SHOWN
    assert "6 of 8 parts whose most probable class is not the label" in shown
    assert "The model was trained on 60 of these photos: the figures flatter." in shown


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "None: the most probable class of every part is its label."),
        ("zh-TW", "沒有：每一件最可能的類別都與標註相符。"),
    ],
)
def test_where_none_was_wrong_the_page_says_so(
    settled: Model, scored: Evaluation, lang: str, said: str
) -> None:
    """No part and no sum to show."""
    shown = page(told_by_wrong("new", settled, replace(scored, wrong=())), lang)

    assert said in shown
    assert shown.count("<article") == 0


def test_a_photo_that_is_gone_is_counted(
    settled: Model, scored: Evaluation, eight: tuple[Wrong, ...]
) -> None:
    """It was read for the score and moved away since."""
    gone = replace(eight[0].part, path=eight[0].part.path.with_name("gone.png"))
    wrong = tuple(replace(each, part=gone) for each in eight)

    shown = page(told_by_wrong("new", settled, replace(scored, wrong=wrong)))

    assert "8 parts; their photos can no longer be read." in shown
