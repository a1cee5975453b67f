"""Counts behind every rate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.dataset import Dataset
from glassline.dataset.readings import Readings
from glassline.errors import InputError
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.studies.evaluation import Evaluation, evaluate, judge
from glassline.studies.evaluation.text import lines
from glassline.training import train

CLASSES = ("ok", "scratch")


@pytest.fixture
def judged(line: Dataset) -> Evaluation:
    """Six parts: ok ok ok scratch scratch and one undecided."""
    labels = ["ok", "ok", "ok", "scratch", "scratch", None]
    parts = tuple(
        replace(part, label=label)
        for part, label in zip(line.parts, labels, strict=False)
    )
    readings = Readings(replace(line, parts=parts), np.zeros((6, 4)), ("",) * 6, ())
    logits = np.log(
        [[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7], [0.6, 0.4], [0.5, 0.5]]
    )
    actions = np.array([0, 2, 1, 1, 0, 2])
    return judge(Recipe(classes=CLASSES), logits, actions, readings)


def test_the_figures_are_counted_by_hand(judged: Evaluation) -> None:
    """Undecided parts are not scored."""
    losses = -np.log([0.9, 0.8, 0.4, 0.7, 0.4])

    assert_array_equal(judged.confusion, [[2, 1], [1, 1]])
    assert_allclose(judged.accuracy, 3 / 5)
    assert_allclose(judged.balanced_accuracy, (2 / 3 + 1 / 2) / 2)
    assert_allclose(judged.log_loss, losses.mean(), rtol=1e-12)
    assert (judged.n, judged.undecided) == (5, 1)


def test_escape_overkill_and_review_have_their_own_populations(
    judged: Evaluation,
) -> None:
    """Of all bad, of all good, of all."""
    assert {name: str(rate) for name, rate in judged.rates.items()} == {
        "escape": "1/2",
        "overkill": "1/3",
        "review": "1/5",
    }
    assert_array_equal(judged.decisions, [[1, 1, 1], [1, 1, 0]])


def test_the_terminal_text_shows_every_count(judged: Evaluation) -> None:
    """Nothing is a rate without its k/n."""
    shown = [*lines(judged, "en")]

    assert shown[0] == "5 parts in 1 groups (95 % intervals over groups)"
    assert shown[1].split()[:3] == ["accuracy", "0.600", "[unknown]"]
    assert shown[5].split()[:2] == ["calibration", "error"]
    assert shown[6].split()[:2] == ["Brier", "score"]
    assert shown[7] == "rates of decisions (95 % intervals over groups)"
    assert shown[8].split() == ["escape", "1/2", "50.0%", "[0.0%,", "100.0%]"]
    assert shown[-7].split() == ["ok", "2", "1"]
    assert shown[-6].split() == ["scratch", "1", "1"]
    assert shown[-5].split() == [
        "seen",
        "wrongly",
        "label",
        "class",
        "decision",
        "loss",
    ]
    assert [row.split()[1:] for row in shown[-4:-2]] == [
        ["ok", "scratch", "reject", "0.916"],
        ["scratch", "ok", "accept", "0.916"],
    ]
    assert shown[-2].startswith("unknown: one group; or fewer than eight with a wrong")


def test_the_parts_seen_wrongly_are_named_the_largest_loss_first(line: Dataset) -> None:
    """Label, class, decision and loss of each, by hand; parts in shares count too."""
    first, second, third, right = line.parts[:4]
    parts = (
        replace(first, label="ok"),
        replace(second, label=None, soft={"ok": 0.25, "scratch": 0.75}),
        replace(third, label="scratch"),
        replace(right, label="ok"),
    )
    readings = Readings(replace(line, parts=parts), np.zeros((4, 4)), ("",) * 4, ())
    logits = np.log([[0.4, 0.6], [0.6, 0.4], [0.9, 0.1], [0.9, 0.1]])

    found = judge(Recipe(classes=CLASSES), logits, np.array([1, 2, 0, 0]), readings)

    losses = [-np.log(0.1), -np.log(0.4), -0.25 * np.log(0.6) - 0.75 * np.log(0.4)]
    names = [str(each.path) for each in (third, first, second)]
    wrong = found.as_json()["wrong"]
    assert [
        [row[key] for key in ("image", "label", "class", "decision")] for row in wrong
    ] == [
        [names[0], "scratch", "ok", "accept"],
        [names[1], "ok", "scratch", "reject"],
        [names[2], "scratch", "ok", "review"],
    ]
    assert_allclose([row["loss"] for row in wrong], losses, rtol=1e-12)


@pytest.mark.parametrize(
    ("lang", "last"),
    [
        ("en", "and 2 more (--json names all)"),
        ("zh-TW", "另有 2 件（--json 全部列出）"),
    ],
)
def test_many_wrong_parts_are_counted_beyond_the_first_ten(
    judged: Evaluation, lang: str, last: str
) -> None:
    """Ten rows, then how many more."""
    many = replace(judged, wrong=judged.wrong * 6)

    shown = [*lines(many, lang)]

    assert shown.count(last) == 1
    assert sum(row.endswith(" 0.916") for row in shown) == 10


def test_where_each_part_is_a_group_the_intervals_are_over_parts(
    judged: Evaluation,
) -> None:
    """Nothing is alike then: the exact interval, and the text says so."""
    apart = replace(
        judged, groups=np.arange(5), scores=replace(judged.scores, groups=5)
    )

    shown = [*lines(apart, "en")]

    assert shown[7] == "rates of decisions (exact 95 % intervals over parts)"
    assert shown[8].split() == ["escape", "1/2", "50.0%", "[1.3%,", "98.7%]"]
    escape = {"k": 1, "n": 2, "low": 0.0126, "high": 0.9874, "worth": 2.0}
    assert apart.as_json()["rates"]["escape"] == pytest.approx(escape, rel=1e-2)


def test_the_score_is_told_in_chinese(judged: Evaluation) -> None:
    """Names two cells a letter, in one column."""
    shown = [*lines(judged, "zh-TW")]

    assert shown[0] == "5 件，1 個群組（95 % 信賴區間以群組計）"
    assert shown[1] == "準確率      0.600 [未知]   （最常見類別 0.600）"
    assert shown[6].startswith("Brier 分數  ")
    assert shown[8] == "漏檢        1/2  50.0% [0.0%, 100.0%]"


def test_the_columns_of_the_terminal_text_are_straight(judged: Evaluation) -> None:
    """Long names, Chinese names (two columns a letter) and counts of six digits."""
    classes = ("ok", "刮傷", "rolled-in_scale")
    counts = np.array([[123456, 7, 0], [1, 20, 3], [0, 0, 4567]])
    wide = replace(
        judged,
        recipe=Recipe(classes=classes),
        scores=replace(judged.scores, confusion=counts),
    )

    assert [*lines(wide, "en")][-9:-5] == [
        "true \\ seen          ok  刮傷  rolled-in_scale",
        "ok               123456     7                0",
        "刮傷                  1    20                3",
        "rolled-in_scale       0     0             4567",
    ]


def test_rates_of_many_parts_stay_in_their_column(judged: Evaluation) -> None:
    """Ten digits of counts push every line's percentages alike, below 80 columns."""
    many = replace(
        judged,
        labels=np.repeat(judged.labels, 10_000),
        logits=np.repeat(judged.logits, 10_000, axis=0),
        groups=np.repeat(judged.groups, 10_000),
        actions=np.repeat(judged.actions, 10_000),
    )

    shown = [*lines(many, "en")]

    assert [line.split("%")[0] for line in shown[8:10]] == [
        "escape             10000/20000  50.0",
        "overkill           10000/30000  33.3",
    ]
    assert max(map(len, shown)) < 80


def test_without_a_good_class_there_are_no_escapes(line: Dataset) -> None:
    """Six defects and no good class: nothing can escape."""
    recipe = Recipe(classes=("crazing", "patches"))
    part = replace(line.parts[0], label="patches")
    readings = Readings(replace(line, parts=(part,)), np.zeros((1, 4)), ("",), ())

    judged = judge(recipe, np.array([[0.0, 1.0]]), np.array([1]), readings)

    assert judged.rates == {}


def test_a_model_scores_its_own_parts_well(model: Model, line: Dataset) -> None:
    """The whole way from photos to counts."""
    found = evaluate(model, line, with_training=True)

    assert found.accuracy > 0.85
    assert found.as_json()["n"] == len(line)
    assert sum(map(sum, found.as_json()["decisions"])) == len(line)
    assert found.as_json()["beyond"] == model.record.beyond


@pytest.mark.parametrize(("share", "said"), [(0.5, 0), (0.625, 1), (None, 0)])
def test_many_parts_past_the_end_of_the_scale_are_told(
    judged: Evaluation, share: float | None, said: int
) -> None:
    """More than half of them, in either language; nothing where models judged that differ."""
    found = replace(judged, beyond=share)

    english = [each for each in lines(found, "en") if "lie past the end" in each]
    chinese = [each for each in lines(found, "zh-TW") if "超出刻度末端" in each]

    assert (len(english), len(chinese)) == (said, said)


def test_nothing_labelled_is_an_error(model: Model, line: Dataset) -> None:
    """No score from undecided parts."""
    parts = tuple(replace(part, label=None) for part in line.parts[:3])

    with pytest.raises(
        InputError, match=r"^evaluate: expected at least one labelled part, got none\.$"
    ):
        evaluate(model, replace(line, parts=parts))


@pytest.fixture(scope="module")
def half(line: Dataset) -> Model:
    """A model trained on every other part of the line."""
    return train(line.subset(range(0, len(line), 2)), Recipe(classes=line.classes))


def test_photos_of_training_are_left_out_and_told_first(
    half: Model, line: Dataset
) -> None:
    """The score of the others, bit for bit; the first line says how many."""
    found = evaluate(half, line)

    others = evaluate(half, line.subset(range(1, len(line), 2)))
    assert found.as_json() == {**others.as_json(), "learnt": 30}
    assert [next(lines(each, "en")) for each in (found, others)] == [
        "Left out, as the model was trained on them: 30 photos (--with-training scores",
        next(lines(others, "en")),
    ]
    assert next(lines(found, "zh-TW")).startswith("訓練時已用過而不計：30 張照片")


def test_photos_of_training_are_scored_on_request_and_told_first(
    half: Model, line: Dataset
) -> None:
    """All of them, and a line that says what such figures are worth."""
    found = evaluate(half, line, with_training=True)

    assert (found.n, found.learnt, found.with_training) == (60, 30, True)
    assert next(lines(found, "en")) == (
        "The model was trained on 30 of these photos: the figures flatter."
    )


def test_a_copy_of_a_photo_of_training_is_one(
    half: Model, line: Dataset, tmp_path: Path
) -> None:
    """Under another name, and beside one that is written in another format."""
    first, second = line.parts[0], line.parts[1]
    copy = tmp_path / "again.png"
    copy.write_bytes(first.path.read_bytes())
    pixels = cv2.imread(str(first.path), cv2.IMREAD_UNCHANGED)  # noqa: TID251
    cv2.imwrite(str(tmp_path / "first.bmp"), pixels)  # noqa: TID251
    parts = (
        replace(first, path=tmp_path / "first.bmp", within=None, sha256=None),
        replace(first, path=copy, within=None),
        second,
    )

    found = evaluate(half, replace(line, parts=parts))

    assert (found.n, found.learnt, len(found.copies)) == (1, 1, 1)


def test_photos_of_training_alone_leave_nothing_to_score(
    half: Model, line: Dataset
) -> None:
    """The message says what to do."""
    data = line.subset(range(0, len(line), 2))

    with pytest.raises(
        InputError,
        match=r"^.+labels\.csv: expected labelled photos that the model was not trained on, "
        r"got none: it was trained on 30 of 30\. Give others, or score these with "
        r"--with-training \(in Python with_training=True\), which flatters\.$",
    ):
        evaluate(half, data)
