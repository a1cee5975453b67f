"""What four features cost beside a black box, on the same folds, and what would pay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from backbones import tiny_backbone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from glassline.dataset import Dataset
from glassline.dataset.folds import deal
from glassline.errors import InputError
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.studies.crossvalidation import cross_validate
from glassline.studies.metrics import Score
from glassline.studies.price import Gain, Price, price
from glassline.studies.price.text import advice, lines
from glassline.training import cnn, read_candidates

DECLARED = {
    "line_strength": {"polarity": "either"},
    "texture_change": {"share": 0.2},
    "reflection_unevenness": {"fields": 16},
}  # so that one feature alone is searched, which is quick


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with the tiny backbone."""
    path = tmp_path_factory.mktemp("backbone") / "tiny.onnx"
    path.write_bytes(tiny_backbone().SerializeToString())
    return str(path)


@pytest.fixture(scope="module")
def recipe(line: Dataset) -> Recipe:
    """Of the small rendered line."""
    return Recipe(classes=line.classes, features=DECLARED)


@pytest.fixture(scope="module")
def found(line: Dataset, recipe: Recipe, backbone: str) -> Price:
    """The price on the small rendered line."""
    priced = price(line, recipe, backbone=backbone)
    assert priced is not None
    return priced


def test_the_four_features_score_as_cross_validation_has_it(
    found: Price, line: Dataset, recipe: Recipe
) -> None:
    """The same folds, everything chosen anew in each."""
    wanted = cross_validate(read_candidates(line, recipe), recipe).scores

    assert found.scores["measured"] == wanted.balanced_accuracy
    assert (found.n, found.folds, found.groups) == (60, 5, wanted.groups)


def test_the_black_box_is_the_linear_probe_of_scikit_learn(
    found: Price, line: Dataset, recipe: Recipe, backbone: str
) -> None:
    """Standardised, balanced classes, C = 0.01, on the same folds; b is penalised too."""
    network = cnn.choose_backbone(line, recipe, backbone)
    statistics = cnn.read_statistics(line, recipe, network).statistics
    labels = line.targets(recipe.classes).argmax(axis=1)
    dealt, seen = deal(labels, line.groups()), np.zeros_like(labels)
    probe = make_pipeline(
        StandardScaler(),
        PolynomialFeatures(1),  # a column of ones
        LogisticRegression(
            C=0.01, class_weight="balanced", fit_intercept=False, tol=1e-8
        ),
    )
    for fold in range(5):
        rows = dealt != fold
        seen[~rows] = probe.fit(statistics[rows], labels[rows]).predict(
            statistics[~rows]
        )

    ours = found.scores["black_box"].value

    assert ours == pytest.approx(balanced_accuracy_score(labels, seen), abs=1e-12)


def test_cost_and_gains_are_differences_of_the_scores(found: Price) -> None:
    """On the same parts; of the measured front the network's concepts are the other."""
    scores, gains = found.scores, {each.what: each.points for each in found.gains}

    assert list(scores) == ["measured", "concepts", "black_box", "grey"]
    assert found.cost.value == pytest.approx(
        scores["black_box"].value - scores["measured"].value
    )
    assert gains["front"].value == pytest.approx(
        scores["concepts"].value - scores["measured"].value
    )
    assert set(gains) == {"front", "grain_noise", "measurements", "grey"}
    values = [each.points.value for each in found.gains]
    assert values == sorted(values, reverse=True)


def test_of_a_network_front_its_concepts_are_what_costs(
    line: Dataset, recipe: Recipe, backbone: str, found: Price
) -> None:
    """The same four scores, asked from the other side."""
    settled = {**DECLARED, "grain_noise": {"width_px": 6}}
    other = price(
        line, replace(recipe, features=settled), front="cnn", backbone=backbone
    )

    assert other is not None
    assert other.cost.value == pytest.approx(
        other.scores["black_box"].value - other.scores["concepts"].value
    )
    assert other.scores["black_box"] == found.scores["black_box"]
    assert [each.what for each in other.gains] == ["front"]


def test_of_two_groups_nothing_is_said(
    line: Dataset, recipe: Recipe, backbone: str
) -> None:
    """A fold and what is left of it would hold one group each."""
    parts = tuple(replace(p, group=str(i % 2)) for i, p in enumerate(line.parts[:10]))

    few = price(replace(line, parts=parts), recipe, backbone=backbone)

    assert few is None
    assert list(lines(few, "en")) == [
        "Too few groups to compare with a black box: each fold and what is left must hold",
        "some.",
    ]


def test_a_front_that_can_not_be_priced_is_refused(
    line: Dataset, recipe: Recipe
) -> None:
    """A server would be asked again for every photo."""
    with pytest.raises(
        InputError, match=r"^front: expected one of measured, cnn, got 'vlm'\.$"
    ):
        price(line, recipe, front="vlm")


def test_the_table_is_as_wide_as_its_names(found: Price) -> None:
    """Four figures beneath each other, then the one line."""
    told = list(lines(found, "en"))

    assert told[0].startswith("Beside a black box, 60 parts in ")
    assert told[2].startswith("four measured features ")
    assert len({line.index("[") for line in told[2:6]}) == 1
    assert "".join(told[6:7]).startswith("The four measured features cost ")


def _priced(found: Price, cost: tuple[float, ...], what: str, low: float) -> Price:
    gain = Gain(what, Score(low + 0.02, low, low + 0.04))
    return replace(found, cost=Score(*cost), gains=(gain,))


CLEAR, CHANCE = (0.061, 0.011, 0.111), (0.01, -0.02, 0.04)


@pytest.mark.parametrize(
    ("cost", "what", "low", "end"),
    [
        pytest.param(
            *(CLEAR, "front", 0.03),
            "A network would win back +5.0 [+3.0, +7.0]: --front cnn (the largest of 1 "
            "things tried).",
            id="front",
        ),
        pytest.param(
            *(CLEAR, "grain_noise", 0.03),
            "A measurement is missing in granular noise: with all that it can be read as, "
            "+5.0 [+3.0, +7.0] (the largest of 1 things tried).",
            id="feature",
        ),
        pytest.param(
            *(CLEAR, "measurements", 0.03),
            "Two measurements a feature are too few: with all of them, +5.0 [+3.0, +7.0] "
            "(the largest of 1 things tried).",
            id="measurements",
        ),
        pytest.param(
            *(CLEAR, "grey", 0.03),
            "Level and contrast of the whole photo are missing: with nine grey-level "
            "statistics, +5.0 [+3.0, +7.0] (the largest of 1 things tried).",
            id="grey",
        ),
        pytest.param(
            *(CLEAR, "front", -0.01),
            "Nothing of 1 things tried, another front among them, would clearly win it "
            "back.",
            id="nothing",
        ),
        pytest.param(
            *(CHANCE, "front", -0.01),
            "That is within chance, and nothing of 1 things tried would clearly win "
            "something.",
            id="chance",
        ),
    ],
)
def test_one_line_says_what_would_pay(
    found: Price, cost: tuple[float, ...], what: str, low: float, end: str
) -> None:
    """The largest gain whose interval is above 0; else that there is none."""
    priced = _priced(found, cost, what, low)
    points = [f"{100 * each:+.1f}" for each in cost]

    told = advice(priced, "en")

    start = "The four measured features cost {} [{}, {}] points here. ".format(*points)
    assert told == start + end


def test_the_line_is_said_in_chinese_too(found: Price) -> None:
    """With the feature's own name."""
    priced = _priced(found, CLEAR, "grain_noise", 0.03)

    told = advice(replace(priced, front="measured"), "zh-TW")

    assert told == (
        "四項量測特徵在此的代價為 +6.1 [+1.1, +11.1] 個百分點。「顆粒狀噪點」缺少一項量測："
        "用上它的所有讀法時為 +5.0 [+3.0, +7.0]（試過的 1 項中最大者）。"
    )


def test_the_price_as_plain_data(found: Price) -> None:
    """What --json has under compare."""
    told = found.as_json()

    assert list(told["gains"]) == [each.what for each in found.gains]
    assert told["cost"]["value"] == found.cost.value
    assert told["pays"] in {None, "front", "measurements", "grey", *FEATURE_NAMES}
    assert (told["network"], told["refused"]) == (found.network, [])


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_without_an_interval_it_is_unknown(found: Price, lang: str) -> None:
    """One group: no interval, and no advice rests on it."""
    alone = replace(found, cost=Score(0.05), gains=(Gain("grey", Score(0.1)),))

    told = advice(alone, lang)

    assert alone.pays is None
    assert "+5.0 [" in told
