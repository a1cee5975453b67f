"""The audit on a rendered line with labels that were made wrong on purpose."""

from __future__ import annotations

import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from glassline.dataset import Dataset
from glassline.errors import DatasetError, GlasslineWarning, LabelError
from glassline.image import load
from glassline.model import Model
from glassline.model.verdict import decide
from glassline.recipe import Recipe
from glassline.studies.labels import Audit, audit, page
from glassline.studies.labels.text import lines
from glassline.training import train


def _with(line: Dataset, part: int, **changes: object) -> Dataset:
    parts = list(line.parts)
    parts[part] = replace(parts[part], **changes)  # type: ignore[arg-type]
    return replace(line, parts=tuple(parts))


@pytest.fixture(scope="module")
def wrong(line: Dataset) -> int:
    """The last part labelled dirt, to be called ok."""
    return max(at for at, part in enumerate(line.parts) if part.label == "dirt")


@pytest.fixture(scope="module")
def found(line: Dataset, model: Model, wrong: int) -> Audit:
    """The audit of the line with that one label wrong, given by Ann; the rest by Bo."""
    parts = tuple(replace(part, inspector="Bo") for part in line.parts)
    spoilt = _with(replace(line, parts=parts), wrong, label="ok", inspector="Ann")
    return audit(spoilt, model)


def test_the_label_that_was_made_wrong_is_the_first_suspect(
    found: Audit, wrong: int
) -> None:
    """By a head that never saw its group."""
    first = found.suspects[0]

    assert (first.part, first.label, first.seen) == (wrong, "ok", "dirt")
    assert first.loss == pytest.approx(-np.log(first.p_label))
    assert [each.loss for each in found.suspects] == sorted(
        (each.loss for each in found.suspects), reverse=True
    )


def test_a_correction_is_the_full_retrain(
    found: Audit, wrong: int, line: Dataset, model: Model
) -> None:
    """Scale, class weights, temperature and head, all with the label put right."""

    def outcome(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
        settings = {name: dict(each) for name, each in model.front.table.items()}
        trained = train(data, replace(model.recipe, features=settings))
        said = decide(trained, found.readings)
        return said.probabilities, said.actions

    before, taken = outcome(found.data)
    after, corrected = outcome(line)
    others = np.arange(len(line)) != wrong

    effect = found.suspects[0].effect
    assert effect is not None
    assert effect.others == len(line) - 1
    assert effect.shift == pytest.approx(np.abs(after - before)[others].max())
    assert effect.decisions == (corrected != taken)[others].sum()
    assert (
        effect.classes == (after.argmax(axis=1) != before.argmax(axis=1))[others].sum()
    )


def test_the_wrong_label_conflicts_and_is_the_one_to_check(
    found: Audit, wrong: int
) -> None:
    """It passed with more of everything than parts that did not."""
    passed = [pair.passed for pair in found.conflicts]
    rejected = [pair.rejected for pair in found.conflicts]

    assert passed == [wrong] * len(passed)
    assert (found.readings[wrong] >= found.readings[rejected]).all()
    assert len(rejected) > 1
    assert found.to_check == (wrong,)


def test_each_inspector_answers_for_their_own_labels(found: Audit) -> None:
    """Ann gave one label, and it is suspect."""
    ann, bo = sorted(found.inspectors, key=lambda each: each.name)

    assert (ann.name, str(ann.suspects)) == ("Ann", "1/1")
    assert ann.loss == pytest.approx(found.suspects[0].loss)
    assert (bo.name, bo.suspects.n) == ("Bo", len(found.data) - 1)
    assert ann.suspects.k + bo.suspects.k == len(found.suspects)


def test_a_retrain_without_a_proof_is_told(
    line: Dataset, model: Model, wrong: int
) -> None:
    """Without a penalty nothing says that two heads differ by the label alone."""
    training = replace(model.recipe.training, penalty=0.0)
    free = replace(model, recipe=replace(model.recipe, training=training))
    told = (
        rf"^{line.name}: what a corrected label changes is not exact here\. "
        r"(Converged|Some classes are separated perfectly)"
    )

    with pytest.warns(GlasslineWarning, match=told):
        audit(_with(line, wrong, label="ok"), free, retrained=1)


def test_the_model_is_held_against_the_labels(found: Audit) -> None:
    """Out of fold; inspectors that share no photo are not held against each other."""
    (own,) = found.agreements

    assert (own.judge, own.n) == ("model", len(found.data))
    assert found.pairs == ()


def test_photos_that_several_judge_give_kappas(line: Dataset, model: Model) -> None:
    """Bo agrees with Ann; Cy calls her ten good parts dirt; the model is no inspector."""
    good = [part for part in line.parts if part.label == "ok"][:10]
    bad = [part for part in line.parts if part.label == "dirt"][:10]
    said = [
        *(
            replace(part, inspector=who)
            for part in [*good, *bad]
            for who in ("Ann", "Bo")
        ),
        *(replace(part, inspector="Cy", label="dirt") for part in good),
        *(replace(part, inspector="Cy") for part in bad),
    ]

    found = audit(replace(line, parts=tuple(said)), model, retrained=0)

    assert [(one, other, n) for one, other, n, _ in found.pairs] == [
        ("Ann", "Bo", 20),
        ("Ann", "Cy", 20),
        ("Bo", "Cy", 20),
    ]
    assert [kappa for *_, kappa in found.pairs] == [1.0, 0.0, 0.0]
    judges = {each.judge: each for each in found.agreements}
    assert list(judges) == ["model", "Ann", "Bo", "Cy"]
    assert (judges["model"].n, judges["Ann"].n, judges["Cy"].n) == (20, 10, 20)
    assert str(judges["Cy"].false_alarm) == "10/10"
    assert all(each.effect is None for each in found.suspects)


def test_without_a_model_the_settings_are_those_of_training(
    line: Dataset, model: Model
) -> None:
    """The same settings, so the same readings and suspects."""
    chosen = audit(line, model.recipe, retrained=1)

    given = audit(line, model, retrained=1)

    np.testing.assert_array_equal(chosen.readings, given.readings)
    assert chosen.suspects == given.suspects
    assert chosen.units == given.units


def test_undecided_and_refused_parts_are_counted(
    line: Dataset, model: Model, tmp_path: Path
) -> None:
    """They are no labels."""
    (tmp_path / "no.png").write_bytes(b"no photo")
    spoilt = _with(line, 0, label=None)

    found = audit(_with(spoilt, 1, path=tmp_path / "no.png", within=None), model)

    assert (found.undecided, len(found.refused)) == (1, 1)
    assert len(found.data) == len(line) - 2
    assert "Left out, as they have no label: 1 photos." in "\n".join(
        lines(found, "en", top=10)
    )


def test_a_dataset_without_labels_is_refused(line: Dataset, model: Model) -> None:
    """There is nothing to look at again."""
    parts = tuple(replace(part, label=None) for part in line.parts[:3])

    with pytest.raises(
        DatasetError, match=r"^empty: expected labelled parts, got none\.$"
    ):
        audit(replace(line, name="empty", parts=parts), model)


def test_a_label_that_the_recipe_lacks_is_refused(line: Dataset) -> None:
    """Before the photos are read."""
    with pytest.raises(LabelError, match=r"expected one of ok, scratch, got 'dirt'\."):
        audit(line, Recipe(classes=("ok", "scratch")))


def test_one_group_is_too_few(line: Dataset, model: Model) -> None:
    """No head could be fitted without it."""
    parts = tuple(replace(part, group="one") for part in line.parts)

    with pytest.raises(
        DatasetError,
        match=r"^folds: expected 2 groups and a class with 2 parts, got enough for 1\. "
        r"Add parts, or a column group with more values\.$",
    ):
        audit(replace(line, parts=parts), model)


def test_without_a_good_class_nothing_conflicts(line: Dataset) -> None:
    """The text says why."""
    names = {"ok": "a", "scratch": "b", "dirt": "c"}
    parts = tuple(replace(part, label=names[part.label or ""]) for part in line.parts)
    settled = Recipe(classes=("a", "b", "c"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GlasslineWarning)

        found = audit(Dataset("line", parts), settled, retrained=0)

    assert (found.conflicts, found.to_check) == ((), ())
    assert "The recipe names no good class" in "\n".join(lines(found, "en", top=10))
    assert "--good" in page(found)


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_page_holds_the_photos_and_the_names(found: Audit, lang: str) -> None:
    """Self-contained: a picture a suspect and two a pair."""
    text = page(found, lang, top=2)

    shown = min(2, len(found.suspects)) + 2 * min(2, len(found.conflicts))
    assert text.count('src="data:image/png;base64,') == shown
    assert "http" not in text
    assert found.image(found.suspects[0].part) in text
    assert "{" not in text.split("</style>")[1]


def test_a_photo_that_went_away_leaves_its_place_empty(
    found: Audit, tmp_path: Path, wrong: int
) -> None:
    """The list still stands."""
    gone = _with(found.data, wrong, path=tmp_path / "gone.png", within=None)

    text = page(replace(found, data=gone), top=1)

    assert 'src=""' in text


def test_names_can_not_act_in_the_page(
    found: Audit, wrong: int, tmp_path: Path, model: Model
) -> None:
    """A file called <script> is a file name."""
    image = tmp_path / "<script>alert(1)<"
    image.write_bytes(found.data.parts[wrong].path.read_bytes())
    assert load(image, settings=model.recipe.image).width

    text = page(replace(found, data=_with(found.data, wrong, path=image, within=None)))

    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;" in text


def test_labels_that_contradict_each_other_on_a_copy_are_named(
    line: Dataset, model: Model, tmp_path: Path
) -> None:
    """The photo counts once; the copy that says something else comes with both labels."""
    first = next(part for part in line.parts if part.label == "ok")
    shutil.copy(first.path, tmp_path / "copy.png")
    copy = replace(first, path=tmp_path / "copy.png", within=tmp_path, label="dirt")

    found = audit(replace(line, parts=(*line.parts, copy)), model, retrained=0)

    assert len(found.data) == len(line)
    assert found.as_json()["copies"] == [
        {"image": str(copy.path), "of": str(first.path), "contradicts": True}
    ]
    said = list(lines(found, "en", top=10))
    head = said.index("Labels that contradict each other on the same pixels")
    assert said[head + 2] == f"copy.png (dirt) is {first.path.name} (OK)"
