"""Every subset of the features on the same folds, and random directions beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from glassline.dataset import Dataset
from glassline.dataset.folds import deal
from glassline.dataset.readings import read_parts
from glassline.errors import InputError, LabelError
from glassline.head import part_losses
from glassline.model import Model
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.studies.ablation import Subsets, score_subsets
from glassline.studies.ablation.text import lines
from glassline.training.temperature import out_of_fold


@pytest.fixture(scope="module")
def found(model: Model, line: Dataset) -> Subsets:
    """The table of the small rendered line."""
    rng = np.random.default_rng(3)  # noqa: TID251  once a module
    return score_subsets(model, line, rng=rng)


def test_there_are_sixteen_subsets_the_smallest_first(found: Subsets) -> None:
    """None, four alone, six pairs, four triples, all."""
    sizes = [len(each.features) for each in found.rows]

    assert sizes == [0] + [1] * 4 + [2] * 6 + [3] * 4 + [4]
    assert len({each.features for each in found.rows}) == 16
    assert found.rows[-1].features == FEATURE_NAMES


def test_a_subset_is_scored_by_heads_of_its_own_columns(
    found: Subsets, model: Model, line: Dataset
) -> None:
    """Out of fold, on the folds that training would deal."""
    values = read_parts(
        line, lambda image: model.front.read(image).values, model.recipe.image
    ).values[:, [0, 3]]
    labels = line.targets(model.recipe.classes).argmax(axis=1)
    dealt = deal(labels, line.groups())

    logits = out_of_fold(values, line, model.recipe, dealt)

    pair = next(
        each.scores
        for each in found.rows
        if each.features == ("line_strength", "grain_noise")
    )
    assert pair.log_loss.value == pytest.approx(part_losses(logits, labels).mean())
    assert pair.accuracy.value == (logits.argmax(axis=1) == labels).mean()


def test_without_features_a_head_knows_the_weighted_mix_alone(found: Subsets) -> None:
    """Classes weigh the same in training, so the loss is ln 3."""
    assert found.rows[0].features == ()
    assert found.rows[0].scores.log_loss.value == pytest.approx(np.log(3), abs=1e-3)


def test_the_fair_shares_add_up_to_what_all_take_off(found: Subsets) -> None:
    """From no feature to all of them."""
    losses = [each.scores.log_loss.value for each in found.rows]

    assert list(found.shares) == [*FEATURE_NAMES]
    assert sum(found.shares.values()) == pytest.approx(losses[0] - losses[-1])


def test_random_directions_buy_less_than_the_features(found: Subsets) -> None:
    """Every one of the twenty draws."""
    control = min(each.log_loss.value for each in found.controls)

    assert len(found.controls) == 20
    assert control > found.rows[-1].scores.log_loss.value


def test_another_seed_changes_the_control_alone(
    found: Subsets, model: Model, line: Dataset, rng: np.random.Generator
) -> None:
    """The subsets draw nothing."""
    other = score_subsets(model, line, rng=rng)

    assert other.as_json()["subsets"] == found.as_json()["subsets"]
    assert other.as_json()["controls"] != found.as_json()["controls"]


@pytest.mark.parametrize(
    ("lang", "whole", "none"), [("en", "all", "none"), ("zh-TW", "全部", "無")]
)
def test_the_table_fits_the_terminal(
    found: Subsets, lang: str, whole: str, none: str
) -> None:
    """In both languages, a row a subset."""
    shown = [*lines(found, lang)]

    firsts = [line.split(" ")[0] for line in shown]
    assert max(map(len, shown)) <= 80
    assert firsts.count(whole) == firsts.count(none) == 1
    assert sum(line.count(" + ") > 0 for line in shown) == 10


def test_refused_and_undecided_parts_are_left_out(
    model: Model, line: Dataset, tmp_path: Path, rng: np.random.Generator
) -> None:
    """The text counts the refused."""
    (tmp_path / "no.png").write_bytes(b"no photo")
    parts = list(line.parts)
    parts[0] = replace(parts[0], path=tmp_path / "no.png", within=None)
    parts[1] = replace(parts[1], label=None)

    spoilt = score_subsets(model, replace(line, parts=tuple(parts)), rng=rng)

    assert (spoilt.n, len(spoilt.refused)) == (len(line) - 2, 1)
    assert "Photos refused: 1." in "\n".join(lines(spoilt, "en"))


def test_labels_that_are_missing_or_unknown_are_refused(
    model: Model, line: Dataset, rng: np.random.Generator
) -> None:
    """Nothing could be scored."""
    nameless = replace(
        line, parts=tuple(replace(part, label=None) for part in line.parts[:2])
    )
    unknown = replace(model, recipe=Recipe(classes=("ok", "scratch")))

    with pytest.raises(
        InputError,
        match=r"^subsets: expected at least one labelled part, got none\.$",
    ):
        score_subsets(model, nameless, rng=rng)
    with pytest.raises(LabelError, match=r"expected one of ok, scratch, got 'dirt'\."):
        score_subsets(unknown, line, rng=rng)
