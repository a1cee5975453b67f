"""A folder is not a class: what looks like one is read as meant, or refused."""

from __future__ import annotations

import os
import re
import unicodedata
import warnings
from pathlib import Path

import pytest

from glassline.dataset import Dataset
from glassline.errors import DatasetError, GlasslineWarning

LINE = ("ok/1.png", "ok/2.png", "scratch/1.png")


def _touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def _read(folder: Path) -> tuple[Dataset, list[str]]:
    """The dataset, and what was told of it without the folder's name."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", GlasslineWarning)
        data = Dataset.read(folder)
    return data, [str(each.message).removeprefix(f"{folder}: ") for each in caught]


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param("@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", id="nas-thumbnails"),
        pytest.param("ok/@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", id="inside-a-class"),
        pytest.param("#recycle/old.png", id="nas-waste"),
        pytest.param("$RECYCLE.BIN/old.png", id="windows-waste"),
        pytest.param("System Volume Information/x", id="windows"),
        pytest.param("__MACOSX/ok/._1.png", id="mac-archive"),
        pytest.param("ok/._1.png", id="apple-double"),
        pytest.param("ok/.DS_Store", id="finder"),
        pytest.param("ok/Thumbs.db", id="explorer"),
        pytest.param("ok/desktop.ini", id="explorer-settings"),
        pytest.param("ok/Thumbs.db:encryptable", id="explorer-stream"),
        pytest.param("ok/1.png:Zone.Identifier", id="downloaded"),
        pytest.param("ok/~$labels.xlsx", id="office-lock"),
        pytest.param("ok/1.png.xmp", id="side-car"),
        pytest.param("ok/1.xml", id="annotation"),
        pytest.param("ok/1.json", id="annotation-json"),
        pytest.param("ok/2.png.part", id="half-a-download"),
        pytest.param("photos.zip", id="the-archive-itself"),
        pytest.param(".git/x.png", id="hidden"),
        pytest.param("ok/thumbnails/1.png", id="thumbnails"),
    ],
)
def test_what_systems_leave_is_neither_photo_nor_class(
    extra: str, tmp_path: Path
) -> None:
    """Three photos are three parts, without a word."""
    data, told = _read(_touch(tmp_path, *LINE, extra))

    assert [part.path.name for part in data.parts] == ["1.png", "2.png", "1.png"]
    assert (data.classes, told) == (("ok", "scratch"), [])


def test_a_model_among_the_photos_is_no_class(tmp_path: Path) -> None:
    """The program's own output, with a network beside it."""
    data, told = _read(
        _touch(tmp_path, *LINE, "m/model.json", "m/front.onnx", "m/a.png")
    )

    assert (data.classes, told) == (("ok", "scratch"), [])


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        pytest.param(
            "masks/1.png",
            "left out, because splits and masks are no classes: masks.",
            id="masks",
        ),
        pytest.param(
            "Ground-Truth/1.png",
            "left out, because splits and masks are no classes: Ground-Truth.",
            id="ground-truth",
        ),
        pytest.param(
            "test/1.png",
            "left out, because splits and masks are no classes: test.",
            id="split-beside-classes",
        ),
        pytest.param(
            "dirt/notes.txt", "left out, because they hold no photo: dirt.", id="empty"
        ),
        pytest.param(
            "loose.png",
            "left out, because it lies in no class folder: loose.png.",
            id="loose",
        ),
        pytest.param(
            "ok/lot 7/3.png",
            "photos deeper in the folder of a class are of that class: ok.",
            id="deep",
        ),
    ],
)
def test_what_is_read_otherwise_than_it_lies_is_told(
    extra: str, told: str, tmp_path: Path
) -> None:
    """One line that says how."""
    data, lines = _read(_touch(tmp_path, *LINE, extra))

    assert (data.classes, lines) == (("ok", "scratch"), [told])


def _split(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}/{photo}" for name in names for photo in LINE)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("train", "valid", "test"), id="roboflow"),
        pytest.param(("Train", "Val"), id="capitals"),
        pytest.param(("train_set", "test-set"), id="sets"),
        pytest.param(("training data", "validation data"), id="data"),
        pytest.param(("train2017", "val2017"), id="coco"),
        pytest.param(("images_train", "images_test"), id="prefix"),
        pytest.param(("fold1", "fold_2"), id="folds"),
        pytest.param(("訓練集", "測試集"), id="chinese"),
        pytest.param(("训练", "验证"), id="simplified"),
        pytest.param(("ｔｒａｉｎ", "ｔｅｓｔ"), id="full-width"),
        pytest.param(("train",), id="one"),
    ],
)
def test_splits_are_no_classes(names: tuple[str, ...], tmp_path: Path) -> None:
    """In any spelling; the one to name is said."""
    folder = _touch(tmp_path, *_split(*names), f"{names[0]}/ok/more.png")
    some = ", ".join(sorted(name if " " not in name else repr(name) for name in names))

    with pytest.raises(
        DatasetError,
        match=f"^{re.escape(str(folder))}: expected a folder for each class, got the "
        rf"splits of a data set \({re.escape(some)}\), with ok, scratch in "
        f"{re.escape(names[0])}\\. Name the one to use: "
        f"{re.escape(str(folder / names[0]))}\\.$",
    ):
        Dataset.read(folder)


def test_an_anomaly_layout_is_read_whole(tmp_path: Path) -> None:
    """As MVTec's: train holds good alone, ground_truth masks; the test alone is read too."""
    folder = _touch(
        tmp_path,
        *("train/good/1.png", "train/good/2.png", "test/good/3.png"),
        *("test/hole/1.png", "ground_truth/hole/1_mask.png"),
    )

    assert [part.label for part in Dataset.read(folder).parts] == ["good"] * 3 + [
        "hole"
    ]
    assert len(Dataset.read(folder / "test")) == 2


def test_splits_without_classes_ask_for_a_table(tmp_path: Path) -> None:
    """Nothing says what the photos show."""
    folder = _touch(tmp_path, "train/1.png", "test/1.png")

    with pytest.raises(
        DatasetError,
        match=r"got the splits of a data set \(test, train\), with no classes\. Write a "
        r"table with the columns path and label \(labels\.csv\)\.$",
    ):
        Dataset.read(folder)


@pytest.mark.parametrize(
    ("photos", "lower"),
    [
        pytest.param(tuple(f"photos/{each}" for each in LINE), "photos", id="archive"),
        pytest.param(
            ("all/crazing/1.png", "all/patches/1.png"), "all", id="unknown-classes"
        ),
        pytest.param(_split("line A", "line B"), "line A", id="two-lines"),
        pytest.param(
            (*_split("bottle/train", "bottle/test"),), "bottle", id="two-levels"
        ),
        pytest.param(
            ("a/crazing/1.png", "a/patches/1.png", "b/crazing/1.png"), "a", id="shared"
        ),
    ],
)
def test_one_level_too_high_names_the_level(
    photos: tuple[str, ...], lower: str, tmp_path: Path
) -> None:
    """The folder of class folders is named, ready to be pasted."""
    folder = _touch(tmp_path, *photos)

    with pytest.raises(
        DatasetError,
        match=rf"each with folders of its own \(.*\)\. If those are the classes, name one "
        f"level lower: {re.escape(str(folder / lower))}\\. If not, write a table with "
        r"the columns path and label \(labels\.csv\)\.$",
    ):
        Dataset.read(folder)


@pytest.mark.parametrize(
    "photos",
    [
        pytest.param(("ok/lot1/1.png", "scratch/lot1/1.png"), id="same-lots"),
        pytest.param(("良品/a/1.png", "刮傷/a/1.png"), id="chinese"),
        pytest.param(("crazing/a/1.png", "patches/b/1.png"), id="other-lots"),
        pytest.param(("crazing/1.png", "patches/a/1.png", "x/a/1.png"), id="one-flat"),
        pytest.param(("ok/a/1.png", "ok/b/1.png"), id="good-alone"),
    ],
)
def test_photos_may_lie_deeper_in_their_class(
    photos: tuple[str, ...], tmp_path: Path
) -> None:
    """Lots, dates and cameras within a class, where nothing says otherwise."""
    data, told = _read(_touch(tmp_path, *photos))

    assert set(data.classes) == {photo.split("/")[0] for photo in photos}
    assert len(told) == 1


def test_one_level_too_low_names_the_level(tmp_path: Path) -> None:
    """The photos of one class, whose folder stands beside others."""
    _touch(tmp_path, *LINE)

    with pytest.raises(
        DatasetError,
        match=f"^{re.escape(str(tmp_path / 'ok'))}: expected a folder for each class, got "
        r"photos in the folder itself, such as 1\.png\. If its name is a class, name the "
        f"folder above: {re.escape(str(tmp_path))}\\.$",
    ):
        Dataset.read(tmp_path / "ok")


def test_loose_photos_alone_have_no_label(tmp_path: Path) -> None:
    """Where no folder beside it holds any, none above is offered."""
    folder = _touch(tmp_path, "all/1.png") / "all"

    with pytest.raises(
        DatasetError,
        match=r"expected a folder for each class, got photos in the folder itself, such "
        r"as 1\.png\.$",
    ):
        Dataset.read(folder)


def test_two_folders_of_one_class_are_joined(tmp_path: Path) -> None:
    """The first spelling counts, and both are named."""
    data, told = _read(
        _touch(tmp_path, "OK/1.png", "ok/2.png", "ok/3.png", "dirt/1.png")
    )

    assert data.classes == ("OK", "dirt")
    assert told == ["one class in 2 spellings ('OK' 1, 'ok' 2); read as 'OK'."]


def test_a_class_of_a_mac_is_the_class_that_is_typed(tmp_path: Path) -> None:
    """é as e and an accent, in the folder's name; é as one letter in the recipe."""
    data, told = _read(_touch(tmp_path, unicodedata.normalize("NFD", "rayé/1.png")))

    assert (data.classes, told) == (("rayé",), [])


def test_a_table_is_found_in_any_case(tmp_path: Path) -> None:
    """Labels.CSV as some systems write it."""
    _touch(tmp_path, *LINE)
    (tmp_path / "Labels.CSV").write_text("path,label\nok/1.png,dirt\n")

    assert Dataset.read(tmp_path).classes == ("dirt",)


def test_a_class_that_may_not_be_opened_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder itself stands for its photos, as in every list of photos."""
    _touch(tmp_path, "crazing/1.png", "patches/a/1.png")
    listed = os.scandir

    def forbid(path: Path):
        if Path(path).name == "crazing":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", forbid)

    data, _ = _read(tmp_path)

    assert [part.path.name for part in data.parts] == ["crazing", "1.png"]
