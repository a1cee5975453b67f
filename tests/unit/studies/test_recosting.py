"""New costs on a model that was trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from glassline.dataset import Dataset
from glassline.decide import Escapes, Gauge, Guarantee
from glassline.errors import InputError, RecipeError
from glassline.model import Model, load
from glassline.recipe import ClassCosts
from glassline.recipe.starter import starter
from glassline.studies.comparison import compare
from glassline.studies.guarantee import assure
from glassline.studies.recosting import Change, recost
from glassline.studies.verification import verify

GUARANTEE = Guarantee(
    *(0.9, 0.05, 0.95, (Escapes("scratch", 0, 60, 0.05), Escapes("dirt", 0, 60, 0.05))),
    *(20, 30, 0.1, "new", "photo", ""),
)
COSTS = "[costs.scratch]\naccept = 50\nreject = 0\n"
PRIORS = "[priors]\nok = 0.8\nscratch = 0.1\ndirt = 0.1\n"


@pytest.fixture
def costs(tmp_path: Path) -> Path:
    """A file that names one cost and nothing else."""
    return _file(tmp_path, COSTS)


def _file(folder: Path, text: str) -> Path:
    path = folder / "costs.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_was_trained_stays_and_the_gauge_is_kept(
    settled: Model, costs: Path
) -> None:
    """Everything but the recipe is the same object."""
    gauge = Gauge(10, "0" * 64, (1.0,) * 4, {"noise": (0.5, 0.25, 0.1, 0.0)})
    model = replace(settled, gauge=gauge)

    found = recost(model, costs)

    assert replace(found.model, recipe=model.recipe) == model
    assert found.model.recipe == replace(
        model.recipe, costs={"scratch": ClassCosts(50.0, 0.0)}
    )
    assert found.changes == (Change("costs.scratch.accept", 20.0, 50.0),)


def test_it_is_saved_loaded_and_decides_by_the_new_costs(
    settled: Model, costs: Path, tmp_path: Path
) -> None:
    """An escape of 50: from 2 % of a scratch on, a look is cheaper."""
    found = recost(settled, costs)

    again = load(found.model.save(tmp_path / "new"))

    assert again.sha256 == found.model.sha256 != settled.sha256
    p = [0.97, 0.03, 0.0]
    assert settled.policy.expected_costs(p).tolist() == pytest.approx([0.6, 4.85, 1.0])
    assert again.policy.expected_costs(p).tolist() == pytest.approx([1.5, 4.85, 1.0])


def test_training_again_gives_the_same_model(
    settled: Model, line: Dataset, tmp_path: Path
) -> None:
    """Costs, priors and review settings leave no trace in what is trained."""
    text = f'currency = "NT$"\n{COSTS}{PRIORS}[review]\ngauge = 2\nnovelty = 0\n'

    found = recost(settled, _file(tmp_path, text))

    assert found.model.region is None
    assert verify(found.model, line, retrain=True).holds


def test_models_that_differ_in_costs_are_compared_exactly(
    settled: Model, tmp_path: Path
) -> None:
    """Cheaper escapes: a reading is shown that only the new model accepts."""
    cheap = _file(tmp_path, "[costs.scratch]\naccept = 5\nreject = 0\n")

    assert compare(settled, recost(settled, cheap).model).never_passes is False


@pytest.mark.parametrize(
    ("before", "text", "said"),
    [
        (None, COSTS, "none"),
        (GUARANTEE, COSTS, "void"),
        (GUARANTEE, PRIORS, "void"),
        (GUARANTEE, "[review]\ngauge = 2\n", "stands"),
        (GUARANTEE, 'currency = "NT$"\n', "stands"),
        (GUARANTEE, "", "stands"),
        (replace(GUARANTEE, is_void=True), "", "void"),
        # the costs that are the defaults anyway are no change
        (GUARANTEE, "[costs.scratch]\naccept = 20\nreject = 0\n", "stands"),
    ],
)
def test_a_guarantee_is_void_at_other_costs_or_priors(
    settled: Model, tmp_path: Path, before: Guarantee | None, text: str, said: str
) -> None:
    """It was counted at the old ones; the threshold stays, the promise does not."""
    found = recost(replace(settled, guarantee=before), _file(tmp_path, text))

    kept = found.model.guarantee
    assert found.guarantee == said
    assert kept == (before and replace(before, is_void=said == "void"))


def test_a_guarantee_is_counted_again_where_there_are_data(
    settled: Model, line: Dataset, costs: Path
) -> None:
    """As `assure` counts it for a model with the new costs."""
    first = assure(settled, line, escape=0.4, confidence=0.8, by="photo").guarantee

    found = recost(replace(settled, guarantee=first), costs, line)

    wanted = assure(
        recost(settled, costs).model, line, escape=0.4, confidence=0.8, by="photo"
    )
    assert found.guarantee == "recounted"
    assert found.model.guarantee == wanted.guarantee
    assert wanted.guarantee is not None


def test_too_few_parts_leave_it_void(
    settled: Model, line: Dataset, costs: Path
) -> None:
    """The answer says how many are missing."""
    found = recost(replace(settled, guarantee=GUARANTEE), costs, line)

    assert found.guarantee == "void"
    assert found.model.guarantee == replace(GUARANTEE, is_void=True)
    assert found.assurance is not None
    assert found.assurance.guarantee is None


def test_the_starter_that_recipe_writes_is_taken(model: Model, tmp_path: Path) -> None:
    """Its tables of features are empty: they ask for nothing."""
    found = recost(model, _file(tmp_path, starter(model.recipe.classes)))

    assert found.changes == ()


def test_a_whole_recipe_is_taken_too(settled: Model, tmp_path: Path) -> None:
    """Classes in any spelling, what was trained as it was, and one other cost."""
    text = f'classes = ["OK", "Scratch", "dirt"]\ngood = "OK"\n{COSTS}'
    text += "[training]\npenalty = 3e-4\n[image]\nmax_bytes = 20000000\n"
    text += '[features.line_strength]\npolarity = "either"\n'
    text += "[features.texture_change]\nshare = 0.2\n"
    text += "[features.reflection_unevenness]\nfields = 16\n"
    text += "[features.grain_noise]\nwidth_px = 6\n"

    found = recost(settled, _file(tmp_path, text))

    assert found.model.recipe.classes == ("ok", "scratch", "dirt")
    assert [each.place for each in found.changes] == ["costs.scratch.accept"]


@pytest.mark.parametrize(
    ("text", "place", "old", "new"),
    [
        (
            'classes = ["ok", "dirt", "scratch"]\n',
            "classes",
            r"\('ok', 'scratch', 'dirt'\)",
            r"\['ok', 'dirt', 'scratch'\]",
        ),
        ('good = "dirt"\n', "good", "'ok'", "'dirt'"),
        ("[training]\npenalty = 1\n", "training", r".*0\.0003.*", r".*1\.0.*"),
        ("[image]\nregion_xyxy = [0, 0, 9, 9]\n", "image", ".*None.*", ".*9.*"),
        ("[features.grain_noise]\nwidth_px = 3\n", "features", ".*", ".*3.*"),
        ("[review]\nnovelty = 0.1\n", r"review\.novelty", r"0\.02", r"0\.1"),
    ],
)
def test_what_only_training_can_give_is_refused(
    settled: Model, tmp_path: Path, text: str, place: str, old: str, new: str
) -> None:
    """By its name, with what to do."""
    with pytest.raises(
        RecipeError,
        match=rf"^costs\.toml: {place}: expected {old}, as the model was trained, got "
        rf"{new}\. Train again for that: glassline train DATA --recipe costs\.toml$",
    ):
        recost(settled, _file(tmp_path, text))


def test_data_without_a_guarantee_to_count_are_refused(
    settled: Model, line: Dataset, costs: Path
) -> None:
    """Nothing would be done with them."""
    with pytest.raises(
        InputError,
        match=r"^.*labels\.csv: expected a model with a guarantee to count again, got one "
        r"without\. Count one with: glassline guarantee$",
    ):
        recost(settled, costs, line)
