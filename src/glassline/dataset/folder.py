"""Datasets as folders: a folder a class, and what looks like one and is none."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from glassline.dataset.part import Part
from glassline.errors import DatasetError, GlasslineWarning, show
from glassline.image import list_images
from glassline.image.folder import is_photo, is_system_folder
from glassline.recipe import GOOD_WORDS
from glassline.recipe.spelling import key, shown

__all__ = ["TABLES", "read_folder"]

# Looked for in this order.
TABLES = ("labels.csv", "manifest.csv", "metadata.csv", "metadata.jsonl")
SPLIT = re.compile(  # as `key` writes it: train, Train_Set, images-val, test2017
    r"((images?|imgs?|data|photos) )?"
    r"(train(ing)?|val(id|idation)?|dev|test(ing)?|eval(uation)?|hold ?out|fold ?\d+"
    r"|訓練|训练|測試|测试|驗證|验证)"
    r" ?(set|split|data|dataset|images?|imgs?|photos|集|資料|数据|數據)? ?\d*"
)
MASK = re.compile(
    r"(ground ?truth|gt|(defect )?masks?|segmentations?|annotations?)( (masks?|images?))?"
)
SHOWN = 5  # folders that a message names


def read_folder(folder: Path) -> tuple[Part, ...]:
    """Read the parts of a folder that holds a folder for each class.

    Photos may lie deeper in the folder of their class. Folders of systems, archives
    and models are passed over; what else is no class is left out and told: an empty
    folder, one of masks, a split beside classes, photos beside the folders.

    Raises:
        DatasetError: The folders are no classes: splits of a data set, one level too
            high or too low; the message says which folder to name.
    """
    inside = {each.name: list_images(each) for each in _folders(folder)}
    filled = {name: photos for name, photos in inside.items() if photos}
    classes = {name: photos for name, photos in filled.items() if _is_class(name)}
    files = (each for each in sorted(folder.iterdir()) if not each.is_dir())
    loose = list(filter(is_photo, files))
    if not classes:
        raise DatasetError(_no_classes(folder, filled, loose))
    _check_level(folder, classes)
    _tell(folder, inside, classes, loose)
    return tuple(
        Part(path, shown(name), f"folder {show(name)}", str(path), within=folder)
        for name in sorted(classes)
        for path in classes[name]
    )


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder that a person made, in the order of their names."""
    return sorted(
        each
        for each in folder.iterdir()
        if each.is_dir() and not is_system_folder(each)
    )


def _is_class(name: str) -> bool:
    return not SPLIT.fullmatch(key(name)) and not MASK.fullmatch(key(name))


def _inner(folder: Path, photos: Sequence[Path]) -> set[str]:
    """The folders, two levels down, in which photos lie."""
    parts = [each.relative_to(folder).parts for each in photos]
    return {part[1] for part in parts if len(part) > 2}


def _check_level(folder: Path, classes: Mapping[str, Sequence[Path]]) -> None:
    """Refuse folders whose own folders are the classes."""
    if any(each.parent == folder / name for name in classes for each in classes[name]):
        return  # photos lie directly in one of them: that is a class
    if any(key(name) in GOOD_WORDS for name in classes):
        return
    inner = {name: _inner(folder, photos) for name, photos in classes.items()}
    keys = [set(map(key, names)) for names in inner.values()]
    names = set().union(*keys)
    is_shared = len(keys) > 1 and any(
        sum(name in each for each in keys) > 1 for name in names
    )
    is_wrapper = len(keys) == 1 and len(names) > 1
    if not (is_shared or is_wrapper or names & set(GOOD_WORDS)):
        return
    best = max(sorted(inner), key=lambda name: len(inner[name]))
    raise DatasetError(
        f"{folder}: expected a folder for each class, got {_some(list(classes))}, each "
        f"with folders of its own ({_some(sorted(inner[best]))}). If those are the "
        f"classes, name one level lower: {folder / best}. If not, write a table with "
        f"the columns path and label ({TABLES[0]})."
    )


def _no_classes(
    folder: Path, filled: Mapping[str, Sequence[Path]], loose: Sequence[Path]
) -> str:
    splits = [name for name in filled if SPLIT.fullmatch(key(name))]
    if splits:
        classes = {name: sorted(_inner(folder, filled[name])) for name in splits}
        best = max(splits, key=lambda name: (len(classes[name]), len(filled[name])))
        held = f"{_some(classes[best])} in {best}" if classes[best] else "no classes"
        use = (
            f"Name the one to use: {folder / best}."
            if classes[best]
            else f"Write a table with the columns path and label ({TABLES[0]})."
        )
        return (
            f"{folder}: expected a folder for each class, got the splits of a data set "
            f"({_some(splits)}), with {held}. {use}"
        )
    if loose:
        beside = [each for each in _folders(folder.absolute().parent) if _holds(each)]
        higher = (
            f" If its name is a class, name the folder above: {folder.parent}."
            if len(beside) > 1
            else ""
        )
        return (
            f"{folder}: expected a folder for each class, got photos in the folder "
            f"itself, such as {_shown(loose[0].name)}.{higher}"
        )
    return (
        f"{folder}: expected a folder of photos for each class (such as ok/ and "
        f"scratch/) or a {TABLES[0]}, got neither."
    )


def _tell(
    folder: Path,
    inside: Mapping[str, Sequence[Path]],
    classes: Mapping[str, Sequence[Path]],
    loose: Sequence[Path],
) -> None:
    """Warn of what was left out, and of photos that lie deeper than their class."""
    empty = [name for name, photos in inside.items() if not photos]
    other = [name for name, photos in inside.items() if photos and name not in classes]
    deep = [
        name
        for name, photos in classes.items()
        if any(each.parent != folder / name for each in photos)
    ]
    told = {
        f"left out, because they hold no photo: {_some(empty)}": empty,
        f"left out, because splits and masks are no classes: {_some(other)}": other,
        f"left out, because it lies in no class folder: {_some([each.name for each in loose])}": loose,
        f"photos deeper in the folder of a class are of that class: {_some(deep)}": deep,
    }
    for sentence, found in told.items():
        if found:
            warnings.warn(f"{folder}: {sentence}.", GlasslineWarning, stacklevel=2)


def _holds(folder: Path) -> bool:
    """Whether a folder holds photos by their names; deeper is not looked."""
    try:
        return any(map(is_photo, folder.iterdir()))
    except OSError:
        return False


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(_shown, names[:SHOWN])) + more


def _shown(name: str) -> str:
    return name if name.isprintable() and " " not in name else show(name)
