"""A rendered line that changes, and one that does not, held against its training."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import SIZE_HW

from glassline.dataset import Dataset
from glassline.dataset.readings import Readings
from glassline.decide import Escapes, Gauge, Guarantee
from glassline.errors import InputError
from glassline.head import Head
from glassline.model import Model, load, read_with
from glassline.model.reference import refer
from glassline.model.verdict import decide
from glassline.monitor import Drift, drift, find_drift
from glassline.monitor.text import lines
from glassline.render.layout import WIDTH, cell_len
from glassline.synthetic import RenderedPart, Surface, production_line, write_dataset

SEEDS = (11, 12, 13, 14)
GUARANTEE = Guarantee(
    *(0.9, 0.05, 0.95, (Escapes("scratch", 0, 60, 0.05), Escapes("dirt", 0, 60, 0.05))),
    *(20, 30, 0.1, "new", "photo", ""),
)


def _made(seed: int, surface: Surface | None = None) -> list[RenderedPart]:
    rng = np.random.default_rng(seed)  # noqa: TID251  a line of its own
    made = production_line(40, rng=rng, surface=surface, size_hw=SIZE_HW, lot_size=5)
    return list(made)


def _noisy(parts: list[RenderedPart], rng: np.random.Generator) -> list[RenderedPart]:
    """The same parts by a camera with seven grey levels more noise."""
    return [
        replace(
            part,
            image=np.clip(
                np.rint(part.image + rng.normal(0, 7, SIZE_HW)), 0, 255
            ).astype(np.uint8),
        )
        for part in parts
    ]


def _written(parts: list[RenderedPart], folder: Path) -> Dataset:
    write_dataset(parts, folder)
    return Dataset.photos(folder)


@pytest.fixture(scope="module")
def same(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Eight lots of the line that the model was trained on."""
    return _written(_made(SEEDS[0]), tmp_path_factory.mktemp("same"))


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Readings:
    """The readings of eight lots that a noisier camera took."""
    rng = np.random.default_rng(3)  # noqa: TID251  once a module
    folder = tmp_path_factory.mktemp("noisy")
    return read_with(model, _written(_noisy(_made(SEEDS[0]), rng), folder))


@pytest.fixture(scope="module")
def moved(model: Model, noisy: Readings) -> Drift:
    """What is found of them."""
    return find_drift(model, noisy.values, noisy.data.groups())


def _noticed(found: Drift) -> list[str]:
    pairs = zip(found.features, found.shifts, strict=True)
    return [name for name, shift in pairs if shift.is_noticed]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_line_again_is_not_noticed(
    model: Model, tmp_path: Path, seed: int
) -> None:
    """At 1 %, of four lines none is expected."""
    found = drift(model, _written(_made(seed), tmp_path))

    assert (found.answer, _noticed(found), found.consequences) == ("none", [], None)


def test_another_camera_noise_is_noticed(moved: Drift) -> None:
    """Specks drown in it, and so does the change of texture."""
    assert moved.answer == "drift"
    assert {"texture_change", "grain_noise"} <= set(_noticed(moved))


def test_another_lamp_is_noticed(model: Model, tmp_path: Path) -> None:
    """Three times as uneven: the reflection is, whatever else."""
    found = drift(model, _written(_made(SEEDS[0], Surface(lamp=0.45)), tmp_path))

    assert found.answer == "drift"
    assert "reflection_unevenness" in _noticed(found)


def test_the_shift_is_that_of_the_means_of_lots(
    model: Model, noisy: Readings, line: Dataset, moved: Drift
) -> None:
    """Worked out again from readings, labels unread: mean over lots of means in lots."""

    def mean(readings: Readings) -> list[float]:
        x = model.scale.x(readings.values)
        good = (x @ model.head.W + model.head.b).argmax(axis=1) == 0
        lots = np.array([part.group for part in readings.data.parts])
        own = [x[good & (lots == lot)] for lot in dict.fromkeys(lots[good].tolist())]
        return list(np.mean([each.mean(axis=0) for each in own], axis=0))

    then, now = mean(read_with(model, line)), mean(noisy)
    wanted = [b - a for a, b in zip(then, now, strict=True)]
    assert [each.value for each in moved.shifts] == pytest.approx(wanted, abs=1e-5)


def test_what_a_model_keeps_is_what_its_photos_give(
    model: Model, line: Dataset, noisy: Readings, moved: Drift
) -> None:
    """--reference with the training photos changes nothing."""
    old = read_with(model, line)

    read_again = refer(model, old.values, old.data.groups())

    assert read_again == model.record.reference
    groups = noisy.data.groups()
    assert find_drift(model, noisy.values, groups, read_again) == moved


def test_consequences_are_those_of_undoing_what_moved(
    model: Model, noisy: Readings, moved: Drift
) -> None:
    """Decided as read, and as read less the noticed shifts; in counts and in money."""
    made = moved.consequences
    away = np.array([s.value if s.is_noticed else 0.0 for s in moved.shifts])
    center, spread = np.array(model.scale.center), np.array(model.scale.spread)
    curved = np.sign(noisy.values) * np.log1p(np.abs(noisy.values)) - away * spread
    undone = decide(model, np.sign(curved) * np.expm1(np.abs(curved)))
    today = decide(model, noisy.values)
    costs = undone.probabilities @ np.array([[0, 5, 1], [20, 0, 1], [20, 0, 1]])
    rows = np.arange(len(costs))
    wanted = [
        ((today.actions == 1) * 1 - (undone.actions == 1)) @ undone.probabilities[:, 0],
        ((today.actions == 0) * 1 - (undone.actions == 0))
        @ (1 - undone.probabilities[:, 0]),
        (costs[rows, today.actions] - costs[rows, undone.actions]).sum(),
    ]

    assert made is not None
    assert center.shape == away.shape
    assert made.changed == (today.actions != undone.actions).sum() > 0
    assert [made.false_rejects, made.escapes, made.cost] == pytest.approx(
        [1000 * each / len(costs) for each in wanted]
    )


@pytest.mark.parametrize(
    ("guarantee", "rows", "said"),
    [
        (None, 40, "none"),
        (GUARANTEE, 40, "void"),
        (GUARANTEE, 5, "unknown"),
        (replace(GUARANTEE, is_void=True), 5, "void"),
    ],
)
def test_a_guarantee_is_void_where_readings_moved(
    model: Model, noisy: Readings, guarantee: Guarantee | None, rows: int, said: str
) -> None:
    """And where the lots are too few, nobody knows."""
    promised = replace(model, guarantee=guarantee)
    few = noisy.subset(np.arange(rows))

    found = find_drift(promised, few.values, few.data.groups())

    assert found.guarantee == said


def test_a_guarantee_stands_where_nothing_moved(model: Model, same: Dataset) -> None:
    """Nothing speaks against it."""
    assert drift(replace(model, guarantee=GUARANTEE), same).guarantee == "stands"


@pytest.mark.parametrize("lots", [1, 2])
def test_too_few_lots_can_not_tell(model: Model, noisy: Readings, lots: int) -> None:
    """However far they read from training: two of 14 are dealt in 91 ways."""
    few = noisy.subset(np.arange(5 * lots))

    found = find_drift(model, few.values, few.data.groups())

    assert (found.answer, found.shifts, found.needed) == ("unknown", (), 3)
    assert found.consequences is None


def test_training_with_one_lot_can_not_tell(
    model: Model, noisy: Readings, line: Dataset
) -> None:
    """Parts of one lot say nothing of another."""
    old = read_with(model, line)
    one = refer(model, old.values, np.zeros(len(old.values), np.int64))

    found = find_drift(model, noisy.values, noisy.data.groups(), one)

    assert (found.answer, found.needed) == ("unknown", None)
    assert "This can not be told: training shows 1 group" in " ".join(
        lines(found, "en")
    )


def test_nothing_that_looks_good_can_not_tell(model: Model, noisy: Readings) -> None:
    """As when all of today's parts are bad, or read so."""
    b = model.head.b - np.array([1000.0, 0.0, 0.0])

    found = find_drift(
        replace(model, head=Head(model.head.W, b)), noisy.values, noisy.data.groups()
    )

    assert (found.answer, found.after.looked_good) == ("unknown", 0)


def test_in_repeatabilities_where_the_model_knows_its_gauge(
    model: Model, noisy: Readings, moved: Drift
) -> None:
    """Shift over sigma; nothing where a feature repeats exactly."""
    gauge = Gauge(10, "0" * 64, (1.0,) * 4, {"noise": (0.5, 0.25, 0.1, 0.0)})

    found = find_drift(replace(model, gauge=gauge), noisy.values, noisy.data.groups())

    sizes = [found.repeatabilities(column) for column in range(4)]
    assert sizes[:3] == pytest.approx(
        [s.value / g for s, g in zip(moved.shifts, (0.5, 0.25, 0.1), strict=False)]
    )
    assert sizes[3] is None
    assert moved.repeatabilities(0) is None


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_every_line_fits_a_terminal_and_names_what_moved(
    moved: Drift, lang: str
) -> None:
    """80 cells, in both languages."""
    told = list(lines(moved, lang))

    assert max(map(cell_len, told)) <= WIDTH
    names = {"en": "granular noise reads higher", "zh-TW": "顆粒狀噪點的讀值高於"}
    assert names[lang] in " ".join(told)


def test_json_has_every_number(moved: Drift) -> None:
    """As plain data."""
    found = json.loads(json.dumps(moved.as_json()))

    assert found["answer"] == "drift"
    assert found["features"]["grain_noise"]["noticed"] is True
    assert found["today"] == {
        "parts": 40,
        "looked_good": moved.after.looked_good,
        "groups": moved.after.groups,
    }
    assert found["consequences"]["changed"] == sum(
        count for _, _, count in found["consequences"]["changes"]
    )


def test_photos_without_lots_after_training_in_lots_are_told(
    model: Model, same: Dataset, tmp_path: Path
) -> None:
    """Each counts for itself, and what that takes for granted is said."""
    lone = Dataset("day", tuple(replace(p, group=str(p.path)) for p in same.parts))

    found = drift(model, lone)

    assert found.by_photo
    assert "name them in a table (columns path and lot)" in " ".join(lines(found, "en"))


def test_photos_of_training_are_left_out(
    model: Model, line: Dataset, same: Dataset
) -> None:
    """They would say that nothing moved."""
    both = Dataset("both", (*line.parts[:10], *same.parts))

    found = drift(model, both)

    assert (found.known, found.after) == (10, drift(model, same).after)


def test_nothing_but_photos_of_training_is_refused(model: Model, line: Dataset) -> None:
    """There is no today in them."""
    with pytest.raises(
        InputError,
        match=r"^.*labels\.csv: expected photos that the model was not trained on, got "
        r"none of 60\.$",
    ):
        drift(model, line)


def test_a_model_from_before_asks_for_the_photos_of_training(
    model: Model, same: Dataset, line: Dataset
) -> None:
    """It loads as ever, and with --reference it answers all the same."""
    old = replace(model, record=replace(model.record, reference=None))

    with pytest.raises(
        InputError,
        match=r"^reference: expected the photos of training, got none, and this model "
        r"was trained before anything of their readings was kept\. Give them with "
        r"--reference, or train again\.$",
    ):
        drift(old, same)

    assert drift(old, same, line) == drift(model, same)


def test_without_a_good_class_there_is_nothing_to_drift_from(
    model: Model, noisy: Readings
) -> None:
    """Nothing is centred then."""
    recipe = replace(model.recipe, classes=("a", "b", "c"), good=None)

    with pytest.raises(
        InputError,
        match=r"^good: expected a class of good parts and their readings in training, "
        r"got none: x has no meaning of its own to drift from\. Name the good class "
        r"and train again\.$",
    ):
        find_drift(replace(model, recipe=recipe), noisy.values, noisy.data.groups())


def test_the_reference_is_saved_with_the_model_and_loaded(
    model: Model, model_folder: Path
) -> None:
    """Typed, and the same numbers."""
    assert load(model_folder).record.reference == model.record.reference
    assert model.record.reference is not None
    assert (model.record.reference.parts, model.record.reference.groups) == (60, 12)


def test_of_many_groups_a_few_hundred_are_kept(model: Model, line: Dataset) -> None:
    """Evenly spaced over all."""
    values = np.tile(read_with(model, line).values, (20, 1))

    kept = refer(model, values, np.arange(len(values)))

    assert kept is not None
    assert (kept.groups > 400, len(kept.means)) == (True, 400)
